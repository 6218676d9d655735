//! hadolint is the judge of its own settings: with the same file, configuration, environment and flags both programs
//! find the same, as severe, on the same lines, and exit alike.
//!
//! One difference is known and left out: where the file and the environment both have a list of registries or labels,
//! hadolint takes both lists together, and the file's counts here.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Dockerfiles with the comments that hadolint heeds.
const DOCKERFILES: [(&str, &str); 8] = [
    (
        "plain",
        "FROM debian\nRUN apt-get update && apt-get install curl\nRUN cd /tmp && echo $HOME/x | tee /y\nCMD run me\n",
    ),
    (
        "ignore",
        "# hadolint ignore=DL3006\nFROM debian\n# hadolint ignore=DL3008,DL3015 # known\nRUN apt-get update && apt-get install -y curl\nRUN cd /tmp\n",
    ),
    (
        "ignore one line up only",
        "FROM debian:12\n# hadolint ignore=DL3003\n\nRUN cd /tmp\n# hadolint ignore=DL3003\nRUN cd /usr\n",
    ),
    (
        "global",
        "# hadolint global ignore=DL3006,DL3003\nFROM debian\nRUN cd /tmp\nFROM alpine\nRUN cd /usr && sudo true\n",
    ),
    (
        "stage",
        "FROM debian AS a\nRUN cd /tmp\n# hadolint stage ignore=DL3003,DL3006\nFROM debian AS b\nRUN cd /tmp\nFROM debian AS c\nRUN cd /tmp\n",
    ),
    (
        "registries and labels",
        "FROM eu.registry.example/base:1 AS a\nLABEL author=me\nFROM docker.io/library/debian:12\nLABEL version=1 other=x\nCOPY --from=a /x /y\n",
    ),
    (
        "shell",
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n# hadolint shell=powershell\nRUN Get-Process notepad | Stop-Process\n",
    ),
    (
        "shell findings",
        "FROM debian:12\nARG name\nRUN rm -rf $name && for i in `ls`; do echo $i; done\n# hadolint ignore=SC2086\nRUN rm $name\n",
    ),
];

/// The same settings for both programs.
#[derive(Default)]
struct Settings {
    name: &'static str,
    /// Files of hadolint's, by path.
    files: &'static [(&'static str, &'static str)],
    variables: &'static [(&'static str, &'static str)],
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
}

const fn file(name: &'static str, text: &'static [(&'static str, &'static str)]) -> Settings {
    Settings { name, files: text, variables: &[], theirs: &[], ours: &[] }
}

const fn variables(name: &'static str, variables: &'static [(&'static str, &'static str)]) -> Settings {
    Settings { name, files: &[], variables, theirs: &[], ours: &[] }
}

const fn flags(
    name: &'static str,
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
) -> Settings {
    Settings { name, files: &[], variables: &[], theirs, ours }
}

const SETTINGS: [Settings; 27] = [
    flags("nothing", &[], &["--profile", "hadolint"]),
    file("ignored", &[(".hadolint.yaml", "ignored:\n  - DL3006\n  - DL3008\n  - SC2086\n")]),
    file(
        "override",
        &[(
            ".hadolint.yaml",
            "override:\n  error: [DL3015, DL3003]\n  info:\n    - DL3008\n  style: [DL3006]\n",
        )],
    ),
    file(
        "override of ShellCheck",
        &[(".hadolint.yaml", "override:\n  error: [SC2086]\n  style: [SC2046]\n")],
    ),
    file("threshold error", &[(".hadolint.yaml", "failure-threshold: error\n")]),
    file("threshold warning", &[(".hadolint.yaml", "failure-threshold: warning\n")]),
    file("threshold style", &[(".hadolint.yaml", "failure-threshold: style\n")]),
    file("threshold none", &[(".hadolint.yaml", "failure-threshold: none\n")]),
    file("no fail", &[(".hadolint.yaml", "no-fail: true\n")]),
    file("registry", &[(".hadolint.yaml", "trustedRegistries:\n  - docker.io\n")]),
    file("registry with a star", &[(".hadolint.yaml", "trustedRegistries:\n  - '*.registry.example'\n")]),
    file("labels", &[(".hadolint.yaml", "label-schema:\n  author: text\n  version: semver\n")]),
    file("strict labels", &[(".hadolint.yaml", "label-schema:\n  author: text\nstrict-labels: true\n")]),
    file("no pragmas", &[(".hadolint.yaml", "disable-ignore-pragma: true\n")]),
    file("the other name", &[(".hadolint.yml", "ignored: [DL3008]\n")]),
    file("of the user", &[("home/.config/hadolint.yaml", "ignored: [DL3006]\n")]),
    file("of the user, the old way", &[("home/.hadolint.yaml", "ignored: [DL3015]\n")]),
    variables("ignore by variable", &[("HADOLINT_IGNORE", "DL3006,DL3008")]),
    variables(
        "override by variable",
        &[("HADOLINT_OVERRIDE_STYLE", "DL3008"), ("HADOLINT_OVERRIDE_ERROR", "DL3003")],
    ),
    variables("threshold by variable", &[("HADOLINT_FAILURE_THRESHOLD", "error")]),
    variables("no fail by variable", &[("HADOLINT_NOFAIL", "1")]),
    variables("registries by variable", &[("HADOLINT_TRUSTED_REGISTRIES", "docker.io")]),
    variables(
        "labels by variable",
        &[("HADOLINT_REQUIRE_LABELS", "author:text"), ("HADOLINT_STRICT_LABELS", "true")],
    ),
    variables("no pragmas by variable", &[("HADOLINT_DISABLE_IGNORE_PRAGMA", "true")]),
    Settings {
        name: "file and variable",
        files: &[(".hadolint.yaml", "ignored: [DL3006]\nfailure-threshold: error\n")],
        variables: &[("HADOLINT_IGNORE", "DL3003"), ("HADOLINT_FAILURE_THRESHOLD", "info")],
        theirs: &[],
        ours: &[],
    },
    Settings {
        name: "file and flags",
        files: &[(".hadolint.yaml", "ignored: [DL3006]\n")],
        variables: &[],
        theirs: &["--ignore", "DL3015", "-t", "warning"],
        ours: &["--ignore", "DL3015", "--fail-on", "warning"],
    },
    Settings {
        name: "a named file",
        files: &[(".hadolint.yaml", "ignored: [DL3006]\n"), ("other.yaml", "ignored: [DL3008]\n")],
        variables: &[],
        theirs: &["-c", "other.yaml"],
        ours: &["--config", "other.yaml"],
    },
];

