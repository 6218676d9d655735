use super::CommandForm;

/// `HEALTHCHECK`; its timings are among the instruction's flags.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "check", rename_all = "lowercase")
)]
#[non_exhaustive]
pub enum Healthcheck {
    /// `HEALTHCHECK NONE`
    None,
    /// `HEALTHCHECK CMD …`
    Cmd {
        /// The command.
        command: CommandForm,
    },
    /// Anything else; there is a syntax error for it.
    Invalid,
}
