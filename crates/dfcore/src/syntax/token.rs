use crate::text::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum TokenKind {
    /// The byte order mark at the start of the file.
    ByteOrderMark,
    /// Blanks before an instruction or comment, between its parts, or at the end of a line.
    Whitespace,
    /// A line ending, alone: `\n`, `\r\n`.
    Newline,
    /// A comment line from its `#` to the end of the line, without the line ending.
    Comment,
    /// A parser directive line (`# syntax=…`), without the line ending.
    Directive,
    /// An instruction's keyword.
    Keyword,
    /// A flag of an instruction with its value.
    Flag,
    /// Argument text of an instruction, within one physical line.
    Text,
    /// The escape character that continues a line, the blanks after it and the line ending.
    Continuation,
    /// The body of a heredoc, all its lines with their endings.
    HeredocBody,
    /// The line that ends a heredoc, without its line ending.
    HeredocTerminator,
}

/// One token: a kind and its bytes. Tokens lie side by side and cover the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub span: Span,
}
