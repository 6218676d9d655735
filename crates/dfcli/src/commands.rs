//! The subcommands, one module each.

mod check;
mod completions;
mod config;
mod context;
mod explain;
mod fix;
mod format;
mod man;
mod parse;
mod rules;

use anyhow::Result;

use crate::Exit;
use crate::cli::Command;
use crate::terminal::Terminal;

/// Runs one subcommand.
///
/// # Errors
/// When the work could not be done at all, or standard output could not be written.
pub(crate) fn run(command: &Command, terminal: &mut Terminal) -> Result<Exit> {
    match command {
        Command::Check(args) => check::run(args, terminal),
        Command::Fix(args) => fix::run(args, terminal),
        Command::Format(args) => format::run(args, terminal),
        Command::Explain(args) => explain::run(args, terminal),
        Command::Rules(args) => rules::run(args, terminal),
        Command::Context(args) => context::run(args, terminal),
        Command::Parse(args) => parse::run(args, terminal),
        Command::Config(command) => config::run(command, terminal),
        Command::Completions(args) => completions::run(args, terminal),
        Command::Man(args) => man::run(args, terminal),
    }
}
