//! Findings as a table for people.

use std::collections::BTreeMap;

use comfy_table::{ContentArrangement, Table, presets};

use super::PlatformScan;
use super::finding::{Finding, Subject};

/// More rows than this nobody reads; the report has them all.
const MAX_ROWS: usize = 40;

/// The findings of all platforms, the worst first. What was found for several platforms is one row.
pub fn render(scans: &[PlatformScan], width: Option<u16>) -> String {
    let mut rows: BTreeMap<&Finding, Vec<&str>> = BTreeMap::new();
    for scan in scans {
        for finding in &scan.findings {
            rows.entry(finding).or_default().push(&scan.platform);
        }
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = width {
        table.set_width(width);
    }
    table.set_header(["Severity", "Finding", "In", "What to do", "Platforms"]);
    for (finding, platforms) in rows.iter().take(MAX_ROWS) {
        let platforms = if platforms.len() == scans.len() { "all".to_owned() } else { platforms.join(", ") };
        table.add_row([
            finding.severity.to_string(),
            what(finding),
            place(finding),
            advice(finding),
            platforms,
        ]);
    }
    let hidden = rows.len().saturating_sub(MAX_ROWS);
    if hidden == 0 {
        table.to_string()
    } else {
        format!("{table}\nand {hidden} more: --report FILE lists them all")
    }
}

fn what(finding: &Finding) -> String {
    if finding.title.is_empty() { finding.id.clone() } else { format!("{}: {}", finding.id, finding.title) }
}

fn place(finding: &Finding) -> String {
    match &finding.subject {
        Subject::Vulnerability { package, installed_version, .. } => format!("{package} {installed_version}"),
        Subject::Secret { line } => format!("{}:{line}", finding.target),
    }
}

fn advice(finding: &Finding) -> String {
    match &finding.subject {
        Subject::Vulnerability { fixed_version, .. } if fixed_version.is_empty() => "no fix yet".to_owned(),
        Subject::Vulnerability { fixed_version, .. } => format!("update to {fixed_version}"),
        Subject::Secret { .. } => "revoke it; use RUN --mount=type=secret".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;

    fn vulnerability(number: usize, severity: Severity, fixed: &str) -> Finding {
        Finding {
            severity,
            id: format!("CVE-2099-{number:04}"),
            subject: Subject::Vulnerability {
                package: "bash".into(),
                installed_version: "5.2".into(),
                fixed_version: fixed.into(),
            },
            title: "a made-up flaw".into(),
            target: "image (debian 12)".into(),
        }
    }

    #[test]
    fn a_table_of_two_platforms() {
        let secret = Finding {
            severity: Severity::Critical,
            id: "aws-access-key-id".into(),
            subject: Subject::Secret { line: 3 },
            title: "AWS Access Key ID".into(),
            target: "/app/creds.ini".into(),
        };
        let both = vulnerability(2, Severity::High, "6.0");
        let scans = [
            PlatformScan { platform: "linux/amd64".into(), findings: vec![both.clone(), secret] },
            PlatformScan {
                platform: "linux/arm64".into(),
                findings: vec![vulnerability(1, Severity::Critical, ""), both],
            },
        ];
        insta::assert_snapshot!(render(&scans, Some(110)));
    }

    #[test]
    fn long_tables_are_cut() {
        let findings = (0..50).map(|number| vulnerability(number, Severity::High, "")).collect();
        let table = render(&[PlatformScan { platform: "linux/amd64".into(), findings }], Some(110));
        assert!(table.ends_with("and 10 more: --report FILE lists them all"), "{table}");
    }
}
