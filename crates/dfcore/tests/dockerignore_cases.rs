//! What a real engine sent, case by case (see `fixtures/README.md`), against what we say it sends.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use dfcore::dockerignore::{DockerIgnore, Matcher, Trail};
use dfcore::text::SourceFile;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    files: Vec<String>,
    dockerignore: Option<String>,
    #[serde(default)]
    extra: BTreeMap<String, String>,
    dockerfile: Option<String>,
    #[serde(default)]
    sent: Option<BTreeSet<String>>,
    #[serde(default)]
    sent_dirs: BTreeSet<String>,
    error: Option<String>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../../../fixtures/dockerignore_cases.json");
    let cases: Vec<Case> = serde_json::from_str(text).unwrap();
    assert_eq!(cases.len(), 184);
    assert_eq!(cases.iter().filter(|case| case.error.is_some()).count(), 7);
    cases
}

impl Case {
    /// The paths of the tree; folders end in `/`.
    fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for file in &self.files {
            let path = file.split(" -> ").next().unwrap();
            paths.insert(path.to_owned());
            for (at, _) in path.match_indices('/') {
                paths.insert(path[..=at].to_owned());
            }
        }
        paths
    }

    fn ignore(&self) -> DockerIgnore {
        let own = self.dockerfile.as_ref().and_then(|path| self.extra.get(&format!("{path}.dockerignore")));
        let text = own.or(self.dockerignore.as_ref()).cloned().unwrap_or_default();
        DockerIgnore::parse(&SourceFile::new(".dockerignore", text).unwrap())
    }
}

/// What arrives: everything that is not excluded, and the folders above it.
fn sent(paths: &BTreeSet<String>, matcher: &Matcher) -> BTreeSet<String> {
    let mut trail = Trail::new(matcher);
    let mut sent = BTreeSet::new();
    for path in paths {
        if !trail.verdict(path.trim_end_matches('/')).is_excluded {
            sent.insert(path.clone());
            sent.extend(path.match_indices('/').map(|(at, _)| path[..=at].to_owned()));
        }
    }
    sent
}

#[test]
fn every_case_of_the_engine_agrees() {
    let mut differing = Vec::new();
    for case in cases() {
        let ignore = case.ignore();
        if let Some(error) = &case.error {
            // "syntax error" before anything is compared, "failed to match" on the first path.
            let fails = if error.contains("failed to match") {
                case.paths()
                    .iter()
                    .any(|path| ignore.matcher().verdict(path.trim_end_matches('/')).broken.is_some())
            } else {
                ignore.errors().len()
                    > ignore.matcher().patterns().iter().filter(|p| p.error().is_some()).count()
            };
            if !fails {
                differing.push(format!("{}: should fail with {error}", case.name));
            }
            continue;
        }
        let expected: BTreeSet<String> = case.sent.iter().flatten().chain(&case.sent_dirs).cloned().collect();
        let found = sent(&case.paths(), ignore.matcher());
        if found != expected {
            let missing: Vec<_> = expected.difference(&found).collect();
            let extra: Vec<_> = found.difference(&expected).collect();
            differing.push(format!("{}: missing {missing:?}, extra {extra:?}", case.name));
        }
    }
    assert!(differing.is_empty(), "{} cases differ:\n{}", differing.len(), differing.join("\n"));
}
