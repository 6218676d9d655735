//! Proves the page for those who come from `dockerfile-parser`: what it says of that crate is tried.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use dfcore::model::{Base, ImageReference, Model};
use dfcore::syntax::ast::{CommandForm, CopySource, InstructionKind, Pairs, Word};
use dfcore::syntax::{Parse, parse};
use dfcore::text::SourceFile;
use dockerfile_parser as old;

const PAGE: &str = include_str!("../../../docs/migrating-from-dockerfile-parser.md");

/// The cells of the table below a heading, code without its backticks.
fn table(heading: &str) -> Vec<Vec<String>> {
    let section = PAGE.split_once(&format!("## {heading}\n")).unwrap().1;
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split(" | ").map(cell).collect()).collect()
}

fn cell(text: &str) -> String {
    let code = |ticks: &str, end: &str| text.trim().strip_prefix(ticks)?.strip_suffix(end);
    code("`` ", " ``").or_else(|| code("`", "`")).unwrap_or(text).to_owned()
}

/// The file that a cell means.
fn file(cell: &str) -> String {
    let text = cell.replace('⏎', "\n");
    let has_from = text.starts_with("FROM") || text.starts_with('#');
    if has_from { format!("{text}\n") } else { format!("FROM a\n{text}\n") }
}

fn source(text: &str) -> SourceFile {
    SourceFile::new("Dockerfile", text).unwrap()
}

#[test]
fn it_refuses_what_we_read() {
    let rows = table("What it refuses");
    assert!(rows.len() > 20, "{rows:?}");
    for row in rows {
        let text = file(&row[0]);
        assert!(old::Dockerfile::parse(&text).is_err(), "{text:?}");
        let errors = parse(&source(&text)).errors;
        assert!(errors.is_empty(), "{text:?}: {errors:?}");
    }
    for text in ["\u{feff}FROM a\n".to_owned(), format!("FROM a@sha512:{}\n", "0123456789abcdef".repeat(8))] {
        assert!(old::Dockerfile::parse(&text).is_err(), "{text:?}");
        assert!(parse(&source(&text)).errors.is_empty(), "{text:?}");
    }
    assert!(old::Dockerfile::from_reader(&b"FROM a\nRUN \xFF\n"[..]).is_err());
    assert!(parse(&SourceFile::new("Dockerfile", b"FROM a\nRUN \xFF\n").unwrap()).errors.is_empty());
}

#[test]
fn it_misreads_what_we_read() {
    let rows = table("What it misreads");
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let text = file(&row[0]);
        assert_eq!(what_it_sees(&old::Dockerfile::parse(&text).unwrap()), row[1], "{text:?}");
        let source = source(&text);
        assert_eq!(what_we_see(&parse(&source), &source), row[2], "{text:?}");
    }
}

/// Its instructions but `FROM`, in short.
fn what_it_sees(dockerfile: &old::Dockerfile) -> String {
    let instructions = dockerfile.instructions.iter().filter_map(|instruction| {
        Some(match instruction {
            old::Instruction::Run(run) => match &run.expr {
                old::ShellOrExecExpr::Shell(text) => format!("RUN shell: {}", text.to_string().trim()),
                old::ShellOrExecExpr::Exec(list) => format!("RUN exec: {}", list.as_str_vec().join(" ")),
            },
            old::Instruction::Copy(copy) => {
                let flags = copy.flags.iter().map(|flag| format!("--{}={} ", flag.name, flag.value));
                let sources: Vec<_> = copy.sources.iter().map(AsRef::as_ref).collect();
                format!("COPY {}{} to {}", flags.collect::<String>(), sources.join(", "), copy.destination)
            }
            old::Instruction::Misc(misc) => {
                let text = misc.arguments.to_string();
                format!("{} text: {}", misc.instruction.content.to_uppercase(), text.trim())
            }
            old::Instruction::From(_) => return None,
            other => panic!("the page has none of these: {other:?}"),
        })
    });
    instructions.collect::<Vec<_>>().join("; ")
}

