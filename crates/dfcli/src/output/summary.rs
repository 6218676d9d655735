//! Findings counted: by severity, and by how they can be fixed.

use dfcore::diagnostic::Severity;
use dfcore::fix::Applicability;

use super::Report;

/// The numbers of a run.
pub(super) struct Summary {
    /// The Dockerfiles.
    pub(super) files: usize,
    /// The findings.
    pub(super) findings: usize,
    /// Those that the baseline has, which are none of them.
    pub(super) known: usize,
    by_severity: [usize; Severity::ALL.len()],
    by_fix: [usize; FIXES.len()],
}

/// The fixes from safe to unsafe, and the command that applies them.
const FIXES: [(Applicability, &str); 3] = [
    (Applicability::Safe, "dflint fix"),
    (Applicability::Suggested, "dflint fix --suggested"),
    (Applicability::Unsafe, "dflint fix --unsafe"),
];

/// The command that applies fixes of that promise.
pub(super) fn fix_command(applicability: Applicability) -> &'static str {
    FIXES[applicability as usize].1
}

impl Summary {
    /// Counts.
    pub(super) fn of(report: &Report) -> Self {
        let mut summary = Self {
            files: report.files.len(),
            findings: 0,
            known: report.known,
            by_severity: [0; 4],
            by_fix: [0; FIXES.len()],
        };
        for (_, finding) in report.findings() {
            summary.findings += 1;
            summary.by_severity[finding.severity as usize] += 1;
            if let Some(fix) = &finding.fix {
                summary.by_fix[fix.applicability as usize] += 1;
            }
        }
        summary
    }

    /// The severities that there are findings of, the worst first, with their numbers.
    pub(super) fn severities(&self) -> impl Iterator<Item = (Severity, usize)> {
        let counted = Severity::ALL.into_iter().zip(self.by_severity);
        counted.rev().filter(|(_, count)| *count > 0)
    }

    /// The commands that would fix something, the safest first, with the numbers of what they fix.
    pub(super) fn fixes(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let counted = FIXES.into_iter().zip(self.by_fix);
        counted.filter(|(_, count)| *count > 0).map(|((_, command), count)| (command, count))
    }
}
