//! What can go wrong, and with which exit code the program then ends.

use std::fmt;
use std::path::PathBuf;

use crate::gate::trivy::Lack;
use crate::platform::Platform;
use crate::solve::BuildFailure;

/// The exit codes of `dfbuild`: a stable contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The image was built, and passed the gate where there was one.
    Built = 0,
    /// A step of the build failed.
    BuildFailed = 1,
    /// The command line, the configuration or the environment is at fault; nothing was built.
    Usage = 2,
    /// The image was built, but the gate refused it; nothing was published.
    GateRefused = 3,
    /// `--lint error` found something; nothing was built.
    LintRefused = 5,
    /// Interrupted by a signal.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing answers at the engine's address.
    #[error(
        "no Docker Engine answers at {address} ({cause}): start Docker, or let `cargo xtask engine up` start a \
         private engine and point DOCKER_HOST to it"
    )]
    NoEngine {
        /// The address that was tried.
        address: String,
        /// The operating system's reason.
        cause: String,
    },

    /// The engine's address is of a kind that dfbuild cannot use.
    #[error(
        "cannot connect to the engine at {address}: DOCKER_HOST must be unix://PATH or tcp://HOST:PORT without TLS \
         (for a remote engine, `ssh -L ./docker.sock:/var/run/docker.sock HOST` gives a local socket)"
    )]
    UnsupportedEngineAddress {
        /// The value of `DOCKER_HOST`.
        address: String,
    },

    /// The engine answers, but not as it should.
    #[error("the engine failed at {what}: {cause}")]
    Engine {
        /// What was asked.
        what: &'static str,
        /// What it said.
        cause: String,
    },

    /// The engine cannot do what was asked for.
    #[error(
        "{what} needs the containerd image store, which this engine does not use: set \
         `{{\"features\": {{\"containerd-snapshotter\": true}}}}` in /etc/docker/daemon.json and restart Docker"
    )]
    NeedsContainerdStore {
        /// The feature.
        what: &'static str,
    },

    /// A value on the command line cannot be used.
    #[error("{0}")]
    Usage(String),

    /// There is no such build context.
    #[error("the build context {path} cannot be read: {cause}")]
    Context {
        /// The directory.
        path: PathBuf,
        /// Why.
        cause: String,
    },

    /// No Dockerfile was found.
    #[error("no Dockerfile: tried {}{}", list(tried), hint(nearest))]
    NoDockerfile {
        /// The paths that were tried.
        tried: Vec<PathBuf>,
        /// Files beside them with a similar name.
        nearest: Vec<String>,
    },

    /// The Dockerfile or the ignore file cannot be read by BuildKit.
    #[error("{errors}")]
    Syntax {
        /// All errors, one a line, with file, line and column.
        errors: String,
    },

    /// The linter refused the Dockerfile.
    #[error("the linter refused the Dockerfile (findings: {findings}): nothing was built")]
    LintRefused {
        /// How many findings are severe enough.
        findings: usize,
        /// The findings, one a line.
        list: String,
    },

    /// The platform does not exist.
    #[error("unknown platform {given:?}: supported are {}", Platform::known().join(", "))]
    UnknownPlatform {
        /// What was given.
        given: String,
    },

    /// The gate is required, and cannot do its work.
    #[error("the image cannot be scanned, and {reason} requires it: {}: {}", lack.cause, lack.way_out)]
    GateUnavailable {
        /// What made the gate required.
        reason: &'static str,
        /// What is missing.
        lack: Lack,
    },

    /// The scanner ran and failed. A scan that failed is never a pass.
    #[error("scanning {platform} failed: {cause}")]
    Scan {
        /// The platform that was scanned.
        platform: String,
        /// The scanner's own words.
        cause: String,
    },

    /// The gate refused the image.
    #[error("the gate refused the image (findings: {findings}): nothing was published, tagged or written")]
    GateRefused {
        /// How many findings there are, over all platforms.
        findings: usize,
        /// The findings as a table.
        table: String,
    },

    /// What was published is not what was built and scanned.
    #[error(
        "{place} holds {found}, and not {built}, which was built: {outcome} (if a file of the context changed \
         meanwhile, build again)"
    )]
    NotWhatWasBuilt {
        /// Where the difference showed.
        place: String,
        /// The digest that was built, and perhaps scanned.
        built: String,
        /// The digest that was found.
        found: String,
        /// What was done about it.
        outcome: String,
    },

    /// A file could not be written or read.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        cause: String,
    },

    /// The build failed.
    #[error("{0}")]
    Build(Box<BuildFailure>),
}

impl Error {
    /// The exit code that belongs to the error.
    pub fn exit(&self) -> Exit {
        match self {
            Self::LintRefused { .. } => Exit::LintRefused,
            Self::GateRefused { .. } => Exit::GateRefused,
            Self::Build(_) | Self::Scan { .. } | Self::NotWhatWasBuilt { .. } => Exit::BuildFailed,
            _ => Exit::Usage,
        }
    }

    /// A file error.
    pub(crate) fn file(path: impl Into<PathBuf>, cause: impl fmt::Display) -> Self {
        Self::File { path: path.into(), cause: cause.to_string() }
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn hint(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => format!(" (is it {}? say so with -f)", names.join(" or ")),
    }
}
