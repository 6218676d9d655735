//! From an instruction's line to its place in the tree; a file for each family of instructions.

mod command;
mod copy;
mod device;
mod fields;
mod flags;
mod from;
mod healthcheck;
mod lists;
mod mount;
mod onbuild;
mod pairs;

use std::ops::Range;

use super::TokenKind;
use super::ast::{Few, Instruction, InstructionKind, Mount, ShellText, Word};
use super::error::Errors;
use super::flags::{FlagText, extract};
use super::heredoc::{self, Marker};
use super::json::{self, JsonList};
use super::keyword::Keyword;
use super::line::LogicalLine;
use super::suggest;
use super::words;
use crate::text::SourceFile;

/// A stretch of the line that is a token; what lies between regions is blank.
#[derive(Clone, Debug)]
pub(super) struct Region {
    pub(super) range: Range<usize>,
    pub(super) kind: TokenKind,
}

/// What reading an instruction needs and leaves besides the instruction.
pub(super) struct Context<'a, 'e> {
    pub(super) source: &'a SourceFile,
    pub(super) line: LogicalLine<'a>,
    pub(super) escape: u8,
    pub(super) errors: &'e mut Errors,
    /// The tokens of the line, in order.
    pub(super) regions: &'e mut Vec<Region>,
    /// The heredocs whose bodies follow the line.
    pub(super) markers: Vec<Marker>,
}

/// An instruction's parts, before its arguments are read.
struct Parts<'a> {
    keyword: Range<usize>,
    flags: Vec<FlagText<'a>>,
    arguments: Range<usize>,
    /// The arguments for the tree.
    text: ShellText,
}

impl Parts<'_> {
    /// What to point at when arguments are missing or too many.
    fn all(&self) -> Range<usize> {
        if self.arguments.is_empty() { self.keyword.clone() } else { self.arguments.clone() }
    }
}

/// Reads the instruction of a range of the line.
pub(super) fn read(context: &mut Context<'_, '_>, range: Range<usize>) -> Instruction {
    let parts = split(context, range);
    let keyword_text = context.line.slice(parts.keyword.clone());
    let keyword = Keyword::of(keyword_text);
    let (flags, mounts) = flags::read(context, &parts, keyword);
    let kind = match keyword {
        Some(keyword) => read_kind(context, keyword, &parts, mounts),
        None => unknown(context, &parts),
    };
    let line = &context.line;
    let keyword = line.span(parts.keyword);
    Instruction {
        span: keyword.cover(parts.text.span),
        keyword,
        flags,
        arguments: parts.text,
        kind,
        heredocs: Few::default(),
    }
}

/// Splits keyword, flags and arguments.
fn split<'a>(context: &mut Context<'a, '_>, range: Range<usize>) -> Parts<'a> {
    let line = context.line;
    let range = line.trim(range);
    let keyword = range.start..range.start + words::first_word_end(line.slice(range.clone()));
    context.regions.push(Region { range: keyword.clone(), kind: TokenKind::Keyword });

    let extracted = extract(&line, keyword.end..range.end, context.escape);
    let flag_ranges = extracted.flags.iter().map(|flag| flag.range.clone()).chain(extracted.terminator);
    context.regions.extend(flag_ranges.map(|range| Region { range, kind: TokenKind::Flag }));

    let arguments = line.trim(extracted.end..range.end);
    let text = line.shell_text(arguments.clone());
    Parts { keyword, flags: extracted.flags, arguments, text }
}

