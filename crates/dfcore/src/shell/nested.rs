//! Commands that other commands run: behind `sudo` and its like, and in scripts given to a shell.

use std::ops::Range;

use super::fragment::Fragment;
use super::wrapper::{self, Inner, Wrapper};
use super::{Assignment, Command, Dialect, Nesting, SourceMap, Word};
use crate::text::Span;

/// How many wrappers are looked behind.
const DEEPEST: usize = 8;

/// The commands, each followed by those that it runs. `fragment` is the text that they were read from, if
/// there is one.
pub(super) fn expand(commands: Vec<Command>, fragment: Option<&Fragment>) -> Vec<Command> {
    let mut expansion = Expansion { fragment, commands: Vec::with_capacity(commands.len()) };
    // The last heredoc that goes into a pipe, and how deep its command is nested.
    let mut printed: Option<(usize, Heredoc)> = None;
    for command in commands {
        let depth = command.nesting.len();
        let piped = printed.filter(|_| command.before.is_pipe());
        // The substitutions in a command come before the next command of its pipeline.
        if printed.is_none_or(|(printed_depth, _)| depth <= printed_depth) {
            printed = printed_heredoc(&command).map(|heredoc| (depth, heredoc));
        }
        expansion.add(command, piped.map(|(_, heredoc)| heredoc));
    }
    expansion.commands
}

/// The heredoc that `cat` hands on to the next command of a pipeline.
fn printed_heredoc(command: &Command) -> Option<Heredoc> {
    (command.is("cat") && command.words.len() == 1 && command.after.is_pipe())
        .then(|| input(command))
        .flatten()
}

/// The heredoc that the command reads.
fn input(command: &Command) -> Option<Heredoc> {
    let (redirect, body) =
        command.redirects.iter().rev().find_map(|redirect| Some((redirect, redirect.body?)))?;
    let is_quoted = redirect.target.raw.contains(['\'', '"', '\\']);
    Some(Heredoc { body, substitutions: if is_quoted { Substitutions::Inner } else { Substitutions::Outer } })
}

#[derive(Clone, Copy)]
struct Heredoc {
    body: Span,
    substitutions: Substitutions,
}

/// Which shell runs the substitutions in a nested script.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Substitutions {
    /// The one that reads the text around it, which has them in its own list.
    Outer,
    /// The one that runs the script.
    Inner,
}

struct Expansion<'a> {
    fragment: Option<&'a Fragment>,
    commands: Vec<Command>,
}

impl Expansion<'_> {
    fn add(&mut self, command: Command, piped: Option<Heredoc>) {
        let inner = if command.through.len() < DEEPEST { wrapper::inner(&command) } else { None };
        match inner {
            None => self.commands.push(command),
            Some(Inner::Command { wrapper, words, assignments }) => {
                let inner = wrapped(&command, wrapper, words, assignments);
                self.commands.push(command);
                self.add(inner, piped);
            }
            Some(Inner::Script { wrapper, word, dialect }) => {
                let word = command.words.get(word);
                let script = word.and_then(|word| self.script_in(word));
                // A word with substitutions has no value.
                let is_known = word.is_some_and(|word| word.value.is_some());
                let substitutions = if is_known { Substitutions::Inner } else { Substitutions::Outer };
                self.add_script(command, wrapper, dialect, script, substitutions);
            }
            Some(Inner::Input { dialect }) => {
                let heredoc = input(&command).or(piped);
                let script = heredoc.and_then(|heredoc| self.script_at(heredoc.body));
                let substitutions = heredoc.map_or(Substitutions::Inner, |heredoc| heredoc.substitutions);
                self.add_script(command, Wrapper::Shell, dialect, script, substitutions);
            }
        }
    }

    /// Adds a command that runs a script, and the script's commands.
    fn add_script(
        &mut self,
        command: Command,
        wrapper: Wrapper,
        dialect: Dialect,
        script: Option<Fragment>,
        substitutions: Substitutions,
    ) {
        let mut through = command.through.clone();
        through.push(wrapper);
        let nesting = command.nesting.clone();
        self.commands.push(command);
        let Some(script) = script else { return };
        let (mut commands, _) = super::read(&script, dialect);
        if substitutions == Substitutions::Outer {
            commands.retain(|command| !command.is_inside(Nesting::Substitution));
        }
        for command in &mut commands {
            command.nesting.splice(0..0, nesting.iter().copied());
            command.through.clone_from(&through);
        }
        self.commands.append(&mut expand(commands, Some(&script)));
    }

    /// The script in a word. Its places are exact unless quotes or escapes changed the text.
    fn script_in(&self, word: &Word) -> Option<Fragment> {
        if let Some(content) = verbatim(word) {
            if word.raw.len() == word.span.len() as usize {
                let start = word.span.start + content.start as u32;
                let mut map = SourceMap::new(word.span);
                map.push(Span::new(start, start + content.len() as u32));
                return Some(Fragment { text: word.raw[content].to_owned(), map });
            }
            // A continuation lies inside the word.
            let found = self.fragment.zip(self.joined(word.span));
            if let Some((fragment, range)) = found.filter(|(_, range)| range.len() == word.raw.len()) {
                return Some(fragment.part(range.start + content.start..range.start + content.end));
            }
        }
        let text = word.value.clone()?;
        let map = SourceMap::whole(word.span, text.len());
        Some(Fragment { text, map })
    }

    fn script_at(&self, span: Span) -> Option<Fragment> {
        let range = self.joined(span)?;
        self.fragment.map(|fragment| fragment.part(range))
    }

    fn joined(&self, span: Span) -> Option<Range<usize>> {
        self.fragment?.map.joined(span)
    }
}

/// The part of a word's text that reads the same once the quotes around it are gone. Variables may stand in
/// double quotes: the script has them in the same places.
fn verbatim(word: &Word) -> Option<Range<usize>> {
    if word.value.as_deref() == Some(&*word.raw) {
        return Some(0..word.raw.len());
    }
    let content = 1..word.raw.len().checked_sub(1)?;
    let quote = word.raw.chars().next()?;
    let inner = word.raw.get(content.clone())?;
    let is_verbatim = word.raw.ends_with(quote)
        && match quote {
            '\'' => !inner.contains('\''),
            '"' => !inner.contains(['"', '\\', '`']),
            _ => false,
        };
    is_verbatim.then_some(content)
}

fn wrapped(command: &Command, wrapper: Wrapper, words: Range<usize>, assignments: Range<usize>) -> Command {
    let set = command.words[assignments].iter().filter_map(assignment);
    let words = command.words[words].to_vec();
    let span = words.iter().map(|word| word.span).reduce(Span::cover).unwrap_or_default();
    let mut through = command.through.clone();
    through.push(wrapper);
    Command {
        span,
        negated: command.negated,
        before: command.before,
        after: command.after,
        nesting: command.nesting.clone(),
        through,
        ..Command::new(
            words,
            command.assignments.iter().cloned().chain(set).collect(),
            command.redirects.clone(),
        )
    }
}

/// The assignment that a word of `env` or `sudo` is.
fn assignment(word: &Word) -> Option<Assignment> {
    let (name, value) = word.raw.split_once('=')?;
    let span = match word.raw.len() == word.span.len() as usize {
        true => Span::new(word.span.start + name.len() as u32 + 1, word.span.end),
        false => word.span,
    };
    Some(Assignment {
        span: word.span,
        name: name.to_owned(),
        append: false,
        value: Word::from_shell(value, span),
    })
}
