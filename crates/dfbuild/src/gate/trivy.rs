//! Trivy, the scanner: the only place that knows its command line and its output.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::finding::{Finding, Severity, Subject};

/// The exit code that says "findings". Trivy uses 1 for every failure, so it must be another one.
const FINDINGS_EXIT_CODE: i32 = 10;

/// Trivy's own limit is not kept in every phase, so there is one around it.
const SCAN_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// What Trivy says when another Trivy, of the other platform or of another build, holds its cache of scanned layers:
/// it waits five seconds for it and gives up, while a scan may take longer than that.
const CACHE_IN_USE: &str = "cache may be in use by another process";

/// How long to wait before trying again.
const CACHE_PAUSE: Duration = Duration::from_millis(200);

/// The database has some 60 MB.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(5 * 60);

const VERSION_TIMEOUT: Duration = Duration::from_secs(30);

/// More output than this is not a report.
const MAX_OUTPUT_BYTES: u64 = 256 << 20;

/// What is kept of the error output.
const MAX_ERROR_BYTES: u64 = 1 << 20;

/// Names the program instead of the search path.
const PROGRAM_VARIABLE: &str = "DFBUILD_TRIVY";

/// The file in a context that lists accepted findings.
const IGNORE_FILE: &str = ".trivyignore";

/// Trivy, ready to scan.
#[derive(Clone, Debug)]
pub struct Trivy {
    program: PathBuf,
    /// Its version.
    pub version: String,
    /// When its database was made; none if a server has it.
    pub database: Option<String>,
}

/// What a scan would need and does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What is missing.
    pub cause: String,
    /// What to do about it.
    pub way_out: &'static str,
}

/// What one scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The architecture of the image that was really scanned.
    pub architecture: String,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Whether a missing database is worth a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// Bring it up to date, unless `TRIVY_SKIP_DB_UPDATE` forbids it.
    Update,
    /// Take what is there.
    AsIs,
}

impl Trivy {
    /// Finds Trivy and makes sure that it can scan.
    pub async fn prepare(database: Database) -> Result<Self, Lack> {
        let program = find()?;
        let served = is_set("TRIVY_SERVER");
        if database == Database::Update && !served && !is_true("TRIVY_SKIP_DB_UPDATE") {
            let arguments = ["image", "--download-db-only", "--quiet"].map(OsString::from);
            let output = run(&program, &arguments, DATABASE_TIMEOUT).await.map_err(no_program)?;
            if output.code != Some(0) {
                return Err(no_database(&output.last_error()));
            }
        }
        let arguments = ["version", "--format", "json"].map(OsString::from);
        let output = run(&program, &arguments, VERSION_TIMEOUT).await.map_err(no_program)?;
        let version: Version = serde_json::from_slice(&output.stdout)
            .map_err(|_| no_program(format!("{} does not answer as Trivy does", program.display())))?;
        if version.vulnerability_db.is_none() && !served {
            return Err(no_database("there is none in its cache"));
        }
        let database = version.vulnerability_db.map(|database| database.updated_at);
        Ok(Self { program, version: version.version, database })
    }

    /// Scans the one image in the OCI layout at `layout`.
    pub async fn scan(
        &self,
        layout: &Path,
        severities: &BTreeSet<Severity>,
        context: &Path,
    ) -> Result<Scan, String> {
        let arguments = scan_arguments(layout, severities, context);
        let deadline = Instant::now() + SCAN_TIMEOUT;
        let output = loop {
            let output = run(&self.program, &arguments, SCAN_TIMEOUT).await?;
            let waits = output.code == Some(1) && output.last_error().contains(CACHE_IN_USE);
            if !waits || Instant::now() > deadline {
                break output;
            }
            tokio::time::sleep(CACHE_PAUSE).await;
        };
        match output.code {
            Some(0 | FINDINGS_EXIT_CODE) => {}
            _ => return Err(output.last_error()),
        }
        let scan = parse(&output.stdout, layout)?;
        // If the two disagree this program misreads the report, and what it misses must not pass.
        if (output.code == Some(FINDINGS_EXIT_CODE)) == scan.findings.is_empty() {
            return Err(format!("{} findings, but the exit code says otherwise", scan.findings.len()));
        }
        Ok(scan)
    }
}

