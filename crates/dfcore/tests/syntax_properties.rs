//! What holds for any input: tokens are the source, spans lie in it and in order, nothing panics.

#![allow(clippy::unwrap_used)]

use dfcore::syntax::ast::{CommandForm, Instruction, InstructionKind, ShellText};
use dfcore::syntax::{Parse, commands, parse};
use dfcore::text::{SourceFile, Span};
use proptest::prelude::*;

/// Parses, and checks all that holds for any input.
fn check(bytes: &[u8]) -> Parse {
    let source = SourceFile::new("Dockerfile", bytes).unwrap();
    let parsed = parse(&source);
    check_tokens(&parsed, &source);
    let dockerfile = &parsed.dockerfile;

    let mut end = 0;
    for instruction in &dockerfile.instructions {
        assert!(instruction.span.start >= end, "instructions do not overlap");
        end = instruction.span.end;
        check_instruction(instruction, &source);
    }
    for comments in dockerfile.comments.windows(2) {
        assert!(comments[0].span.end <= comments[1].span.start, "comments are in order");
    }
    for comment in &dockerfile.comments {
        assert!(source.slice(comment.span).starts_with('#'));
    }
    for errors in parsed.errors.windows(2) {
        assert!(errors[0].span <= errors[1].span, "errors are in order");
    }
    for error in &parsed.errors {
        check_span(error.span, &source);
        assert!(!error.message.contains('\n') && !error.message.ends_with('.'), "{}", error.message);
    }
    check_spans(&serde_json::to_value(dockerfile).unwrap(), &source);
    let written = serde_json::to_string(&parsed).unwrap();
    assert_eq!(serde_json::from_str::<Parse>(&written).unwrap(), parsed, "it can be read back");
    assert_eq!(commands::commands(dockerfile, &source).len(), dockerfile.instructions.len());
    parsed
}

fn check_tokens(parsed: &Parse, source: &SourceFile) {
    let mut end = 0;
    for token in &parsed.dockerfile.tokens {
        assert_eq!(token.span.start, end, "tokens lie side by side");
        assert!(!token.span.is_empty(), "no token is empty");
        end = token.span.end;
    }
    assert_eq!(end, source.len(), "tokens cover the file");
}

fn check_instruction(instruction: &Instruction, source: &SourceFile) {
    assert!(instruction.span.contains(instruction.keyword));
    assert!(instruction.span.contains(instruction.arguments.span));
    for flag in &instruction.flags {
        assert!(instruction.span.contains(flag.span));
        assert!(flag.span.contains(flag.name.span));
        assert!(flag.value.as_ref().is_none_or(|value| flag.span.contains(value.span)));
        assert!(flag.span.end <= instruction.arguments.span.start);
    }
    check_text(&instruction.arguments, source);
    match &instruction.kind {
        InstructionKind::Run(run) => {
            if let CommandForm::Shell(text) = &run.command {
                assert_eq!(text, &instruction.arguments);
            }
        }
        InstructionKind::Onbuild(onbuild) => {
            if let Some(inner) = &onbuild.instruction {
                check_instruction(inner, source);
            }
        }
        _ => {}
    }
    let mut end = instruction.arguments.span.end;
    for heredoc in &instruction.heredocs {
        assert!(instruction.span.contains(heredoc.marker));
        assert!(end <= heredoc.body.start && heredoc.body.end <= heredoc.terminator.start);
        end = heredoc.terminator.end;
    }
}

fn check_text(text: &ShellText, source: &SourceFile) {
    let mut end = text.span.start;
    for piece in text.pieces() {
        assert!(piece.start >= end && !piece.is_empty() && piece.end <= text.span.end);
        assert!(!source.slice(*piece).contains('\n'), "a piece lies within one line");
        end = piece.end;
    }
    assert_eq!(text.text(source).trim(), text.text(source));
}

fn check_span(span: Span, source: &SourceFile) {
    assert!(span.start <= span.end && span.end <= source.len(), "{span} lies in the file");
    let text = source.text();
    assert!(
        text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize),
        "{span} cuts a character"
    );
}

/// Every span of the tree, found by its shape in the serialized tree.
fn check_spans(value: &serde_json::Value, source: &SourceFile) {
    match value {
        serde_json::Value::Object(fields) => {
            if let (Some(start), Some(end)) = (fields.get("start"), fields.get("end")) {
                let offset = |value: &serde_json::Value| u32::try_from(value.as_u64().unwrap()).unwrap();
                assert!(offset(start) <= offset(end));
                check_span(Span::new(offset(start), offset(end)), source);
            }
            fields.values().for_each(|field| check_spans(field, source));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| check_spans(item, source)),
        _ => {}
    }
}

