//! `parse-dockerfile` beside us.

use std::ops::Range;

use dfcore::syntax::ast::{
    CommandForm, Copy, CopySource, Flag, Healthcheck, Heredoc, Instruction, InstructionKind, Word, Words,
};
use dfcore::syntax::{Dockerfile, Parse};
use dfcore::text::SourceFile;
use parse_dockerfile as peer;
use peer::{HealthcheckArguments, JsonOrStringArray, UnescapedString};

use crate::seen::Seen;

/// What it sees.
pub(crate) fn theirs(dockerfile: &peer::Dockerfile<'_>) -> Vec<Seen> {
    let peer::ParserDirectives { syntax, escape, check, .. } = &dockerfile.parser_directives;
    let mut directives = Seen::new("");
    for (what, directive) in [("syntax", syntax), ("check", check)] {
        if let Some(directive) = directive {
            directives.add(what, directive.value.span.clone(), directive.value.value);
        }
    }
    if let Some(escape) = escape {
        directives.add("escape", escape.value.span.clone(), escape.value.value);
    }
    let instructions = dockerfile.instructions.iter().map(|instruction| {
        let mut seen = Seen::new("");
        their_instruction(instruction, &mut seen);
        seen
    });
    [directives].into_iter().chain(instructions).collect()
}

fn their_instruction(instruction: &peer::Instruction<'_>, seen: &mut Seen) {
    use peer::Instruction as Kind;
    let mut keyword = |name: &str, keyword: &peer::Keyword| {
        // That of an ONBUILD stays.
        if seen.keyword.is_empty() {
            name.clone_into(&mut seen.keyword);
        }
        seen.add("keyword", keyword.span.clone(), name);
    };
    match instruction {
        Kind::Add(add) => {
            keyword("ADD", &add.add);
            add_flags(seen, &add.options);
            add_copy(seen, &add.src, &add.dest);
        }
        Kind::Copy(copy) => {
            keyword("COPY", &copy.copy);
            add_flags(seen, &copy.options);
            add_copy(seen, &copy.src, &copy.dest);
        }
        Kind::Arg(arg) => {
            keyword("ARG", &arg.arg);
            add(seen, "text", &arg.arguments);
        }
        Kind::Env(env) => {
            keyword("ENV", &env.env);
            add(seen, "text", &env.arguments);
        }
        Kind::Label(label) => {
            keyword("LABEL", &label.label);
            add(seen, "text", &label.arguments);
        }
        Kind::Maintainer(maintainer) => {
            keyword("MAINTAINER", &maintainer.maintainer);
            add(seen, "text", &maintainer.name);
        }
        Kind::Stopsignal(stopsignal) => {
            keyword("STOPSIGNAL", &stopsignal.stopsignal);
            add(seen, "text", &stopsignal.arguments);
        }
        Kind::User(user) => {
            keyword("USER", &user.user);
            add(seen, "text", &user.arguments);
        }
        Kind::Workdir(workdir) => {
            keyword("WORKDIR", &workdir.workdir);
            add(seen, "text", &workdir.arguments);
        }
        Kind::Cmd(cmd) => {
            keyword("CMD", &cmd.cmd);
            add_command(seen, &cmd.arguments);
        }
        Kind::Entrypoint(entrypoint) => {
            keyword("ENTRYPOINT", &entrypoint.entrypoint);
            add_command(seen, &entrypoint.arguments);
        }
        Kind::Run(run) => {
            keyword("RUN", &run.run);
            add_flags(seen, &run.options);
            if run.here_docs.is_empty() {
                add_command(seen, &run.arguments);
            }
            for heredoc in &run.here_docs {
                add_heredoc(seen, heredoc);
            }
        }
        Kind::Healthcheck(healthcheck) => {
            keyword("HEALTHCHECK", &healthcheck.healthcheck);
            add_flags(seen, &healthcheck.options);
            if let HealthcheckArguments::Cmd { arguments, .. } = &healthcheck.arguments {
                add_command(seen, arguments);
            }
        }
        Kind::Expose(expose) => {
            keyword("EXPOSE", &expose.expose);
            expose.arguments.iter().for_each(|word| add(seen, "word", word));
        }
        Kind::Shell(shell) => {
            keyword("SHELL", &shell.shell);
            shell.arguments.iter().for_each(|word| add(seen, "word", word));
        }
        Kind::Volume(volume) => {
            keyword("VOLUME", &volume.volume);
            let words = match &volume.arguments {
                JsonOrStringArray::Json(list) => &list.value,
                JsonOrStringArray::String(words) => words,
            };
            words.iter().for_each(|word| add(seen, "word", word));
        }
        Kind::From(from) => {
            keyword("FROM", &from.from);
            add_flags(seen, &from.options);
            add(seen, "image", &from.image);
            if let Some((_, name)) = &from.as_ {
                add(seen, "name", name);
            }
        }
        Kind::Onbuild(onbuild) => {
            keyword("ONBUILD", &onbuild.onbuild);
            their_instruction(&onbuild.instruction, seen);
        }
        other => panic!("an instruction that is new there: {other:?}"),
    }
}

