//! `dockerfile-parser` beside us.

use std::ops::Range;

use dfcore::model::{Base, ImageReference, Model};
use dfcore::syntax::ast::{CommandForm, CopySource, Instruction, InstructionKind, Pairs, Word};
use dfcore::text::SourceFile;
use dockerfile_parser as peer;
use peer::{BreakableStringComponent, ShellOrExecExpr, StageParent};

use crate::seen::Seen;

/// What it sees.
pub(crate) fn theirs(dockerfile: &peer::Dockerfile) -> Vec<Seen> {
    dockerfile.instructions.iter().map(instruction).collect()
}

fn instruction(instruction: &peer::Instruction) -> Seen {
    let mut seen = Seen::new(match instruction {
        peer::Instruction::From(_) => "FROM".to_owned(),
        peer::Instruction::Arg(_) => "ARG".to_owned(),
        peer::Instruction::Label(_) => "LABEL".to_owned(),
        peer::Instruction::Run(_) => "RUN".to_owned(),
        peer::Instruction::Entrypoint(_) => "ENTRYPOINT".to_owned(),
        peer::Instruction::Cmd(_) => "CMD".to_owned(),
        peer::Instruction::Copy(_) => "COPY".to_owned(),
        peer::Instruction::Env(_) => "ENV".to_owned(),
        peer::Instruction::Misc(misc) => misc.instruction.content.to_uppercase(),
    });
    seen.add("instruction", range(instruction.span()), "");
    match instruction {
        peer::Instruction::From(from) => {
            for flag in &from.flags {
                add_flag(&mut seen, flag.span, &flag.name, &flag.value);
            }
            add(&mut seen, "image", &from.image);
            let peer::ImageRef { registry, image, tag, hash } = &from.image_parsed;
            seen.add("reference", range(from.image.span), format!("{registry:?} {image} {tag:?} {hash:?}"));
            if let Some(alias) = &from.alias {
                add(&mut seen, "name", alias);
            }
        }
        peer::Instruction::Arg(arg) => {
            add(&mut seen, "key", &arg.name);
            if let Some(value) = &arg.value {
                add(&mut seen, "value", value);
            }
        }
        peer::Instruction::Label(label) => {
            for label in &label.labels {
                add(&mut seen, "key", &label.name);
                add(&mut seen, "value", &label.value);
            }
        }
        peer::Instruction::Env(env) => {
            for variable in &env.vars {
                add(&mut seen, "key", &variable.key);
                seen.add("value", range(variable.value.span), variable.value.to_string());
            }
        }
        peer::Instruction::Run(run) => add_command(&mut seen, &run.expr),
        peer::Instruction::Cmd(cmd) => add_command(&mut seen, &cmd.expr),
        peer::Instruction::Entrypoint(entrypoint) => add_command(&mut seen, &entrypoint.expr),
        peer::Instruction::Copy(copy) => {
            for flag in &copy.flags {
                add_flag(&mut seen, flag.span, &flag.name, &flag.value);
            }
            for source in &copy.sources {
                add(&mut seen, "source", source);
            }
            add(&mut seen, "destination", &copy.destination);
        }
        peer::Instruction::Misc(misc) => {
            // The text starts right behind the keyword.
            let text = misc.arguments.to_string();
            seen.add("arguments", misc.arguments.span.end..misc.arguments.span.end, text.trim());
        }
    }
    seen
}

fn add(seen: &mut Seen, what: &'static str, string: &peer::SpannedString) {
    seen.add(what, range(string.span), string.content.as_str());
}

fn add_flag(seen: &mut Seen, span: peer::Span, name: &peer::SpannedString, value: &peer::SpannedString) {
    seen.add("flag", range(span), "");
    add(seen, "flag name", name);
    add(seen, "flag value", value);
}

fn add_command(seen: &mut Seen, command: &ShellOrExecExpr) {
    match command {
        ShellOrExecExpr::Exec(list) => {
            seen.add("list", range(list.span), "");
            for word in &list.elements {
                // The quotes are in its span.
                seen.add("word", word.span.start + 1..word.span.end - 1, word.content.as_str());
            }
        }
        ShellOrExecExpr::Shell(text) => {
            seen.add("shell", range(text.span), text.to_string());
            for component in &text.components {
                if let BreakableStringComponent::Comment(comment) = component {
                    seen.add("comment", range(comment.span), comment.content.as_str());
                }
            }
        }
    }
}

fn range(span: peer::Span) -> Range<usize> {
    span.start..span.end
}

