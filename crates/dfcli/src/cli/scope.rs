//! Which of the findings are reported, and for which build.

use std::path::PathBuf;

use clap::{ArgAction, Args};

/// Which of the findings to report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Findings")]
pub(crate) struct ScopeArgs {
    /// Report only what is not in this baseline. Findings stay the same when lines move or are indented anew.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write everything that is found to this baseline, and report nothing of it. Paths in it begin at its folder.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Report only findings in instructions with lines that changed since this revision; `main...` means since the
    /// branch left main. Needs git.
    #[arg(long, value_name = "REV", conflicts_with = "write_baseline")]
    pub(crate) diff_base: Option<String>,
}

/// The build that files are judged for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Build")]
pub(crate) struct BuildArgs {
    /// The stage that is built, by name or number: rules about what ships speak of it
    /// [default: the last one, and those that no other one needs]
    #[arg(long, value_name = "STAGE")]
    pub(crate) target: Option<String>,

    /// The value of an ARG; without a value, that of the environment variable.
    #[arg(long = "build-arg", value_name = "NAME[=VALUE]", action = ArgAction::Append, value_parser = build_argument)]
    pub(crate) arguments: Vec<(String, Option<String>)>,
}

/// `NAME=VALUE`, or `NAME` for what the environment has; `None` when it has nothing.
fn build_argument(text: &str) -> Result<(String, Option<String>), String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, std::env::var(text).ok()),
    };
    if name.is_empty() { Err("write `NAME=VALUE`".to_owned()) } else { Ok((name.to_owned(), value)) }
}
