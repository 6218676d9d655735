use std::borrow::Cow;

use crate::fix::{Edit, Effect, Fix};
use crate::model::{Base, Model, Stage};
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};
use crate::shell::{Command, Dialect, Nesting, Script, Word};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// A failure in front of a pipe goes unnoticed.
    ///
    /// A pipe ends as its last command ends. When `curl` in `curl … | bash` fails, `bash` reads nothing and is content,
    /// the step succeeds, and the image lacks what it was built for; the cache keeps it like that. With the option
    /// `pipefail` the step fails.
    ///
    /// bash, zsh, ksh and BusyBox's ash have the option; the `/bin/sh` of Debian and Ubuntu has not and stops when it is
    /// asked for it.
    ///
    /// The rule is off by default: many commands at the end of a pipe, such as `tar`, fail by themselves when nothing
    /// comes. The option `harmless` leaves pipes alone whose commands in front cannot fail.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN curl -fsSL https://example.com/install.sh | bash
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// SHELL ["/bin/bash", "-o", "pipefail", "-c"]
    /// RUN curl -fsSL https://example.com/install.sh | bash
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN wget -qO- https://example.com/install.sh | sh
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// SHELL ["/bin/ash", "-o", "pipefail", "-c"]
    /// RUN wget -qO- https://example.com/install.sh | sh
    /// ```
    ///
    /// Which shells another image has is not known, and some pipes only work without the option: `head` stops reading, and
    /// what writes to it fails.
    ///
    /// ```dockerfile,bad
    /// FROM example.com/tools:1
    /// RUN curl -fsSL https://example.com/install.sh | bash
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN curl -fsSL https://example.com/install.sh | bash
    /// RUN yes | ./configure | head -n 1
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12 AS base
    /// SHELL ["/bin/bash", "-o", "pipefail", "-c"]
    ///
    /// FROM base
    /// RUN curl -fsSL https://example.com/install.sh | bash
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN set -eo pipefail; wget -qO- https://example.com/install.sh | sh
    /// ```
    ///
    /// ### Commands that cannot fail
    ///
    /// ```toml,options
    /// [lint.rules.pipefail-missing]
    /// harmless = ["echo", "printf"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN echo 'app:x:1000:' | tee -a /etc/group
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested, and only on official images, of which it is known whether they have bash or BusyBox's ash: the steps below run
    /// in that shell too, a step that failed unnoticed now fails, and so does a `CMD` in shell form start. There is no fix where
    /// a step below counts on the `sh` of Debian (`echo` with a backslash or option, braces) or may count on an unnoticed
    /// failure: in front of the pipe stands another command than `curl`, `wget`, `echo`, `cat`, `tar` and the like, such as
    /// `yes` or `grep`, or behind it one that stops reading, such as `head` or `grep -q`.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL4006
    ///
    /// - does not see `set -o pipefail` in the step, and a `SHELL` of the stage below,
    /// - reports `SHELL ["/bin/sh", "-o", "pipefail", "-c"]`, which is right on Alpine and stops the build on Debian,
    /// - does not look at pipes inside `sh -c '…'`, nor at `ONBUILD`.
    ///
    /// ## Sources
    ///
    /// - [POSIX, Pipelines](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_02)
    /// - <https://docs.docker.com/build/building/best-practices/#using-pipes>
    /// - [hadolint DL4006](https://github.com/hadolint/hadolint/wiki/DL4006)
    pub PipefailMissing {
        code: "DF7002",
        name: "pipefail-missing",
        group: Shell,
        severity: Warning,
        confidence: Low,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL4006"],
        options: {
            /// The commands whose failure in front of a pipe is no news, since they cannot fail or may: `echo`, `printf`.
            harmless: Vec<String> = Vec::new(),
        },
    }
}

impl Rule for PipefailMissing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        // For each stage, whether a fix gives it another shell.
        let mut is_fixed = vec![false; model.stages().len()];
        for (index, script) in model.run_scripts() {
            let shell = model.state(index).shell;
            if !script.dialect.is_shell() || asks_for_pipefail(shell.iter().map(|word| word.as_str().into()))
            {
                continue;
            }
            let unseen = self.unseen_failures(script);
            let Some((first, others)) = unseen.split_first() else { continue };
            let name = first.name.as_deref().unwrap_or("the command");
            let finding = report
                .at(first.span, format!("a failure of `{name}` in front of the pipe goes unnoticed"))
                .labels(others.iter().map(|command| command.span), "of this too")
                .note("the step succeeds when the last command of the pipe does")
                .help(help(model, index, script));
            let Some(stage) = model.stage_of(index) else { continue };
            if model.lineage(stage).iter().any(|below| is_fixed[below.index]) {
                continue;
            }
            if let Some(fix) = fix(model, index) {
                is_fixed[stage.index] = true;
                finding.fix(fix);
            }
        }
    }
}

