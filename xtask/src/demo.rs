//! `cargo xtask demo`: the same service before and after the advice, measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::bases;
use crate::cargo::{self, Binaries};
use crate::output;
use crate::process;
use crate::stack::Stack;

const PASSED: i32 = 0;
const REFUSED: i32 = 3;

/// Runs the demo; fails when what it is to show does not hold.
pub(crate) fn run() -> Result<ExitCode> {
    let stack = Stack::up()?;
    let workshop = Workshop::open(&stack)?;

    heading("Lint: what is wrong with examples/python-pip")?;
    let before = workshop.copy("python-pip", "before")?;
    let found = workshop.dflint(["check"], &before)?;
    heading("Fix: what a program may change by itself")?;
    workshop.dflint(["fix", "--diff"], &before)?;
    heading("Lint: examples/python-venv, after the fixes and the rest of the advice")?;
    let after = workshop.copy("python-venv", "after")?;
    let left = workshop.dflint(["check"], &after)?;

    let before = workshop.measure("before", &before)?;
    let after = workshop.measure("after", &after)?;

    heading("Gate: the image after the advice, with a made-up key planted in it")?;
    let planted = workshop.copy("python-venv", "planted")?;
    // Put together here, so that no file of this repository holds anything that looks like a key.
    let key = ["AKIA", "QX7JD4RT2M", "NB5KLW"].concat();
    fs::write(planted.join("shelf/settings.ini"), format!("[default]\naws_access_key_id = {key}\n"))?;
    let planted = workshop.build("planted", &planted, &["--gate"])?;

    output::print(&table(&before, &after))?;
    let claims = [
        ("dflint has findings before", found == 1),
        ("dflint has none after", left == 0),
        ("after an edit, the image after the advice rebuilds in less than a third of the time", {
            after.edited * 3 < before.edited
        }),
        ("it is smaller for every platform", {
            before.sizes.len() == 2
                && before
                    .sizes
                    .iter()
                    .all(|(platform, size)| after.sizes.get(platform).is_some_and(|it| it < size))
        }),
        ("the gate refuses the image before: it ships a tool with a known flaw", before.gate == REFUSED),
        ("it passes the gate after", after.gate == PASSED),
        ("with a key planted in it, the gate refuses it: exit code 3", planted.code == REFUSED),
    ];
    for (claim, holds) in claims {
        output::print(&format!("{}  {claim}\n", if holds { "holds " } else { "FAILS " }))?;
    }
    Ok(if claims.iter().all(|(_, holds)| *holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where the demo works: copies of the examples, so that edits and plants stay out of the repository.
struct Workshop<'a> {
    stack: &'a Stack,
    binaries: Binaries,
    folder: PathBuf,
}

/// One image, measured.
struct Side {
    cold: Duration,
    edited: Duration,
    context: u64,
    /// Bytes of the image by platform.
    sizes: BTreeMap<String, u64>,
    gate: i32,
}

struct Built {
    code: i32,
    elapsed: Duration,
    report: Value,
}

impl<'a> Workshop<'a> {
    fn open(stack: &'a Stack) -> Result<Self> {
        let binaries = Binaries::build()?;
        let folder = std::env::temp_dir().join(format!("dflint-demo-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { stack, binaries, folder })
    }

    fn copy(&self, example: &str, name: &str) -> Result<PathBuf> {
        let copy = self.folder.join(name);
        let source = cargo::root().join("examples").join(example);
        process::read(Command::new("cp").arg("-R").arg(source).arg(&copy))?;
        Ok(copy)
    }

    /// Runs dflint on a folder and returns its exit code: 0 without findings, 1 with.
    fn dflint<const N: usize>(&self, arguments: [&str; N], folder: &Path) -> Result<i32> {
        let mut command = self.stack.command(&self.binaries.dflint);
        let code = process::status(command.args(arguments).arg(folder))?.code();
        match code {
            Some(code @ (0 | 1)) => Ok(code),
            other => bail!("dflint ended with {other:?}"),
        }
    }

    fn measure(&self, name: &str, folder: &Path) -> Result<Side> {
        heading(&format!("Build {name}: for both platforms, nothing cached"))?;
        let cold = self.build(name, folder, &["--no-gate", "--no-cache"])?.expect(PASSED)?;
        heading(&format!("Build {name}: after an edit of the source"))?;
        let source = folder.join("shelf/web.py");
        let text = fs::read_to_string(&source)?;
        // A time stamp, since the engine may remember the edit of an earlier demo.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_nanos();
        fs::write(&source, format!("{text}\n# edited at {now}\n"))?;
        let edited = self.build(name, folder, &["--no-gate"])?.expect(PASSED)?;
        heading(&format!("Gate: the image {name}"))?;
        let gated = self.build(name, folder, &["--gate"])?;
        Ok(Side {
            cold: cold.elapsed,
            edited: edited.elapsed,
            context: self.context(folder)?,
            sizes: sizes(&edited.report)?,
            gate: gated.code,
        })
    }

    fn build(&self, name: &str, folder: &Path, flags: &[&str]) -> Result<Built> {
        let report = self.folder.join("report.json");
        let mut command = self.stack.command(&self.binaries.dfbuild);
        command.args(["--platform", "linux/amd64,linux/arm64", "--tag", &tag(name), "--lint", "off"]);
        // Nothing can be pulled where the demo must run too: see examples/python-venv/README.md.
        command.args(["--frontend", "builtin", "--build-context"]);
        command.arg(format!("python:3.12-slim=docker-image://{}", bases::PYTHON));
        command.arg("--report").arg(&report).args(flags).arg(folder);
        let start = Instant::now();
        let status = process::status(&mut command)?;
        let elapsed = start.elapsed();
        let report =
            fs::read(&report).with_context(|| format!("dfbuild ended with {status} and no report"))?;
        Ok(Built { code: status.code().unwrap_or(-1), elapsed, report: serde_json::from_slice(&report)? })
    }

    /// What `COPY . .` would bring into the build.
    fn context(&self, folder: &Path) -> Result<u64> {
        let mut command = Command::new(&self.binaries.dflint);
        let listing = process::read(command.args(["context", "--list", "--format", "json"]).arg(folder))?;
        let listing: Value = serde_json::from_str(&listing)?;
        let files = listing["files"].as_array().context("`dflint context` lists no files")?;
        Ok(files.iter().filter_map(|file| file["bytes"].as_u64()).sum())
    }
}

impl Drop for Workshop<'_> {
    fn drop(&mut self) {
        for name in ["before", "after", "planted"] {
            // Not all of them exist, and none does after an early error.
            let _ = process::read(self.stack.engine.docker().args(["image", "rm", "--force", &tag(name)]));
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Built {
    fn expect(self, code: i32) -> Result<Self> {
        if self.code != code {
            bail!("dfbuild ended with exit code {} and not with {code}", self.code);
        }
        Ok(self)
    }
}

fn tag(name: &str) -> String {
    format!("dflint-demo/{name}:1")
}

/// The sizes that a report of dfbuild gives, by platform.
fn sizes(report: &Value) -> Result<BTreeMap<String, u64>> {
    let images = report["image"]["platforms"].as_array().context("the report names no images")?;
    let size = |image: &Value| Some((image["platform"].as_str()?.to_owned(), image["bytes"].as_u64()?));
    images
        .iter()
        .map(|image| size(image).with_context(|| format!("the report gives no bytes: {image}")))
        .collect()
}

fn table(before: &Side, after: &Side) -> String {
    let mut rows = vec![("", "before".to_owned(), "after".to_owned())];
    let seconds = |duration: Duration| format!("{:.1} s", duration.as_secs_f64());
    rows.push(("build, nothing cached", seconds(before.cold), seconds(after.cold)));
    rows.push(("build after an edit of the source", seconds(before.edited), seconds(after.edited)));
    for (platform, size) in &before.sizes {
        let other = after.sizes.get(platform).copied().unwrap_or_default();
        rows.push((platform, megabytes(*size), megabytes(other)));
    }
    rows.push(("build context", kilobytes(before.context), kilobytes(after.context)));
    rows.push(("gate (HIGH, CRITICAL)", verdict(before.gate), verdict(after.gate)));
    let mut text = "\n".to_owned();
    for (name, before, after) in rows {
        let name = if name.starts_with("linux/") {
            format!("image for {name}, compressed")
        } else {
            name.to_owned()
        };
        text.push_str(&format!("{name:<36} {before:>12} {after:>12}\n"));
    }
    text.push('\n');
    text
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.1} kB", bytes as f64 / 1e3)
}

fn verdict(code: i32) -> String {
    match code {
        PASSED => "passed".to_owned(),
        REFUSED => "refused".to_owned(),
        other => format!("exit code {other}"),
    }
}

fn heading(text: &str) -> Result<()> {
    output::print(&format!("\n── {text}\n\n"))
}
