//! The one pass over the file: lines to instructions.

use std::ops::Range;

use super::ast::{Comment, Directive, Dockerfile, Escape, Heredoc, Instruction, InstructionKind};
use super::directive::{DirectiveLine, Directives};
use super::error::Errors;
use super::heredoc::Marker;
use super::instruction::{self, Context, Region};
use super::lexer::{self, Lines, PhysicalLine, span};
use super::line::{LogicalLine, Piece};
use super::suggest;
use super::{Parse, Token, TokenKind};
use crate::text::{SourceFile, Span};

/// Reads a Dockerfile. It never fails; what BuildKit would refuse is among the errors, and the instructions
/// around it are understood all the same.
///
/// ```
/// use dfcore::syntax::{ast::InstructionKind, parse};
/// use dfcore::text::SourceFile;
///
/// let source = SourceFile::new("Dockerfile", "FROM alpine:3.20 AS base\nRNU apk add git\n")?;
/// let parse = parse(&source);
/// let InstructionKind::From(from) = &parse.dockerfile.instructions[0].kind else { panic!("a FROM") };
/// assert_eq!(from.name.as_ref().map(|name| name.text(&source)), Some("base"));
/// assert_eq!(parse.errors[0].message, "unknown instruction `RNU`");
/// assert_eq!(parse.errors[0].help.as_deref(), Some("did you mean `RUN`?"));
/// # Ok::<(), dfcore::text::TooLarge>(())
/// ```
#[must_use]
pub fn parse(source: &SourceFile) -> Parse {
    let mut parser = Parser::new(source);
    parser.read_file();
    parser.finish()
}

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

struct Parser<'s> {
    source: &'s SourceFile,
    text: &'s str,
    lines: Lines<'s>,
    dockerfile: Dockerfile,
    errors: Errors,
}

/// Buffers that are used again for every instruction.
struct Scratch {
    /// The text of an instruction of several physical lines.
    joined: String,
    pieces: Vec<Piece>,
    /// The tokens of an instruction's lines, its text not yet told apart.
    tokens: Vec<Token>,
    regions: Vec<Region>,
}

impl Scratch {
    /// Large enough for most instructions.
    fn new() -> Self {
        Self {
            joined: String::with_capacity(512),
            pieces: Vec::with_capacity(16),
            tokens: Vec::with_capacity(48),
            regions: Vec::with_capacity(16),
        }
    }

    /// Makes room for one more line of an instruction that was read up to `at`. One of that many lines is likely to be
    /// most of the file; others are left to grow as they will.
    fn make_room(&mut self, at: usize, length: usize) {
        const LONG: usize = 1 << 14;
        if self.pieces.len() == LONG {
            self.joined.reserve_exact(length - at);
        }
        if self.pieces.len() >= LONG {
            reserve_for_rest(&mut self.pieces, 1, at, length);
            reserve_for_rest(&mut self.tokens, 8, at, length);
        }
    }
}

impl<'s> Parser<'s> {
    fn new(source: &'s SourceFile) -> Self {
        let text = source.text();
        // By the density of ordinary files, so that lists rarely have to move.
        let dockerfile = Dockerfile {
            tokens: Vec::with_capacity(text.len() / 10 + 16),
            instructions: Vec::with_capacity(text.len() / 150 + 8),
            ..Dockerfile::default()
        };
        Self { source, text, lines: Lines::new(text), dockerfile, errors: Errors::default() }
    }

    /// Makes room before an instruction that starts at `at`. A list that doubles may end up twice as long as it has to
    /// be; what was read of the file tells better what is to come.
    fn make_room(&mut self, at: usize) {
        reserve_for_rest(&mut self.dockerfile.instructions, 1, at, self.text.len());
        reserve_for_rest(&mut self.dockerfile.tokens, 64, at, self.text.len());
    }

    fn finish(self) -> Parse {
        Parse { dockerfile: self.dockerfile, errors: self.errors.into_sorted() }
    }

