//! A Dockerfile as BuildKit's own parser gives it: commands with flags, words and heredocs.

use std::borrow::Cow;

use dfcore::syntax::ast::{
    CommandForm, CopySource, Dockerfile, Flag, Healthcheck, Instruction, InstructionKind, Pairs, ShellText,
    Word, Words,
};
use dfcore::syntax::{Phase, SyntaxError};
use dfcore::text::SourceFile;
use serde::Serialize;

/// One file.
#[derive(Debug, Serialize)]
pub(crate) struct ParsedFile<'a> {
    pub(crate) file: &'a str,
    /// What BuildKit's parser refuses.
    pub(crate) errors: Vec<ParsedError>,
    /// What BuildKit refuses after parsing, when it reads what the instructions say.
    pub(crate) refused: Vec<ParsedError>,
    pub(crate) instructions: Vec<ParsedInstruction<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ParsedError {
    pub(crate) line: u32,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParsedInstruction<'a> {
    /// The keyword in lower case.
    pub(crate) cmd: String,
    pub(crate) flags: Vec<String>,
    /// The text of a shell form as one, the items of a JSON form, the words of everything else.
    pub(crate) value: Vec<Cow<'a, str>>,
    pub(crate) json: bool,
    pub(crate) start_line: u32,
    pub(crate) end_line: u32,
    pub(crate) heredocs: Vec<ParsedHeredoc<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ParsedHeredoc<'a> {
    pub(crate) name: &'a str,
    pub(crate) content: &'a str,
}

impl<'a> ParsedFile<'a> {
    /// What a parse has found, in BuildKit's terms.
    pub(crate) fn new(source: &'a SourceFile, dockerfile: &'a Dockerfile, errors: &[SyntaxError]) -> Self {
        let of_phase = |is_parse: bool| {
            let errors = errors.iter().filter(|error| (error.phase == Phase::Parse) == is_parse);
            errors.map(|error| ParsedError::new(error, source)).collect()
        };
        let instructions = dockerfile.instructions.iter();
        Self {
            file: source.name(),
            errors: of_phase(true),
            refused: of_phase(false),
            instructions: instructions
                .map(|instruction| ParsedInstruction::new(instruction, dockerfile, source))
                .collect(),
        }
    }
}

impl ParsedError {
    fn new(error: &SyntaxError, source: &SourceFile) -> Self {
        let line = source.position(error.span.start).line;
        Self { line, message: error.message.clone(), help: error.help.clone() }
    }
}

impl<'a> ParsedInstruction<'a> {
    fn new(instruction: &'a Instruction, dockerfile: &Dockerfile, source: &'a SourceFile) -> Self {
        // Of an ONBUILD, BuildKit gives the words of the instruction inside, and does not tell its heredocs.
        let (inner, heredocs) = match &instruction.kind {
            InstructionKind::Onbuild(onbuild) => (onbuild.instruction.as_deref(), [].as_slice()),
            _ => (Some(instruction), instruction.heredocs.as_slice()),
        };
        let (value, json) = inner.map_or((Vec::new(), false), |inner| words_of(inner, source));
        let heredocs = heredocs.iter();
        Self {
            cmd: dockerfile.keyword_text(instruction, source).to_lowercase(),
            flags: instruction.flags.iter().map(|flag| flag_text(flag, source)).collect(),
            value,
            json,
            start_line: source.position(instruction.span.start).line,
            end_line: source.position(instruction.span.end).line,
            heredocs: heredocs
                .map(|heredoc| ParsedHeredoc { name: &heredoc.name, content: source.slice(heredoc.body) })
                .collect(),
        }
    }
}

fn flag_text(flag: &Flag, source: &SourceFile) -> String {
    let name = flag.name.text(source);
    flag.value
        .as_ref()
        .map_or_else(|| format!("--{name}"), |value| format!("--{name}={}", value.text(source)))
}

/// BuildKit's words, and whether they were written as a JSON list.
fn words_of<'a>(instruction: &'a Instruction, source: &'a SourceFile) -> (Vec<Cow<'a, str>>, bool) {
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