/// Gives the step and those below it a shell that knows the option, where the image has one.
fn fix(model: &Model<'_>, index: usize) -> Option<Fix> {
    let base = model.official_base(index)?;
    let stage = model.stage_of(index)?;
    let instruction = model.instruction(index);
    let is_default = model.state(index).shell == ["/bin/sh", "-c"];
    let is_plain =
        matches!(instruction.kind, InstructionKind::Run(_)) && model.script(index).dialect == Dialect::Sh;
    ScriptEdits::of(model, index).filter(|_| is_default && is_plain)?;
    let takes_shell = |other: &&Stage| model.lineage(other).iter().any(|below| below.index == stage.index);
    let scripts = model.stages().iter().filter(takes_shell).flat_map(|stage| model.body(stage));
    let mut scripts = scripts.filter(|(other, _)| *other >= index).map(|(other, _)| model.script(other));
    let works = |script: &Script| {
        !script
            .commands
            .iter()
            .any(|command| counts_on_failure(command) || (!base.is_alpine && is_for_dash(command)))
    };
    if !scripts.all(works) {
        return None;
    }
    let shell = if base.is_alpine { "/bin/ash" } else { "/bin/bash" };
    let line = format!(r#"SHELL ["{shell}", "-o", "pipefail", "-c"]"#);
    let edit = Edit::insert_lines_before(model.source, &model.dockerfile, instruction, &[&line]);
    Some(Fix::suggested(format!("use `{shell}` with `pipefail`"), [edit]).changes(Effect::Shell))
}

/// Whether a command of a pipe may fail though all is well, for all that is known of it, or make the one before it fail.
fn counts_on_failure(command: &Command) -> bool {
    const FRONTS: [&str; 24] = [
        "awk",
        "base64",
        "bzip2",
        "cat",
        "curl",
        "cut",
        "echo",
        "gpg",
        "gunzip",
        "gzip",
        "jq",
        "openssl",
        "printf",
        "sed",
        "seq",
        "sha256sum",
        "sort",
        "tar",
        "tr",
        "uniq",
        "unzip",
        "wget",
        "xz",
        "zcat",
    ];
    let name = command.name.as_deref().unwrap_or_default();
    let stops = match name {
        "head" | "less" | "more" => true,
        "grep" | "egrep" | "fgrep" => command.arguments().iter().any(|word| {
            let letters = word.raw.strip_prefix('-').unwrap_or_default();
            letters.contains(['q', 'm', 'l'])
        }),
        "sed" | "awk" | "gawk" | "mawk" => {
            command.arguments().iter().any(|word| word.raw.contains("exit") || word.raw.contains('q'))
        }
        _ => false,
    };
    (command.after.is_pipe() && !FRONTS.contains(&name)) || (command.before.is_pipe() && stops)
}

/// Whether a command means something else to bash than to the `sh` of Debian.
fn is_for_dash(command: &Command) -> bool {
    let has_braces = |word: &Word| {
        word.raw.contains(',') && word.raw.replace("${", "").contains('{') && !word.raw.contains('\'')
    };
    let is_echo = command.is("echo")
        && command.arguments().iter().any(|word| word.raw.contains('\\') || word.raw.starts_with('-'));
    is_echo || command.words.iter().any(has_braces)
}

impl PipefailMissing {
    /// The first command of each pipe that can fail where no `pipefail` is in effect.
    fn unseen_failures<'s>(&self, script: &'s Script) -> Vec<&'s Command> {
        let mut unseen = Vec::new();
        let mut is_reported = false;
        for (place, command) in script.commands.iter().enumerate() {
            if asks_for_pipefail(command.arguments().iter().map(Word::text)) {
                break;
            }
            if !command.before.is_pipe() {
                continue;
            }
            // What is substituted into the words of a command stands behind it.
            let depth = substitutions(command);
            let mut earlier = script.commands[..place].iter().rev();
            let Some(front) = earlier.find(|front| substitutions(front) <= depth) else { continue };
            is_reported &= front.before.is_pipe();
            if !is_reported && self.can_fail(front) {
                is_reported = true;
                unseen.push(front);
            }
        }
        unseen
    }

    fn can_fail(&self, command: &Command) -> bool {
        !command.name.as_ref().is_some_and(|name| self.harmless.contains(name))
    }
}

fn substitutions(command: &Command) -> usize {
    command.nesting.iter().filter(|nesting| **nesting == Nesting::Substitution).count()
}

/// Whether the words after a shell, or after `set`, switch the option on: `-o pipefail`, `-euxo pipefail`.
fn asks_for_pipefail<'w>(mut words: impl Iterator<Item = Cow<'w, str>>) -> bool {
    let mut is_option = false;
    words.any(|word| {
        let is_asked = is_option && word == "pipefail";
        is_option = word.starts_with('-') && word.ends_with('o');
        is_asked
    })
}

fn help(model: &Model<'_>, index: usize, script: &Script) -> String {
    let stage = model.stage_of(index).map(|stage| &model.stages()[stage.root]);
    let is_alpine = stage.is_some_and(|stage| match &stage.base {
        Base::Image(image) => image.text().contains("alpine"),
        _ => false,
    });
    match (is_alpine, script.dialect) {
        (true, Dialect::Sh) => {
            r#"write `SHELL ["/bin/ash", "-eo", "pipefail", "-c"]` above, or start the step with `set -o pipefail;`"#
        }
        (_, Dialect::Sh) => {
            r#"write `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` above, if the image has bash; the `sh` of Debian does not know the option"#
        }
        _ => "start the step with `set -o pipefail;`, or give the option to the shell in `SHELL`",
    }
    .to_owned()
}
