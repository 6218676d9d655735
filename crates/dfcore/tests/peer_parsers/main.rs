//! Two other parsers read the same files: where their grammars and ours agree on what to read, they must see the same.
//!
//! Neither is the reference; that is BuildKit. But they were written by other people, so that a mistake is rarely the
//! same in all three.

#![allow(clippy::unwrap_used)]

mod dockerfile_parser;
mod grammar;
mod own_files;
mod parse_dockerfile;
mod seen;

use std::cell::RefCell;
use std::collections::BTreeMap;

use dfcore::model::Model;
use dfcore::syntax::ast::{Escape, InstructionKind};
use dfcore::syntax::parse;
use dfcore::text::SourceFile;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use grammar::Peer;
use own_files::own_files;
use seen::{Seen, difference};

const CASES: u32 = 3_000;

/// Every instruction there is.
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Compares generated files; a comparison returns what was compared or says what differs.
fn check(peer: Peer, compare: impl Fn(&str) -> Result<Vec<Seen>, String>) {
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let counts = RefCell::new(BTreeMap::<String, usize>::new());
    TestRunner::new(config)
        .run(&grammar::dockerfiles(peer), |text| {
            for seen in compare(&text).map_err(TestCaseError::fail)? {
                *counts.borrow_mut().entry(seen.keyword).or_default() += 1;
            }
            Ok(())
        })
        .unwrap();
    let counts = counts.into_inner();
    for keyword in KEYWORDS {
        assert!(
            counts.get(keyword).is_some_and(|&count| count > 100),
            "{keyword} is rarely compared: {counts:?}"
        );
    }
}

fn compare_with_dockerfile_parser(text: &str) -> Result<Vec<Seen>, String> {
    let theirs = ::dockerfile_parser::Dockerfile::parse(text).map_err(|error| error.to_string())?;
    let source = SourceFile::new("Dockerfile", text).unwrap();
    let model = Model::new(&source);
    let ours = dockerfile_parser::ours(&model);
    if let Some(difference) = difference(&ours, &dockerfile_parser::theirs(&theirs)) {
        return Err(difference);
    }
    let (our_stages, their_stages) =
        (dockerfile_parser::our_stages(&model), dockerfile_parser::their_stages(&theirs));
    if our_stages != their_stages {
        return Err(format!("stages\n  ours {our_stages:?}\ntheirs {their_stages:?}"));
    }
    Ok(ours)
}

fn compare_with_parse_dockerfile(text: &str) -> Result<Vec<Seen>, String> {
    let theirs = ::parse_dockerfile::parse(text).map_err(|error| error.to_string())?;
    let source = SourceFile::new("Dockerfile", text).unwrap();
    let ours = parse_dockerfile::ours(&parse(&source), &source);
    match difference(&ours, &parse_dockerfile::theirs(&theirs)) {
        Some(difference) => Err(difference),
        None => Ok(ours),
    }
}

#[test]
fn dockerfile_parser_sees_the_same() {
    check(Peer::DockerfileParser, compare_with_dockerfile_parser);
}

#[test]
fn parse_dockerfile_sees_the_same() {
    check(Peer::ParseDockerfile, compare_with_parse_dockerfile);
}

/// Why a file of ours may be read in another way, and whether that holds for it. BuildKit reads them as we do.
type Excuse = (&'static str, fn(&Model<'_>) -> bool);

/// Compares the files of this project.
fn check_own_files(compare: impl Fn(&str) -> Result<Vec<Seen>, String>, excuses: &[Excuse], at_least: usize) {
    let mut alike = 0;
    let mut used = vec![false; excuses.len()];
    for (name, text) in own_files() {
        let Err(difference) = compare(&text) else {
            alike += 1;
            continue;
        };
        let source = SourceFile::new("Dockerfile", text).unwrap();
        let model = Model::new(&source);
        let excused: Vec<bool> = excuses.iter().map(|(_, holds)| holds(&model)).collect();
        assert!(excused.contains(&true), "{name}: {difference}");
        used.iter_mut().zip(excused).for_each(|(used, excused)| *used |= excused);
    }
    assert!(alike >= at_least, "only {alike} files were read alike");
    for ((why, _), used) in excuses.iter().zip(used) {
        assert!(used, "no file differs because {why}");
    }
}

/// BuildKit leaves it out.
fn has_byte_order_mark(model: &Model<'_>) -> bool {
    model.source.text().starts_with('\u{FEFF}')
}

fn kinds<'a>(model: &'a Model<'_>) -> impl Iterator<Item = &'a InstructionKind> {
    model.dockerfile.instructions.iter().map(|instruction| &instruction.kind)
}

#[test]
fn dockerfile_parser_sees_the_same_in_our_files() {
    let excuses: &[Excuse] = &[
        ("it leaves the flags of RUN and ADD in their arguments", |model| {
            model.dockerfile.instructions.iter().any(|instruction| {
                matches!(instruction.kind, InstructionKind::Run(_) | InstructionKind::Add(_))
                    && !instruction.flags.is_empty()
            })
        }),
        ("it takes a flag without a value for a source", |model| {
            let flags = model.dockerfile.instructions.iter().flat_map(|instruction| &instruction.flags);
            flags.into_iter().any(|flag| flag.value.is_none())
        }),
        ("it has no heredocs", |model| {
            model.dockerfile.instructions.iter().any(|instruction| !instruction.heredocs.is_empty())
        }),
        ("a byte order mark is no Dockerfile to it", has_byte_order_mark),
        ("it takes any word for a keyword", |model| {
            kinds(model).any(|kind| matches!(kind, InstructionKind::Unknown))
        }),
        ("it takes a tag in front of a digest for a part of the name", |model| {
            model.source.text().contains("@sha256:")
        }),
        ("it knows no other escape character", |model| model.dockerfile.escape == Escape::Backtick),
        ("it refuses an empty value", |model| {
            kinds(model).any(|kind| {
                let InstructionKind::Env(env) = kind else { return false };
                env.pairs.iter().any(|pair| pair.value.as_ref().is_some_and(|value| value.span.is_empty()))
            })
        }),
    ];
    check_own_files(compare_with_dockerfile_parser, excuses, 20);
}

#[test]
fn parse_dockerfile_sees_the_same_in_our_files() {
    let excuses: &[Excuse] = &[
        ("it stops at the first error", |model| !model.errors.is_empty()),
        ("it counts from behind a byte order mark", has_byte_order_mark),
        ("a heredoc has to be the first behind the flags of RUN", |model| {
            model.dockerfile.instructions.iter().any(|instruction| {
                let first = instruction.arguments.span.start;
                instruction.heredocs.iter().any(|heredoc| heredoc.marker.start != first)
            })
        }),
    ];
    check_own_files(compare_with_parse_dockerfile, excuses, 30);
}