fn add(seen: &mut Seen, what: &'static str, string: &UnescapedString<'_>) {
    seen.add(what, string.span.clone(), string.value.as_ref());
}

fn add_flags(seen: &mut Seen, flags: &[peer::Flag<'_>]) {
    for flag in flags {
        seen.add("flag", flag.span(), "");
        add(seen, "flag name", &flag.name);
        if let Some(value) = &flag.value {
            add(seen, "flag value", value);
        }
    }
}

fn add_command(seen: &mut Seen, command: &peer::Command<'_>) {
    match command {
        peer::Command::Exec(list) => {
            seen.add("list", list.span.clone(), "");
            list.value.iter().for_each(|word| add(seen, "word", word));
        }
        peer::Command::Shell(text) => seen.add("shell", text.span.clone(), text.value),
        other => panic!("a command that is new there: {other:?}"),
    }
}

fn add_copy(seen: &mut Seen, sources: &[peer::Source<'_>], destination: &UnescapedString<'_>) {
    for source in sources {
        match source {
            peer::Source::Path(path) => add(seen, "source", path),
            peer::Source::HereDoc(heredoc) => add_heredoc(seen, heredoc),
            other => panic!("a source that is new there: {other:?}"),
        }
    }
    add(seen, "destination", destination);
}

fn add_heredoc(seen: &mut Seen, heredoc: &peer::HereDoc<'_>) {
    let what = if heredoc.expand { "heredoc that expands" } else { "heredoc" };
    seen.add(what, heredoc.span.clone(), heredoc.value.as_ref());
}

/// What we see, as far as it has words for it.
pub(crate) fn ours(parse: &Parse, source: &SourceFile) -> Vec<Seen> {
    let ours = Ours { source };
    let directives = ours.directives(&parse.dockerfile);
    let instructions = parse.dockerfile.instructions.iter().map(|instruction| {
        let mut seen = Seen::new(instruction.kind.name());
        ours.add_instruction(&mut seen, instruction, &instruction.heredocs);
        seen
    });
    [directives].into_iter().chain(instructions).collect()
}

struct Ours<'a> {
    source: &'a SourceFile,
}

impl Ours<'_> {
    fn directives(&self, dockerfile: &Dockerfile) -> Seen {
        let mut seen = Seen::new("");
        for what in ["syntax", "check", "escape"] {
            if let Some(directive) = dockerfile.directive(what, self.source) {
                seen.add(what, directive.value.range(), self.source.slice(directive.value));
            }
        }
        seen
    }

    fn add_instruction(&self, seen: &mut Seen, instruction: &Instruction, heredocs: &[Heredoc]) {
        seen.add("keyword", instruction.keyword.range(), instruction.kind.name());
        self.add_flags(seen, &instruction.flags);
        let arguments = &instruction.arguments;
        match &instruction.kind {
            InstructionKind::Add(copy) | InstructionKind::Copy(copy) => self.add_copy(seen, copy, heredocs),
            InstructionKind::Run(_) if !heredocs.is_empty() => {
                heredocs.iter().for_each(|heredoc| self.add_heredoc(seen, heredoc));
            }
            InstructionKind::Run(run) => {
                self.add_command(seen, &run.command, arguments.span.range());
            }
            InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => {
                self.add_command(seen, command, arguments.span.range());
            }
            InstructionKind::Healthcheck(Healthcheck::Cmd { command }) => {
                // Behind the `CMD`; the list goes to the end.
                let start = match command {
                    CommandForm::Shell(text) => text.span.start as usize,
                    CommandForm::Exec { words } => {
                        words.first().map_or(0, |word| word.span.range().start - "[\"".len())
                    }
                };
                self.add_command(seen, command, start..arguments.span.range().end);
            }
            InstructionKind::From(from) => {
                for (what, word) in [("image", &from.image), ("name", &from.name)] {
                    if let Some(word) = word {
                        self.add(seen, what, word);
                    }
                }
            }
            InstructionKind::Expose(Words { words, .. })
            | InstructionKind::Shell(Words { words, .. })
            | InstructionKind::Volume(Words { words, .. }) => {
                words.iter().for_each(|word| self.add(seen, "word", word));
            }
            InstructionKind::Onbuild(onbuild) => {
                if let Some(inner) = &onbuild.instruction {
                    self.add_instruction(seen, inner, heredocs);
                }
            }
            InstructionKind::Arg(_)
            | InstructionKind::Env(_)
            | InstructionKind::Label(_)
            | InstructionKind::Maintainer(_)
            | InstructionKind::Stopsignal(_)
            | InstructionKind::User(_)
            | InstructionKind::Workdir(_) => {
                seen.add("text", arguments.span.range(), arguments.text(self.source));
            }
            _ => {}
        }
    }

    fn add(&self, seen: &mut Seen, what: &'static str, word: &Word) {
        seen.add(what, word.span.range(), word.text(self.source));
    }

    fn add_flags(&self, seen: &mut Seen, flags: &[Flag]) {
        for flag in flags {
            seen.add("flag", flag.span.range(), "");
            self.add(seen, "flag name", &flag.name);
            if let Some(value) = &flag.value {
                self.add(seen, "flag value", value);
            }
        }
    }

    /// A command with the place of its list, if it is one.
    fn add_command(&self, seen: &mut Seen, command: &CommandForm, list: Range<usize>) {
        match command {
            CommandForm::Exec { words } => {
                seen.add("list", list, "");
                words.iter().for_each(|word| self.add(seen, "word", word));
            }
            // It keeps continuations and comments in.
            CommandForm::Shell(text) => seen.add("shell", text.span.range(), self.source.slice(text.span)),
        }
    }

    fn add_copy(&self, seen: &mut Seen, copy: &Copy, heredocs: &[Heredoc]) {
        for source in &copy.sources {
            match source {
                CopySource::Path(word) => self.add(seen, "source", word),
                CopySource::Heredoc { index, .. } => self.add_heredoc(seen, &heredocs[*index]),
            }
        }
        if let Some(destination) = &copy.destination {
            self.add(seen, "destination", destination);
        }
    }

    fn add_heredoc(&self, seen: &mut Seen, heredoc: &Heredoc) {
        let what = if heredoc.expand { "heredoc that expands" } else { "heredoc" };
        let body = self.source.slice(heredoc.body);
        if heredoc.chomp {
            // The tabs before the terminator are in its span.
            let lines = body.split_inclusive('\n').map(|line| line.trim_start_matches('\t'));
            let terminator = self.source.slice(heredoc.terminator);
            let tabs = terminator.len() - terminator.trim_start_matches('\t').len();
            let span = heredoc.body.range();
            seen.add(what, span.start..span.end + tabs, lines.collect::<String>());
        } else {
            seen.add(what, heredoc.body.range(), body);
        }
    }
}
