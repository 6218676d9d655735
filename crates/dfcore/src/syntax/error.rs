use serde::Serialize;

use crate::text::Span;

/// Something that BuildKit refuses, worded for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SyntaxError {
    /// The bytes to point at.
    pub span: Span,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it, when that is known ("did you mean `COPY`?").
    pub help: Option<String>,
}
