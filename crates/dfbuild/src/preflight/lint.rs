//! The linter's findings, in the form of a compiler's: one line each.

use dfcore::config::Settings;
use dfcore::context::BuildContext;
use dfcore::diagnostic::{Diagnostic, FileRole, Severity};
use dfcore::linter::lint;
use dfcore::text::SourceFile;

use crate::report::Lint;

/// More findings than this belong into the linter's own output.
const MAX_LINES: usize = 20;

/// What the linter found.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) counts: Lint,
    /// How many are as severe as makes a run of the linter fail.
    pub(super) failing: usize,
    /// A line for each of these.
    pub(super) list: Vec<String>,
}

impl Findings {
    pub(super) fn new(source: &SourceFile, context: &BuildContext, settings: &Settings) -> Self {
        let findings = lint(source, Some(context), settings);
        let mut counts = Lint::default();
        for finding in &findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                _ => counts.notes += 1,
            }
        }
        let serious: Vec<_> =
            findings.iter().filter(|finding| settings.fail_on().has(finding.severity)).collect();
        let mut list: Vec<String> =
            serious.iter().take(MAX_LINES).map(|finding| line(finding, source, context)).collect();
        if serious.len() > MAX_LINES {
            list.push(format!("and {} more: `dflint check` shows them all", serious.len() - MAX_LINES));
        }
        Self { counts, failing: serious.len(), list }
    }
}

fn line(finding: &Diagnostic, source: &SourceFile, context: &BuildContext) -> String {
    let file = match finding.file {
        FileRole::DockerIgnore => context.ignore_file().map_or(source, |file| file.source()),
        _ => source,
    };
    let position = file.position(finding.span.start);
    let severity = finding.severity.as_str();
    format!(
        "{}:{}:{}: {severity}[{}]: {}",
        file.name(),
        position.line,
        position.column,
        finding.name,
        finding.message
    )
}
