use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::Instruction;
use crate::syntax::{TokenKind, is_keyword};
use crate::text::Span;

declare_rule! {
    /// An instruction goes on over a blank line.
    ///
    /// BuildKit skips blank lines after a continuation, so the instruction does not end there, though it looks as if it did:
    /// a `\` too many swallows the next instruction. Later versions will refuse such a file.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add --no-cache \
    ///
    ///     curl
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// RUN apk add --no-cache \
    ///     curl
    /// ```
    ///
    /// Where the line after it begins with a keyword, somebody has to say what was meant:
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl && \
    ///
    /// USER app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN apk add --no-cache \
    ///     # For the health check.
    ///     curl
    /// RUN <<EOF
    /// echo one
    ///
    /// echo two
    /// EOF
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: BuildKit leaves the blank lines out, and so does the fix. The continuation stays.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/no-empty-continuation/>
    /// - `isEmptyContinuationLine` of BuildKit, `frontend/dockerfile/parser/parser.go`
    pub EmptyContinuation {
        code: "DF8006",
        name: "empty-continuation",
        group: Style,
        severity: Warning,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["NoEmptyContinuation"],
    }
}

impl Rule for EmptyContinuation {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (_, instruction) in model.instructions() {
            let Some((continuation, blank)) = blank_line(model, instruction) else { continue };
            let keyword = instruction.kind.name();
            let mut finding = report
                .at(continuation, format!("`{keyword}` goes on over a blank line"))
                .label(blank, "this line does not end it");
            if let Some(next) = next_keyword(model, instruction, blank) {
                finding = finding.note(format!("so `{next}` is a part of it and no instruction"));
            }
            let finding = finding
                .note("a later BuildKit refuses the file")
                .help("remove the blank line, or the continuation");
            // A swallowed instruction is a mistake, which would no longer be seen.
            let lines = blank_lines(model, instruction);
            if lines.iter().all(|&line| next_keyword(model, instruction, line).is_none()) {
                finding.fix(Fix::safe("remove the blank lines", lines.into_iter().map(Edit::remove)));
            }
        }
    }
}

/// The blank lines of an instruction, whole.
fn blank_lines(model: &Model<'_>, instruction: &Instruction) -> Vec<Span> {
    let found = blank_places(model, instruction).into_iter();
    found.map(|(_, blank)| model.source.full_line_span(blank.start)).collect()
}

/// The first blank line of an instruction, and the last continuation above it.
fn blank_line(model: &Model<'_>, instruction: &Instruction) -> Option<(Span, Span)> {
    blank_places(model, instruction).into_iter().next()
}

/// The blank lines of an instruction, and the last continuation above each. Those in heredocs are text.
fn blank_places(model: &Model<'_>, instruction: &Instruction) -> Vec<(Span, Span)> {
    let mut places = Vec::new();
    let mut continuation = None;
    let mut is_line_start = false;
    for token in model.dockerfile.tokens_in(instruction.span) {
        match token.kind {
            TokenKind::Continuation => {
                continuation = Some(Span::new(token.span.start, token.span.start + 1));
                is_line_start = true;
            }
            TokenKind::Newline if is_line_start => {
                places.extend(continuation.map(|continuation| (continuation, token.span)));
            }
            TokenKind::Newline => is_line_start = continuation.is_some(),
            TokenKind::Whitespace => {}
            TokenKind::HeredocBody => break,
            _ => is_line_start = false,
        }
    }
    places
}

/// The keyword that the line after the blank ones begins with.
fn next_keyword<'m>(model: &'m Model<'_>, instruction: &Instruction, blank: Span) -> Option<&'m str> {
    let rest = model.slice(Span::new(blank.end, instruction.span.end.max(blank.end)));
    let word = rest.split_whitespace().next()?;
    (is_keyword(word) && !word.bytes().any(|byte| byte.is_ascii_lowercase())).then_some(word)
}
