//! The rules that a log has findings of.

use std::collections::BTreeMap;

use dfcore::diagnostic::{Confidence, Diagnostic, Severity};
use dfcore::docs::explain;
use dfcore::rule::{Group, Registered};

use super::super::{Report, id, url};
use super::level;
use super::log::{Configuration, Descriptor, Help, Message, Properties};

/// The rules by what their findings are called, each with a finding of it.
pub(super) struct Rules<'a> {
    by_id: BTreeMap<&'a str, &'a Diagnostic>,
}

impl<'a> Rules<'a> {
    /// The rules of all findings.
    pub(super) fn of(report: &'a Report) -> Self {
        let mut by_id = BTreeMap::new();
        for (_, finding) in report.findings() {
            by_id.entry(id(finding)).or_insert(finding);
        }
        Self { by_id }
    }

    /// Where a rule is among the descriptors.
    pub(super) fn index_of(&self, id: &str) -> Option<usize> {
        self.by_id.keys().position(|key| *key == id)
    }

    /// What a log says about them.
    pub(super) fn descriptors(&self) -> Vec<Descriptor<'a>> {
        self.by_id.iter().map(|(id, finding)| descriptor(id, finding)).collect()
    }
}

fn descriptor<'a>(id: &'a str, finding: &'a Diagnostic) -> Descriptor<'a> {
    let rule = dfcore::rules::find(finding.code);
    let meta = rule.map(Registered::meta);
    let severity = meta.map_or(finding.severity, |meta| meta.severity);
    let group = meta.map(|meta| meta.group);
    let mut tags: Vec<&str> = group.map(Group::as_str).into_iter().collect();
    tags.extend(meta.into_iter().flat_map(|meta| meta.aliases.iter().copied()));
    let help = rule.map_or_else(|| finding.message.clone(), explain);
    Descriptor {
        id,
        name: finding.name,
        short_description: Message::new(meta.map_or(finding.message.as_str(), |meta| meta.summary())),
        full_description: Message::new(rule.map_or_else(|| finding.message.clone(), description)),
        help: Help { text: help.clone(), markdown: help },
        help_uri: url(finding),
        default_configuration: Configuration { level: level(severity) },
        properties: Properties {
            tags,
            precision: match meta.map_or(finding.confidence, |meta| meta.confidence) {
                Confidence::High => "high",
                Confidence::Medium => "medium",
                Confidence::Low => "low",
            },
            problem_severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info | Severity::Style => "recommendation",
            },
            security_severity: (group == Some(Group::Security)).then_some(match severity {
                Severity::Error => "8.0",
                Severity::Warning => "5.5",
                Severity::Info => "3.0",
                Severity::Style => "1.0",
            }),
        },
    }
}

/// The most bytes of a full description; GitHub takes 1024 characters.
const MAX_DESCRIPTION: usize = 1000;

/// The summary and the paragraphs below it, up to the first heading or block, as many as there is room for.
fn description(rule: &Registered) -> String {
    let documentation = rule.meta().documentation();
    let lines = documentation.lines().take_while(|line| !line.starts_with('#') && !line.starts_with("```"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut description = String::new();
    for paragraph in text.trim().split("\n\n") {
        if description.len() + paragraph.len() + 2 > MAX_DESCRIPTION {
            break;
        }
        if !description.is_empty() {
            description.push_str("\n\n");
        }
        description.push_str(paragraph);
    }
    description
}
