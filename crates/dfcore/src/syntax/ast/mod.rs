//! The typed tree over the tokens: plain data with spans.

mod command;
mod copy;
mod few;
mod flag;
mod from;
mod healthcheck;
mod mount;
mod pairs;
mod run;
mod word;

use std::borrow::Cow;

pub use command::{CommandForm, ShellText};
pub use copy::{Copy, CopySource};
pub use few::Few;
pub use flag::{Checksum, Device, Flag, FlagValue, NetworkMode, Owner, Platform, SecurityMode};
pub use from::From;
pub use healthcheck::Healthcheck;
pub use mount::{Mount, MountKey, MountOption, MountSetting, MountType, Sharing};
pub use pairs::{KeyValue, Pairs};
pub use run::Run;
pub use word::Word;

use super::{Token, TokenKind};
use crate::text::{SourceFile, Span};

/// One Dockerfile.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dockerfile {
    /// All tokens; they concatenate to the source.
    pub tokens: Vec<Token>,
    /// The parser directives at the top, in order.
    pub directives: Vec<Directive>,
    /// The character that continues lines and escapes: backslash, or the backtick after `` # escape=` ``.
    pub escape: Escape,
    /// The instructions in order, with those that could not be understood.
    pub instructions: Vec<Instruction>,
    /// All comment lines outside heredoc bodies, also those between continuation lines; without directives.
    pub comments: Vec<Comment>,
}

impl Dockerfile {
    /// The first parser directive of that (lower-case) name.
    #[must_use]
    pub fn directive(&self, name: &str, source: &SourceFile) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.is(name, source))
    }

    /// The instruction that has the byte at `offset`; `None` between instructions.
    #[must_use]
    pub fn instruction_at(&self, offset: u32) -> Option<&Instruction> {
        let after = self.instructions.partition_point(|instruction| instruction.span.start <= offset);
        let instruction = &self.instructions[after.checked_sub(1)?];
        (offset < instruction.span.end).then_some(instruction)
    }

    /// The comment lines between an instruction of this file and the one before it, in order.
    #[must_use]
    pub fn comments_before(&self, instruction: &Instruction) -> &[Comment] {
        let index = self.instructions.partition_point(|other| other.span.start < instruction.span.start);
        let start = index.checked_sub(1).map_or(0, |before| self.instructions[before].span.end);
        let first = self.comments.partition_point(|comment| comment.span.start < start);
        let last = self.comments.partition_point(|comment| comment.span.start < instruction.span.start);
        &self.comments[first..last.max(first)]
    }

    /// The tokens that lie within a span.
    #[must_use]
    pub fn tokens_in(&self, span: Span) -> &[Token] {
        let first = self.tokens.partition_point(|token| token.span.start < span.start);
        let last = self.tokens.partition_point(|token| token.span.end <= span.end);
        &self.tokens[first..last.max(first)]
    }

    /// The keyword of an instruction of this file as BuildKit reads it: without continuations inside.
    #[must_use]
    pub fn keyword_text<'s>(&self, instruction: &Instruction, source: &'s SourceFile) -> Cow<'s, str> {
        let mut parts =
            self.tokens_in(instruction.keyword).iter().filter(|token| token.kind == TokenKind::Keyword);
        match (parts.next(), parts.next()) {
            (Some(first), Some(second)) => {
                let rest = parts.map(|token| source.slice(token.span));
                [source.slice(first.span), source.slice(second.span)]
                    .into_iter()
                    .chain(rest)
                    .collect::<String>()
                    .into()
            }
            _ => source.slice(instruction.keyword).into(),
        }
    }
}

/// The escape character of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Escape {
    /// `\`, the default.
    #[default]
    Backslash,
    /// `` ` ``, for Windows paths.
    Backtick,
}

impl Escape {
    /// The character itself.
    #[must_use]
    pub const fn as_char(self) -> char {
        match self {
            Self::Backslash => '\\',
            Self::Backtick => '`',
        }
    }
}

/// A parser directive: `# name=value` at the top of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Directive {
    /// The whole line without its ending.
    pub span: Span,
    /// The name as written: `syntax`, `escape` or `check` in any case.
    pub name: Span,
    /// The value without blanks around it.
    pub value: Span,
}

