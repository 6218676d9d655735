use super::Word;

/// `COPY` or `ADD`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Copy {
    /// The sources in order.
    pub sources: Box<[CopySource]>,
    /// The destination; missing when there are not enough words, which is a syntax error.
    pub destination: Option<Word>,
    /// Whether the words were written as a JSON list.
    pub json: bool,
}

/// One source of a `COPY` or `ADD`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "source", rename_all = "lowercase")
)]
pub enum CopySource {
    /// A path, pattern, URL or Git reference.
    Path(Word),
    /// An inline file: `<<EOF`.
    Heredoc {
        /// The word on the instruction's line.
        word: Word,
        /// Its place in the instruction's `heredocs`.
        index: usize,
    },
}
