//! `dflint`, the command.
//!
//! Exit codes: 0 nothing found, 1 findings at or above `--fail-on`, 2 wrong usage, unreadable input or
//! configuration. A reader that closes the pipe early (`dflint check | head`) is no error.

mod baseline;
mod changes;
mod cli;
mod commands;
mod config;
mod discover;
mod input;
mod output;
mod replace;
mod session;
mod terminal;
mod watch;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use terminal::{Terminal, is_broken_pipe, report_error};

/// What a run tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing found, or done as asked.
    Clean,
    /// Findings that matter, or something to fix.
    Findings,
    /// Part of the work could not be done; standard error says which and why.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut terminal = Terminal::open(cli.color);
    let result = commands::run(&cli.command, &mut terminal);
    let result = result.and_then(|exit| {
        terminal.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report_error(format!("{error:#}"));
            Exit::Failed.into()
        }
    }
}
