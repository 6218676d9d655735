//! What BuildKit's own checks say about the Dockerfiles of `fixtures/buildkit_checks.json`, asked of a real engine.
//!
//! The tests of `dfcore` hold its rules to the answers.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{cargo, process};

/// Where the cases and the answers are.
const FIXTURE: &str = "fixtures/buildkit_checks.json";
/// The images that cases may stand on. Nothing is pulled: an empty image stands in for each.
const IMAGES: [&str; 2] = ["alpine:3.20", "golang:1.26"];
/// The empty image.
const STAND_IN: &str = "dflint.invalid/empty:latest";
/// Turns on what an engine calls an experiment. It replaces the `check` directive of a file.
const EXPERIMENTS: &str = "BUILDKIT_DOCKERFILE_CHECK=experimental=all";

/// Asks the engine that `docker` speaks to about each case, and writes down what it says.
pub(crate) fn record() -> Result<()> {
    let path = cargo::root().join(FIXTURE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut fixture: Value = serde_json::from_str(&text).with_context(|| format!("cannot read {FIXTURE}"))?;
    let folder = cargo::root().join("target/xtask-checks");
    fs::create_dir_all(&folder)?;
    make_stand_in(&folder)?;
    let cases = fixture["cases"].as_array_mut().context("the fixture has no cases")?;
    for case in cases.iter_mut() {
        let name = case["case"].to_string();
        ask(case, &folder).with_context(|| format!("the case {name}"))?;
    }
    eprintln!("asked about {} Dockerfiles", cases.len());
    fixture["answered_by"] = json!(engine()?);
    fs::remove_dir_all(&folder)?;
    crate::home::write(&path, format!("{fixture:#}\n"))
}

fn make_stand_in(folder: &Path) -> Result<()> {
    fs::write(folder.join("Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n")?;
    process::read(
        Command::new("docker").args(["buildx", "build", "--quiet", "--load", "--tag", STAND_IN]).arg(folder),
    )
    .map(drop)
}

fn ask(case: &mut Value, folder: &Path) -> Result<()> {
    let lines: Vec<&str> =
        case["dockerfile"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let text = lines.join("\n") + "\n";
    fs::write(folder.join("Dockerfile"), &text)?;
    let ignored = case["dockerignore"].as_str().unwrap_or_default();
    fs::write(folder.join(".dockerignore"), ignored)?;

    let mut command = Command::new("docker");
    command.args(["buildx", "build", "--call=check,format=json"]);
    for image in IMAGES {
        command.arg(format!("--build-context={image}=docker-image://{STAND_IN}"));
    }
    if !text.contains("check=") {
        command.args(["--build-arg", EXPERIMENTS]);
    }
    // It fails when there is something to report.
    let Output { stdout, stderr, .. } = command.arg(folder).output().context("cannot start docker")?;
    let Ok(answer) = serde_json::from_slice::<Value>(&stdout) else {
        bail!("docker gave no answer: {}", String::from_utf8_lossy(&stderr));
    };
    let mut found: Vec<(u64, &str)> = Vec::new();
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        let line = warning["location"]["ranges"][0]["start"]["line"].as_u64();
        found.push((line.unwrap_or(1), warning["ruleName"].as_str().context("a warning without a name")?));
    }
    found.sort_unstable();
    case["engine"] = found.iter().map(|(line, name)| format!("{line} {name}")).collect();
    match answer["buildError"]["message"].as_str() {
        Some(message) => case["error"] = json!(message),
        None => drop(case.as_object_mut().and_then(|case| case.remove("error"))),
    }
    Ok(())
}

/// The versions of those who answer.
fn engine() -> Result<String> {
    let server = process::read(Command::new("docker").args(["version", "--format", "{{.Server.Version}}"]))?;
    let buildx = process::read(Command::new("docker").args(["buildx", "version"]))?;
    let buildx = buildx.split_whitespace().nth(1).unwrap_or_default();
    Ok(format!("Docker Engine {}, buildx {buildx}", server.trim()))
}
