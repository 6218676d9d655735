use std::borrow::Cow;
use std::sync::Arc;

use super::Word;
use crate::text::{SourceFile, Span};

/// The two ways to write a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "form", rename_all = "lowercase")
)]
pub enum CommandForm {
    /// Text for the stage's `SHELL`.
    Shell(ShellText),
    /// A JSON list of words, run without a shell.
    Exec {
        /// The decoded strings.
        words: Box<[Word]>,
    },
}

/// Text that runs over several physical lines once continuations, comment lines and blank lines are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Parts", into = "Parts")
)]
pub struct ShellText {
    /// From the first to the last byte of the text.
    pub span: Span,
    /// The pieces where there are several. Most texts are one, and nothing is allocated for them. An instruction's
    /// arguments and its command are the same text, and share them.
    pieces: Option<Arc<Vec<Span>>>,
}

impl ShellText {
    /// Text that lies within one physical line.
    #[must_use]
    pub const fn plain(span: Span) -> Self {
        Self { span, pieces: None }
    }

    /// Text whose parts are `pieces`, in order.
    #[must_use]
    pub(in crate::syntax) fn of_pieces(span: Span, pieces: impl ExactSizeIterator<Item = Span>) -> Self {
        Self { span, pieces: (pieces.len() > 1).then(|| Arc::new(pieces.collect())) }
    }

    /// The parts whose concatenation is the text, in order; each lies within one physical line, and none is empty.
    #[must_use]
    pub fn pieces(&self) -> &[Span] {
        match &self.pieces {
            Some(pieces) => pieces,
            None if self.span.is_empty() => &[],
            None => std::slice::from_ref(&self.span),
        }
    }

    /// The joined text, as BuildKit hands it to the shell (without heredoc bodies).
    #[must_use]
    pub fn text<'s>(&self, source: &'s SourceFile) -> Cow<'s, str> {
        match &self.pieces {
            Some(pieces) => pieces.iter().map(|&piece| source.slice(piece)).collect::<String>().into(),
            None => source.slice(self.span).into(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.span.is_empty()
    }
}

/// A [`ShellText`] as it is written and read; what is read may have pieces that are none of it.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Parts {
    span: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    pieces: Option<Vec<Span>>,
}

#[cfg(feature = "serde")]
impl From<ShellText> for Parts {
    fn from(text: ShellText) -> Self {
        Self { span: text.span, pieces: text.pieces.map(Arc::unwrap_or_clone) }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Parts> for ShellText {
    type Error = &'static str;

    fn try_from(Parts { span, pieces }: Parts) -> Result<Self, Self::Error> {
        let Some(pieces) = pieces else { return Ok(Self::plain(span)) };
        let is_in_order = pieces.windows(2).all(|pair| pair[0].end <= pair[1].start);
        let is_whole = pieces.first().map(|first| first.start) == Some(span.start)
            && pieces.last().map(|last| last.end) == Some(span.end);
        if pieces.len() > 1 && is_in_order && is_whole && !pieces.iter().any(|piece| piece.is_empty()) {
            Ok(Self { span, pieces: Some(Arc::new(pieces)) })
        } else {
            Err(
                "the pieces of a text are two or more, in order, not empty, and reach from its start to its end",
            )
        }
    }
}
