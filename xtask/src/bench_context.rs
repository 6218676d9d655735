//! `cargo xtask bench --context`: `dflint context` beside `find` on a tree of a million files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::cargo;
use crate::interrupt;
use crate::output;

/// How often each program goes over the tree, in turn; the median counts.
const ROUNDS: usize = 5;

const FOLDERS: usize = 20_000;
const FILES_PER_FOLDER: usize = 50;

/// What an ignored `node_modules` has in it.
const PACKAGES: usize = 6_000;
const FILES_PER_PACKAGE: usize = 50;

/// What may not be exceeded.
const MOST_TIME: f64 = 2.0;
const MOST_MEMORY_KB: u64 = 400_000;

/// Makes the trees, measures, and fails where a limit is exceeded.
pub(crate) fn run() -> Result<ExitCode> {
    let dflint = cargo::build_released_dflint_without_shellcheck()?;
    let folder = std::env::temp_dir().join(format!("dflint-bench-context-{}", std::process::id()));
    let measured = measure(&dflint, &folder);
    // It is of no use after this, whatever came of it.
    _ = fs::remove_dir_all(&folder);
    measured
}

fn measure(dflint: &Path, folder: &Path) -> Result<ExitCode> {
    let root = folder.join("context");
    let sources = root.join("sources");
    fill(&sources, FOLDERS, FILES_PER_FOLDER)?;
    let processors = thread::available_parallelism()?;
    output::print(&format!(
        "{} files in {FOLDERS} folders, median of {ROUNDS} rounds, {processors} processors:\n\n",
        FOLDERS * FILES_PER_FOLDER
    ))?;
    let find = Contestant::new("find", "find", &[".", "-type", "f", "-printf", "%s\\n"]);
    let context = Contestant::new("dflint context", dflint, &["context", "--isolated"]);
    let all = Contestant::new("… --all", dflint, &["context", "--isolated", "--all"]);

    let [listed, plain] = rounds([&find, &context], &root)?;
    say(&find, listed, listed)?;
    say(&context, plain, listed)?;

    // One line that brings something back: folders are skipped where it cannot reach.
    fs::write(root.join(".dockerignore"), "sources/d1*\n!sources/d10/*.js\n")?;
    let [exception] = rounds([&context], &root)?;
    output::print("\nWith `sources/d1*` and `!sources/d10/*.js` in .dockerignore:\n")?;
    say(&context, exception, listed)?;

    fill(&root.join("node_modules"), PACKAGES, FILES_PER_PACKAGE)?;
    fs::remove_dir_all(&sources)?;
    fill(&sources, 100, FILES_PER_FOLDER)?;
    fs::remove_file(root.join(".dockerignore"))?;
    let [sent] = rounds([&context], &root)?;
    fs::write(root.join(".dockerignore"), "node_modules\n")?;
    let [ignored, counted] = rounds([&context, &all], &root)?;
    fs::remove_dir_all(root.join("node_modules"))?;
    let [without] = rounds([&context], &root)?;
    let files = PACKAGES * FILES_PER_PACKAGE;
    output::print(&format!("\n5000 files beside a node_modules of {files} files, which is\n"))?;
    for (what, result) in
        [("sent", sent), ("ignored", ignored), ("ignored, --all", counted), ("not there", without)]
    {
        output::print(&format!("  {what:<16} {result}\n"))?;
    }

    let ratio = plain.time.as_secs_f64() / listed.time.as_secs_f64();
    if ratio > MOST_TIME || plain.peak_kb > MOST_MEMORY_KB {
        bail!("more than {MOST_TIME} × find or {} MB", MOST_MEMORY_KB / 1000);
    }
    Ok(ExitCode::SUCCESS)
}

/// Files with a length and no content: what is measured is listing, and disks are small.
fn fill(root: &Path, folders: usize, files: usize) -> Result<()> {
    for number in 0..folders {
        let folder = root.join(format!("d{}/m{number}", number % 100));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for file in 0..files {
            let length = (number * 31 + file * 17) % 20_000;
            File::create(folder.join(format!("file{file}.js")))?.set_len(length as u64)?;
        }
        if interrupt::requested() {
            bail!("interrupted");
        }
    }
    Ok(())
}

struct Contestant {
    name: &'static str,
    program: PathBuf,
    arguments: &'static [&'static str],
}

impl Contestant {
    fn new(name: &'static str, program: impl Into<PathBuf>, arguments: &'static [&'static str]) -> Self {
        Self { name, program: program.into(), arguments }
    }

    fn round(&self, folder: &Path) -> Result<Measured> {
        let start = Instant::now();
        let mut child = Command::new(&self.program)
            .args(self.arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let status = format!("/proc/{}/status", child.id());
        let mut peak_kb = 0;
        let ended = loop {
            // The kernel keeps the peak; what is missed is what grows in the last milliseconds.
            peak_kb = peak_kb.max(peak(&status).unwrap_or_default());
            if let Some(ended) = child.try_wait()? {
                break ended;
            }
            thread::sleep(Duration::from_millis(2));
        };
        if !ended.success() {
            bail!("{} ended with {ended}", self.name);
        }
        Ok(Measured { time: start.elapsed(), peak_kb })
    }
}

/// The most memory that a process has had, in kB.
fn peak(status: &str) -> Option<u64> {
    let status = fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[derive(Clone, Copy, Debug)]
struct Measured {
    time: Duration,
    peak_kb: u64,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>9.1} ms {:>7.1} MB", self.time.as_secs_f64() * 1e3, self.peak_kb as f64 / 1e3)
    }
}

/// The medians of several programs that take turns, so that a busy moment of the machine meets all of them.
fn rounds<const N: usize>(contestants: [&Contestant; N], folder: &Path) -> Result<[Measured; N]> {
    let mut results: [Vec<Measured>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..=ROUNDS {
        for (contestant, results) in contestants.iter().zip(&mut results) {
            let measured = contestant.round(folder)?;
            // The first one brings the tree into memory.
            if round > 0 {
                results.push(measured);
            }
            if interrupt::requested() {
                bail!("interrupted");
            }
        }
    }
    Ok(results.map(|mut results| {
        results.sort_by_key(|measured| measured.time);
        let peak_kb = results.iter().map(|measured| measured.peak_kb).max().unwrap_or_default();
        Measured { time: results[ROUNDS / 2].time, peak_kb }
    }))
}

fn say(contestant: &Contestant, measured: Measured, reference: Measured) -> Result<()> {
    let ratio = measured.time.as_secs_f64() / reference.time.as_secs_f64();
    output::print(&format!("  {:<16} {measured} {ratio:>6.2} × find\n", contestant.name))
}