fn scan_arguments(layout: &Path, severities: &BTreeSet<Severity>, context: &Path) -> Vec<OsString> {
    let severities: Vec<&str> = severities.iter().map(|severity| severity.name()).collect();
    let mut arguments: Vec<OsString> = ["image", "--format", "json", "--quiet", "--scanners", "vuln,secret"]
        .into_iter()
        .chain(["--skip-db-update", "--skip-version-check", "--severity"])
        .map(OsString::from)
        .collect();
    arguments.push(severities.join(",").into());
    arguments.push("--exit-code".into());
    arguments.push(FINDINGS_EXIT_CODE.to_string().into());
    let ignore_file = context.join(IGNORE_FILE);
    if ignore_file.is_file() {
        arguments.push("--ignorefile".into());
        arguments.push(ignore_file.into());
    }
    arguments.push("--input".into());
    arguments.push(layout.into());
    arguments
}

fn find() -> Result<PathBuf, Lack> {
    if let Some(named) = std::env::var_os(PROGRAM_VARIABLE).filter(|value| !value.is_empty()) {
        let program = PathBuf::from(named);
        let missing =
            || no_program(format!("{PROGRAM_VARIABLE} names {}, which is no file", program.display()));
        return if program.is_file() { Ok(program) } else { Err(missing()) };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join("trivy"))
        .find(|program| program.is_file())
        .ok_or_else(|| no_program("Trivy is not installed".to_owned()))
}

fn no_program(cause: String) -> Lack {
    Lack {
        cause,
        way_out: "install Trivy (https://trivy.dev) or name it in DFBUILD_TRIVY, or switch the gate off with --no-gate",
    }
}

fn no_database(cause: &str) -> Lack {
    Lack {
        cause: format!("Trivy has no vulnerability database ({cause})"),
        way_out: "let it download one with `trivy image --download-db-only`, name a mirror in TRIVY_DB_REPOSITORY or a \
                  filled cache in TRIVY_CACHE_DIR, or switch the gate off with --no-gate",
    }
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Whether a variable has a value that Trivy takes for true.
fn is_true(variable: &str) -> bool {
    std::env::var(variable)
        .is_ok_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "t" | "true"))
}

struct Output {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Output {
    /// The last line that Trivy wrote to its error output: the fatal one.
    fn last_error(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let last = text.lines().map(str::trim).rfind(|line| !line.is_empty());
        match (last, self.code) {
            (Some(line), _) => line.replace('\t', " "),
            (None, Some(code)) => format!("exit code {code} without a word"),
            (None, None) => "ended by a signal".to_owned(),
        }
    }
}

async fn run(program: &Path, arguments: &[OsString], timeout: Duration) -> Result<Output, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let finished = tokio::time::timeout(timeout, async {
        let (stdout, stderr) =
            tokio::try_join!(read(stdout, MAX_OUTPUT_BYTES), read(stderr, MAX_ERROR_BYTES))
                .map_err(failed)?;
        let status = child.wait().await.map_err(failed)?;
        Ok(Output { code: status.code(), stdout, stderr })
    });
    finished.await.map_err(|_| format!("{}: no end after {} s", program.display(), timeout.as_secs()))?
}

async fn read(stream: Option<impl AsyncRead + Unpin>, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        stream.take(limit + 1).read_to_end(&mut bytes).await?;
    }
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("more than {limit} bytes of output")));
    }
    Ok(bytes)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    version: String,
    #[serde(rename = "VulnerabilityDB")]
    vulnerability_db: Option<DatabaseVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DatabaseVersion {
    updated_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    schema_version: u32,
    metadata: Metadata,
    #[serde(default)]
    results: Vec<ReportResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    image_config: ImageConfig,
}