/// What we see, as far as it has words for it.
pub(crate) fn ours(model: &Model<'_>) -> Vec<Seen> {
    model.dockerfile.instructions.iter().map(|instruction| Ours { model, instruction }.seen()).collect()
}

struct Ours<'a> {
    model: &'a Model<'a>,
    instruction: &'a Instruction,
}

impl Ours<'_> {
    fn source(&self) -> &SourceFile {
        self.model.source
    }

    fn seen(&self) -> Seen {
        let instruction = self.instruction;
        let mut seen = Seen::new(instruction.kind.name());
        seen.add("instruction", instruction.span.range(), "");
        match &instruction.kind {
            InstructionKind::From(from) => {
                self.add_flags(&mut seen);
                if let Some(image) = &from.image {
                    self.add(&mut seen, "image", image);
                    let ImageReference { registry, path, tag, digest } =
                        ImageReference::parse(image.text(self.source()));
                    seen.add(
                        "reference",
                        image.span.range(),
                        format!("{registry:?} {path} {tag:?} {digest:?}"),
                    );
                }
                if let Some(name) = &from.name {
                    self.add(&mut seen, "name", name);
                }
            }
            InstructionKind::Arg(pairs) | InstructionKind::Label(pairs) | InstructionKind::Env(pairs) => {
                self.add_pairs(&mut seen, pairs);
            }
            InstructionKind::Run(run) => self.add_command(&mut seen, &run.command),
            InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => {
                self.add_command(&mut seen, command);
            }
            InstructionKind::Copy(copy) => {
                self.add_flags(&mut seen);
                for source in &copy.sources {
                    let (CopySource::Path(word) | CopySource::Heredoc { word, .. }) = source;
                    self.add_unquoted(&mut seen, "source", word);
                }
                if let Some(destination) = &copy.destination {
                    self.add_unquoted(&mut seen, "destination", destination);
                }
            }
            _ => {
                let text = instruction.arguments.text(self.source());
                let end = instruction.span.range().end;
                seen.add("arguments", end..end, text);
            }
        }
        seen
    }

    fn add(&self, seen: &mut Seen, what: &'static str, word: &Word) {
        seen.add(what, word.span.range(), word.text(self.source()));
    }

    /// It takes quotes off.
    fn add_unquoted(&self, seen: &mut Seen, what: &'static str, word: &Word) {
        seen.add(what, word.span.range(), unquoted(word.text(self.source())));
    }

    fn add_flags(&self, seen: &mut Seen) {
        for flag in &self.instruction.flags {
            seen.add("flag", flag.span.range(), "");
            self.add(seen, "flag name", &flag.name);
            if let Some(value) = &flag.value {
                self.add(seen, "flag value", value);
            }
        }
    }

    fn add_pairs(&self, seen: &mut Seen, pairs: &Pairs) {
        for pair in &pairs.pairs {
            self.add_unquoted(seen, "key", &pair.key);
            if let Some(value) = &pair.value {
                self.add_unquoted(seen, "value", value);
            }
        }
    }

    fn add_command(&self, seen: &mut Seen, command: &CommandForm) {
        match command {
            CommandForm::Exec { words } => {
                seen.add("list", self.instruction.arguments.span.range(), "");
                for word in words {
                    self.add(seen, "word", word);
                }
            }
            CommandForm::Shell(text) => {
                seen.add("shell", text.span.range(), text.text(self.source()));
                let comments = self.model.dockerfile.comments.iter();
                for comment in comments.filter(|comment| text.span.contains(comment.span)) {
                    seen.add("comment", comment.span.range(), self.source().slice(comment.span));
                }
            }
        }
    }
}

fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// The stages as it sees them: name, what each stands on, how many instructions.
pub(crate) fn their_stages(dockerfile: &peer::Dockerfile) -> Vec<(Option<String>, String, usize)> {
    let stage = |stage: peer::Stage<'_>| {
        let parent = match stage.parent {
            StageParent::Scratch => "scratch".to_owned(),
            StageParent::Stage(index) => format!("stage {index}"),
            StageParent::Image(_) => "image".to_owned(),
        };
        (stage.name, parent, stage.instructions.len())
    };
    dockerfile.stages().into_iter().map(stage).collect()
}

/// The stages as we see them.
pub(crate) fn our_stages(model: &Model<'_>) -> Vec<(Option<String>, String, usize)> {
    let stage = |stage: &dfcore::model::Stage| {
        let parent = match stage.base {
            Base::Scratch => "scratch".to_owned(),
            Base::Stage(index) => format!("stage {index}"),
            _ => "image".to_owned(),
        };
        (stage.name.clone(), parent, 1 + stage.body.len())
    };
    model.stages().iter().map(stage).collect()
}
