//! `dflint context`: what a build would send, and what is heavy in it.

use anyhow::Result;
use dfcore::context::{BuildContext, ContextReport, IgnoreFile, Scope};

use crate::Exit;
use crate::cli::{ContextArgs, DataFormat};
use crate::discover::require;
use crate::input::display_name;
use crate::output::context::{write_list_json, write_list_text, write_report_json, write_report_text};
use crate::terminal::{Terminal, report_error};

/// How many entries each list of the report has.
const MOST: usize = 8;

pub(super) fn run(args: &ContextArgs, terminal: &mut Terminal) -> Result<Exit> {
    require(&args.directory)?;
    if let Some(file) = &args.file {
        require(file)?;
    }
    let dockerfile = args.file.clone().unwrap_or_else(|| args.directory.join("Dockerfile"));
    let context = BuildContext::open(&args.directory, Some(&dockerfile))?;
    if let Some(ignore_file) = context.ignore_file()
        && report_broken_lines(ignore_file, &context)
    {
        return Ok(Exit::Failed);
    }
    if args.list {
        match args.format {
            DataFormat::Text => write_list_text(&context, terminal)?,
            DataFormat::Json => write_list_json(&context, terminal)?,
        }
        return Ok(Exit::Clean);
    }
    // What stays behind is half of the story: excluded folders are entered and counted too.
    let report = ContextReport::new(&context.with_scope(Scope::Everything), MOST);
    let directory = display_name(&args.directory);
    match args.format {
        DataFormat::Text => write_report_text(&directory, &report, terminal)?,
        DataFormat::Json => write_report_json(&directory, &report, terminal)?,
    }
    Ok(Exit::Clean)
}

/// Reports the lines that would fail a build of this context, and says whether there is one.
fn report_broken_lines(file: &IgnoreFile, context: &BuildContext) -> bool {
    let rules = file.rules();
    // Some patterns fail a build only when they are compared with a path; the walk knows whether one was.
    let is_compared = context.listing().broken().is_some();
    let is_only_compared = |number: u32| rules.lines().iter().any(|line| line.number == number);
    let mut broken =
        rules.errors().iter().filter(|error| is_compared || !is_only_compared(error.line.number)).peekable();
    let any = broken.peek().is_some();
    for error in broken {
        report_error(format!("{}:{}: {}", file.source().name(), error.line.number, error.cause));
    }
    any
}
