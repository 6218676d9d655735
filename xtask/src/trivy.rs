//! A vulnerability database of our own for Trivy: small, the same every day, and there without a network.
//!
//! It holds real advisories for a few Python packages, so that "a known vulnerability" in a test is one, and nothing
//! else: a verdict of the gate on it says that the gate works, not that an image is free of flaws.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};

use crate::bolt::{self, Bucket, Item};
use crate::home::{self, Home};

const SOURCE: &str = "pip::GitHub Security Advisory Pip";

/// A published advisory.
struct Advisory {
    package: &'static str,
    id: &'static str,
    title: &'static str,
    severity: Severity,
    vulnerable: &'static str,
    patched: &'static str,
}

/// Trivy's severities, in its own numbering.
#[derive(Clone, Copy)]
enum Severity {
    Medium = 2,
    High = 3,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }
}

const ADVISORIES: [Advisory; 4] = [
    Advisory {
        package: "flask",
        id: "CVE-2023-30861",
        title: "Flask may disclose a permanent session cookie for lack of a Vary: Cookie header",
        severity: Severity::High,
        vulnerable: "<2.2.5",
        patched: "2.2.5",
    },
    Advisory {
        package: "werkzeug",
        id: "CVE-2024-34069",
        title: "Werkzeug's debugger may run code of another domain's choice on a developer's machine",
        severity: Severity::High,
        vulnerable: "<3.0.3",
        patched: "3.0.3",
    },
    Advisory {
        package: "tornado",
        id: "CVE-2024-52804",
        title: "Tornado parses cookies in quadratic time",
        severity: Severity::High,
        vulnerable: "<6.4.2",
        patched: "6.4.2",
    },
    Advisory {
        package: "jinja2",
        id: "CVE-2024-34064",
        title: "Jinja's xmlattr filter takes keys that hold characters no attribute name may have",
        severity: Severity::Medium,
        vulnerable: "<3.1.4",
        patched: "3.1.4",
    },
];

/// Writes the database and returns Trivy's cache folder, the value of `--cache-dir`.
pub(crate) fn up(home: &Home) -> Result<PathBuf> {
    let cache = home.folder("trivy")?;
    let folder = home.folder("trivy/db")?;
    let dates = json!({
        "Version": 2,
        "UpdatedAt": "2026-01-01T00:00:00Z",
        "DownloadedAt": "2026-01-01T00:00:00Z",
        // Trivy does not look for a newer one before this day.
        "NextUpdate": "2099-01-01T00:00:00Z",
    });
    home::write(&folder.join("trivy.db"), bolt::database(&database()))?;
    home::write(&folder.join("metadata.json"), dates.to_string())?;
    Ok(cache)
}

fn database() -> Bucket {
    let mut packages = Bucket::new();
    let mut vulnerabilities = Bucket::new();
    for advisory in &ADVISORIES {
        let severity = advisory.severity;
        let detail =
            json!({ "PatchedVersions": [advisory.patched], "VulnerableVersions": [advisory.vulnerable] });
        let mut known = Bucket::new();
        known.insert(advisory.id.to_owned(), Item::Json(detail));
        packages.insert(advisory.package.to_owned(), Item::Bucket(known));
        let vulnerability = json!({
            "Title": advisory.title,
            "Severity": severity.name(),
            "VendorSeverity": { "ghsa": severity as u8, "nvd": severity as u8 },
            "References": [format!("https://nvd.nist.gov/vuln/detail/{}", advisory.id)],
        });
        vulnerabilities.insert(advisory.id.to_owned(), Item::Json(vulnerability));
    }
    let source = json!({
        "ID": "ghsa",
        "Name": "GitHub Security Advisory Pip",
        "URL": "https://github.com/advisories?query=type%3Areviewed+ecosystem%3Apip",
    });
    Bucket::from([
        ("data-source".to_owned(), bucket(SOURCE, source)),
        (SOURCE.to_owned(), Item::Bucket(packages)),
        ("vulnerability".to_owned(), Item::Bucket(vulnerabilities)),
    ])
}

fn bucket(key: &str, value: Value) -> Item {
    Item::Bucket(Bucket::from([(key.to_owned(), Item::Json(value))]))
}