impl Directive {
    /// Whether this is the directive of that (lower-case) name.
    #[must_use]
    pub fn is(&self, name: &str, source: &SourceFile) -> bool {
        source.slice(self.name).eq_ignore_ascii_case(name)
    }
}

/// A comment line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Comment {
    /// From `#` to the end of the line, without the line ending.
    pub span: Span,
}

/// One instruction with its flags, arguments and heredocs.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Instruction {
    /// From the keyword (or a continuation right before it) to the last byte that belongs to it: the end of
    /// its last line without the line ending, or of the last heredoc's terminator.
    pub span: Span,
    /// The keyword as written; see [`Dockerfile::keyword_text`] for one that a continuation cuts.
    pub keyword: Span,
    /// The flags in order.
    pub flags: Few<Flag>,
    /// Everything after keyword and flags on the instruction's lines, without heredoc bodies.
    pub arguments: ShellText,
    /// What the instruction says.
    pub kind: InstructionKind,
    /// Its heredocs in order.
    pub heredocs: Few<Heredoc>,
}

impl Instruction {
    /// The instruction that an `ONBUILD` holds, else itself.
    #[must_use]
    pub fn inner(&self) -> &Self {
        match &self.kind {
            InstructionKind::Onbuild(Onbuild { instruction: Some(inner) }) => inner,
            _ => self,
        }
    }

    /// The first flag of that name (without the dashes).
    #[must_use]
    pub fn flag(&self, name: &str, source: &SourceFile) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.text(source) == name)
    }
}

/// The kinds of instruction.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "instruction", rename_all = "UPPERCASE")
)]
#[non_exhaustive]
pub enum InstructionKind {
    /// `ADD`
    Add(Copy),
    /// `ARG`: pairs whose value may be missing.
    Arg(Pairs),
    /// `CMD`
    Cmd(CommandForm),
    /// `COPY`
    Copy(Copy),
    /// `ENTRYPOINT`
    Entrypoint(CommandForm),
    /// `ENV`
    Env(Pairs),
    /// `EXPOSE`
    Expose(Words),
    /// `FROM`
    From(From),
    /// `HEALTHCHECK`
    Healthcheck(Healthcheck),
    /// `LABEL`
    Label(Pairs),
    /// `MAINTAINER`
    Maintainer(Argument),
    /// `ONBUILD`: the instruction it holds, when there is one.
    Onbuild(Onbuild),
    /// `RUN`
    Run(Run),
    /// `SHELL`: the JSON list.
    Shell(Words),
    /// `STOPSIGNAL`
    Stopsignal(Argument),
    /// `USER`
    User(Argument),
    /// `VOLUME`
    Volume(Words),
    /// `WORKDIR`
    Workdir(Argument),
    /// A keyword that is no instruction; there is a syntax error for it.
    Unknown,
}

/// The argument of an instruction that has exactly one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Argument {
    /// All that follows the keyword, with the blanks inside; missing only beside a syntax error.
    pub word: Option<Word>,
}

/// The words of an instruction that is just a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Words {
    /// The words in order; of a JSON list its decoded strings.
    pub words: Box<[Word]>,
    /// Whether they were written as a JSON list.
    pub json: bool,
}

/// The argument of `ONBUILD`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Onbuild {
    /// The instruction that a child image runs; its heredocs are those of the `ONBUILD`.
    // `instruction` is the tag of the kind that this is part of.
    #[cfg_attr(feature = "serde", serde(rename = "trigger"))]
    pub instruction: Option<Box<Instruction>>,
}

/// A here-document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Heredoc {
    /// The operator and word on the instruction's line: `<<-"EOF"`.
    pub marker: Span,
    /// The delimiter without quotes.
    pub name: String,
    /// Whether variables in the body are expanded: the delimiter had no quotes.
    pub expand: bool,
    /// Whether leading tabs are removed (`<<-`).
    pub chomp: bool,
    /// The number before the operator (`3<<EOF`); 0 when there is none.
    pub file_descriptor: u32,
    /// The body's lines with their endings.
    pub body: Span,
    /// The line that ends it, without its line ending; empty at the end of the file when it is missing.
    pub terminator: Span,
}
