//! `dfbuild`, the command.

use std::process::ExitCode;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use dfbuild::build::build;
use dfbuild::cli::Cli;
use dfbuild::error::{Error, Exit};
use dfbuild::files;
use dfbuild::report::Report;
use dfbuild::terminal::tell;
use tokio::signal::unix::{SignalKind, signal};

/// What the engine gets to hear that a build is cancelled, and to stop its processes, before this one ends.
const CANCEL_GRACE: Duration = Duration::from_millis(300);

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let request = match cli.request() {
        Ok(request) => request,
        Err(error) => return end(&error),
    };
    let mut report = Report::new();
    let result = tokio::select! {
        result = build(&request, cli.style(), &mut report) => result,
        () = interrupted() => {
            // The future of the build is gone by now, and with it the solve: the engine is being told. Whoever
            // interrupts again does not wait for that.
            tokio::select! {
                () = tokio::time::sleep(CANCEL_GRACE) => {}
                () = interrupted() => {}
            }
            report.finish(Exit::Interrupted, Some("interrupted".to_owned()));
            drop(write_report(&cli, &report));
            tell("interrupted: the build was cancelled");
            return Exit::Interrupted.into();
        }
    };
    let exit = result.as_ref().map_or_else(Error::exit, |()| Exit::Built);
    report.finish(exit, result.as_ref().err().map(ToString::to_string));
    cli.show_summary(&report);
    let written = write_report(&cli, &report);
    match result.and(written) {
        Ok(()) => exit.into(),
        Err(error) => end(&error),
    }
}

fn write_report(cli: &Cli, report: &Report) -> Result<(), Error> {
    cli.report_file().map_or(Ok(()), |path| files::write(path, report.to_json().as_bytes()))
}

/// Returns when the user or the system asks the program to end.
async fn interrupted() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without handlers the signals end the process, and the engine notices that the connection is gone.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn end(error: &Error) -> ExitCode {
    match error {
        Error::GateRefused { table, .. } => tell(table),
        Error::LintRefused { list, .. } => tell(list),
        _ => {}
    }
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    tell(format_args!("{red}error:{red:#} {error}"));
    error.exit().into()
}
