//! The report of a build: one JSON document, and its last lines on the terminal.

mod steps;
mod summary;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use serde::Serialize;

pub use self::steps::{Lines, Stage, Step, StepState};
use crate::error::Exit;
use crate::gate::{Finding, PlatformScan, Severity};
use crate::oci::{Digest, Image};
use crate::preflight::StepLines;
use crate::progress::state::State;
use crate::timestamp::{milliseconds, rfc3339};

/// Rises when a field changes its meaning or goes away; new fields do not count.
const SCHEMA_VERSION: u32 = 1;

/// Everything that there is to tell about a build.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    schema_version: u32,
    dfbuild_version: &'static str,
    /// When the build began, as RFC 3339 writes it.
    started_at: String,
    #[serde(skip)]
    started: SystemTime,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// How the program ends.
    exit_code: u8,
    /// Why there is no image.
    error: Option<String>,
    /// The engine's version.
    pub engine: Option<String>,
    /// The Dockerfile.
    pub dockerfile: Option<PathBuf>,
    /// The stage that was asked for.
    pub target: Option<String>,
    /// What the build may use.
    pub context: Option<Context>,
    /// What the linter found.
    pub lint: Option<Lint>,
    /// The stages, in the order in which their steps showed up.
    pub stages: Vec<Stage>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The image.
    pub image: Option<ImageReport>,
    /// What the gate said.
    pub gate: Gate,
    /// What has become of the result.
    pub outputs: Vec<String>,
}

/// The build context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// The directory.
    pub path: PathBuf,
    /// Files that are left after the ignore file.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were sent to the engine in this build, because it did not have them.
    pub sent_files: u64,
    /// Their bytes.
    pub sent_bytes: u64,
}

/// What the linter found, by level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lint {
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are hints.
    pub notes: usize,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageReport {
    /// Its names.
    pub names: Vec<String>,
    /// The digest of the index, or of the manifest of an image without one.
    pub digest: String,
    /// What the digest names, if the engine can say so.
    pub media_type: Option<String>,
    /// The image for each platform; empty if the engine cannot hand images out.
    pub platforms: Vec<PlatformReport>,
}

/// The image for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformReport {
    /// What it runs on.
    pub platform: String,
    /// The digest of its manifest.
    pub digest: String,
    /// What a registry stores of it: configuration and compressed layers, in bytes.
    pub bytes: u64,
    /// How many layers it has.
    pub layers: usize,
}

/// What the gate said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Gate {
    /// The build did not get that far.
    #[default]
    NotReached,
    /// Nothing: it was switched off.
    Off,
    /// Nothing: the image could not be scanned, and nothing required it.
    NotScanned {
        /// Why.
        reason: String,
    },
    /// Nothing that matters was found.
    Passed(Scanned),
    /// The image is not to be published.
    Refused(Scanned),
}

/// A scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scanned {
    /// The scanner and its version.
    pub scanner: String,
    /// When its database was made.
    pub database: Option<String>,
    /// The severities that count.
    pub severities: Vec<Severity>,
    /// What was found for each platform.
    pub platforms: Vec<PlatformFindings>,
}

