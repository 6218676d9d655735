//! The file as BuildKit's parser hands it on: commands with flags and words, positions in lines.

use std::borrow::Cow;

use super::ast::{
    CommandForm, CopySource, Dockerfile, Flag, Instruction, InstructionKind, Pairs, ShellText, Word, Words,
};
use super::json::{self, JsonList};
use super::words;
use crate::text::SourceFile;

/// One command as BuildKit's parser hands it on, for comparison with it and for tools that know its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Command {
    /// The keyword in lower case, also when there is no such instruction.
    pub cmd: String,
    /// The flags, quotes and escapes gone.
    pub flags: Vec<String>,
    /// The joined text of a command in shell form; the items of a JSON list; the words of anything else, key and
    /// value of each pair of `ENV` and `LABEL` by themselves. Of an `ONBUILD`, that of the instruction inside.
    pub value: Vec<String>,
    /// Whether the words were written as a JSON list.
    pub json: bool,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line, with heredocs.
    pub end_line: u32,
    /// The heredocs; none of an `ONBUILD`, as with the bindings to BuildKit's parser that this is compared with.
    pub heredocs: Vec<CommandHeredoc>,
}

/// A heredoc of a [`Command`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CommandHeredoc {
    /// The delimiter without quotes.
    pub name: String,
    /// The body's lines with their endings; tabs that `<<-` removes are still there.
    pub content: String,
}

/// The commands of a file.
#[must_use]
pub fn commands(dockerfile: &Dockerfile, source: &SourceFile) -> Vec<Command> {
    dockerfile.instructions.iter().map(|instruction| command(instruction, dockerfile, source)).collect()
}

fn command(instruction: &Instruction, dockerfile: &Dockerfile, source: &SourceFile) -> Command {
    let (inner, heredocs) = match &instruction.kind {
        InstructionKind::Onbuild(onbuild) => (onbuild.instruction.as_deref(), [].as_slice()),
        _ => (Some(instruction), &*instruction.heredocs),
    };
    let (value, json) = inner.map_or_else(Default::default, |inner| values(inner, source));
    let heredocs = heredocs.iter().map(|heredoc| CommandHeredoc {
        name: heredoc.name.clone(),
        content: source.slice(heredoc.body).to_owned(),
    });
    Command {
        cmd: dockerfile.keyword_text(instruction, source).to_lowercase(),
        flags: instruction.flags.iter().map(|flag| flag_text(flag, source)).collect(),
        value: value.into_iter().map(Cow::into_owned).collect(),
        json,
        start_line: source.position(instruction.span.start).line,
        end_line: source.position(instruction.span.end).line,
        heredocs: heredocs.collect(),
    }
}

fn flag_text(flag: &Flag, source: &SourceFile) -> String {
    let name = flag.name.text(source);
    flag.value
        .as_ref()
        .map_or_else(|| format!("--{name}"), |value| format!("--{name}={}", value.text(source)))
}

/// The words, and whether they were written as a JSON list.
fn values<'a>(instruction: &'a Instruction, source: &'a SourceFile) -> (Vec<Cow<'a, str>>, bool) {
    let arguments = &instruction.arguments;
    match &instruction.kind {
        InstructionKind::Run(run) => form(&run.command, source),
        InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => form(command, source),
        InstructionKind::Healthcheck(_) => {
            // The type is a word like any other here, and so is one that the tree has no place for.
            let text = arguments.text(source);
            let (first_end, rest_start) = words::split_first_latin1_word(&text);
            let (first, rest) = (&text[..first_end], &text[rest_start..]);
            let (mut words, json) = match json::parse(rest) {
                JsonList::Strings(strings) => {
                    (strings.into_iter().map(|string| string.into_text(rest).into()).collect(), true)
                }
                _ if rest.is_empty() => Default::default(),
                _ => (vec![rest.to_owned().into()], false),
            };
            if !first.is_empty() {
                words.insert(0, first.to_owned().into());
            }
            (words, json)
        }
        // BuildKit keeps these in a node that has no word of its own.
        InstructionKind::Unknown | InstructionKind::Onbuild(_) => (vec!["".into()], false),
        InstructionKind::From(_) => {
            // The tree keeps no words that a FROM cannot have.
            let text = arguments.text(source);
            (words::split_at_blanks(&text).map(|word| text[word].to_owned().into()).collect(), false)
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
        InstructionKind::Shell(words) if !words.json => (whole(arguments, source), false),
        InstructionKind::Maintainer(argument)
        | InstructionKind::Stopsignal(argument)
        | InstructionKind::User(argument)
        | InstructionKind::Workdir(argument) => (texts(&argument.word, source), false),
        InstructionKind::Expose(words) | InstructionKind::Shell(words) | InstructionKind::Volume(words) => {
            list(words, source)
        }
    }
}

fn form<'a>(command: &'a CommandForm, source: &'a SourceFile) -> (Vec<Cow<'a, str>>, bool) {
    match command {
        CommandForm::Shell(text) => (whole(text, source), false),
        CommandForm::Exec { words } => (texts(words, source), true),
    }
}

fn whole<'a>(text: &ShellText, source: &'a SourceFile) -> Vec<Cow<'a, str>> {
    if text.is_empty() { Vec::new() } else { vec![text.text(source)] }
}

fn list<'a>(words: &'a Words, source: &'a SourceFile) -> (Vec<Cow<'a, str>>, bool) {
    (texts(&words.words, source), words.json)
}

fn texts<'a>(words: impl IntoIterator<Item = &'a Word>, source: &'a SourceFile) -> Vec<Cow<'a, str>> {
    words.into_iter().map(|word| word.text(source).into()).collect()
}

fn keys_and_values<'a>(pairs: &'a Pairs, source: &'a SourceFile) -> Vec<Cow<'a, str>> {
    texts(pairs.pairs.iter().flat_map(|pair| [Some(&pair.key), pair.value.as_ref()]).flatten(), source)
}
