//! The command line.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Parser, ValueEnum};

use crate::dockerfile::Frontend;
use crate::error::Error;
use crate::gate::Severity;
use crate::progress::Style;
use crate::report::Report;
use crate::request::{
    BuildContext, GateMode, LintMode, Network, Output, ReportFiles, Request, parse_pair, parse_secret,
};
use crate::session::secrets::SecretSource;
use crate::terminal::tell;

const EXAMPLES: &str = "\
Examples:
  dfbuild -t demo:1
      Build ./Dockerfile into the engine's image store
  dfbuild --platform linux/amd64,linux/arm64 -t demo:1 app/
      Build ./app for two platforms, as one image
  dfbuild -t registry.example/demo:1 --push
      Scan the image, and push only what passed
  dfbuild --target test --build-arg VERSION=2 --secret id=token,src=token.txt
      Build one stage, with an argument and a secret
  dfbuild -t demo:1 -o type=oci,dest=demo.tar
      Write an archive instead of loading the image
  dfbuild --build-context python:3.12-slim=docker-image://mirror.example/python:3.12-slim
      Replace an image that the Dockerfile names

The gate:
  Trivy scans the image for every platform before anything is loaded, written
  or pushed; a finding of one of the given severities refuses it. The scan is
  required when the image is pushed, when CI is set, or with --gate: then
  nothing is built without Trivy and its database. Otherwise the image is
  scanned if Trivy is at hand, and if not, the summary says so.
  TRIVY_* variables and .trivyignore in the context are respected.

Exit codes:
    0  built, and passed the gate if there was one
    1  a step of the build failed
    2  the command line, the configuration or the environment is at fault
    3  the gate refused the image: nothing was published, tagged or written
    5  --lint error refused the Dockerfile: nothing was built
  130  interrupted";

/// Builds images with BuildKit, for several platforms, and scans them before they are published
#[derive(Debug, Parser)]
#[command(name = "dfbuild", version, after_help = EXAMPLES, max_term_width = 112)]
#[command(group = ArgGroup::new("gating").args(["gate", "no_gate"]))]
pub struct Cli {
    /// Directory whose files the build may use
    #[arg(value_name = "CONTEXT", default_value = ".")]
    context: PathBuf,

    #[command(flatten)]
    what: WhatToBuild,
    #[command(flatten)]
    how: HowToBuild,
    #[command(flatten)]
    result: WhatBecomes,
    #[command(flatten)]
    checks: Checks,
    #[command(flatten)]
    telling: Telling,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "What to build")]
struct WhatToBuild {
    /// Dockerfile to build [default: CONTEXT/Dockerfile]
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    file: Option<PathBuf>,

    /// Stage to build [default: the last one]
    #[arg(long, value_name = "STAGE")]
    target: Option<String>,

    /// Platforms to build for, as linux/amd64,linux/arm64 [default: the engine's own]
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',')]
    platform: Vec<String>,

    /// Value for an ARG; a NAME alone is taken from the environment
    #[arg(long, value_name = "NAME[=VALUE]")]
    build_arg: Vec<String>,

    /// What stands in for NAME in FROM and COPY --from: docker-image://REFERENCE or a directory
    #[arg(long, value_name = "NAME=SOURCE")]
    build_context: Vec<String>,

    /// Secret for RUN --mount=type=secret, as id=ID,src=FILE or id=ID,env=NAME
    #[arg(long, value_name = "SPEC")]
    secret: Vec<String>,

    /// Label of the image
    #[arg(long, value_name = "NAME=VALUE")]
    label: Vec<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "How to build it")]
struct HowToBuild {
    /// Carry out every step, even if its result is there already
    #[arg(long)]
    no_cache: bool,

    /// Ask the registries for newer base images
    #[arg(long)]
    pull: bool,

    /// Cache to read: REFERENCE, type=registry,ref=REFERENCE or type=local,src=DIR
    #[arg(long, value_name = "CACHE")]
    cache_from: Vec<String>,

