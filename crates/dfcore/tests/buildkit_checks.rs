//! What BuildKit's own checks say in a real engine, Dockerfile by Dockerfile, against our rules of the same names
//! (see `fixtures/README.md`).
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use dfcore::config::{Config, Profile, Selection, Settings};
use dfcore::context::{BuildContext, MemoryTree};
use dfcore::linter::lint;
use dfcore::rule::is_buildkit_name;
use dfcore::rules;
use dfcore::syntax::parse;
use dfcore::text::SourceFile;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    #[serde(rename = "case")]
    name: String,
    dockerfile: Vec<String>,
    dockerignore: Option<String>,
    /// What the engine finds.
    engine: Vec<String>,
    /// What we find when that is something else, and why.
    ours: Option<Vec<String>>,
    why: Option<String>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../../../fixtures/buildkit_checks.json");
    serde_json::from_str::<Fixture>(text).unwrap().cases
}

/// The check of BuildKit that a rule answers to.
fn check_of(rule: &str) -> &str {
    let registered = rules::all().iter().find(|registered| registered.meta().name == rule).unwrap();
    registered.meta().aliases.iter().copied().find(|alias| is_buildkit_name(alias)).unwrap_or(rule)
}

fn settings() -> Settings {
    let selection = Selection {
        profile: Some(Profile::Buildkit),
        // The profile leaves it out, since BuildKit runs it only when asked to.
        extend_select: vec!["InvalidDefinitionDescription".to_owned()],
        ..Selection::default()
    };
    Settings::new(&Config::default(), &selection).unwrap()
}

impl Case {
    fn source(&self) -> SourceFile {
        SourceFile::new("Dockerfile", self.dockerfile.join("\n") + "\n").unwrap()
    }

    fn context(&self) -> Option<BuildContext> {
        let tree = MemoryTree::new()
            .text(".dockerignore", self.dockerignore.as_deref()?)
            .text("kept.txt", "")
            .text("secret.txt", "")
            .text("dir/file.txt", "");
        Some(BuildContext::new(Arc::new(tree), None).unwrap())
    }

    /// What we find, each with the line where its instruction begins.
    fn found(&self) -> BTreeSet<String> {
        let source = self.source();
        let instructions = parse(&source).dockerfile.instructions;
        let findings = lint(&source, self.context().as_ref(), &settings());
        let found = findings.iter().map(|finding| {
            // A comment belongs to the instruction below it.
            let below = || instructions.iter().find(|below| below.span.start >= finding.span.start);
            let instruction = finding.instruction.or_else(|| below().map(|instruction| instruction.span));
            let place = instruction.unwrap_or(finding.span).start;
            format!("{} {}", source.position(place).line, check_of(finding.name))
        });
        found.collect()
    }

    /// What the engine finds, each with that line too: it reports a blank line in an instruction by the line below it.
    fn expected(&self) -> BTreeSet<String> {
        let source = self.source();
        let parse = parse(&source);
        let line = |offset| source.position(offset).line;
        let begin = |at: u32| {
            let begins = parse.dockerfile.instructions.iter().map(|instruction| line(instruction.span.start));
            begins.filter(|&begin| begin <= at).max().unwrap_or(at)
        };
        let found = self.engine.iter().map(|finding| {
            let (at, check) = finding.split_once(' ').unwrap();
            format!("{} {check}", begin(at.parse().unwrap()))
        });
        found.collect()
    }
}

#[test]
fn our_rules_find_what_the_engine_finds() {
    let mut differences = Vec::new();
    for case in cases() {
        let (found, engine) = (case.found(), case.expected());
        let expected =
            case.ours.as_ref().map_or_else(|| engine.clone(), |ours| ours.iter().cloned().collect());
        if found != expected {
            differences.push(format!("{}: expected {expected:?}, found {found:?}", case.name));
        }
        if case.ours.is_some() && expected == engine {
            differences.push(format!("{}: the engine finds the same, so drop `ours`", case.name));
        }
        assert_eq!(case.ours.is_some(), case.why.is_some(), "{}: `ours` goes with `why`", case.name);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_check_has_a_case_where_the_engine_finds_something() {
    let cases = cases();
    let found: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| &case.engine)
        .filter_map(|found| Some(found.split_once(' ')?.1))
        .collect();
    let aliases = rules::all().iter().flat_map(|registered| registered.meta().aliases);
    let missing: Vec<_> =
        aliases.filter(|alias| is_buildkit_name(alias) && !found.contains(**alias)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
