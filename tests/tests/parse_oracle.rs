//! BuildKit's own parser is the judge: the Python package `dockerfile` carries it (that of BuildKit 0.12.5), and
//! whatever file it is given, we must read the same commands or refuse the file as well.
//!
//! Where the current BuildKit differs from 0.12.5, we follow the current one, and the generated files keep away
//! from it: blanks after `<<`, text after a JSON list, the `check` directive, and escapes within flags when a
//! backtick is the escape character.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};

use dfcore::syntax::{Phase, commands, parse};
use dfcore::text::SourceFile;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// Reads a JSON list of texts, and prints for each the commands, or null when the parser refuses it, or false when
/// the package cannot hand on what the parser says: in a few places BuildKit cuts characters into bytes.
const ORACLE: &str = r#"
import dockerfile, json, sys

def read(text):
    try:
        rows = dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return None
    except UnicodeDecodeError:
        return False
    # The package says None for an empty string.
    return [{"cmd": (c.cmd or "").lower(), "flags": [f or "" for f in c.flags], "value": [v or "" for v in c.value],
             "json": c.json, "startLine": c.start_line, "endLine": c.end_line,
             "heredocs": [{"name": h.name or "", "content": h.content or ""} for h in c.heredocs]} for c in rows]

print(json.dumps([read(text) for text in json.load(sys.stdin)]))
"#;

