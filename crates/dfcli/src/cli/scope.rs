//! Which of the findings are reported.

use std::path::PathBuf;

use clap::Args;

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
}