/// What was found for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlatformFindings {
    /// The platform.
    pub platform: String,
    /// How many findings of each severity there are.
    pub counts: BTreeMap<Severity, usize>,
    /// The findings, worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The report of a build that begins now.
    pub fn new() -> Self {
        let started = SystemTime::now();
        Self {
            schema_version: SCHEMA_VERSION,
            dfbuild_version: env!("CARGO_PKG_VERSION"),
            started_at: rfc3339(started),
            started,
            duration_ms: 0,
            exit_code: Exit::Built as u8,
            error: None,
            engine: None,
            dockerfile: None,
            target: None,
            context: None,
            lint: None,
            stages: Vec::new(),
            steps: Vec::new(),
            image: None,
            gate: Gate::NotReached,
            outputs: Vec::new(),
        }
    }

    /// Takes in what is known of the steps.
    pub(crate) fn set_steps(&mut self, state: &State, lines: &StepLines) {
        self.steps = state.steps().iter().map(|step| Step::new(step, lines)).collect();
        self.stages = Stage::of(&self.steps);
    }

    /// Takes in the image under its names.
    pub fn set_image(&mut self, image: &Image, names: Vec<String>) {
        let platforms = image.platforms.iter().map(|image| PlatformReport {
            platform: image.platform.to_string(),
            digest: image.manifest.digest.to_string(),
            bytes: image.bytes,
            layers: image.layers,
        });
        self.image = Some(ImageReport {
            names,
            digest: image.descriptor.digest.to_string(),
            media_type: Some(image.descriptor.media_type.clone()),
            platforms: platforms.collect(),
        });
    }

    /// Takes in an image of which only the digest is known.
    pub(crate) fn set_digest(&mut self, digest: &Digest, names: Vec<String>) {
        let digest = digest.to_string();
        self.image = Some(ImageReport { names, digest, media_type: None, platforms: Vec::new() });
    }

    /// Closes the report: the build has ended like this.
    pub fn finish(&mut self, exit: Exit, error: Option<String>) {
        self.duration_ms = milliseconds(self.started.elapsed().unwrap_or_default());
        self.exit_code = exit as u8;
        self.error = error;
    }

    /// The report as a JSON document.
    pub fn to_json(&self) -> String {
        // Maps with text keys and plain values: there is nothing that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

impl Default for Report {
    fn default() -> Self {
        Self::new()
    }
}

impl From<PlatformScan> for PlatformFindings {
    fn from(scan: PlatformScan) -> Self {
        let mut counts = BTreeMap::new();
        for finding in &scan.findings {
            *counts.entry(finding.severity).or_default() += 1;
        }
        Self { platform: scan.platform, counts, findings: scan.findings }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use crate::gate::finding::Subject;
    use crate::progress::event::{Update, Vertex};

    fn report() -> Report {
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let vertex = |name: &str, cached, started, completed| Vertex {
            digest: format!("sha256:{name}"),
            name: name.into(),
            cached,
            started: at(started),
            completed: at(completed),
            ..Vertex::default()
        };
        let mut state = State::default();
        state.apply(Update {
            vertices: vec![
                vertex("[internal] load build definition from Dockerfile", false, 0, 1),
                vertex("[linux/amd64 build 1/2] FROM base", true, 1, 1),
                vertex("[linux/amd64 build 2/2] RUN make", false, 1, 4),
            ],
            ..Update::default()
        });
        let mut report = Report::new();
        report.set_steps(&state, &StepLines::default());
        report.started_at = "2026-11-22T10:00:00.000Z".into();
        report.engine = Some("26.1.5".into());
        report.dockerfile = Some("app/Dockerfile".into());
        report.context =
            Some(Context { path: "app".into(), files: 3, bytes: 1_200_000, sent_files: 1, sent_bytes: 20 });
        report.image = Some(ImageReport {
            names: vec!["docker.io/library/demo:1".into()],
            digest: format!("sha256:{}", "a".repeat(64)),
            media_type: Some("application/vnd.oci.image.index.v1+json".into()),
            platforms: vec![PlatformReport {
                platform: "linux/amd64".into(),
                digest: format!("sha256:{}", "b".repeat(64)),
                bytes: 2_000_000,
                layers: 2,
            }],
        });
        let finding = Finding {
            severity: Severity::Critical,
            id: "aws-access-key-id".into(),
            subject: Subject::Secret { line: 2 },
            title: "AWS Access Key ID".into(),
            target: "/app/creds.ini".into(),
        };
        report.gate = Gate::Refused(Scanned {
            scanner: "Trivy 0.76.0".into(),
            database: Some("2026-11-22T00:00:00Z".into()),
            severities: vec![Severity::High, Severity::Critical],
            platforms: vec![PlatformScan { platform: "linux/amd64".into(), findings: vec![finding] }.into()],
        });
        report
    }

    #[test]
    fn the_document() {
        let mut report = report();
        report.finish(Exit::GateRefused, Some("refused".into()));
        report.duration_ms = 4_321;
        insta::assert_snapshot!(report.to_json());
    }

    #[test]
    fn the_summary() {
        let mut report = report();
        insta::assert_snapshot!("summary_refused", report.summary());
        report.gate = Gate::NotScanned { reason: "Trivy is not installed".into() };
        report.outputs = vec!["the engine's image store".into()];
        insta::assert_snapshot!("summary_not_scanned", report.summary());
    }
}