/// What BuildKit makes of the texts.
fn oracle(texts: &[String]) -> Vec<Value> {
    let python = e2e::variable("DFTEST_PYTHON");
    let input = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(input.as_file(), texts).unwrap();
    let output = Command::new(&python)
        .args(["-c", ORACLE])
        .stdin(std::fs::File::open(input.path()).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| panic!("{python}: {error}"));
    assert!(
        output.status.success(),
        "{python} must have the package dockerfile==3.4.0, as `cargo xtask test` installs it"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What we make of it, in the oracle's shape.
fn ours(text: &str) -> Value {
    let source = SourceFile::new("Dockerfile", text).unwrap();
    let parse = parse(&source);
    if parse.errors.iter().any(|error| error.phase == Phase::Parse) {
        return Value::Null;
    }
    json!(commands::commands(&parse.dockerfile, &source))
}

fn assert_same(texts: &[String]) {
    let theirs = oracle(texts);
    assert_eq!(theirs.len(), texts.len());
    let share = |count: usize| count as f64 / texts.len() as f64;
    assert!(
        share(theirs.iter().filter(|commands| commands.is_array()).count()) > 0.5,
        "BuildKit accepts most files"
    );
    assert!(share(theirs.iter().filter(|commands| commands.is_boolean()).count()) < 0.02);
    for (text, theirs) in texts.iter().zip(theirs).filter(|(_, theirs)| !theirs.is_boolean()) {
        let ours = ours(text);
        assert!(
            ours == theirs,
            "file:\n{text}\n\nas text: {text:?}\n\nours:     {ours}\n\nBuildKit: {theirs}"
        );
    }
}

/// Instructions up to their arguments, in which the pieces come in any order.
const STARTS: &[&str] = &[
    "FROM ",
    "RUN ",
    "COPY ",
    "ADD ",
    "ENV ",
    "LABEL ",
    "ARG ",
    "CMD ",
    "ENTRYPOINT ",
    "HEALTHCHECK ",
    "HEALTHCHECK CMD ",
    "EXPOSE ",
    "VOLUME ",
    "SHELL ",
    "USER ",
    "WORKDIR ",
    "STOPSIGNAL ",
    "MAINTAINER ",
    "ONBUILD ",
    "ONBUILD RUN ",
    "run ",
    "What ",
    "",
    "RUN",
    "\\\nCOPY ",
    "CO\\\nPY ",
    "  RUN\t",
    "ENV a=b ",
    "RUN --mount=type=cache,target=/x ",
];

const PIECES: &[&str] = &[
    "a",
    "b=c",
    "=",
    "x y",
    " ",
    "  ",
    "\t",
    " \\\n",
    "\\\n  ",
    "\\ \n",
    "\\\\\n",
    "\\\n# c\n\n",
    "\\\n#c",
    "\r",
    "\\\r\n",
    "`\n",
    "\"",
    "'",
    "\"a b\"",
    "'c d'",
    "\\\"",
    "\\",
    "\\ ",
    "`",
    "é",
    "à",
    "☃",
    "\u{a0}",
    "\u{b}",
    "$x",
    "${x}",
    "${x:-y z}",
    "#",
    "# c",
    "[",
    "]",
    "{",
    "}",
    ",",
    "--from=a ",
    "--a=\"b c\" ",
    "--",
    "-- ",
    "-",
    "--a\\ b ",
    "--é=à ",
    " <",
    " 3<",
];

/// JSON lists and what is nearly one; nothing follows them in their line.
const LISTS: &[&str] = &[
    "[]",
    "[1]",
    "[null]",
    "[\"a\",\"b c\"]",
    "[\"\\n\\u00e9\\ud83d\\ude00\"]",
    "[ \"a\" ,\t\"b\" ]",
    "[\"a\", true]",
    "[\"a\",]",
    "['a']",
    "[\"a\" \"b\"]",
    "[{\"a\": 1}]",
    "[1e999]",
    "[\"C:\\dir\"]",
    "[\"a\", \\\n  \"b\"]",
    "[",
    "[\"",
    "[\"a\"",
    "[\"\\ud800\"]",
];

const HEREDOCS: &[&str] = &[
    " <<E\nE\n",
    " <<E x\n$a\nE\n",
    " <<-E\n\tx\n\tE\n",
    " <<-E\n  E\nE\n",
    " <<\"E\" <<'F'\nx\nE\ny\nF\n",
    " 3<<E | sh\n# x\nE\n",
    " <<E\nRUN x \\\nE\n",
    " <<E\r\nx\r\nE\r\n",
    " <<E\nx",
    " <<E\"F\"\nx\nEF\n",
    " <<E \\\n  y\nx\nE\n",
    " '<<E\nx\nE\n",
    " <<E>f\nx\nE>f\n",
    "<<E\nE\n",
    " <<<E\nE\n",
    " <<\\E\nE\n",
    " a=<<E\nE\n",
    " ${x:-'<<E'}\nE\n",
    " <<E ${x[0]}\nE\n",
    " \"<<E\" <<F\nF\n",
];

const HEADS: &[&str] = &[
    "",
    "FROM a\n",
    "\u{feff}FROM a\r\n",
    "# escape=`\n",
    "# syntax=x\n#escape=\\\n",
    "# c\n# escape=`\n",
    "\n",
    "# escape=x\n",
    "#syntax=a\n#syntax=b\n",
];

fn line() -> impl Strategy<Value = String> {
    let text = prop::collection::vec(prop::sample::select(PIECES), 0..10).prop_map(|pieces| pieces.concat());
    let arguments = prop_oneof![
        6 => text.clone(),
        2 => prop::sample::select(LISTS).prop_map(str::to_owned),
        1 => (text, prop::sample::select(HEREDOCS)).prop_map(|(text, heredoc)| format!("{text}{heredoc}")),
        2 => prop::sample::select(HEREDOCS).prop_map(str::to_owned),
    ];
    let end = prop::sample::select(
        ["\n", "\n", "\n", "\n\n", "\r\n", "\n# comment\n", "\n  # comment\n", "\r\r\n"].as_slice(),
    );
    (prop::sample::select(STARTS), arguments, end)
        .prop_map(|(start, arguments, end)| format!("{start}{arguments}{end}"))
}

fn file() -> impl Strategy<Value = String> {
    let lines = prop::collection::vec(line(), 1..4).prop_map(|lines| lines.concat());
    (prop::sample::select(HEADS), lines)
        .prop_map(|(head, lines)| format!("{head}{lines}"))
        .prop_filter("the two versions of BuildKit differ", |text| !versions_differ(text))
}

fn versions_differ(text: &str) -> bool {
    // Text after a list: the old one reads the list alone.
    let text_after_list = text.split(']').skip(1).any(|after| {
        let rest = after.trim_start_matches([' ', '\t']);
        !rest.is_empty() && !rest.starts_with(['\n', '\r'])
    });
    // In flags, the old one always takes the backslash as the escape character.
    let flag_escape = text.contains("escape=`") && text.contains("--");
    // Blanks after `<<`.
    let apart = ["<< ", "<<\t", "<<\r", "<<\\\n", "<<\\\r", "<<\u{a0}", "<<\u{b}"]
        .iter()
        .any(|start| text.contains(start));
    text_after_list || flag_escape || apart
}

#[test]
fn generated_files_are_read_as_buildkit_reads_them() {
    let mut runner = TestRunner::deterministic();
    let texts: Vec<_> = (0..20_000).map(|_| file().new_tree(&mut runner).unwrap().current()).collect();
    assert_same(&texts);
}

#[test]
fn our_own_files_are_read_as_buildkit_reads_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts = Vec::new();
    collect(&root.join("examples"), &mut texts);
    collect(&root.join("fixtures"), &mut texts);
    assert!(!texts.is_empty(), "the project has Dockerfiles of its own");
    assert_same(&texts);
}

/// All Dockerfiles under a folder.
fn collect(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, texts);
        } else if entry.file_name().to_string_lossy().contains("Dockerfile") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
}
