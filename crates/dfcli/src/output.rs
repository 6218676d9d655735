//! How findings are printed: one module per format.
//!
//! Formats turn spans into lines and columns, and know no rule. Each makes a whole document in memory;
//! [`Outputs`] says where the documents go.

mod checkstyle;
mod codacy;
mod codeclimate;
mod columns;
mod concise;
pub(crate) mod context;
pub(crate) mod diff;
mod document;
pub(crate) mod fingerprint;
mod github;
mod gnu;
mod json;
mod junit;
pub(crate) mod markdown;
mod outputs;
pub(crate) mod quantity;
mod rdjson;
#[cfg(test)]
mod sample;
mod sarif;
mod sonarqube;
mod statistics;
mod step_summary;
mod summary;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod tree;
mod uri;

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use dfcore::config::Profile;
use dfcore::diagnostic::{Diagnostic, FileRole};
use dfcore::text::{Position, SourceFile, Span};

pub(crate) use outputs::{Outputs, linted_at};

use crate::cli::CheckFormat;

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Report {
    /// The Dockerfiles, in the order in which they are printed.
    pub(crate) files: Vec<Linted>,
    /// Whether everything that was asked for could be read.
    pub(crate) is_complete: bool,
    /// How many findings were left out, since the baseline has them.
    pub(crate) known: usize,
    /// How much of it is printed.
    pub(crate) view: View,
    /// How long it took.
    pub(crate) duration: Duration,
}

/// How much of a report is printed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct View {
    /// No closing line.
    pub(crate) is_quiet: bool,
    /// How many findings each rule has, instead of the findings.
    pub(crate) statistics: bool,
}

impl Report {
    /// All findings, each with its Dockerfile.
    fn findings(&self) -> impl Iterator<Item = (&Linted, &Diagnostic)> {
        self.files.iter().flat_map(|linted| linted.findings.iter().map(move |finding| (linted, finding)))
    }

    /// The findings by the file that they are in, clean Dockerfiles included, in the order in which the files come up.
    fn by_file(&self) -> Vec<(&str, Vec<(&Linted, &Diagnostic)>)> {
        let mut groups: Vec<(&str, Vec<_>)> = Vec::new();
        let mut indices: HashMap<&str, usize> = HashMap::new();
        let mut group_of = |name| {
            *indices.entry(name).or_insert_with(|| {
                groups.push((name, Vec::new()));
                groups.len() - 1
            })
        };
        let mut placed = Vec::new();
        for linted in &self.files {
            group_of(linted.source.name());
            for finding in &linted.findings {
                placed.push((group_of(linted.file(finding.file).name()), linted, finding));
            }
        }
        for (index, linted, finding) in placed {
            groups[index].1.push((linted, finding));
        }
        groups
    }
}

/// What the reader's side can show of an output for people.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looks {
    /// Styles.
    pub(crate) color: bool,
    /// Links.
    pub(crate) links: bool,
    /// Somebody watches, and may like to know how long it took. Files and pipes get the same bytes each time.
    pub(crate) watched: bool,
}

/// One Dockerfile with what was found in it.
#[derive(Clone, Debug)]
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
    range(linted.file(finding.file), place_span(linted, finding))
}

/// The bytes of that place, for formats that count columns in another way.
fn place_span(linted: &Linted, finding: &Diagnostic) -> Span {
    match finding.instruction {
        Some(instruction) if linted.profile == Profile::Hadolint => {
            Span::new(instruction.start, finding.span.end)
        }
        _ => finding.span,
    }
}

/// Where a span begins and ends; the end's column is the one after the last character.
fn range(file: &SourceFile, span: Span) -> (Position, Position) {
    (file.position(span.start), file.position(span.end))
}

/// What a finding is called in outputs for programs.
fn id(finding: &Diagnostic) -> &str {
    finding.id()
}

/// The path of a file as services look it up: without the `./` that somebody may have typed.
fn path(file: &SourceFile) -> &str {
    file.name().strip_prefix("./").unwrap_or(file.name())
}

/// Where to read more about a finding: the first source that its rule names.
fn url(finding: &Diagnostic) -> Option<&'static str> {
    dfcore::rules::find(finding.code)?.meta().first_source()
}

/// The message, and below it the notes and what to do, for formats with one text for all.
fn full_text(finding: &Diagnostic) -> String {
    let mut text = finding.message.clone();
    for note in &finding.notes {
        text.push('\n');
        text.push_str(note);
    }
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}

/// The document of a format.
///
/// # Errors
/// None that a report brings about.
fn render(format: CheckFormat, report: &Report, looks: Looks) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    match format {
        CheckFormat::Text => text::write(report, looks, &mut out)?,
        CheckFormat::Concise => concise::write(report, &mut out)?,
        CheckFormat::Gnu => gnu::write(report, &mut out)?,
        CheckFormat::Json if report.view.statistics => statistics::write_json(report, &mut out)?,
        CheckFormat::Json => json::write(report, &mut out)?,
        CheckFormat::Jsonl => json::write_lines(report, &mut out)?,
        CheckFormat::Sarif => sarif::write(report, &mut out)?,
        CheckFormat::Github => github::write(report, &mut out)?,
        CheckFormat::Gitlab => codeclimate::write_report(report, &mut out)?,
        CheckFormat::Codeclimate => codeclimate::write_stream(report, &mut out)?,
        CheckFormat::Checkstyle => checkstyle::write(report, &mut out)?,
        CheckFormat::Junit => junit::write(report, &mut out)?,
        CheckFormat::Rdjson => rdjson::write(report, &mut out)?,
        CheckFormat::Sonarqube => sonarqube::write(report, &mut out)?,
        CheckFormat::Codacy => codacy::write(report, &mut out)?,
        CheckFormat::Markdown => step_summary::write(report, &mut out)?,
    }
    Ok(out)
}
