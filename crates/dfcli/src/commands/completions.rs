//! `dflint completions`: from the same definitions as the command line itself.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Generator;

use crate::Exit;
use crate::cli::{Cli, CompletionsArgs, Shell};
use crate::terminal::Terminal;

pub(super) fn run(args: &CompletionsArgs, terminal: &mut Terminal) -> Result<Exit> {
    // Into memory first: the generator panics when it cannot write.
    let mut script = Vec::new();
    let mut write = |generator| generate(generator, &mut script);
    match args.shell {
        Shell::Bash => write(&clap_complete::Shell::Bash),
        Shell::Elvish => write(&clap_complete::Shell::Elvish),
        Shell::Fish => write(&clap_complete::Shell::Fish),
        Shell::Nushell => write(&clap_complete_nushell::Nushell),
        Shell::Powershell => write(&clap_complete::Shell::PowerShell),
        Shell::Zsh => write(&clap_complete::Shell::Zsh),
    }
    terminal.write_all(&script)?;
    Ok(Exit::Clean)
}

fn generate(generator: &dyn Generator, script: &mut Vec<u8>) {
    let mut command = Cli::command();
    command.set_bin_name("dflint");
    command.build();
    generator.generate(&command, script);
}
