//! A Dockerfile as a tree: stages, their instructions, and the parts of each with their places.

use std::borrow::Cow;
use std::io::{self, Write};

use dfcore::model::{Base, Model, Stage};
use dfcore::syntax::ast::{
    CommandForm, CopySource, Healthcheck, Instruction, InstructionKind, Pairs, ShellText, Word,
};
use dfcore::text::Span;

use crate::terminal::printable;

/// Writes the tree and, below it, what BuildKit refuses.
pub(crate) fn write(model: &Model<'_>, out: &mut dyn Write) -> io::Result<()> {
    let file = printable(model.source.name());
    writeln!(out, "{file}")?;
    let mut tree = Tree { model, out, depth: 1 };
    for directive in &model.dockerfile.directives {
        tree.line(
            directive.span,
            "directive",
            model.slice(directive.span).trim_start_matches(['#', ' ', '\t']),
        )?;
    }
    let mut stages = model.stages().iter().peekable();
    for (index, instruction) in model.instructions() {
        if let Some(stage) = stages.next_if(|stage| stage.from == index) {
            tree.depth = 1;
            tree.stage(stage)?;
            tree.depth = 2;
        }
        tree.instruction(instruction)?;
    }
    for error in &model.errors {
        let at = model.source.position(error.span.start);
        let help = error.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let message = format!("{}{help}", error.message);
        writeln!(out, "{file}:{}:{}: error: {}", at.line, at.column, printable(&message))?;
    }
    Ok(())
}

struct Tree<'a> {
    model: &'a Model<'a>,
    out: &'a mut dyn Write,
    depth: usize,
}

impl Tree<'_> {
    /// One line: the place, what it is, and what it says.
    fn line(&mut self, span: Span, what: &str, text: &str) -> io::Result<()> {
        let at = self.model.source.position(span.start);
        let place = format!("{}:{}", at.line, at.column);
        let indent = "  ".repeat(self.depth);
        let line = format!("{place:>8}  {indent}{what} {}", printable(text));
        writeln!(self.out, "{}", line.trim_end())
    }

    /// The same with the text in quotes, so that blanks and line ends are seen.
    fn quoted(&mut self, span: Span, what: &str, text: &str) -> io::Result<()> {
        self.line(span, what, &format!("{text:?}"))
    }

    fn stage(&mut self, stage: &Stage) -> io::Result<()> {
        let base = match &stage.base {
            Base::Scratch => "scratch".to_owned(),
            Base::Stage(index) => self.model.stages()[*index].display_name(),
            Base::Image(value) => value.text().to_owned(),
            _ => String::new(),
        };
        let span = self.model.instruction(stage.from).span;
        self.line(span, &stage.display_name(), &format!("on {base}"))
    }

    fn instruction(&mut self, instruction: &Instruction) -> io::Result<()> {
        let keyword = self.model.dockerfile.keyword_text(instruction, self.model.source).to_uppercase();
        self.line(instruction.span, &printable(&keyword), "")?;
        self.depth += 1;
        for flag in &instruction.flags {
            let value = flag.value.as_ref().map_or("", |value| self.model.text(value));
            self.line(flag.span, &format!("--{}", printable(self.model.text(&flag.name))), value)?;
        }
        self.kind(instruction)?;
        for heredoc in &instruction.heredocs {
            let lines = self.model.slice(heredoc.body).lines().count();
            self.line(heredoc.body, "heredoc", &format!("{} with {lines} lines", heredoc.name))?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn kind(&mut self, instruction: &Instruction) -> io::Result<()> {
        match &instruction.kind {
            InstructionKind::From(from) => {
                self.word("image", from.image.as_ref())?;
                self.word("name", from.name.as_ref())
            }
            InstructionKind::Add(copy) | InstructionKind::Copy(copy) => {
                for source in &copy.sources {
                    let (CopySource::Path(word) | CopySource::Heredoc { word, .. }) = source;
                    self.word("source", Some(word))?;
                }
                self.word("destination", copy.destination.as_ref())
            }
            InstructionKind::Arg(pairs) | InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
                self.pairs(pairs)
            }
            InstructionKind::Run(run) => self.command(&run.command),
            InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => self.command(command),
            InstructionKind::Healthcheck(Healthcheck::Cmd { command }) => self.command(command),
            InstructionKind::Onbuild(onbuild) => match &onbuild.instruction {
                Some(inner) => self.instruction(inner),
                None => Ok(()),
            },
            InstructionKind::Maintainer(argument)
            | InstructionKind::Stopsignal(argument)
            | InstructionKind::User(argument)
            | InstructionKind::Workdir(argument) => self.words(argument.word.as_slice()),
            InstructionKind::Expose(words)
            | InstructionKind::Shell(words)
            | InstructionKind::Volume(words) => self.words(&words.words),
            _ => self.text("text", &instruction.arguments),
        }
    }

    fn word(&mut self, what: &str, word: Option<&Word>) -> io::Result<()> {
        match word {
            Some(word) => self.quoted(word.span, what, self.model.text(word)),
            None => Ok(()),
        }
    }

    fn words(&mut self, words: &[Word]) -> io::Result<()> {
        words.iter().try_for_each(|word| self.word("word", Some(word)))
    }

    fn pairs(&mut self, pairs: &Pairs) -> io::Result<()> {
        for pair in &pairs.pairs {
            let value = pair.value.as_ref().map(|value| self.model.text(value));
            let text: Cow<'_, str> = match value {
                Some(value) => format!("= {value:?}").into(),
                None => "".into(),
            };
            self.line(pair.span, &printable(self.model.text(&pair.key)), &text)?;
        }
        Ok(())
    }

    fn command(&mut self, command: &CommandForm) -> io::Result<()> {
        match command {
            CommandForm::Shell(text) => self.text("shell", text),
            CommandForm::Exec { words } => self.words(words),
        }
    }

    /// Each physical line by itself.
    fn text(&mut self, what: &str, text: &ShellText) -> io::Result<()> {
        text.pieces().iter().try_for_each(|&piece| self.quoted(piece, what, self.model.slice(piece)))
    }
}
