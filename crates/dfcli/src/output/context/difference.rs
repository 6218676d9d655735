//! What changed in what is sent.

use std::io::{self, Write};

use dfcore::context::{Change, ContextDiff};
use dfcore::text::format_bytes;
use serde::Serialize;

use super::markdown::{code, table_row};
use super::{shown, write_json};
use crate::output::quantity::counted;

/// How a change looks: a sign, and the difference in bytes.
fn describe(change: &Change) -> (char, String) {
    match (change.bytes_before, change.bytes_after) {
        (None, after) => ('+', signed(0, after.unwrap_or_default())),
        (Some(before), None) => ('-', signed(before, 0)),
        (Some(before), Some(after)) => ('~', signed(before, after)),
    }
}

fn signed(before: u64, after: u64) -> String {
    if after >= before {
        format!("+{}", format_bytes(after - before))
    } else {
        format!("-{}", format_bytes(before - after))
    }
}

fn headline(diff: &ContextDiff) -> String {
    let count = |sign| diff.changes.iter().filter(|change| describe(change).0 == sign).count();
    format!(
        "{} sent before, {} now ({}): {} added, {} removed, {} changed",
        format_bytes(diff.bytes_before),
        format_bytes(diff.bytes_after),
        signed(diff.bytes_before, diff.bytes_after),
        count('+'),
        count('-'),
        counted(count('~'), "file"),
    )
}

/// Prints the differences for people, a line each.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_diff_text(base: &str, diff: &ContextDiff, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Compared with {}: {}", shown(base), headline(diff))?;
    for change in &diff.changes {
        let (sign, bytes) = describe(change);
        writeln!(out, "{sign} {bytes:>10}  {}", shown(&change.path))?;
    }
    Ok(())
}

/// Prints the differences as a Markdown table.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_diff_markdown(base: &str, diff: &ContextDiff, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "**Build context compared with {}**: {}", code(base), headline(diff))?;
    if diff.changes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n|  | Bytes | File |\n| --- | ---: | --- |")?;
    for change in &diff.changes {
        let (sign, bytes) = describe(change);
        table_row(out, &[&sign.to_string(), &bytes, &code(&change.path)])?;
    }
    Ok(())
}

#[derive(Serialize)]
struct JsonDiff<'a> {
    base: &'a str,
    #[serde(flatten)]
    diff: &'a ContextDiff,
}

/// Prints the differences for programs.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_diff_json(base: &str, diff: &ContextDiff, out: &mut dyn Write) -> io::Result<()> {
    write_json(out, &JsonDiff { base, diff })
}
