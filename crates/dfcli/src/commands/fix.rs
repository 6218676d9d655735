//! `dflint fix`: applies fixes, and says which were applied, which were not, and why.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use dfcore::context::{BuildContext, IgnoreFile};
use dfcore::diagnostic::{Diagnostic, FileRole};
use dfcore::fix::{Applicability, Fix};
use dfcore::linter::{self, FixOutcome};
use dfcore::text::SourceFile;
use rayon::prelude::*;

use crate::Exit;
use crate::cli::FixArgs;
use crate::discover::Input;
use crate::output::diff::{Change, write_diff};
use crate::output::quantity::counted;
use crate::replace::replace;
use crate::session::{IGNORE_FILE, Session, Target};
use crate::terminal::{Terminal, printable};

pub(super) fn run(args: &FixArgs, terminal: &mut Terminal) -> Result<Exit> {
    let limit = match (args.all, args.suggested) {
        (true, _) => Applicability::Unsafe,
        (false, true) => Applicability::Suggested,
        (false, false) => Applicability::Safe,
    };
    let mut session = Session::open(&args.input, &args.rules, None)?;
    let targets = session.run(|target| target);
    let results = fix_all(targets, limit);
    let changes_nothing = args.diff || args.check;
    // Standard output has the diff, or the fixed text of standard input; what is said about it goes beside it.
    let has_stdin = results.iter().any(|result| result.input == Input::Stdin);
    for result in &results {
        if args.diff {
            result.write_diffs(terminal)?;
        } else if result.input == Input::Stdin && !args.check {
            terminal.write_all(result.outcome.dockerfile.bytes())?;
        } else if !changes_nothing {
            result.save(&mut session);
        }
    }
    let report = Report { results: &results, limit, changes_nothing };
    if args.diff || has_stdin {
        terminal.flush()?;
        report.write(&mut anstream::stderr().lock())?;
    } else {
        report.write(terminal)?;
    }
    let is_fixable = results.iter().any(|result| !result.outcome.applied.is_empty());
    Ok(match session.has_failed() {
        true => Exit::Failed,
        false if args.check && is_fixable => Exit::Findings,
        false => Exit::Clean,
    })
}

/// What fixing one Dockerfile came to; nothing is written yet.
struct Fixed {
    input: Input,
    before: SourceFile,
    outcome: FixOutcome,
    ignore_change: Option<IgnoreChange>,
}

/// The ignore file before and after.
struct IgnoreChange {
    name: String,
    before: Option<SourceFile>,
    after: SourceFile,
}

/// Fixes the files. Those that share a build context are fixed one after the other, since each may change the
/// ignore file that the next one is judged by.
fn fix_all(targets: Vec<Target>, limit: Applicability) -> Vec<Fixed> {
    let mut groups: Vec<Vec<(usize, Target)>> = Vec::new();
    let mut group_of: HashMap<*const BuildContext, usize> = HashMap::new();
    for (index, target) in targets.into_iter().enumerate() {
        let group = match &target.context {
            Some(context) => *group_of.entry(Arc::as_ptr(context)).or_insert(groups.len()),
            None => groups.len(),
        };
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push((index, target));
    }
    let mut results: Vec<(usize, Fixed)> =
        groups.into_par_iter().flat_map_iter(|group| fix_group(group, limit)).collect();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, fixed)| fixed).collect()
}

fn fix_group(group: Vec<(usize, Target)>, limit: Applicability) -> Vec<(usize, Fixed)> {
    let mut changed_context: Option<Arc<BuildContext>> = None;
    let mut results = Vec::with_capacity(group.len());
    for (index, mut target) in group {
        target.context = changed_context.clone().or(target.context);
        let context = target.context.clone();
        let fixed = Fixed::new(target, limit);
        if let (Some(context), Some(change)) = (context, &fixed.ignore_change) {
            changed_context = Some(Arc::new(context.under(IgnoreFile::new(change.after.clone()))));
        }
        results.push((index, fixed));
    }
    results
}

