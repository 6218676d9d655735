//! `dflint parse`: the instructions of Dockerfiles as BuildKit's parser would give them.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use dfcore::syntax::parse;
use dfcore::text::SourceFile;

use crate::Exit;
use crate::cli::{DataFormat, ParseArgs};
use crate::discover::{Input, require};
use crate::input::Reader;
use crate::parsed::{ParsedFile, ParsedInstruction};
use crate::terminal::{Terminal, printable, report_error};

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
        let result = parse(&source);
        let parsed = ParsedFile::new(&source, &result.dockerfile, &result.errors);
        if !result.errors.is_empty() {
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

fn write_instruction(instruction: &ParsedInstruction<'_>, out: &mut dyn Write) -> io::Result<()> {
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
        write!(out, " <<{} {:?}", printable(heredoc.name), heredoc.content)?;
    }
    writeln!(out)
}
