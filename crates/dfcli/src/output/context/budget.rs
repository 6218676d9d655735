//! A context beside the size that it may have.

use std::io::{self, Write};

use dfcore::context::{BudgetReport, Reason};
use dfcore::text::format_bytes;

use super::{files, shown};

/// The verdict and the lines that would help, for people.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn write_text(budget: &BudgetReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", verdict(budget))?;
    if budget.lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", advice(budget))?;
    let width =
        budget.lines.iter().map(|line| shown(&line.pattern).chars().count()).max().unwrap_or_default();
    for line in &budget.lines {
        let size = format_bytes(line.saves.bytes);
        let pattern = shown(&line.pattern);
        writeln!(out, "{size:>10}  {pattern:<width$}  {}, {}", files(line.saves), reason(line.reason))?;
    }
    Ok(())
}

/// Whether the budget is kept.
pub(super) fn verdict(budget: &BudgetReport) -> String {
    let (sent, allowed) = (format_bytes(budget.sent), format_bytes(budget.budget));
    if budget.is_kept() {
        return format!("Budget: {sent} of {allowed}");
    }
    let over = format_bytes(budget.sent - budget.budget);
    format!("Over budget: {sent} are sent, {allowed} are allowed, {over} too many")
}

/// What the lines come to.
pub(super) fn advice(budget: &BudgetReport) -> String {
    let after = format_bytes(budget.sent_with_lines);
    if budget.is_kept_with_lines() {
        format!("The shortest way below it, to {after}: add to the ignore file")
    } else {
        format!("Nothing that could stay behind is enough; these lines would bring it to {after}")
    }
}

/// Why something can be kept back.
pub(super) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Clutter => "of no use in an image",
        Reason::Unused => "taken by no instruction",
        Reason::Heavy => "heavy; look whether the image needs it",
    }
}
