//! `dflint completions`: from the same definitions as the command line itself.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;

use crate::Exit;
use crate::cli::{Cli, CompletionsArgs};
use crate::terminal::Terminal;

pub(super) fn run(args: &CompletionsArgs, terminal: &mut Terminal) -> Result<Exit> {
    // Into memory first: the generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dflint", &mut script);
    terminal.write_all(&script)?;
    Ok(Exit::Clean)
}
