use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, FileRole};
use crate::text::{SourceFile, displayable};

/// A finding in plain text: its place and message, and a line for each label, note, help and fix.
#[must_use]
pub fn render(finding: &Diagnostic, dockerfile: &SourceFile, ignore_file: Option<&SourceFile>) -> String {
    let place = |role, offset| {
        let file = match role {
            FileRole::Dockerfile => Some(dockerfile),
            FileRole::DockerIgnore => ignore_file,
        };
        let Some(file) = file else { return ".dockerignore:1:1".to_owned() };
        let position = file.position(offset);
        format!("{}:{}:{}", file.name(), position.line, position.column)
    };
    let mut text = format!(
        "{}: {} {} {}: {}\n",
        place(finding.file, finding.span.start),
        finding.severity,
        finding.id(),
        finding.name,
        displayable(&finding.message)
    );
    for label in &finding.labels {
        let _ =
            writeln!(text, "    {}: {}", place(label.file, label.span.start), displayable(&label.message));
    }
    for note in &finding.notes {
        let _ = writeln!(text, "    note: {}", displayable(note));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "    help: {}", displayable(help));
    }
    if let Some(fix) = &finding.fix {
        let _ = writeln!(text, "    fix ({}): {}", fix.applicability.as_str(), displayable(&fix.title));
    }
    text
}
