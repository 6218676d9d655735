//! `cargo xtask test`: every check of the project, in the order in which a mistake shows cheapest.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::cargo::{self, Binaries, cargo};
use crate::interrupt;
use crate::process;
use crate::stack::Stack;

/// Runs everything; a step that fails does not keep the ones after it from running.
pub(crate) fn run() -> Result<ExitCode> {
    let mut steps = Steps::default();
    let has_nextest = process::find_cargo_command("nextest");

    steps.run("format", "run `cargo fmt`", || process::run(cargo().args(["fmt", "--all", "--check"])))?;
    let deny = process::find_cargo_command("deny");
    steps.run_if_present("deny", deny, "see deny.toml for what a dependency must keep to", || {
        process::run(cargo().args(["deny", "--workspace", "check", "bans", "licenses", "sources"]))
    })?;
    steps.run("clippy", "fix what clippy says above", || {
        process::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    })?;
    steps.run("docs", "fix what rustdoc says above", || {
        process::run(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings"))
    })?;

    // What follows needs the real parts; without them there is nothing to test with.
    let mut stack = None;
    steps.run("engine", "see `cargo xtask engine --help` for what it needs", || {
        stack = Some(Stack::up()?);
        Ok(())
    })?;
    let Some(stack) = stack else { return steps.finish() };

    steps.run("spelling", "correct it, or allow it in typos.toml", || {
        process::run(Command::new(stack.peers.program("typos")).current_dir(cargo::root()))
    })?;
    steps.run("tests", "`cargo test --package PACKAGE NAME` runs one test alone", || {
        let mut tests = stack.command(cargo().get_program());
        tests.current_dir(cargo::root());
        if has_nextest {
            tests.args(["nextest", "run", "--no-fail-fast"])
        } else {
            tests.arg("test")
        };
        process::run(tests.args(["--workspace", "--exclude", "e2e"]))
    })?;
    if has_nextest {
        // nextest runs no documentation tests; plain `cargo test` has done so above.
        steps.run("documentation tests", "the examples in the doc comments named above fail", || {
            process::run(cargo().args(["test", "--doc", "--workspace", "--exclude", "e2e"]))
        })?;
    }
    steps.run("end-to-end tests", "`cargo xtask test --e2e NAME` runs one of them alone", || {
        end_to_end(&stack, has_nextest, &[])
    })?;

    let start = Instant::now();
    drop(stack);
    eprintln!(
        "\n── stopped what it started, unless `engine up` or another run keeps it ({:.1} s)",
        start.elapsed().as_secs_f64()
    );
    steps.finish()
}

/// Runs the end-to-end tests whose names contain `filter`.
pub(crate) fn run_end_to_end(filter: &[String]) -> Result<ExitCode> {
    let stack = Stack::up()?;
    end_to_end(&stack, process::find_cargo_command("nextest"), filter)?;
    Ok(ExitCode::SUCCESS)
}

fn end_to_end(stack: &Stack, has_nextest: bool, filter: &[String]) -> Result<()> {
    let binaries = Binaries::build()?;
    let mut tests = stack.command(cargo().get_program());
    tests.current_dir(cargo::root());
    tests.env("DFTEST_DFLINT", binaries.dflint).env("DFTEST_DFBUILD", binaries.dfbuild);
    // Two at a time: they share one engine, and some of them measure seconds.
    if has_nextest {
        tests
            .args(["nextest", "run", "--package", "e2e", "--no-fail-fast", "--test-threads", "2"])
            .args(filter);
    } else {
        tests
            .args(["test", "--package", "e2e", "--no-fail-fast", "--"])
            .args(["--test-threads", "2"])
            .args(filter);
    }
    process::run(&mut tests)
}

/// The ledger of a run.
#[derive(Debug, Default)]
struct Steps {
    done: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    seconds: f64,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Passed,
    Failed {
        error: String,
        advice: &'static str,
    },
    /// The program for it is not installed.
    NotInstalled,
}

impl Steps {
    /// Runs one step; an error only when the whole run is to end.
    fn run(
        &mut self,
        name: &'static str,
        advice: &'static str,
        work: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        eprintln!("\n── {name}");
        let start = Instant::now();
        let result = work();
        if interrupt::requested() {
            bail!("interrupted");
        }
        let seconds = start.elapsed().as_secs_f64();
        let outcome = match result {
            Ok(()) => {
                eprintln!("── {name}: passed ({seconds:.1} s)");
                Outcome::Passed
            }
            Err(error) => {
                eprintln!("── {name}: FAILED ({seconds:.1} s)\n{error:#}\nWhat to do: {advice}");
                Outcome::Failed { error: format!("{error:#}"), advice }
            }
        };
        self.done.push(Step { name, seconds, outcome });
        Ok(())
    }

    /// Like [`Self::run`] for a check that is worth running where its program is and not worth installing it.
    fn run_if_present(
        &mut self,
        name: &'static str,
        present: bool,
        advice: &'static str,
        work: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        if present {
            return self.run(name, advice, work);
        }
        eprintln!("\n── {name}: NOT RUN, since the program is not installed here");
        self.done.push(Step { name, seconds: 0.0, outcome: Outcome::NotInstalled });
        Ok(())
    }

    /// Prints the ledger and turns it into an exit code.
    fn finish(&self) -> Result<ExitCode> {
        eprintln!();
        let mut failed = 0;
        for Step { name, seconds, outcome } in &self.done {
            match outcome {
                Outcome::Passed => eprintln!("{seconds:8.1} s  passed   {name}"),
                Outcome::NotInstalled => eprintln!("         -  not run  {name} (not installed)"),
                Outcome::Failed { error, advice } => {
                    failed += 1;
                    let first = error.lines().next().unwrap_or_default();
                    eprintln!("{seconds:8.1} s  FAILED   {name}: {first}; {advice}");
                }
            }
        }
        let total: f64 = self.done.iter().map(|step| step.seconds).sum();
        eprintln!("{total:8.1} s  in all");
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