/// Differences that are ours by design.
fn is_divergence(dockerfile: &str, finding: &str) -> bool {
    match dockerfile {
        // hadolint means the very next line; a blank line does not part a comment from its instruction here.
        "ignore one line up only" => finding.starts_with("DL3003:4:"),
        // A comment about a stage means its FROM too here; with hadolint it means the FROM of the next stage instead.
        "stage" => finding.starts_with("DL3006:4:") || finding.starts_with("DL3006:6:"),
        // hadolint asks for pipefail although it was told that the shell is PowerShell.
        "shell" => finding.starts_with("DL4006:3:"),
        // hadolint prints at most one of ShellCheck's codes for an instruction.
        "shell findings" => finding.starts_with("SC2006:") || finding.starts_with("SC2045:"),
        _ => false,
    }
}

#[test]
fn both_programs_take_hadolints_settings_alike() {
    let mut differences = String::new();
    let mut count = 0;
    for (name, dockerfile) in DOCKERFILES {
        for settings in &SETTINGS {
            count += 1;
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
            for (path, text) in settings.files {
                let path = folder.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            let (theirs, their_exit) = hadolint(folder.path(), settings);
            let (ours, our_exit) = dflint(folder.path(), settings, &theirs);
            for finding in theirs.symmetric_difference(&ours).filter(|finding| !is_divergence(name, finding))
            {
                let whose = if theirs.contains(finding) { "hadolint" } else { "dflint" };
                writeln!(differences, "{name}, {}: only {whose} has {finding}", settings.name).unwrap();
            }
            if theirs == ours && their_exit != our_exit {
                writeln!(differences, "{name}, {}: exit {their_exit} and {our_exit}", settings.name).unwrap();
            }
        }
    }
    assert!(count >= 60);
    assert!(differences.is_empty(), "{differences}");
}

fn hadolint(folder: &Path, settings: &Settings) -> (BTreeSet<String>, i32) {
    let mut command = Command::new(e2e::variable("DFTEST_HADOLINT"));
    command.args(["--format", "json"]).args(settings.theirs).arg("Dockerfile");
    let output = run(&mut command, folder, settings);
    let findings = rows(&output).iter().map(|row| finding(row, row["code"].as_str().unwrap())).collect();
    (findings, output.status.code().unwrap())
}

/// Ours, each by the id that hadolint has it by where it does.
fn dflint(folder: &Path, settings: &Settings, theirs: &BTreeSet<String>) -> (BTreeSet<String>, i32) {
    let mut command = Command::new(e2e::variable("DFTEST_DFLINT"));
    command.args(["check", "--format", "json"]).args(settings.ours).arg("Dockerfile");
    let output = run(&mut command, folder, settings);
    let mut findings = BTreeSet::new();
    for row in rows(&output) {
        let aliases = row["aliases"].as_array().unwrap().iter().map(|alias| alias.as_str().unwrap());
        let ids: Vec<&str> = aliases
            .chain([row["code"].as_str().unwrap()])
            .filter(|id| id.starts_with("DL") || id.starts_with("SC"))
            .collect();
        let found: Vec<String> = ids.iter().map(|id| finding(&row, id)).collect();
        let same = found.iter().find(|finding| theirs.contains(*finding)).or(found.first());
        findings.extend(same.cloned());
    }
    (findings, output.status.code().unwrap())
}

fn run(command: &mut Command, folder: &Path, settings: &Settings) -> Output {
    let home = folder.join("home");
    command
        .current_dir(folder)
        .env("HOME", home)
        .env_remove("XDG_CONFIG_HOME")
        .envs(settings.variables.iter().copied());
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.code().is_some_and(|code| code < 2), "{command:?}: {output:?}");
    output
}

fn rows(output: &Output) -> Vec<Value> {
    let rows: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    rows.as_array().unwrap().clone()
}

fn finding(row: &Value, id: &str) -> String {
    format!("{id}:{}:{}", row["line"], row["level"].as_str().unwrap())
}