    fn read_file(&mut self) {
        let mut directives = Directives::default();
        let mut scratch = Scratch::new();
        while let Some(line) = self.next_line() {
            let mut start = line.start;
            if start == 0 && self.text.starts_with(BYTE_ORDER_MARK) {
                start = BYTE_ORDER_MARK.len();
                self.token(TokenKind::ByteOrderMark, 0, start);
            }
            let content_start = start + lexer::leading_blanks(&self.text[start..line.content_end]);
            let content = &self.text[content_start..line.content_end];
            self.token(TokenKind::Whitespace, start, content_start);
            let directive = directives.next(content);
            if let Some(directive) = directive {
                self.read_directive(content_start, line.content_end, &directive);
                self.line_ending(line);
            } else if content.is_empty() {
                self.line_ending(line);
            } else if content.starts_with('#') {
                self.token(TokenKind::Comment, content_start, line.content_end);
                self.dockerfile.comments.push(Comment { span: span(content_start, line.content_end) });
                self.line_ending(line);
            } else {
                self.read_instruction(line, content_start, &mut scratch);
            }
        }
        self.check_file();
    }

    fn next_line(&mut self) -> Option<PhysicalLine> {
        let line = self.lines.next()?;
        if line.is_too_long() {
            let message =
                format!("the line is longer than {} bytes, which BuildKit refuses", lexer::LINE_LIMIT - 1);
            let help = "split it with continuations, or copy a file instead".to_owned();
            self.errors.unparsable(span(line.start, line.content_end), message, help);
        }
        Some(line)
    }

    fn read_directive(&mut self, start: usize, end: usize, line: &DirectiveLine) {
        let shift = |range: &Range<usize>| span(start + range.start, start + range.end);
        let directive =
            Directive { span: span(start, end), name: shift(&line.name), value: shift(&line.value) };
        self.token(TokenKind::Directive, start, end);
        let name = self.source.slice(directive.name).to_ascii_lowercase();
        if line.is_repeated {
            let message = format!("the directive `{name}` is there twice");
            self.errors.unparsable(directive.span, message, "keep one of them".to_owned());
        } else if name == "escape" {
            match self.source.slice(directive.value) {
                "\\" => self.dockerfile.escape = Escape::Backslash,
                "`" => self.dockerfile.escape = Escape::Backtick,
                other => {
                    let message = format!("{} cannot be the escape character", suggest::quoted(other));
                    self.errors.unparsable(
                        directive.value,
                        message,
                        "it is either `\\` or a backtick".to_owned(),
                    );
                }
            }
        }
        self.dockerfile.directives.push(directive);
    }

    /// Reads the instruction whose text starts at `content_start` in `line`.
    fn read_instruction(&mut self, line: PhysicalLine, content_start: usize, scratch: &mut Scratch) {
        self.make_room(content_start);
        let escape = self.dockerfile.escape.as_char() as u8;
        let end = self.read_logical_line(line, content_start, escape, scratch);
        let Scratch { joined, pieces, tokens, regions } = scratch;
        let text = match pieces.as_slice() {
            [only] => self.source.slice(only.source),
            _ => joined,
        };
        regions.clear();
        let logical = LogicalLine::new(text, pieces);
        let mut context = Context {
            source: self.source,
            line: logical,
            escape,
            errors: &mut self.errors,
            regions,
            markers: Vec::new(),
        };
        let mut instruction = instruction::read(&mut context, 0..text.len());
        let markers = context.markers;
        let marker_spans: Vec<_> = markers.iter().map(|marker| logical.span(marker.range.clone())).collect();
        split_tokens(tokens, regions, &mut self.dockerfile.tokens);

        instruction.span = span(content_start, end);
        for (marker, marker_span) in markers.into_iter().zip(marker_spans) {
            let heredoc = self.read_heredoc(marker, marker_span);
            instruction.span = instruction.span.cover(heredoc.terminator);
            instruction.heredocs.push(heredoc);
        }
        self.dockerfile.instructions.push(instruction);
    }