fn read_kind(
    context: &mut Context<'_, '_>,
    keyword: Keyword,
    parts: &Parts<'_>,
    mounts: Few<Mount>,
) -> InstructionKind {
    // The instruction inside an ONBUILD has regions of its own.
    if keyword != Keyword::Onbuild {
        context.regions.push(Region { range: parts.arguments.clone(), kind: TokenKind::Text });
    }
    match keyword {
        Keyword::Add => InstructionKind::Add(copy::read(context, parts, keyword)),
        Keyword::Arg => InstructionKind::Arg(pairs::read_arg(context, parts)),
        Keyword::Cmd => InstructionKind::Cmd(command::read(context, parts)),
        Keyword::Copy => InstructionKind::Copy(copy::read(context, parts, keyword)),
        Keyword::Entrypoint => InstructionKind::Entrypoint(command::read(context, parts)),
        Keyword::Env => InstructionKind::Env(pairs::read(context, parts, keyword)),
        Keyword::Expose => InstructionKind::Expose(lists::read_expose(context, parts)),
        Keyword::From => InstructionKind::From(from::read(context, parts)),
        Keyword::Healthcheck => InstructionKind::Healthcheck(healthcheck::read(context, parts)),
        Keyword::Label => InstructionKind::Label(pairs::read(context, parts, keyword)),
        Keyword::Maintainer => InstructionKind::Maintainer(lists::read_one(context, parts, keyword)),
        Keyword::Onbuild => InstructionKind::Onbuild(onbuild::read(context, parts)),
        Keyword::Run => InstructionKind::Run(command::read_run(context, parts, mounts)),
        Keyword::Shell => InstructionKind::Shell(lists::read_shell(context, parts)),
        Keyword::Stopsignal => InstructionKind::Stopsignal(lists::read_one(context, parts, keyword)),
        Keyword::User => InstructionKind::User(lists::read_one(context, parts, keyword)),
        Keyword::Volume => InstructionKind::Volume(lists::read_volume(context, parts)),
        Keyword::Workdir => InstructionKind::Workdir(lists::read_one(context, parts, keyword)),
    }
}

fn unknown(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> InstructionKind {
    context.regions.push(Region { range: parts.arguments.clone(), kind: TokenKind::Text });
    let written = context.line.slice(parts.keyword.clone());
    let span = context.line.span(parts.keyword.clone());
    let help = match suggest::nearest(&written.to_ascii_uppercase(), Keyword::names()) {
        Some(nearest) => suggest::did_you_mean(nearest),
        None => {
            "if it belongs to the instruction above, that one's last line must end with the escape character"
                .to_owned()
        }
    };
    context.errors.refused(span, format!("unknown instruction {}", suggest::quoted(written)), help);
    InstructionKind::Unknown
}

/// The strings of a JSON list; `None` when the arguments are to be read as text.
///
/// A list with other values than strings is an error, after which the arguments are read as text too.
fn read_json(context: &mut Context<'_, '_>, range: Range<usize>) -> Option<Box<[Word]>> {
    let line = context.line;
    let text = line.slice(range.clone());
    let shift = |inner: Range<usize>| range.start + inner.start..range.start + inner.end;
    match json::parse(text) {
        JsonList::NotJson => None,
        JsonList::NotStrings(value) => {
            let span = line.span(shift(value));
            context.errors.unparsable(
                span,
                "a JSON list of words must hold strings only",
                "put it in double quotes".to_owned(),
            );
            None
        }
        JsonList::Strings(strings) => {
            let word = |string: json::JsonString| {
                let word = line.word(shift(string.range));
                match string.decoded {
                    Some(decoded) => Word::joined(word.span, decoded),
                    None => word,
                }
            };
            Some(strings.into_iter().map(word).collect())
        }
    }
}

/// The words between blanks.
fn words_of<'a>(line: LogicalLine<'a>, range: Range<usize>) -> impl Iterator<Item = Word> + 'a {
    words::split_at_blanks(line.slice(range.clone()))
        .map(move |word| line.word(range.start + word.start..range.start + word.end))
}

/// Looks for heredocs in the whole line. Only instructions in shell form that may have some call it.
fn find_heredocs(context: &mut Context<'_, '_>) {
    match heredoc::find(context.line.text) {
        Ok(markers) => context.markers = markers,
        Err(bad) => {
            let span = context.line.span(bad.range);
            context.errors.unparsable(
                span,
                "the delimiter of this heredoc has an open quote or substitution",
                None,
            );
        }
    }
}
