use serde::Serialize;

use super::Word;
use crate::text::{SourceFile, Span};

/// The two ways to write a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "form", rename_all = "lowercase")]
pub enum CommandForm {
    /// Text for the stage's `SHELL`.
    Shell(ShellText),
    /// A JSON list of words, run without a shell.
    Exec {
        /// The decoded strings.
        words: Vec<Word>,
    },
}

/// Text that runs over several physical lines once continuations, comment lines and blank lines are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShellText {
    /// From the first to the last byte of the text.
    pub span: Span,
    /// The parts whose concatenation is the text, in order; each lies within one physical line.
    pub pieces: Vec<Span>,
}

impl ShellText {
    /// The joined text, as BuildKit hands it to the shell (without heredoc bodies).
    #[must_use]
    pub fn text(&self, source: &SourceFile) -> String {
        self.pieces.iter().map(|&piece| source.slice(piece)).collect()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| piece.is_empty())
    }
}