/// Ours, or the first error.
fn what_we_see(parse: &Parse, source: &SourceFile) -> String {
    if let Some(error) = parse.errors.first() {
        return format!("error: {}", error.message.replace('`', "'"));
    }
    let text = |word: &Word| word.text(source).to_owned();
    let instructions = parse.dockerfile.instructions.iter().filter_map(|instruction| {
        let name = instruction.kind.name();
        let flags: String =
            instruction.flags.iter().map(|flag| format!("{} ", source.slice(flag.span))).collect();
        let said = match &instruction.kind {
            InstructionKind::Run(run) => match &run.command {
                CommandForm::Shell(shell) => format!("shell: {}", shell.text(source)),
                CommandForm::Exec { words } => {
                    format!("exec: {}", words.iter().map(text).collect::<Vec<_>>().join(" "))
                }
            },
            InstructionKind::Copy(copy) => {
                let sources = copy.sources.iter().map(|source| match source {
                    CopySource::Path(word) | CopySource::Heredoc { word, .. } => text(word),
                });
                let destination = copy.destination.as_ref().map(text).unwrap_or_default();
                format!("{} to {destination}", sources.collect::<Vec<_>>().join(", "))
            }
            InstructionKind::Arg(Pairs { pairs, .. }) => source.slice(pairs[0].span).to_owned(),
            InstructionKind::From(_) => return None,
            _ => format!("text: {}", instruction.arguments.text(source)),
        };
        Some(format!("{name} {flags}{said}"))
    });
    instructions.collect::<Vec<_>>().join("; ")
}

#[test]
fn an_image_with_tag_and_digest_loses_its_tag() {
    let text = format!("a:1@sha256:{}", "0123456789abcdef".repeat(4));
    let theirs = old::ImageRef::parse(&text);
    assert_eq!((theirs.image.as_str(), theirs.tag), ("a:1", None));
    let ours = ImageReference::parse(&text);
    assert_eq!((ours.path, ours.tag), ("a", Some("1")));
}

#[test]
fn defaults_of_variables_are_left_as_they_stand() {
    let text = "FROM a:${x:-1}\n";
    let theirs = old::Dockerfile::parse(text).unwrap();
    let image = &theirs.instructions[0].as_from().unwrap().image_parsed;
    assert_eq!(image.resolve_vars(&theirs).unwrap().tag.as_deref(), Some("${x:-1}"));
    let source = source(text);
    let model = Model::new(&source);
    assert_eq!(model.stages()[0].base.image().expect("an image").tag, Some("1"));
}

#[test]
fn names_of_stages_are_compared_in_any_case() {
    let text = "FROM a AS Build\nFROM Build\n";
    let theirs = old::Dockerfile::parse(text).unwrap();
    assert_eq!(theirs.stages()[1].parent, old::StageParent::Stage(0));
    let source = source(text);
    assert!(matches!(Model::new(&source).stages()[1].base, Base::Image(_)));
}

#[test]
fn ten_instructions_are_texts() {
    let others = [
        "ADD a b",
        "EXPOSE 80",
        "HEALTHCHECK NONE",
        "MAINTAINER x",
        "ONBUILD RUN x",
        "SHELL [\"x\"]",
        "STOPSIGNAL x",
        "USER x",
        "VOLUME x",
        "WORKDIR x",
    ];
    let text = format!("FROM a\n{}\n", others.join("\n"));
    let theirs = old::Dockerfile::parse(&text).unwrap();
    assert!(theirs.instructions[1..].iter().all(|instruction| instruction.as_misc().is_some()));
    assert_eq!(theirs.instructions.len(), 1 + others.len());
    assert!(parse(&source(&text)).errors.is_empty());
}

/// By the length, it gives up or overflows its stack, which cannot be caught: this test starts itself once more.
#[test]
fn a_run_of_20_000_lines_is_not_read() {
    const IN_CHILD: &str = "DFCORE_TEST_LONG_RUN";
    let text = format!("FROM a\nRUN true {}\n", "\\\n  && true ".repeat(20_000));
    if std::env::var_os(IN_CHILD).is_some() {
        // On a thread of the usual size, whatever that of the tests is.
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let parsed = thread.spawn(move || old::Dockerfile::parse(&text).is_ok()).unwrap().join().unwrap();
        assert!(!parsed, "it was read");
        return;
    }
    let parsed = parse(&source(&text));
    assert!(parsed.errors.is_empty());
    assert_eq!(parsed.dockerfile.instructions[1].arguments.pieces().len(), 20_001);

    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "a_run_of_20_000_lines_is_not_read", "--nocapture"]).env(IN_CHILD, "1");
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("it was read"), "{said}");
}
