use std::borrow::Cow;

use crate::model::{Base, Model};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Dialect, Nesting, Script, Word};

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
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN wget -qO- https://example.com/install.sh | sh
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
        fix: None,
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
        for (index, script) in model.run_scripts() {
            let shell = model.state(index).shell;
            if !script.dialect.is_shell() || asks_for_pipefail(shell.iter().map(|word| word.as_str().into()))
            {
                continue;
            }
            let unseen = self.unseen_failures(script);
            let Some((first, others)) = unseen.split_first() else { continue };
            let name = first.name.as_deref().unwrap_or("the command");
            report
                .at(first.span, format!("a failure of `{name}` in front of the pipe goes unnoticed"))
                .labels(others.iter().map(|command| command.span), "of this too")
                .note("the step succeeds when the last command of the pipe does")
                .help(help(model, index, script));
        }
    }
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
