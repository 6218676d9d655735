use crate::text::{SourceFile, Span};

/// A word as BuildKit's parser hands it on: before variables are expanded and quotes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Word {
    /// Its bytes, with continuations that lie inside it. A JSON string's quotes are not among them.
    pub span: Span,
    /// The text, only where it differs from the bytes. Words are many and such texts are few, so that a second box,
    /// which makes the first one a thin pointer, costs less than it saves.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    joined: Option<Box<Box<str>>>,
}

impl Word {
    /// A word whose text is exactly its bytes.
    #[must_use]
    pub const fn plain(span: Span) -> Self {
        Self { span, joined: None }
    }

    /// A word whose text differs from its bytes: it goes on after a continuation, is a JSON string with escapes, or a
    /// flag with quotes.
    #[must_use]
    pub fn joined(span: Span, text: impl Into<Box<str>>) -> Self {
        Self { span, joined: Some(Box::new(text.into())) }
    }

    /// The word's text.
    #[must_use]
    pub fn text<'a>(&'a self, source: &'a SourceFile) -> &'a str {
        match &self.joined {
            Some(text) => text,
            None => source.slice(self.span),
        }
    }
}
