//! The feature `serde`: what is written can be read back, and nothing that can be read makes the library panic.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use dfcore::shell::{self, Dialect, Script, ScriptSource};
use dfcore::syntax::ast::{CommandForm, Healthcheck, Instruction, InstructionKind, ShellText};
use dfcore::syntax::{Dockerfile, Parse, commands, parse};
use dfcore::text::{SourceFile, Span};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn source(text: impl Into<Vec<u8>>) -> SourceFile {
    SourceFile::new("Dockerfile", text).unwrap()
}

#[track_caller]
fn round_trip<T: serde::Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let written = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&written).unwrap(), value, "{written}");
}

fn command(instruction: &Instruction) -> Option<&CommandForm> {
    match &instruction.kind {
        InstructionKind::Run(run) => Some(&run.command),
        InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => Some(command),
        InstructionKind::Healthcheck(Healthcheck::Cmd { command }) => Some(command),
        InstructionKind::Onbuild(onbuild) => command(onbuild.instruction.as_deref()?),
        _ => None,
    }
}

fn scripts(dockerfile: &Dockerfile, source: &SourceFile) -> Vec<Script> {
    let script = |instruction: &Instruction| {
        let command = command(instruction)?;
        Some(shell::parse(&ScriptSource::new(source, command, &instruction.heredocs, Dialect::Bash)))
    };
    dockerfile.instructions.iter().filter_map(script).collect()
}

/// The Dockerfiles below a folder of the repository.
fn dockerfiles(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            dockerfiles(&path, found);
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().contains("Dockerfile")) {
            found.push(path);
        }
    }
}

#[test]
fn files_can_be_read_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    dockerfiles(&root.join("examples"), &mut files);
    dockerfiles(&root.join("fixtures"), &mut files);
    assert!(!files.is_empty());
    for file in files {
        let source = source(fs::read(file).unwrap());
        let parsed = parse(&source);
        round_trip(&parsed);
        round_trip(&parsed.dockerfile);
        scripts(&parsed.dockerfile, &source).iter().for_each(round_trip);
    }
}

#[test]
fn the_tree_shows_what_flags_say() {
    let written = |text: &str| serde_json::to_value(parse(&source(text)).dockerfile).unwrap();
    let tree = written("FROM a\nRUN --network=none --mount=type=tmpfs,target=/t,size=1k x");
    let run = &tree["instructions"][1];
    assert_eq!(run["flags"][0]["typed"], json!({"type": "network", "value": "none"}));
    assert_eq!(run["flags"][1]["typed"], json!({"type": "mount", "value": 0}));
    let settings = run["kind"]["mounts"][0]["options"].as_array().unwrap().iter();
    assert_eq!(
        settings.map(|option| &option["setting"]).collect::<Vec<_>>(),
        [
            &json!({"type": "type", "value": "tmpfs"}),
            &json!({"type": "target"}),
            &json!({"type": "size", "value": 1024}),
        ]
    );
    let tree = written("FROM a\nHEALTHCHECK --interval=1m CMD x");
    let interval = &tree["instructions"][1]["flags"][0]["typed"];
    assert_eq!(interval, &json!({"type": "duration", "value": {"secs": 60, "nanos": 0}}));
}

#[test]
fn broken_promises_are_refused() {
    assert!(serde_json::from_value::<Span>(json!({"start": 2, "end": 1})).is_err());
    let text = |pieces: Value| {
        serde_json::from_value::<ShellText>(json!({"span": {"start": 2, "end": 9}, "pieces": pieces}))
    };
    let span = |start: u32, end: u32| json!({"start": start, "end": end});
    assert_eq!(text(Value::Null).unwrap(), ShellText::plain(Span::new(2, 9)));
    assert_eq!(text(json!([span(2, 4), span(6, 9)])).unwrap().pieces().len(), 2);
    for pieces in [
        json!([]),
        json!([span(2, 9)]),
        json!([span(6, 9), span(2, 4)]),
        json!([span(2, 6), span(5, 9)]),
        json!([span(2, 2), span(2, 9)]),
        json!([span(3, 4), span(6, 9)]),
        json!([span(2, 4), span(6, 99)]),
    ] {
        assert!(text(pieces.clone()).is_err(), "{pieces}");
    }
}

const RICH: &str = r#"# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 a AS b
RUN --mount=type=cache,"target=/x,y" \
    # why
    apt-get install \
      "é$x"
RUN <<-EOF cat <<'B' && \
    sh -c 'x; y'
	a
	EOF
b
B
COPY --chown=a:b --chmod=u+x <<EOF c /d
e
e
EOF
ONBUILD HEALTHCHECK --interval=1s CMD ["a", "\n"]
EN\
V A=1
"#;

/// Changes the numbers of a document, which are mostly ends of spans, wherever `changes` says.
fn change(value: &mut Value, changes: &mut impl Iterator<Item = Option<u32>>) {
    match value {
        Value::Number(number) => {
            if let Some(Some(new)) = changes.next() {
                *number = new.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change(item, changes)),
        Value::Object(fields) => fields.values_mut().for_each(|field| change(field, changes)),
        _ => {}
    }
}

/// Puts ends the right way round: a span that ends before it starts is refused, and the document gets no further.
fn swap_ends(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(swap_ends),
        Value::Object(fields) => {
            if let (Some(start), Some(end)) = (fields.get("start"), fields.get("end"))
                && start.as_u64() > end.as_u64()
            {
                let (start, end) = (start.clone(), end.clone());
                fields.insert("start".to_owned(), end);
                fields.insert("end".to_owned(), start);
            }
            fields.values_mut().for_each(swap_ends);
        }
        _ => {}
    }
}

fn numbers() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![200 => Just(None), 2 => (0..400_u32).prop_map(Some), 1 => any::<u32>().prop_map(Some)]
}

proptest! {
    /// A document of another file, or of none, may say wrong things, but it harms nobody.
    #[test]
    fn other_documents_do_not_panic(changes in prop::collection::vec(numbers(), 700), text in "\\PC{0,80}") {
        let mut document = serde_json::to_value(parse(&source(RICH))).unwrap();
        change(&mut document, &mut changes.into_iter());
        swap_ends(&mut document);
        if let Ok(Parse { dockerfile, .. }) = serde_json::from_value::<Parse>(document) {
            for source in [source(RICH), source(text)] {
                std::hint::black_box((commands::commands(&dockerfile, &source), scripts(&dockerfile, &source)));
                for instruction in &dockerfile.instructions {
                    let comments = dockerfile.comments_before(instruction);
                    let tokens = dockerfile.tokens_in(instruction.span);
                    let keyword = dockerfile.keyword_text(instruction, &source);
                    let arguments = instruction.arguments.text(&source);
                    std::hint::black_box((comments, tokens, keyword, arguments));
                }
            }
        }
    }
}
