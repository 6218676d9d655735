//! The examples do what their pages say.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use e2e::{BOTH, Tag, WITHOUT_PULLING, dfbuild, dflint, example};
use serde_json::Value;

#[test]
fn both_examples_are_the_same_program() {
    for part in ["shelf", "tests", "requirements.txt", "requirements-dev.txt"] {
        assert_eq!(
            files(&example("python-pip").join(part)),
            files(&example("python-venv").join(part)),
            "{part}"
        );
    }
}

fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    if path.is_file() {
        found.insert(String::new(), fs::read(path).unwrap());
        return found;
    }
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        // Running the program leaves compiled files behind.
        if entry.path().is_file() {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

#[test]
fn the_linter_finds_what_is_wrong_before_and_nothing_after() {
    let outcome = dflint().args(["check", "--format", "json"]).arg(example("")).run().expect(1);
    let findings: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    let of = |name: &str| {
        let folder = format!("{name}/");
        findings
            .iter()
            .filter(|finding| finding["file"].as_str().unwrap().contains(&folder))
            .collect::<Vec<_>>()
    };
    let before: Vec<&str> =
        of("python-pip").iter().map(|finding| finding["name"].as_str().unwrap()).collect();
    for expected in ["pip-no-cache-dir", "source-before-dependencies", "user-site-copied"] {
        assert!(before.contains(&expected), "{expected} is missing in {before:?}");
    }
    let after = of("python-venv");
    let serious: Vec<_> = after
        .iter()
        .filter(|finding| matches!(finding["level"].as_str(), Some("error" | "warning")))
        .collect();
    assert!(serious.is_empty(), "{serious:#?}");
}

#[test]
fn the_example_after_the_advice_runs_on_both_platforms() {
    let tag = Tag::new("python-venv");
    let run = dfbuild().args(BOTH).args(WITHOUT_PULLING).args(["--gate", "-t", tag.name()]);
    run.arg(example("python-venv")).run().expect(0);

    let program = "import os, platform; from shelf.web import create_app; \
         print(platform.machine(), os.getuid(), create_app().test_client().get('/health').json)";
    for (platform, machine) in [("linux/amd64", "x86_64"), ("linux/arm64", "aarch64")] {
        let answer = tag.run(platform, &["python", "-c", program]);
        assert_eq!(answer.trim(), format!("{machine} 10001 {{'books': 5, 'status': 'ok'}}"));
    }
}
