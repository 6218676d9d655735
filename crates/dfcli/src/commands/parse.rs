//! `dflint parse`: what a Dockerfile says, as a tree for people or as JSON for tools.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use dfcore::linter::foreign_frontend;
use dfcore::model::Model;
use dfcore::syntax::commands::{Command, commands};
use dfcore::syntax::{Phase, SyntaxError, ast};
use dfcore::text::{SourceFile, Span};
use serde::Serialize;

use crate::Exit;
use crate::cli::{DataFormat, ParseArgs};
use crate::discover::{Input, require};
use crate::input::Reader;
use crate::output::tree;
use crate::session::describe_foreign;
use crate::terminal::{Terminal, report_error, report_note};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParsedFile<'a> {
    file: &'a str,
    /// What BuildKit's parser refuses.
    errors: Vec<ParsedError<'a>>,
    /// What BuildKit refuses after parsing, when it reads what the instructions say.
    refused: Vec<ParsedError<'a>>,
    escape: ast::Escape,
    directives: &'a [ast::Directive],
    comments: &'a [ast::Comment],
    instructions: Vec<ParsedInstruction<'a>>,
}

/// BuildKit's view of an instruction, and ours with the bytes of every part.
#[derive(Serialize)]
struct ParsedInstruction<'a> {
    #[serde(flatten)]
    command: Command,
    syntax: &'a ast::Instruction,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParsedError<'a> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    span: Span,
    message: &'a str,
    help: Option<&'a str>,
}

pub(super) fn run(args: &ParseArgs, terminal: &mut Terminal) -> Result<Exit> {
    let reader = Reader { stdin_filename: None, max_file_size: args.max_file_size };
    let mut exit = Exit::Clean;
    let mut separator = "[\n";
    for path in &args.files {
        let source = match read(&reader, path) {
            Ok(source) => source,
            Err(error) => {
                report_error(error);
                exit = Exit::Failed;
                continue;
            }
        };
        if let Some(frontend) = foreign_frontend(&source) {
            report_note(describe_foreign(&source, &frontend, "parsed"));
            continue;
        }
        let model = Model::new(&source);
        if !model.errors.is_empty() {
            exit = exit.max(Exit::Findings);
        }
        match args.format {
            DataFormat::Text => tree::write(&model, terminal)?,
            DataFormat::Json => {
                terminal.write_all(separator.as_bytes())?;
                serde_json::to_writer(&mut *terminal, &ParsedFile::new(&model))?;
                separator = ",\n";
            }
        }
    }
    if args.format == DataFormat::Json {
        writeln!(terminal, "{}", if separator == "[\n" { "[]" } else { "\n]" })?;
    }
    Ok(exit)
}

fn read(reader: &Reader, path: &Path) -> Result<SourceFile> {
    if path == Path::new("-") {
        return Ok(reader.read(&Input::Stdin)?);
    }
    require(path)?;
    Ok(reader.read(&Input::File(path.to_owned()))?)
}

impl<'a> ParsedFile<'a> {
    fn new(model: &'a Model<'_>) -> Self {
        let errors_of = |is_wanted: fn(Phase) -> bool| {
            let errors = model.errors.iter().filter(|error| is_wanted(error.phase));
            errors.map(|error| ParsedError::new(error, model.source)).collect()
        };
        let dockerfile = &model.dockerfile;
        let instructions = commands(dockerfile, model.source).into_iter().zip(&dockerfile.instructions);
        Self {
            file: model.source.name(),
            errors: errors_of(|phase| phase == Phase::Parse),
            refused: errors_of(|phase| phase != Phase::Parse),
            escape: dockerfile.escape,
            directives: &dockerfile.directives,
            comments: &dockerfile.comments,
            instructions: instructions
                .map(|(command, syntax)| ParsedInstruction { command, syntax })
                .collect(),
        }
    }
}

impl<'a> ParsedError<'a> {
    fn new(error: &'a SyntaxError, source: &SourceFile) -> Self {
        let (start, end) = (source.position(error.span.start), source.position(error.span.end));
        Self {
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            span: error.span,
            message: &error.message,
            help: error.help.as_deref(),
        }
    }
}