#[derive(Deserialize)]
struct ImageConfig {
    #[serde(default)]
    architecture: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReportResult {
    #[serde(default)]
    target: String,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
    #[serde(default)]
    secrets: Vec<Secret>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Vulnerability {
    #[serde(rename = "VulnerabilityID", default)]
    id: String,
    #[serde(default)]
    pkg_name: String,
    #[serde(default)]
    pkg_path: String,
    #[serde(default)]
    installed_version: String,
    #[serde(default)]
    fixed_version: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    title: String,
}

/// The field `Match` is left out on purpose: although masked, it holds text around a secret.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secret {
    #[serde(rename = "RuleID", default)]
    rule: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    start_line: u64,
}

fn parse(json: &[u8], layout: &Path) -> Result<Scan, String> {
    let report: Report =
        serde_json::from_slice(json).map_err(|error| format!("the report cannot be read: {error}"))?;
    if report.schema_version != 2 {
        return Err(format!("the report has version {}, and only 2 is known", report.schema_version));
    }
    let mut findings = Vec::new();
    for result in report.results {
        // What is not a file is named after the temporary directory that was scanned.
        let target = result.target.replace(&*layout.to_string_lossy(), "image");
        findings.extend(result.vulnerabilities.into_iter().map(|found| found.finding(&target)));
        findings.extend(result.secrets.into_iter().map(|found| found.finding(&target)));
    }
    Ok(Scan { architecture: report.metadata.image_config.architecture, findings })
}

impl Vulnerability {
    fn finding(self, target: &str) -> Finding {
        Finding {
            severity: severity(&self.severity),
            id: self.id,
            subject: Subject::Vulnerability {
                package: self.pkg_name,
                installed_version: self.installed_version,
                fixed_version: self.fixed_version,
            },
            title: self.title,
            target: if self.pkg_path.is_empty() { target.to_owned() } else { self.pkg_path },
        }
    }
}

impl Secret {
    fn finding(self, target: &str) -> Finding {
        Finding {
            severity: severity(&self.severity),
            id: self.rule,
            subject: Subject::Secret { line: self.start_line },
            title: self.title,
            target: target.to_owned(),
        }
    }
}

/// A rating that is not known is no reason to drop a finding.
fn severity(name: &str) -> Severity {
    name.parse().unwrap_or(Severity::Unknown)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const REPORT: &str = r#"{
        "SchemaVersion": 2,
        "ArtifactName": "/tmp/layout",
        "Metadata": { "OS": { "Family": "debian" }, "ImageConfig": { "architecture": "arm64", "os": "linux" } },
        "Results": [
            { "Target": "/tmp/layout (debian 12.1)", "Class": "os-pkgs", "Vulnerabilities": [
                { "VulnerabilityID": "CVE-2099-0001", "PkgName": "bash", "InstalledVersion": "5.2", "FixedVersion": "99",
                  "Severity": "CRITICAL", "Title": "made up" } ] },
            { "Target": "Python", "Class": "lang-pkgs", "Vulnerabilities": [
                { "VulnerabilityID": "CVE-2023-30861", "PkgName": "flask", "PkgPath": "opt/venv/flask.dist-info/METADATA",
                  "InstalledVersion": "2.2.4", "Severity": "SEVERE" } ] },
            { "Target": "/app/creds.ini", "Class": "secret", "Secrets": [
                { "RuleID": "aws-access-key-id", "Severity": "CRITICAL", "Title": "AWS Access Key ID", "StartLine": 2,
                  "Match": "key = AKIA****************" } ] }
        ]
    }"#;

    #[test]
    fn a_report_becomes_findings() {
        let scan = parse(REPORT.as_bytes(), Path::new("/tmp/layout")).unwrap();
        assert_eq!(scan.architecture, "arm64");
        insta::assert_json_snapshot!(scan.findings);
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let json =
            serde_json::to_string(&parse(REPORT.as_bytes(), Path::new("/tmp/layout")).unwrap().findings)
                .unwrap();
        assert!(!json.contains("AKIA"), "{json}");
    }

    #[test]
    fn a_clean_image_has_no_results() {
        let report = r#"{ "SchemaVersion": 2, "Metadata": { "ImageConfig": { "architecture": "amd64" } } }"#;
        assert_eq!(
            parse(report.as_bytes(), Path::new("/tmp/layout")).unwrap(),
            Scan { architecture: "amd64".into(), findings: vec![] }
        );
    }

    #[test]
    fn another_report_is_not_a_pass() {
        for report in [
            "",
            "{}",
            r#"{ "SchemaVersion": 3, "Metadata": { "ImageConfig": {} } }"#,
            r#"{ "SchemaVersion": 2 }"#,
        ] {
            assert!(parse(report.as_bytes(), Path::new("/tmp/layout")).is_err(), "{report}");
        }
    }

    #[test]
    fn the_fatal_line_is_the_reason() {
        let stderr =
            b"2026-11-22T10:00:00Z\tINFO\tstart\n2026-11-22T10:00:01Z\tFATAL\tno such host\n\n".to_vec();
        let output = Output { code: Some(1), stdout: vec![], stderr };
        assert_eq!(output.last_error(), "2026-11-22T10:00:01Z FATAL no such host");
        let silent = Output { code: Some(1), stdout: vec![], stderr: vec![] };
        assert_eq!(silent.last_error(), "exit code 1 without a word");
    }

    #[test]
    fn accepted_findings_are_read_from_the_context() {
        let context = tempfile::tempdir().unwrap();
        let severities = [Severity::High, Severity::Critical].into();
        let arguments = scan_arguments(Path::new("/layout"), &severities, context.path());
        assert!(arguments.contains(&"HIGH,CRITICAL".into()) && !arguments.contains(&"--ignorefile".into()));
        std::fs::write(context.path().join(".trivyignore"), "CVE-1").unwrap();
        let arguments = scan_arguments(Path::new("/layout"), &severities, context.path());
        assert!(arguments.contains(&"--ignorefile".into()));
    }
}
