//! SARIF 2.1.0, the format of code scanning: rules, results, fixes, and fingerprints with which a finding stays the same
//! one when lines move.

mod log;
mod rules;

use std::io::{self, Write};

use dfcore::diagnostic::{Diagnostic, FileRole, Severity};
use dfcore::fix::Fix;
use dfcore::text::{SourceFile, Span};

use super::document::pretty_json;
use super::fingerprint::fingerprints;
use super::summary::fix_command;
use super::{Linted, Report, columns, full_text, id, path, place_span, uri};
use log::{
    ArtifactChange, ArtifactLocation, BASE, ColumnKind, Driver, Fingerprints, FixObject, Invocation, Level,
    Location, Log, Message, PhysicalLocation, Region, Replacement, ResultObject, Run, Tool, UriBase,
    UriBases,
};
use rules::Rules;

/// Prints the findings of all files, and the rules that they are of.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let folder = std::env::current_dir().ok();
    let folder = folder.and_then(|folder| folder.to_str().map(|folder| folder.replace('\\', "/")));
    let places = Places { folder: folder.as_deref() };
    let results = report.files.iter().flat_map(|linted| {
        let findings = linted.findings.iter().zip(fingerprints(linted));
        findings.map(|(finding, fingerprint)| places.result(linted, finding, fingerprint, &rules))
    });
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "dflint",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules.descriptors(),
            },
        },
        invocations: [Invocation { execution_successful: report.is_complete }],
        original_uri_base_ids: UriBases {
            source_root: UriBase { description: Message::new("The folder that dflint was started in.") },
        },
        column_kind: ColumnKind::Utf16CodeUnits,
        results: results.collect(),
    };
    write!(out, "{}", pretty_json(&Log::new(run))?)
}

/// The level of a severity.
fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info | Severity::Style => Level::Note,
    }
}

/// Turns spans into locations.
struct Places<'a> {
    /// The folder that relative names start from.
    folder: Option<&'a str>,
}

impl Places<'_> {
    fn result<'a>(
        &self,
        linted: &Linted,
        finding: &'a Diagnostic,
        fingerprint: String,
        rules: &Rules<'_>,
    ) -> ResultObject<'a> {
        let file = linted.file(finding.file);
        let related = finding.labels.iter().zip(0..).map(|(label, id)| Location {
            id: Some(id),
            physical_location: self.physical(linted.file(label.file), label.span),
            message: Some(Message::new(label.message.as_str())),
        });
        ResultObject {
            rule_id: id(finding),
            rule_index: rules.index_of(id(finding)),
            level: level(finding.severity),
            message: Message::new(full_text(finding)),
            locations: [Location {
                id: None,
                physical_location: self.physical(file, place_span(linted, finding)),
                message: None,
            }],
            related_locations: related.collect(),
            partial_fingerprints: Fingerprints { v1: fingerprint },
            fixes: finding.fix.iter().map(|fix| self.fix(linted, fix)).collect(),
        }
    }

    fn physical(&self, file: &SourceFile, span: Span) -> PhysicalLocation {
        PhysicalLocation { artifact_location: self.artifact(file), region: region(file, span) }
    }

    fn artifact(&self, file: &SourceFile) -> ArtifactLocation {
        let uri = uri::reference(path(file), self.folder);
        ArtifactLocation { uri_base_id: uri::is_relative(&uri).then_some(BASE), uri }
    }

    fn fix<'a>(&self, linted: &Linted, fix: &'a Fix) -> FixObject<'a> {
        let changes = [FileRole::Dockerfile, FileRole::DockerIgnore].into_iter().filter_map(|role| {
            let file = linted.file(role);
            let edits = fix.edits.iter().filter(|edit| edit.file == role);
            let replacements: Vec<_> = edits
                .map(|edit| Replacement {
                    deleted_region: region(file, edit.span),
                    inserted_content: Message::new(edit.replacement.as_str()),
                })
                .collect();
            let artifact_location = self.artifact(file);
            (!replacements.is_empty()).then_some(ArtifactChange { artifact_location, replacements })
        });
        let text = format!("{} (`{}`)", fix.title, fix_command(fix.applicability));
        FixObject { description: Message::new(text), artifact_changes: changes.collect() }
    }
}

fn region(file: &SourceFile, span: Span) -> Region {
    let (start, end) = (columns::utf16(file, span.start), columns::utf16(file, span.end));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}
