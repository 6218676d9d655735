//! `dflint check`: lints, and says so with its exit code.

use std::time::Instant;

use anyhow::Result;
use dfcore::linter::lint;

use crate::Exit;
use crate::cli::CheckArgs;
use crate::output::{Linted, Outputs, Report};
use crate::session::{Session, Target};
use crate::terminal::Terminal;

pub(super) fn run(args: &CheckArgs, terminal: &mut Terminal) -> Result<Exit> {
    let started = Instant::now();
    let mut session = Session::open(&args.input, &args.rules, args.fail_on())?;
    let configured = session.output()?;
    if let Some(color) = configured.color {
        terminal.prefer(color)?;
    }
    let formats = if args.formats.is_empty() { configured.format.as_slice() } else { &args.formats };
    let outputs = Outputs::new(formats, args.output.as_deref())?;
    let checked: Vec<_> = session.run(check).into_iter().flatten().collect();
    let matters = checked.iter().any(|(_, matters)| *matters);
    let files = checked.into_iter().map(|(linted, _)| linted).collect();
    let report = Report { files, is_complete: !session.has_failed(), duration: started.elapsed() };
    outputs.write(&report, terminal, |error| session.fail(error))?;
    Ok(match (session.has_failed(), matters) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    })
}

/// The findings of one Dockerfile, and whether one of them is severe enough to fail the run; `None` of a file that is
/// no Dockerfile.
fn check(target: Target) -> Option<(Linted, bool)> {
    if target.foreign.is_some() {
        return None;
    }
    let findings = lint(&target.source, target.context.as_deref(), &target.settings);
    let matters = findings.iter().any(|finding| target.settings.fail_on().has(finding.severity));
    let (ignore_file, profile) = (target.ignore_file(), target.settings.profile());
    Some((Linted { source: target.source, ignore_file, profile, findings }, matters))
}
