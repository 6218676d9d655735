//! `dflint parse`: the instructions of Dockerfiles as BuildKit's parser would give them.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use dfcore::syntax::commands::{Command, commands};
use dfcore::syntax::{Phase, SyntaxError, parse};
use dfcore::text::SourceFile;
use serde::Serialize;

use crate::Exit;
use crate::cli::{DataFormat, ParseArgs};
use crate::discover::{Input, require};
use crate::input::Reader;
use crate::terminal::{Terminal, printable, report_error};

#[derive(Serialize)]
struct ParsedFile<'a> {
    file: &'a str,
    /// What BuildKit's parser refuses.
    errors: Vec<ParsedError>,
    /// What BuildKit refuses after parsing, when it reads what the instructions say.
    refused: Vec<ParsedError>,
    instructions: Vec<Command>,
}

#[derive(Serialize)]
struct ParsedError {
    line: u32,
    message: String,
    help: Option<String>,
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
        let parsed = ParsedFile::new(&source);
        if !(parsed.errors.is_empty() && parsed.refused.is_empty()) {
            exit = exit.max(Exit::Findings);
        }
        match args.format {
            DataFormat::Text => write_text(&parsed, terminal)?,
            DataFormat::Json => {
                terminal.write_all(separator.as_bytes())?;
                serde_json::to_writer(&mut *terminal, &parsed)?;
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
    fn new(source: &'a SourceFile) -> Self {
        let result = parse(source);
        let (errors, refused): (Vec<_>, Vec<_>) =
            result.errors.into_iter().partition(|error| error.phase == Phase::Parse);
        let rows = |errors: Vec<SyntaxError>| {
            let row = |SyntaxError { span, message, help, .. }: SyntaxError| ParsedError {
                line: source.position(span.start).line,
                message,
                help,
            };
            errors.into_iter().map(row).collect()
        };
        Self {
            file: source.name(),
            errors: rows(errors),
            refused: rows(refused),
            instructions: commands(&result.dockerfile, source),
        }
    }
}

fn write_text(parsed: &ParsedFile<'_>, out: &mut dyn Write) -> io::Result<()> {
    let file = printable(parsed.file);
    writeln!(out, "{file}")?;
    for instruction in &parsed.instructions {
        write_instruction(instruction, out)?;
    }
    for error in parsed.errors.iter().chain(&parsed.refused) {
        let help = error.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        writeln!(out, "{file}:{}: error: {}", error.line, printable(&format!("{}{help}", error.message)))?;
    }
    Ok(())
}

fn write_instruction(instruction: &Command, out: &mut dyn Write) -> io::Result<()> {
    let lines = if instruction.start_line == instruction.end_line {
        instruction.start_line.to_string()
    } else {
        format!("{}-{}", instruction.start_line, instruction.end_line)
    };
    write!(out, "{lines:>9}  {}", printable(&instruction.cmd).to_uppercase())?;
    for flag in &instruction.flags {
        write!(out, " {}", printable(flag))?;
    }
    // Quoted as Rust quotes, so that blanks and line ends are seen.
    for word in &instruction.value {
        write!(out, " {word:?}")?;
    }
    for heredoc in &instruction.heredocs {
        write!(out, " <<{} {:?}", printable(&heredoc.name), heredoc.content)?;
    }
    writeln!(out)
}
