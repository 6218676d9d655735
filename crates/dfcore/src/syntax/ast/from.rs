use super::Word;

/// `FROM image [AS name]`; `--platform` is among the instruction's flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct From {
    /// The image, the name of an earlier stage, or `scratch`; missing only beside a syntax error.
    pub image: Option<Word>,
    /// The stage's name as written.
    pub name: Option<Word>,
}
