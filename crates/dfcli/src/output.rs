//! How findings are printed: one module per format.
//!
//! Formats turn spans into lines and columns, and know no rule.

mod concise;
pub(crate) mod context;
pub(crate) mod diff;
mod json;
pub(crate) mod markdown;
pub(crate) mod quantity;
mod text;
pub(crate) mod tree;

use std::io::{self, Write};

use dfcore::config::Profile;
use dfcore::diagnostic::{Diagnostic, FileRole};
use dfcore::text::{Position, SourceFile, Span};

use crate::cli::CheckFormat;

/// One Dockerfile with what was found in it.
#[derive(Debug)]
pub(crate) struct Linted {
    /// The Dockerfile.
    pub(crate) source: SourceFile,
    /// The ignore file of its build, empty when there is none yet; `None` without a build context.
    pub(crate) ignore_file: Option<SourceFile>,
    /// The profile that they were found with.
    pub(crate) profile: Profile,
    /// The findings, in the order in which they are printed.
    pub(crate) findings: Vec<Diagnostic>,
}

impl Linted {
    /// The file that a span means.
    fn file(&self, role: FileRole) -> &SourceFile {
        match role {
            FileRole::DockerIgnore => self.ignore_file.as_ref().unwrap_or(&self.source),
            _ => &self.source,
        }
    }
}

/// Where outputs for programs say that a finding is.
///
/// Whoever asks for hadolint's rules compares with what it printed, or looks its findings up by line. It names the line
/// where the instruction begins, so the place reaches from there to the end of the finding.
fn place(linted: &Linted, finding: &Diagnostic) -> (Position, Position) {
    let (start, end) = range(linted.file(finding.file), finding.span);
    match finding.instruction {
        Some(instruction) if linted.profile == Profile::Hadolint => {
            (linted.source.position(instruction.start), end)
        }
        _ => (start, end),
    }
}

/// Where a span begins and ends; the end's column is the one after the last character.
fn range(file: &SourceFile, span: Span) -> (Position, Position) {
    (file.position(span.start), file.position(span.end))
}

/// Prints the findings of all files.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_findings(
    format: CheckFormat,
    files: &[Linted],
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        CheckFormat::Text => text::write(files, color, out),
        CheckFormat::Concise => concise::write(files, out),
        CheckFormat::Json => json::write(files, out),
    }
}