    /// Cache to write: type=inline, type=registry,ref=REFERENCE[,mode=max] or type=local,dest=DIR[,mode=max]
    #[arg(long, value_name = "CACHE")]
    cache_to: Vec<String>,

    /// Network of RUN steps
    #[arg(long, value_enum, value_name = "NETWORK", default_value_t)]
    network: NetworkName,

    /// Entry for /etc/hosts in RUN steps, as NAME:ADDRESS
    #[arg(long, value_name = "NAME:ADDRESS")]
    add_host: Vec<String>,

    /// Who reads the Dockerfile: the image in its `# syntax=` line, or the engine itself, which needs no network
    #[arg(long, value_enum, value_name = "FRONTEND", default_value_t)]
    frontend: FrontendName,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "What becomes of it")]
struct WhatBecomes {
    /// Name of the image, as NAME[:TAG]; may be given several times
    #[arg(short, long = "tag", value_name = "NAME")]
    tag: Vec<String>,

    /// Load it into the engine's image store; this is the default
    #[arg(long)]
    load: bool,

    /// Push it to the registries that its names belong to
    #[arg(long)]
    push: bool,

    /// Write it: type=oci|docker|tar,dest=FILE, type=local,dest=DIR, type=oci,tar=false,dest=DIR, or DIR alone
    #[arg(short, long, value_name = "SPEC")]
    output: Vec<String>,

    /// Write the image's digest to a file
    #[arg(long, value_name = "FILE")]
    iidfile: Option<PathBuf>,

    /// Write what the engine said about the image to a file, as JSON
    #[arg(long, value_name = "FILE")]
    metadata_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Checks")]
struct Checks {
    /// What findings of the linter in the Dockerfile mean
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    lint: LintName,

    /// Require a scan, also for a local build
    #[arg(long)]
    gate: bool,

    /// Do not scan, even if the result is pushed; the summary and the report say so
    #[arg(long)]
    no_gate: bool,

    /// Severities that refuse the image
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',', default_value = "HIGH,CRITICAL")]
    severity: Vec<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "What to tell")]
struct Telling {
    /// How to show progress
    #[arg(long, value_enum, value_name = "STYLE", default_value_t)]
    progress: ProgressName,