    /// Collects the physical lines of an instruction. Returns the end of the last one without its ending.
    fn read_logical_line(
        &mut self,
        line: PhysicalLine,
        content_start: usize,
        escape: u8,
        scratch: &mut Scratch,
    ) -> usize {
        scratch.joined.clear();
        scratch.pieces.clear();
        scratch.tokens.clear();
        let (mut line, mut start) = (line, content_start);
        loop {
            let content = &self.text[start..line.content_end];
            let continuation = lexer::continuation(content, escape).map(|at| start + at);
            self.push_piece(start, continuation.unwrap_or(line.content_end), scratch);
            let Some(continuation) = continuation else {
                push_line_ending(line, self.text, &mut scratch.tokens);
                break;
            };
            push_token(&mut scratch.tokens, TokenKind::Continuation, continuation, line.end);
            match self.next_continuing_line(&mut line, scratch) {
                Some(next) => (line, start) = (next, next.start),
                None => break,
            }
            scratch.make_room(start - content_start, self.text.len() - content_start);
        }
        if scratch.pieces.is_empty() {
            scratch.pieces.push(Piece { at: 0, source: span(content_start, content_start) });
        }
        line.content_end
    }

    /// The next line that belongs to the text: comment lines and blank lines are passed over. `last` becomes
    /// the last line that was read.
    fn next_continuing_line(
        &mut self,
        last: &mut PhysicalLine,
        scratch: &mut Scratch,
    ) -> Option<PhysicalLine> {
        loop {
            let line = self.next_line()?;
            *last = line;
            let content_start = line.start + lexer::leading_blanks(&self.text[line.start..line.content_end]);
            let is_blank = content_start == line.content_end;
            let is_comment = self.text[content_start..line.content_end].starts_with('#');
            if !is_blank && !is_comment {
                return Some(line);
            }
            push_token(&mut scratch.tokens, TokenKind::Whitespace, line.start, content_start);
            if is_comment {
                push_token(&mut scratch.tokens, TokenKind::Comment, content_start, line.content_end);
                self.dockerfile.comments.push(Comment { span: span(content_start, line.content_end) });
            }
            push_line_ending(line, self.text, &mut scratch.tokens);
        }
    }

    fn push_piece(&self, start: usize, end: usize, scratch: &mut Scratch) {
        if start == end {
            return;
        }
        let at = match scratch.pieces.as_slice() {
            [] => 0,
            // Only now is a copy needed.
            [first] if scratch.joined.is_empty() => {
                scratch.joined.push_str(self.source.slice(first.source));
                scratch.joined.len()
            }
            _ => scratch.joined.len(),
        };
        if at > 0 {
            scratch.joined.push_str(&self.text[start..end]);
        }
        scratch.pieces.push(Piece { at: at as u32, source: span(start, end) });
        push_token(&mut scratch.tokens, TokenKind::Text, start, end);
    }

    /// Reads the body of a heredoc, up to its terminator or the end of the file.
    fn read_heredoc(&mut self, marker: Marker, marker_span: Span) -> Heredoc {
        let delimiter = marker.delimiter;
        let body_start = self.lines.at();
        let mut body_end = body_start;
        let mut terminator = None;
        while let Some(line) = self.next_line() {
            let content = &self.text[line.start..line.content_end];
            let candidate = if delimiter.chomp { content.trim_start_matches('\t') } else { content };
            if candidate == delimiter.name {
                terminator = Some(line);
                break;
            }
            body_end = line.end;
        }
        self.token(TokenKind::HeredocBody, body_start, body_end);
        if let Some(line) = terminator {
            self.token(TokenKind::HeredocTerminator, line.start, line.content_end);
            self.line_ending(line);
        } else {
            let name = suggest::quoted(&delimiter.name);
            let is_nearly_there =
                self.text[body_start..body_end].lines().any(|line| line.trim() == delimiter.name);
            let help = match (is_nearly_there, delimiter.chomp) {
                (false, _) => format!("end it with a line that holds {name} and nothing else"),
                (true, true) => format!("only tabs may stand before {name}, and nothing after it"),
                (true, false) => format!("no blanks may stand around {name}; `<<-` allows tabs before it"),
            };
            self.errors.unparsable(marker_span, format!("the heredoc {name} has no end"), help);
        }
        Heredoc {
            marker: marker_span,
            name: delimiter.name,
            expand: delimiter.expand,
            chomp: delimiter.chomp,
            file_descriptor: delimiter.file_descriptor,
            body: span(body_start, body_end),
            terminator: terminator
                .map_or(span(body_end, body_end), |line| span(line.start, line.content_end)),
        }
    }

