//! Prints Dockerfiles as BuildKit's parser sees them, as JSON: commands with flags, words and heredocs.
//!
//! ```text
//! cargo run --example parse_json -- parse --format json Dockerfile…
//! ```
//!
//! The words before the first file name are those of the command line that will print the same.

use std::borrow::Cow;
use std::process::ExitCode;

use dfcore::syntax::ast::{
    CommandForm, CopySource, Dockerfile, Flag, Healthcheck, Instruction, InstructionKind, Pairs, ShellText,
    Word, Words,
};
use dfcore::syntax::{Phase, SyntaxError, parse};
use dfcore::text::SourceFile;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let files = arguments
        .strip_prefix(["parse", "--format", "json"].map(String::from).as_slice())
        .unwrap_or(&arguments);
    let mut values = Vec::new();
    for name in files {
        match read(name) {
            Ok(source) => values.push(file(&source)),
            Err(error) => {
                eprintln!("{name}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    println!("{}", Value::Array(values));
    ExitCode::SUCCESS
}

fn read(name: &str) -> Result<SourceFile, Box<dyn std::error::Error>> {
    Ok(SourceFile::new(name, std::fs::read(name)?)?)
}

fn file(source: &SourceFile) -> Value {
    let parse = parse(source);
    let of_phase = |is_parse: bool| -> Vec<_> {
        let errors = parse.errors.iter().filter(|error| (error.phase == Phase::Parse) == is_parse);
        errors.map(|error| error_value(error, source)).collect()
    };
    let instructions: Vec<_> = parse
        .dockerfile
        .instructions
        .iter()
        .map(|instruction| command(instruction, &parse.dockerfile, source))
        .collect();
    json!({
        "file": source.name(),
        "errors": of_phase(true),
        "refused": of_phase(false),
        "instructions": instructions,
    })
}

fn error_value(error: &SyntaxError, source: &SourceFile) -> Value {
    json!({ "line": source.position(error.span.start).line, "message": error.message, "help": error.help })
}

fn command(instruction: &Instruction, dockerfile: &Dockerfile, source: &SourceFile) -> Value {
    // BuildKit's flags of an ONBUILD are those before the instruction inside.
    let flags: Vec<_> = instruction.flags.iter().map(|flag| flag_text(flag, source)).collect();
    // The words of an ONBUILD are those of the instruction inside, and its heredocs are not told.
    let (inner, heredocs) = match &instruction.kind {
        InstructionKind::Onbuild(onbuild) => (onbuild.instruction.as_deref(), [].as_slice()),
        _ => (Some(instruction), instruction.heredocs.as_slice()),
    };
    let (words, is_json) = inner.map_or((Vec::new(), false), |inner| values(inner, source));
    let heredocs: Vec<_> = heredocs
        .iter()
        .map(|heredoc| json!({ "name": heredoc.name, "content": source.slice(heredoc.body) }))
        .collect();
    json!({
        "cmd": dockerfile.keyword_text(instruction, source).to_lowercase(),
        "flags": flags,
        "value": words,
        "json": is_json,
        "startLine": source.position(instruction.span.start).line,
        "endLine": source.position(instruction.span.end).line,
        "heredocs": heredocs,
    })
}

fn flag_text(flag: &Flag, source: &SourceFile) -> String {
    let name = flag.name.text(source);
    flag.value
        .as_ref()
        .map_or_else(|| format!("--{name}"), |value| format!("--{name}={}", value.text(source)))
}

/// BuildKit's words, and whether they were written as a JSON list.
fn values<'a>(instruction: &'a Instruction, source: &'a SourceFile) -> (Vec<Cow<'a, str>>, bool) {
    let arguments = &instruction.arguments;
    match &instruction.kind {
        InstructionKind::Run(run) => form(&run.command, source),
        InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => form(command, source),
        InstructionKind::Healthcheck(Healthcheck::Cmd { command }) => {
            let (mut words, is_json) = form(command, source);
            words.insert(0, first_word(arguments, source));
            (words, is_json)
        }
        InstructionKind::Healthcheck(_) => {
            let text = arguments.text(source);
            let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
            let words = [first, rest.trim_start()].into_iter().filter(|word| !word.is_empty());
            (words.map(|word| Cow::Owned(word.to_owned())).collect(), false)
        }
        // BuildKit keeps what an ONBUILD holds in a node without a word of its own.
        InstructionKind::Unknown | InstructionKind::Onbuild(_) => (vec!["".into()], false),
        InstructionKind::From(_) => {
            let text = arguments.text(source);
            let words = text.split(['\t', '\x0B', '\x0C', '\r', ' ']).filter(|word| !word.is_empty());
            (words.map(|word| Cow::Owned(word.to_owned())).collect(), false)
        }
        InstructionKind::Add(copy) | InstructionKind::Copy(copy) => {
            let sources = copy.sources.iter().map(|source| match source {
                CopySource::Path(word) | CopySource::Heredoc { word, .. } => word,
            });
            (texts(sources.chain(&copy.destination), source), copy.json)
        }
        InstructionKind::Arg(pairs) => {
            let words = pairs.pairs.iter().map(|pair| {
                let key = pair.key.text(source);
                pair.value
                    .as_ref()
                    .map_or(Cow::Borrowed(key), |value| format!("{key}={}", value.text(source)).into())
            });
            (words.collect(), false)
        }
        InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
            (keys_and_values(pairs, source), false)
        }
        InstructionKind::Expose(words)
        | InstructionKind::Maintainer(words)
        | InstructionKind::Stopsignal(words)
        | InstructionKind::User(words)
        | InstructionKind::Volume(words)
        | InstructionKind::Workdir(words) => list(words, source),
        // Without JSON, the text as a whole.
        InstructionKind::Shell(words) if words.json => list(words, source),
        _ => (whole(arguments, source), false),
    }
}

fn form<'a>(command: &'a CommandForm, source: &'a SourceFile) -> (Vec<Cow<'a, str>>, bool) {
    match command {
        CommandForm::Shell(text) => (whole(text, source), false),
        CommandForm::Exec { words } => (texts(words, source), true),
    }
}

fn whole<'a>(text: &ShellText, source: &SourceFile) -> Vec<Cow<'a, str>> {
    if text.is_empty() { Vec::new() } else { vec![text.text(source).into()] }
}

fn first_word<'a>(text: &ShellText, source: &SourceFile) -> Cow<'a, str> {
    text.text(source).split(char::is_whitespace).next().unwrap_or_default().to_owned().into()
}

fn list<'a>(words: &'a Words, source: &'a SourceFile) -> (Vec<Cow<'a, str>>, bool) {
    (texts(&words.words, source), words.json)
}

fn texts<'a>(words: impl IntoIterator<Item = &'a Word>, source: &'a SourceFile) -> Vec<Cow<'a, str>> {
    words.into_iter().map(|word| word.text(source).into()).collect()
}

/// Key and value of each pair, one after the other.
fn keys_and_values<'a>(pairs: &'a Pairs, source: &'a SourceFile) -> Vec<Cow<'a, str>> {
    texts(pairs.pairs.iter().flat_map(|pair| [Some(&pair.key), pair.value.as_ref()]).flatten(), source)
}