impl Fixed {
    fn new(target: Target, limit: Applicability) -> Self {
        let is_file = matches!(target.input, Input::File(_));
        // Of standard input only the Dockerfile itself can be printed.
        let is_possible =
            |fix: &Fix| is_file || fix.edits.iter().all(|edit| edit.file == FileRole::Dockerfile);
        let accept = |_: &Diagnostic, fix: &Fix| fix.applicability <= limit && is_possible(fix);
        let outcome = linter::fix(&target.source, target.context.as_deref(), &target.settings, accept);
        let ignore_change =
            outcome.ignore_file.clone().zip(target.context.as_ref()).map(|(after, context)| {
                let before = context.ignore_file().map(|file| file.source().clone());
                let name = before.as_ref().map(|file| file.name().to_owned());
                IgnoreChange {
                    name: name.unwrap_or_else(|| context.tree().display(IGNORE_FILE)),
                    before,
                    after,
                }
            });
        Self { input: target.input, before: target.source, outcome, ignore_change }
    }

    fn changes(&self) -> impl Iterator<Item = Change<'_>> {
        let dockerfile = Change {
            name: self.before.name(),
            before: Some(self.before.bytes()),
            after: self.outcome.dockerfile.bytes(),
        };
        let ignore_file = self.ignore_change.as_ref().map(|change| Change {
            name: &change.name,
            before: change.before.as_ref().map(SourceFile::bytes),
            after: change.after.bytes(),
        });
        [dockerfile].into_iter().chain(ignore_file).filter(|change| change.before != Some(change.after))
    }

    fn write_diffs(&self, terminal: &mut Terminal) -> io::Result<()> {
        let color = terminal.is_colored();
        self.changes().try_for_each(|change| write_diff(change, color, terminal))
    }

    /// Replaces the files that have changed; what goes wrong is reported.
    fn save(&self, session: &mut Session) {
        for change in self.changes() {
            let path = match &self.input {
                Input::File(path) if change.name == self.before.name() => path,
                _ => Path::new(change.name),
            };
            if let Err(error) = replace(path, change.before, change.after) {
                session.fail(error);
            }
        }
    }
}

/// What is said about all files.
struct Report<'a> {
    results: &'a [Fixed],
    limit: Applicability,
    changes_nothing: bool,
}

impl Report<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for result in self.results {
            let name = printable(result.before.name());
            for fix in &result.outcome.applied {
                let done = if self.changes_nothing { "would fix" } else { "fixed" };
                writeln!(out, "{name}: {done} {} {}: {}", fix.code, fix.name, printable(&fix.title))?;
            }
            for fix in &result.outcome.refused {
                let reason = printable(&fix.reason);
                writeln!(
                    out,
                    "{name}: left {} {}: {reason} ({})",
                    fix.code,
                    fix.name,
                    printable(&fix.title)
                )?;
            }
            for (finding, fix) in self.waiting(result) {
                let line = result.outcome.dockerfile.position(finding.span.start).line;
                writeln!(
                    out,
                    "{name}:{line}: left {} {}: {} ({})",
                    finding.code,
                    finding.name,
                    printable(&fix.title),
                    self.why(fix)
                )?;
            }
        }
        writeln!(out, "{}", self.closing_line())
    }

    /// The findings that are left with a fix that was not wanted.
    fn waiting<'r>(&self, result: &'r Fixed) -> impl Iterator<Item = (&'r Diagnostic, &'r Fix)> {
        let limit = self.limit;
        let is_stdin = result.input == Input::Stdin;
        let fixes =
            result.outcome.remaining.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?)));
        fixes.filter(move |(_, fix)| fix.applicability > limit || is_stdin)
    }

    fn why(&self, fix: &Fix) -> &'static str {
        match fix.applicability {
            applicability if applicability <= self.limit => {
                "it changes the ignore file, name the Dockerfile for that"
            }
            Applicability::Unsafe => "needs a reader afterwards, apply with --unsafe",
            _ => "may change the image, apply with --suggested",
        }
    }

    fn closing_line(&self) -> String {
        let applied = self.results.iter().map(|result| result.outcome.applied.len()).sum();
        let changed = self.results.iter().filter(|result| result.changes().next().is_some()).count();
        let remaining: usize = self.results.iter().map(|result| result.outcome.remaining.len()).sum();
        let files = counted(self.results.len(), "file");
        if applied == 0 && remaining == 0 {
            return format!("Nothing to fix in {files}.");
        }
        let done = if self.changes_nothing { "Would apply" } else { "Applied" };
        let rest = if remaining == 0 {
            "nothing is left".to_owned()
        } else {
            format!("{} left, see `dflint check`", counted(remaining, "finding"))
        };
        format!("{done} {} in {changed} of {files}; {rest}.", counted(applied, "fix"))
    }
}