    /// Write a JSON report, also when the build fails
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ProgressName {
    /// Live on a terminal, plain otherwise
    #[default]
    Auto,
    /// Live
    Tty,
    /// One line per event
    Plain,
    /// Errors only, and the digest of the image on standard output
    Quiet,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LintName {
    /// The linter does not run
    Off,
    /// They are shown
    #[default]
    Warn,
    /// They are shown, and nothing is built
    Error,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum NetworkName {
    /// The engine's own choice
    #[default]
    Default,
    /// No network
    None,
    /// The network of the machine on which the engine runs
    Host,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FrontendName {
    /// What the Dockerfile names
    #[default]
    Named,
    /// The engine's own
    Builtin,
}

impl Cli {
    /// The way to show progress.
    pub fn style(&self) -> Style {
        match self.telling.progress {
            ProgressName::Auto => Style::Auto,
            ProgressName::Tty => Style::Tty,
            ProgressName::Plain => Style::Plain,
            ProgressName::Quiet => Style::Quiet,
        }
    }

    /// Where the report goes.
    pub fn report_file(&self) -> Option<&Path> {
        self.telling.report.as_deref()
    }

    /// Tells how the build has ended: people on standard error, and programs, that asked for quiet, on standard
    /// output.
    pub fn show_summary(&self, report: &Report) {
        if report.steps.is_empty() {
            return;
        }
        if self.style() != Style::Quiet {
            tell(report.summary().trim_end());
        } else if let Some(image) = &report.image {
            drop(writeln!(std::io::stdout(), "{}", image.digest));
        }
    }

    /// The request that the command line amounts to.
    pub fn request(&self) -> Result<Request, Error> {
        let what = &self.what;
        Ok(Request {
            context: directory(&self.context)?,
            dockerfile: what.file.clone(),
            target: what.target.clone(),
            platforms: parse_all(&what.platform)?,
            tags: parse_all(&self.result.tag)?,
            build_args: what
                .build_arg
                .iter()
                .filter_map(|value| build_arg(value).transpose())
                .collect::<Result<_, _>>()?,
            labels: what.label.iter().map(|value| parse_pair(value)).collect::<Result<_, _>>()?,
            build_contexts: what
                .build_context
                .iter()
                .map(|value| build_context(value))
                .collect::<Result<_, _>>()?,
            secrets: what.secret.iter().map(|value| secret(value)).collect::<Result<_, _>>()?,
            cache_from: parse_all(&self.how.cache_from)?,
            cache_to: parse_all(&self.how.cache_to)?,
            outputs: self.result.outputs()?,
            no_cache: self.how.no_cache,
            pull: self.how.pull,
            network: match self.how.network {
                NetworkName::Default => Network::Default,
                NetworkName::None => Network::None,
                NetworkName::Host => Network::Host,
            },
            add_hosts: self.how.add_host.iter().map(|value| add_host(value)).collect::<Result<_, _>>()?,
            frontend: match self.how.frontend {
                FrontendName::Named => Frontend::Named,
                FrontendName::Builtin => Frontend::Builtin,
            },
            gate: match (self.checks.gate, self.checks.no_gate) {
                (true, _) => GateMode::Required,
                (false, true) => GateMode::Off,
                (false, false) => GateMode::Auto,
            },
            severities: parse_all::<Severity>(&self.checks.severity)?.into_iter().collect::<BTreeSet<_>>(),
            lint: match self.checks.lint {
                LintName::Off => LintMode::Off,
                LintName::Warn => LintMode::Warn,
                LintName::Error => LintMode::Error,
            },
            files: ReportFiles {
                metadata: self.result.metadata_file.clone(),
                iid: self.result.iidfile.clone(),
            },
        })
    }
}

impl WhatBecomes {
    fn outputs(&self) -> Result<Vec<Output>, Error> {
        let mut outputs: Vec<Output> = parse_all(&self.output)?;
        if self.push {
            outputs.push(Output::Registry);
        }
        if self.load {
            outputs.push(Output::Store);
        }
        let mut seen = Vec::new();
        outputs.retain(|output| {
            let is_new = !seen.contains(output);
            seen.push(output.clone());
            is_new
        });
        Ok(outputs)
    }
}

fn parse_all<T: std::str::FromStr<Err = Error>>(values: &[String]) -> Result<Vec<T>, Error> {
    values.iter().map(|value| value.parse()).collect()
}

/// The directory by its full path: the engine keeps what it has received under that name.
fn directory(path: &Path) -> Result<PathBuf, Error> {
    let failed = |cause: String| Error::Context { path: path.to_path_buf(), cause };
    let full = path.canonicalize().map_err(|error| failed(error.to_string()))?;
    if full.is_dir() { Ok(full) } else { Err(failed("not a directory".to_owned())) }
}

/// A `NAME` that is not set in the environment leaves the Dockerfile's default in force.
fn build_arg(value: &str) -> Result<Option<(String, String)>, Error> {
    if value.contains('=') {
        return parse_pair(value).map(Some);
    }
    match std::env::var(value) {
        Ok(found) => Ok(Some((value.to_owned(), found))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(Error::Usage(format!("--build-arg {value}: {error}"))),
    }
}

fn build_context(value: &str) -> Result<(String, BuildContext), Error> {
    let (name, source) = parse_pair(value)?;
    let context = match source.parse()? {
        BuildContext::Directory(path) => BuildContext::Directory(directory(&path)?),
        image @ BuildContext::Image(_) => image,
    };
    Ok((name, context))
}

/// A secret that cannot be had is better found now than in the middle of the build.
fn secret(value: &str) -> Result<(String, SecretSource), Error> {
    let (id, source) = parse_secret(value)?;
    match &source {
        SecretSource::File(path) => {
            std::fs::File::open(path).map_err(|error| Error::file(path, error))?;
        }
        SecretSource::Environment(name) => {
            if std::env::var_os(name).is_none() {
                return Err(Error::Usage(format!(
                    "--secret {id}: the environment variable {name} is not set"
                )));
            }
        }
    }
    Ok((id, source))
}

/// Reads `NAME:ADDRESS` or `NAME=ADDRESS` into the form of the frontend.
fn add_host(value: &str) -> Result<String, Error> {
    let invalid = || Error::Usage(format!("--add-host {value}: give it as NAME:ADDRESS, with an IP address"));
    let (name, address) = value.split_once('=').or_else(|| value.split_once(':')).ok_or_else(invalid)?;
    let address: IpAddr = address.trim_matches(['[', ']']).parse().map_err(|_| invalid())?;
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if is_name { Ok(format!("{name}={address}")) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory;

    use super::*;

    fn request(arguments: &[&str]) -> Result<Request, Error> {
        Cli::try_parse_from(["dfbuild"].iter().chain(arguments)).unwrap().request()
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help() {
        insta::assert_snapshot!(Cli::command().term_width(100).render_help());
    }

    #[test]
    fn a_command_line() {
        let request = request(&[
            "--platform",
            "linux/amd64,arm64",
            "-t",
            "demo:1",
            "-t",
            "r.example/demo",
            "--push",
            "--load",
            "--build-arg",
            "A=b=c",
            "--build-arg",
            "DFBUILD_TEST_UNSET",
            "--add-host",
            "db:10.0.0.1",
            "--add-host",
            "six=[::1]",
            "--severity",
            "critical",
            ".",
        ])
        .unwrap();
        assert_eq!(
            request.platforms.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["linux/amd64", "linux/arm64"]
        );
        assert_eq!(request.outputs, [Output::Registry, Output::Store]);
        assert_eq!(request.build_args, [("A".to_owned(), "b=c".to_owned())].into());
        assert_eq!(request.add_hosts, ["db=10.0.0.1", "six=::1"]);
        assert_eq!(request.severities, [Severity::Critical].into());
        assert_eq!(request.gate, GateMode::Auto);
    }

    #[test]
    fn bad_values_say_what_is_wrong() {
        for (arguments, message) in [
            (
                &["--platform", "linux/amd46"][..],
                "unknown platform \"linux/amd46\": supported are linux/amd64, ",
            ),
            (&["-t", "Demo"], "invalid image name \"Demo\": a repository has no capital letters"),
            (
                &["--secret", "id=a,env=DFBUILD_TEST_UNSET"],
                "--secret a: the environment variable DFBUILD_TEST_UNSET is not set",
            ),
            (&["--secret", "id=a,src=/nonexistent"], "/nonexistent: No such file"),
            (&["--add-host", "db:host-gateway"], "--add-host db:host-gateway: give it as NAME:ADDRESS"),
            (&["/nonexistent"], "the build context /nonexistent cannot be read: No such file"),
            (&["--severity", "bad"], "unknown severity \"bad\": there are UNKNOWN, "),
            (&["--build-context", "a=git://x"], "build contexts are docker-image://REFERENCE or a directory"),
        ] {
            let error = request(arguments).unwrap_err();
            assert!(error.to_string().starts_with(message), "{error}");
            assert_eq!(error.exit(), crate::error::Exit::Usage);
        }
    }

    #[test]
    fn the_gate_is_on_or_off() {
        assert!(Cli::try_parse_from(["dfbuild", "--gate", "--no-gate"]).is_err());
        let message = Cli::try_parse_from(["dfbuild", "--platfrom", "x"]).unwrap_err().to_string();
        assert!(message.contains("--platform"), "{message}");
    }
}
