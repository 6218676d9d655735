//! Prints Dockerfiles as BuildKit's parser hands them on, as JSON: commands with flags, words and heredocs.
//!
//! ```text
//! cargo run --example parse_json -- parse --format json Dockerfile…
//! ```
//!
//! The words before the first file name are those of the command line that prints the same. What BuildKit's parser
//! refuses is in `errors`; what BuildKit refuses later on is in `refused`.

use std::process::ExitCode;

use dfcore::syntax::commands::commands;
use dfcore::syntax::{Phase, SyntaxError, parse};
use dfcore::text::SourceFile;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let files = arguments
        .strip_prefix(["parse", "--format", "json"].map(String::from).as_slice())
        .unwrap_or(&arguments);
    match files.iter().map(|name| file(name)).collect::<Result<Vec<_>, _>>() {
        Ok(values) => {
            println!("{}", Value::Array(values));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn file(name: &str) -> Result<Value, String> {
    let bytes = std::fs::read(name).map_err(|error| format!("{name}: {error}"))?;
    let source = SourceFile::new(name, bytes).map_err(|error| format!("{name}: {error}"))?;
    let parse = parse(&source);
    let (errors, refused): (Vec<_>, Vec<_>) =
        parse.errors.iter().partition(|error| error.phase == Phase::Parse);
    let values = |errors: Vec<&SyntaxError>| -> Vec<_> {
        errors.iter().map(|error| error_value(error, &source)).collect()
    };
    Ok(json!({
        "file": name,
        "errors": values(errors),
        "refused": values(refused),
        "instructions": commands(&parse.dockerfile, &source),
    }))
}

fn error_value(error: &SyntaxError, source: &SourceFile) -> Value {
    json!({ "line": source.position(error.span.start).line, "message": error.message, "help": error.help })
}
