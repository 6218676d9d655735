/// What a fix changes for instructions that it does not edit, and for those who use the image.
///
/// A fix may do what it likes to the instructions that its edits touch. Everything else has to mean what it meant, but
/// for what the fix declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Effect {
    /// The value of a variable: of an `ENV` or an `ARG`.
    ///
    /// A *safe* fix may only change one that nothing in the file names as `$NAME` or `${NAME}`.
    Environment,
    /// The user that commands run as.
    User,
    /// The folder that commands run in.
    Workdir,
    /// The shell that commands in shell form are handed to.
    Shell,
    /// The stages that there are, their names, and what they stand on.
    Stages,
}

impl Effect {
    /// What changes, for a message.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Environment => "a variable",
            Self::User => "the user",
            Self::Workdir => "the working directory",
            Self::Shell => "the shell",
            Self::Stages => "the stages",
        }
    }
}
