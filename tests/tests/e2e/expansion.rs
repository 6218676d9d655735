//! The engine is the judge of variables: it builds generated Dockerfiles, and whatever a label comes out as, we must
//! have said so before.

use std::fmt::Write as _;

use dfcore::model::Model;
use dfcore::syntax::ast::InstructionKind;
use dfcore::text::SourceFile;
use e2e::{Project, Tag, dfbuild};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// Files that are built, and labels in each: 800 words in all.
const FILES: usize = 20;
const LABELS: usize = 40;

/// Names that the files set, may set or never set.
const NAMES: [&str; 10] = ["A", "B", "C", "EMPTY", "FILE", "LIST", "PATH", "GLOBAL", "1", "UNSET"];

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(NAMES.as_slice()).prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z./:_=-]{1,4}",
        1 => Just("é".to_owned()),
        1 => Just("\\$".to_owned()),
        1 => Just("\\\\".to_owned()),
        1 => Just("\\x".to_owned()),
        1 => Just("<<".to_owned()),
        1 => "'[a-z $\\\\\"]{0,4}'",
    ]
}

/// A pattern that is not empty: an engine with BuildKit 0.13 or older crashes on one that is (`${x#}`).
fn pattern() -> impl Strategy<Value = String> {
    let first = prop::sample::select(&["a", "t", ".", "*", "?", "\\*"]);
    let part = prop_oneof![
        3 => "[abct.]",
        2 => Just("*".to_owned()),
        1 => Just("?".to_owned()),
        1 => Just("\\*".to_owned()),
        1 => Just("\\/".to_owned()),
        1 => name().prop_map(|name| format!("${name}")),
    ];
    (first, prop::collection::vec(part, 0..3)).prop_map(|(first, parts)| first.to_owned() + &parts.concat())
}

/// A word as `LABEL` and `ENV` take it: blanks stand within quotes only.
fn word() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => literal(),
        2 => name().prop_map(|name| format!("${name}")),
        1 => name().prop_map(|name| format!("${{{name}}}")),
        2 => (name(), prop::sample::select(&["#", "##", "%", "%%"]), pattern())
            .prop_map(|(name, operator, pattern)| format!("${{{name}{operator}{pattern}}}")),
        1 => (name(), prop::sample::select(&["/", "//"]), pattern(), "[a-z]{0,2}")
            .prop_map(|(name, slash, pattern, new)| format!("${{{name}{slash}{pattern}/{new}}}")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let words = prop::collection::vec(inner, 0..3).prop_map(|words| words.concat());
        prop_oneof![
            2 => (name(), prop::sample::select(&[":-", "-", ":+", "+", ":?", "?"]), words.clone())
                .prop_map(|(name, operator, word)| format!("${{{name}{operator}{word}}}")),
            1 => words.clone().prop_map(|words| format!("\"{} \"", words.replace('"', ""))),
            2 => words,
        ]
    })
}

/// `ENV` and `ARG` lines that set some of the names.
fn settings() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just(String::new()),
        Just("a.tar.gz".to_owned()),
        Just("/usr/bin:/bin".to_owned()),
        "[abct.]{1,5}",
        name().prop_map(|name| format!("x${name}")),
        name().prop_map(|name| format!("${{{name}:-b}}t")),
    ];
    let target = prop::sample::select(&["A", "B", "C", "EMPTY", "FILE", "LIST"]);
    let line = prop_oneof![
        3 => (target.clone(), value.clone()).prop_map(|(name, value)| format!("ENV {name}={value}\n")),
        2 => (target.clone(), value.clone()).prop_map(|(name, value)| format!("ARG {name}={value}\n")),
        1 => (target.clone(), value.clone(), target, value)
            .prop_map(|(first, one, second, two)| format!("ENV {first}={one} {second}={two}\n")),
        1 => Just("ARG GLOBAL\n".to_owned()),
        1 => Just("ARG GLOBAL=local\n".to_owned()),
    ];
    prop::collection::vec(line, 2..7).prop_map(|lines| lines.concat())
}

struct Generator {
    runner: TestRunner,
}

impl Generator {
    fn new() -> Self {
        Self { runner: TestRunner::deterministic() }
    }

    fn next(&mut self, strategy: &impl Strategy<Value = String>) -> String {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    /// A file without labels: global arguments, a stage, and one on top of it.
    fn scopes(&mut self) -> String {
        let (below, above) = (self.next(&settings()), self.next(&settings()));
        format!("ARG GLOBAL=global\nFROM scratch AS base\n{below}FROM base\n{above}")
    }
}

/// What each label of a file has as its value; `None` where we say that there is none.
fn expected(text: &str) -> Vec<Option<String>> {
    let source = SourceFile::new("Dockerfile", text).unwrap();
    let model = Model::new(&source);
    assert!(model.errors.is_empty(), "{:?} in\n{text}", model.errors);
    let mut values = Vec::new();
    for (index, instruction) in model.instructions() {
        if let InstructionKind::Label(pairs) = &instruction.kind {
            let value = model.expand(index, pairs.pairs[0].value.as_ref().unwrap());
            values.push(value.as_known().map(str::to_owned));
        }
    }
    values
}

#[test]
fn labels_come_out_as_we_say() {
    let mut generator = Generator::new();
    let mut refused = Vec::new();
    let mut compared = 0;
    for _ in 0..FILES {
        let mut text = generator.scopes();
        let mut values = Vec::new();
        while values.len() < LABELS {
            // Something follows, so that an escape character is not the last one of the line.
            let word = generator.next(&word());
            if !word.contains('$') {
                continue;
            }
            let line = format!("LABEL l{}={word}|\n", values.len());
            match expected(&format!("{text}{line}")).pop() {
                Some(Some(value)) => {
                    text.push_str(&line);
                    values.push((word, value));
                }
                _ => refused.push(format!("{text}{line}")),
            }
        }
        let tag = Tag::new("expansion");
        let project = Project::new(&text);
        dfbuild().args(["--lint", "off", "-t", tag.name()]).arg(project.path()).run().expect(0);
        let labels = tag.labels();
        let mut wrong = String::new();
        for (number, (word, value)) in values.iter().enumerate() {
            compared += 1;
            let theirs = labels[format!("l{number}")].as_str().unwrap_or("<none>");
            if theirs != value {
                writeln!(wrong, "{word}: the engine says {theirs:?}, we say {value:?}").unwrap();
            }
        }
        assert!(wrong.is_empty(), "{wrong}in\n{text}");
    }
    assert!(compared >= 500, "{compared} words compared");

    // Words that have no value for us must stop the engine. Each takes a build, so a sample has to do.
    assert!(refused.len() >= 20, "only {} words are refused", refused.len());
    for text in refused.iter().take(20) {
        let project = Project::new(text);
        let tag = Tag::new("refused");
        let outcome = dfbuild().args(["--lint", "off", "-t", tag.name()]).arg(project.path()).run();
        // The word is what it stops at, and not an engine that went away.
        outcome.expect(1).says("failed to process");
    }
}