    /// What BuildKit asks of the file as a whole.
    fn check_file(&mut self) {
        let instructions = &self.dockerfile.instructions;
        let Some(first) = instructions.first() else {
            let help = "a Dockerfile starts with `FROM image`".to_owned();
            self.errors.unparsable(Span::empty(0), "the file has no instructions", help);
            return;
        };
        let is_from = |instruction: &&Instruction| matches!(instruction.kind, InstructionKind::From(_));
        let Some(from) = instructions.iter().find(is_from) else {
            let help = "start a build stage with `FROM image`; `scratch` is the empty image".to_owned();
            self.errors.refused(first.keyword, "the file has no `FROM`, so there is nothing to build", help);
            return;
        };
        // An unknown instruction has an error of its own.
        let may_stand_before =
            |kind: &InstructionKind| matches!(kind, InstructionKind::Arg(_) | InstructionKind::Unknown);
        let before = instructions.iter().take_while(|instruction| instruction.span.start < from.span.start);
        if let Some(misplaced) = before.into_iter().find(|instruction| !may_stand_before(&instruction.kind)) {
            let message =
                format!("`{}` stands before the first `FROM`, in no build stage", misplaced.kind.name());
            self.errors.refused(
                misplaced.keyword,
                message,
                "only `ARG` may stand there; move it below".to_owned(),
            );
        }
    }

    fn token(&mut self, kind: TokenKind, start: usize, end: usize) {
        push_token(&mut self.dockerfile.tokens, kind, start, end);
    }

    fn line_ending(&mut self, line: PhysicalLine) {
        push_line_ending(line, self.text, &mut self.dockerfile.tokens);
    }
}

/// Makes room for `next` items, and when there is none, for as many as the rest of the file holds if it is like the part
/// up to `at`.
fn reserve_for_rest<T>(list: &mut Vec<T>, next: usize, at: usize, length: usize) {
    if list.capacity() - list.len() < next {
        let expected = list.len() as f64 * (length - at) as f64 / at.max(1) as f64;
        // A little more, so that the last few of many do not move them all; and some share of what is there, so that
        // a file that gets denser and denser moves them a few times only.
        let least = next.max(16).max(list.len() / 32);
        list.reserve_exact((expected * 1.02) as usize + least);
    }
}

/// Adds a token unless it is empty.
fn push_token(tokens: &mut Vec<Token>, kind: TokenKind, start: usize, end: usize) {
    if start < end {
        tokens.push(Token { kind, span: span(start, end) });
    }
}

/// Adds what follows a line's content: stray carriage returns as blanks, then the line ending.
fn push_line_ending(line: PhysicalLine, text: &str, tokens: &mut Vec<Token>) {
    let ending = &text[line.content_end..line.end];
    let newline = if ending.ends_with("\r\n") { 2 } else { usize::from(ending.ends_with('\n')) };
    push_token(tokens, TokenKind::Whitespace, line.content_end, line.end - newline);
    push_token(tokens, TokenKind::Newline, line.end - newline, line.end);
}

/// Adds the tokens of an instruction's lines, its text split into the regions that were found in it.
fn split_tokens(tokens: &[Token], regions: &[Region], target: &mut Vec<Token>) {
    let mut regions = regions.iter().filter(|region| !region.range.is_empty()).peekable();
    let mut joined = 0;
    for token in tokens {
        if token.kind != TokenKind::Text {
            target.push(*token);
            continue;
        }
        let end = joined + token.span.len() as usize;
        // Where a place of the joined text is in the source, within this token.
        let place = |at: usize| token.span.start as usize + (at - joined);
        let mut at = joined;
        while at < end {
            while regions.next_if(|region| region.range.end <= at).is_some() {}
            let (kind, stop) = match regions.peek() {
                Some(region) if region.range.start <= at => (region.kind, region.range.end.min(end)),
                Some(region) => (TokenKind::Whitespace, region.range.start.min(end)),
                None => (TokenKind::Whitespace, end),
            };
            push_token(target, kind, place(at), place(stop));
            at = stop;
        }
        joined = end;
    }
}
