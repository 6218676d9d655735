//! The parts of an instruction's arguments.

use super::joined::Joined;
use super::layout::Atom;
use super::run::Script;
use crate::syntax::ast::{
    CommandForm, CopySource, Healthcheck, Instruction, InstructionKind, KeyValue, Pairs, ShellText, Word,
};
use crate::text::{SourceFile, Span};

/// The parts of the arguments, and where lines may end between them.
pub(super) struct Arguments {
    pub(super) atoms: Vec<Atom>,
    pub(super) breaks: Breaks,
}

/// Where lines may end between arguments.
pub(super) enum Breaks {
    /// Where they do.
    AsTheyAre,
    /// After each argument, if anywhere.
    AllOrNone,
    /// Where commands end.
    Shell(Script),
}

impl Arguments {
    fn words(atoms: Vec<Atom>) -> Self {
        Self { atoms, breaks: Breaks::AsTheyAre }
    }

    /// The text as it stands.
    fn untouched(text: &ShellText) -> Self {
        Self::words(if text.is_empty() { Vec::new() } else { vec![Atom::text(text.span)] })
    }
}

/// Takes the arguments apart as far as their layout may change. What an image keeps word for word (the commands of `CMD`,
/// `ENTRYPOINT` and `HEALTHCHECK`, and all that an `ONBUILD` says) is one part.
pub(super) fn read(instruction: &Instruction, source: &SourceFile, is_shell: bool) -> Arguments {
    let text = &instruction.arguments;
    match &instruction.kind {
        InstructionKind::From(_) => read_from(text, source),
        InstructionKind::Arg(pairs) | InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
            read_pairs(pairs, text, source)
        }
        InstructionKind::Copy(copy) | InstructionKind::Add(copy) if !copy.json => {
            let sources = copy.sources.iter().map(|source| match source {
                CopySource::Path(word) | CopySource::Heredoc { word, .. } => word,
            });
            Arguments::words(atoms(sources.chain(&copy.destination)))
        }
        InstructionKind::Expose(words) | InstructionKind::Volume(words) if !words.json => {
            Arguments::words(atoms(&words.words))
        }
        InstructionKind::Healthcheck(Healthcheck::Cmd { .. } | Healthcheck::None) => {
            read_healthcheck(text, source)
        }
        InstructionKind::Run(run) if is_shell && instruction.heredocs.is_empty() => match &run.command {
            CommandForm::Shell(text) => read_run(text, source),
            CommandForm::Exec { .. } => Arguments::untouched(text),
        },
        _ => Arguments::untouched(text),
    }
}

fn atoms<'a>(words: impl IntoIterator<Item = &'a Word>) -> Vec<Atom> {
    words.into_iter().map(|word| Atom::text(word.span)).collect()
}

fn read_from(text: &ShellText, source: &SourceFile) -> Arguments {
    let joined = Joined::new(text, source);
    let words: Vec<_> = joined.words().collect();
    let atom = |(index, range): (usize, &std::ops::Range<usize>)| {
        let span = joined.span(range.clone());
        let is_keyword = index == 1 && source.slice(span).eq_ignore_ascii_case("as");
        if is_keyword { Atom::keyword(span) } else { Atom::text(span) }
    };
    Arguments::words(words.iter().enumerate().map(atom).collect())
}

fn read_pairs(pairs: &Pairs, text: &ShellText, source: &SourceFile) -> Arguments {
    if pairs.legacy {
        // Whether it is a pair with `=` may depend on a blank that an escape character stands before.
        let is_plain = |pair: &KeyValue| !pair.key.text(source).contains(['\\', '`', '"', '\'']);
        if !pairs.pairs.iter().all(is_plain) {
            return Arguments::untouched(text);
        }
        let words = pairs.pairs.iter().flat_map(|pair| [Some(&pair.key), pair.value.as_ref()]);
        return Arguments::words(atoms(words.flatten()));
    }
    let atoms = pairs.pairs.iter().map(|pair| Atom::text(pair.span)).collect();
    Arguments { atoms, breaks: Breaks::AllOrNone }
}

/// The type, and the command as it stands.
fn read_healthcheck(text: &ShellText, source: &SourceFile) -> Arguments {
    let joined = Joined::new(text, source);
    let mut words = joined.words();
    let mut atoms = Vec::new();
    if let Some(kind) = words.next() {
        let span = joined.span(kind);
        let is_plain = source.slice(span).bytes().all(|byte| byte.is_ascii_alphabetic());
        atoms.push(if is_plain { Atom::keyword(span) } else { Atom::text(span) });
    }
    if let Some(command) = words.next() {
        atoms.push(Atom::text(Span::new(joined.span(command).start, text.span.end)));
    }
    Arguments::words(atoms)
}

fn read_run(text: &ShellText, source: &SourceFile) -> Arguments {
    let joined = Joined::new(text, source);
    match Script::read(&joined.text) {
        Some(script) => {
            let atoms = script.tokens().map(|range| Atom::text(joined.span(range))).collect();
            Arguments { atoms, breaks: Breaks::Shell(script) }
        }
        None => Arguments::untouched(text),
    }
}
