use super::Word;
use crate::text::Span;

/// The pairs of `ENV`, `ARG` or `LABEL`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pairs {
    /// The pairs in order.
    pub pairs: Box<[KeyValue]>,
    /// Whether the one pair was written `KEY value`, without `=`.
    pub legacy: bool,
}

/// One `KEY=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeyValue {
    /// Key, `=` and value.
    pub span: Span,
    /// The key as written.
    pub key: Word,
    /// The value as written, quotes included; `None` for an `ARG` without `=`.
    pub value: Option<Word>,
}
