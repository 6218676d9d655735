//! What a scan finds.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::Error;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Not rated.
    Unknown,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    const ALL: [Self; 5] = [Self::Unknown, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name that everybody uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|severity| severity.name().eq_ignore_ascii_case(given.trim())).ok_or_else(
            || {
                let names = Self::ALL.map(Self::name).join(", ");
                Error::Usage(format!("unknown severity {given:?}: there are {names}"))
            },
        )
    }
}

/// A weakness of an image. Findings sort by severity, the worst first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// `CVE-2023-30861`, or the rule that recognised a secret.
    pub id: String,
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// What it means.
    pub title: String,
    /// The file or the package database in which it was found.
    pub target: String,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Subject {
    /// A package with a known vulnerability.
    Vulnerability {
        /// Its name.
        package: String,
        /// The version in the image.
        installed_version: String,
        /// The version that is free of it; empty if there is none yet.
        fixed_version: String,
    },
    /// A secret in a file. Its value is never kept.
    Secret {
        /// The line on which it stands.
        line: u64,
    },
}

impl Finding {
    fn key(&self) -> (Reverse<Severity>, &str, &Subject, &str) {
        (Reverse(self.severity), &self.id, &self.subject, &self.target)
    }
}

impl Ord for Finding {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key()).then_with(|| self.title.cmp(&other.title))
    }
}

impl PartialOrd for Finding {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn severities_by_name() {
        assert_eq!("high".parse::<Severity>().unwrap(), Severity::High);
        assert_eq!(" CRITICAL".parse::<Severity>().unwrap(), Severity::Critical);
        let message = "bad".parse::<Severity>().unwrap_err().to_string();
        assert_eq!(message, r#"unknown severity "bad": there are UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL"#);
    }
}
