//! What a real engine sent and what its matcher says, case by case (see `fixtures/README.md`), against ours.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
#[cfg(unix)]
use std::{fs, path::Path};

use dfcore::context::{BuildContext, Entry, Kind, MemoryTree, Scope, Tree};
use dfcore::dockerignore::{DockerIgnore, LineError, Verdict};
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
    fn in_memory(&self) -> MemoryTree {
        self.files.iter().fold(MemoryTree::new(), |tree, file| {
            match (file.split_once(" -> "), file.strip_suffix('/')) {
                (Some((link, target)), _) => tree.link(link, target),
                (None, Some(folder)) => tree.folder(folder),
                (None, None) => tree.text(file, self.content(file)),
            }
        })
    }

    #[cfg(unix)]
    fn on_disk(&self, root: &Path) {
        for file in &self.files {
            let place = root.join(file.split(" -> ").next().unwrap());
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            match (file.split_once(" -> "), file.ends_with('/')) {
                (Some((_, target)), _) => std::os::unix::fs::symlink(target, place).unwrap(),
                (None, true) => fs::create_dir_all(place).unwrap(),
                (None, false) => fs::write(place, self.content(file)).unwrap(),
            }
        }
    }

    fn content(&self, file: &str) -> &str {
        let root = self.dockerignore.as_deref().filter(|_| file == ".dockerignore");
        self.extra.get(file).map(String::as_str).or(root).unwrap_or("x")
    }

    /// How our answer differs from the engine's.
    fn difference(&self, context: &BuildContext) -> Option<String> {
        let listing = context.listing();
        if let Some(error) = &self.error {
            // "syntax error" before anything is compared, "failed to match" on the first path.
            let fails = if error.contains("failed to match") {
                listing.broken().is_some()
            } else {
                context
                    .ignore_file()
                    .is_some_and(|file| file.rules().errors().iter().any(LineError::fails_every_build))
            };
            return (!fails).then(|| format!("{}: should fail with {error}", self.name));
        }
        let path = |entry: &Entry| match entry.kind {
            Kind::Folder => format!("{}/", entry.path),
            _ => entry.path.clone(),
        };
        let found: BTreeSet<String> = listing.sent().map(path).collect();
        let expected: BTreeSet<String> = self.sent.iter().flatten().chain(&self.sent_dirs).cloned().collect();
        let missing: Vec<_> = expected.difference(&found).collect();
        let extra: Vec<_> = found.difference(&expected).collect();
        (found != expected).then(|| format!("{}: missing {missing:?}, extra {extra:?}", self.name))
    }
}

fn assert_no_difference(differences: &[String]) {
    assert!(differences.is_empty(), "{} cases differ:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_case_of_the_engine_agrees_in_memory() {
    let mut differences = Vec::new();
    for case in cases() {
        let tree: Arc<dyn Tree> = Arc::new(case.in_memory());
        for scope in [Scope::Sent, Scope::Everything] {
            let context =
                BuildContext::new(Arc::clone(&tree), case.dockerfile.as_deref()).unwrap().with_scope(scope);
            differences.extend(case.difference(&context));
        }
    }
    assert_no_difference(&differences);
}

#[cfg(unix)]
#[test]
fn every_case_of_the_engine_agrees_on_disk() {
    let mut differences = Vec::new();
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        case.on_disk(folder.path());
        let dockerfile = case.dockerfile.as_ref().map(|path| folder.path().join(path));
        let context = BuildContext::open(folder.path(), dockerfile.as_deref()).unwrap();
        differences.extend(case.difference(&context));
    }
    assert_no_difference(&differences);
}

#[derive(Deserialize)]
struct PatternCase {
    dockerignore: String,
    #[serde(default)]
    error: bool,
    #[serde(default)]
    paths: BTreeMap<String, String>,
}

#[test]
fn every_verdict_of_the_pattern_matcher_agrees() {
    let text = include_str!("../../../fixtures/patternmatcher_cases.json");
    let cases: Vec<PatternCase> = serde_json::from_str(text).unwrap();
    assert!(cases.len() > 300);
    for case in cases {
        let ignore =
            DockerIgnore::parse(&SourceFile::new(".dockerignore", case.dockerignore.as_str()).unwrap());
        let fails = ignore.errors().iter().any(LineError::fails_every_build);
        assert_eq!(fails, case.error, "{:?}", case.dockerignore);
        for (path, expected) in &case.paths {
            let verdict = ignore.matcher().verdict(path);
            let found = match verdict {
                Verdict { broken: Some(_), .. } => "error",
                Verdict { is_excluded: true, .. } => "excluded",
                _ => "sent",
            };
            assert_eq!(found, expected, "{path:?} with {:?}", case.dockerignore);
        }
    }
}