/// Pieces of Dockerfiles, and of what breaks them.
const FRAGMENTS: &[&str] = &[
    "FROM ",
    "RUN ",
    "COPY ",
    "ADD ",
    "ENV ",
    "LABEL ",
    "ARG ",
    "CMD ",
    "ENTRYPOINT ",
    "SHELL ",
    "ONBUILD ",
    "USER ",
    "HEALTHCHECK ",
    "NONE",
    "EXPOSE ",
    "VOLUME ",
    "WORKDIR ",
    "STOPSIGNAL ",
    "MAINTAINER ",
    "from ",
    "FORM ",
    "alpine",
    " AS ",
    "base",
    "a=b",
    "=",
    "a",
    "x y",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\u{a0}",
    "\u{85}",
    "\u{b}",
    "\\\n",
    " \\\n",
    "\\ \n",
    "\\\\\n",
    "\\\r\n",
    "`\n",
    "\\",
    "`",
    "# comment\n",
    "  # comment\n",
    "#\n",
    "# escape=`\n",
    "# syntax=docker/dockerfile:1\n",
    "# check=skip=all\n",
    "\u{feff}",
    "\0",
    "é",
    "à",
    "😀",
    "<<EOF",
    "<<-EOF",
    "<<\"EOF\"",
    "<<'E F'",
    "3<<EOF",
    "<< EOF",
    "<<",
    "<",
    "EOF\n",
    "\tEOF\n",
    "EOF",
    "E F\n",
    "[",
    "]",
    "[\"a\", \"b\"]",
    "\"a\"",
    ",",
    "1",
    "\\\"",
    "\\n",
    "\\u00e9",
    "\\ud83d",
    "\"",
    "'",
    "{",
    "}",
    "${x:-y}",
    "${",
    "$x",
    "--mount=",
    "type=cache",
    "type=secret,id=a",
    ",target=/x",
    ",from=$x",
    ",size=1",
    "--from=",
    "--chown=a:b",
    "--platform=$BUILDPLATFORM",
    "--interval=1s",
    "--timeout=",
    "--chmod=u+x",
    "--checksum=sha256:0",
    "--device=\"a,",
    ",required",
    "linux/amd64",
    "--network=none",
    "--link",
    "--unknown",
    "--",
    "-- ",
];

fn fragments() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(FRAGMENTS), 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        check(text.as_bytes());
    }

    #[test]
    fn nearly_dockerfiles(text in fragments()) {
        check(text.as_bytes());
    }

    #[test]
    fn nearly_dockerfiles_with_a_byte_changed(text in fragments(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = text.into_bytes();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check(&bytes);
    }

    /// Whatever one line says, the instruction on the next one is understood.
    #[test]
    fn reading_goes_on_after_an_error(line in "[a-zA-Z\\[\\]\"'=,${}# -]{0,40}") {
        let parsed = check(format!("FROM a\n{line}\nWORKDIR /x\n").as_bytes());
        let last = parsed.dockerfile.instructions.last().unwrap();
        prop_assert_eq!(last.kind.name(), "WORKDIR");
    }
}

/// Time that grows faster than the input would make these hang.
mod large {
    use super::*;

    /// Parses and checks the tokens alone: the other checks are slower than the parser.
    fn check(bytes: &[u8]) -> Parse {
        let source = SourceFile::new("Dockerfile", bytes).unwrap();
        let parsed = parse(&source);
        check_tokens(&parsed, &source);
        parsed
    }

    #[test]
    fn many_continuation_lines() {
        let parsed = check(format!("FROM a\nRUN x {}\n", "\\\n  && y ".repeat(20_000)).as_bytes());
        assert_eq!(parsed.dockerfile.instructions[1].arguments.pieces().len(), 20_001);
        check(format!("FROM a\nENV {}\n", "\\\n  a=b\\\nc # d".repeat(20_000)).as_bytes());
        check("\\\n".repeat(100_000).as_bytes());
        check(format!("FROM a\nRUN \\\n{}", "# comment\n\n".repeat(100_000)).as_bytes());
    }

    #[test]
    fn long_words() {
        for (before, unit, after) in [
            ("FROM a\nENV a=", "x", ""),
            ("FROM a\nENV a=\"", "x ", "\""),
            ("FROM a\nRUN ", "x", ""),
            ("FROM a\nRUN [\"", "\\n", "\"]"),
            ("FROM a\nRUN --mount=type=cache,target=", "é", " x"),
            ("FROM a\nRUN --mount=", "a,", " x"),
            ("", "x", ""),
            ("FROM ", "a ", ""),
            ("FROM a\nRUN <<", "\"E\"", ""),
            ("FROM a\nRUN ", "$", "<<E"),
        ] {
            let parsed =
                check(format!("{before}{}{after}\n", unit.repeat(1_000_000 / unit.len())).as_bytes());
            let too_long =
                parsed.errors.iter().any(|error| error.message.contains("longer than 65535 bytes"));
            assert!(too_long, "{:?}", parsed.errors);
        }
    }

    #[test]
    fn many_of_everything() {
        check("RUN a\n".repeat(50_000).as_bytes());
        check("unknown\n".repeat(50_000).as_bytes());
        check(format!("FROM a\nRUN {}\n{}", "<<E ".repeat(10_000), "x\nE\n".repeat(10_000)).as_bytes());
        check(format!("FROM a\nCOPY {} /x\n{}", "<<E ".repeat(2_000), "x\nE\n".repeat(2_000)).as_bytes());
        check(format!("FROM a\n{}RUN x", "ONBUILD ".repeat(5_000)).as_bytes());
        check(format!("FROM a\nRUN {} x", "--mount=type=cache,target=/x ".repeat(2_000)).as_bytes());
        check(format!("FROM a\nRUN {} x", "--network=none ".repeat(2_000)).as_bytes());
        check(format!("FROM a\nRUN {}", "[".repeat(60_000)).as_bytes());
    }
}
