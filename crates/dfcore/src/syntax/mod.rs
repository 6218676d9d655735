//! Lossless, recovering syntax of Dockerfiles.
//!
//! [`parse`] never fails: it returns what could be read and the list of errors, and goes on at the next
//! instruction. The tokens concatenate to the source byte for byte. The tree is plain data that holds spans,
//! never positions; ask the [`SourceFile`](crate::text::SourceFile) for text, lines and columns.
//!
//! The reference is BuildKit's own parser (`frontend/dockerfile/parser` and `…/instructions` upstream).

pub mod ast;
pub mod commands;
pub(crate) mod directive;
mod error;
mod flags;
mod frontend;
mod heredoc;
mod instruction;
mod json;
mod keyword;
mod lexer;
mod line;
mod parser;
pub(crate) mod suggest;
mod token;
mod values;
mod words;

pub use ast::Dockerfile;
pub use error::{Phase, SyntaxError};
pub use frontend::{Frontend, FrontendForm, frontend};
pub use parser::parse;
pub use token::{Token, TokenKind};

/// Whether a word is the keyword of an instruction, in any case.
pub(crate) fn is_keyword(word: &str) -> bool {
    keyword::Keyword::of(word).is_some()
}

/// The syntax of one file and everything that is wrong with it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Parse {
    /// What could be read.
    pub dockerfile: Dockerfile,
    /// The errors, in the order of their spans. BuildKit refuses a file that has one.
    pub errors: Vec<SyntaxError>,
}
