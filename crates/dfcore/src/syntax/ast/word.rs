use crate::text::{SourceFile, Span};

/// A word as BuildKit's parser hands it on: before variables are expanded and quotes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Word {
    /// Its bytes, with continuations that lie inside it. A JSON string's quotes are not among them.
    pub span: Span,
    /// The text, only where it differs from the bytes: a word that goes on after a continuation, a JSON string
    /// with escapes, a flag with quotes.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub joined: Option<Box<str>>,
}

impl Word {
    /// A word whose text is exactly its bytes.
    #[must_use]
    pub const fn plain(span: Span) -> Self {
        Self { span, joined: None }
    }

    /// The word's text.
    #[must_use]
    pub fn text<'a>(&'a self, source: &'a SourceFile) -> &'a str {
        self.joined.as_deref().unwrap_or_else(|| source.slice(self.span))
    }
}
