//! `dflint check`: lints, and says so with its exit code.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, bail};
use dfcore::config::Settings;
use dfcore::linter::lint;

use crate::Exit;
use crate::baseline::{self, Baseline};
use crate::cli::CheckArgs;
use crate::output::quantity::counted;
use crate::output::{Linted, Outputs, Report, linted_at};
use crate::session::{Session, Target};
use crate::terminal::{Terminal, report_note};

pub(super) fn run(args: &CheckArgs, terminal: &mut Terminal) -> Result<Exit> {
    let started = Instant::now();
    // A baseline that cannot be read is known before anything is linted.
    let baseline = args.scope.baseline.as_deref().map(Baseline::read).transpose()?;
    let mut session = Session::open(&args.input, &args.rules, args.fail_on())?;
    let configured = session.output()?;
    if let Some(color) = configured.color {
        terminal.prefer(color)?;
    }
    let formats = if args.formats.is_empty() { configured.format.as_slice() } else { &args.formats };
    let outputs = Outputs::new(formats, args.output.as_deref())?;
    let mut checked: Vec<Checked> = session.run(check).into_iter().flatten().collect();
    let known = if let Some(path) = &args.scope.write_baseline {
        write_baseline(path, &mut checked, session.has_failed())?
    } else {
        baseline.map_or(0, |baseline| apply_baseline(baseline, &mut checked))
    };
    let matters = checked.iter().any(Checked::matters);
    let files = checked.into_iter().map(|checked| checked.linted).collect();
    let report = Report { files, is_complete: !session.has_failed(), known, duration: started.elapsed() };
    outputs.write(&report, terminal, |error| session.fail(error))?;
    Ok(match (session.has_failed(), matters) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    })
}

/// A Dockerfile that was linted.
struct Checked {
    linted: Linted,
    settings: Arc<Settings>,
}

impl Checked {
    /// Whether a finding is severe enough to fail the run.
    fn matters(&self) -> bool {
        self.linted.findings.iter().any(|finding| self.settings.fail_on().has(finding.severity))
    }
}

/// Lints; `None` of a file that is no Dockerfile.
fn check(target: Target) -> Option<Checked> {
    if target.foreign.is_some() {
        return None;
    }
    let findings = lint(&target.source, target.context.as_deref(), &target.settings);
    let (ignore_file, profile) = (target.ignore_file(), target.settings.profile());
    let linted = Linted { source: target.source, ignore_file, profile, findings };
    Some(Checked { linted, settings: target.settings })
}

/// Moves all findings into a baseline, and says how many they are.
fn write_baseline(path: &Path, checked: &mut [Checked], is_incomplete: bool) -> Result<usize> {
    let display = path.display();
    if is_incomplete {
        bail!("{display}: the baseline was not written, since not everything could be linted");
    }
    if let Some(name) = linted_at(checked.iter().map(|checked| &checked.linted), path) {
        bail!("{display}: the baseline was not written, since it is {name}, which was linted");
    }
    let count = baseline::write(path, checked.iter().map(|checked| &checked.linted))?;
    checked.iter_mut().for_each(|checked| checked.linted.findings.clear());
    report_note(format!("{} written to {display}", counted(count, "finding")));
    Ok(count)
}

/// Takes the findings of a baseline away, and says how many they were. Whether it has more than there is goes to standard
/// error.
fn apply_baseline(mut baseline: Baseline, checked: &mut [Checked]) -> usize {
    let mut known = 0;
    for Checked { linted, settings } in checked {
        let runs = |name: &str| {
            let mut rules = settings.rules();
            rules.any(|(meta, _)| meta.name == name || meta.checks.iter().any(|check| check.name == name))
        };
        known += baseline.take_known(linted, runs);
    }
    match baseline.stale() {
        0 => {}
        stale => report_note(format!(
            "the baseline has {} that {} no more; `--write-baseline` writes it anew",
            counted(stale, "finding"),
            if stale == 1 { "is there" } else { "are there" }
        )),
    }
    known
}
