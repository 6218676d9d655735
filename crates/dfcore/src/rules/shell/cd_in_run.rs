use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Nesting, Operator};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// A `RUN` changes the folder with `cd`.
    ///
    /// A `cd` lasts until the end of its `RUN`. One that the rest of the file counts on has no effect; one at the start of
    /// a step says what `WORKDIR` says for all the steps that follow, and is repeated in each of them.
    ///
    /// A `cd` in a subshell, a substitution or a function changes the folder for what is inside only, which no `WORKDIR`
    /// can do, and is left alone. The rule is off by default: in a long step that goes through several folders, `cd` is
    /// the shorter way.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN cd /src && make && cd doc && make
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN cd /src
    /// RUN make
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// WORKDIR /src
    /// RUN make && (cd doc && make) && version=$(cd doc && cat VERSION)
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3003 also reports a `cd` in a subshell, a substitution or a function, and does not look at `ONBUILD`.
    /// So does this rule in the profile `hadolint`:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN make && (cd doc && make)
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// ONBUILD RUN cd /src && make
    /// ```
    ///
    /// ## Sources
    ///
    /// - Docker, [Building best practices](https://docs.docker.com/build/building/best-practices/#workdir)
    /// - [hadolint DL3003](https://github.com/hadolint/hadolint/wiki/DL3003)
    pub CdInRun {
        code: "DF7001",
        name: "cd-in-run",
        group: Shell,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3003"],
    }
}

impl Rule for CdInRun {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, script) in model.run_scripts() {
            if cx.follows_hadolint() && !matches!(model.instruction(index).kind, InstructionKind::Run(_)) {
                continue;
            }
            let is_meant = |command: &&Command| match cx.follows_hadolint() {
                true => cx.sees(command),
                false => lasts(command),
            };
            let changes: Vec<&Command> = script.commands_named("cd").filter(is_meant).collect();
            let Some((first, others)) = changes.split_first() else { continue };
            let folder = first.arguments().iter().find(|word| !word.raw.starts_with('-'));
            let is_last = script.commands.last().is_some_and(|last| last.span == first.span);
            let finding = report.at(
                first.span,
                match is_last {
                    true => "`cd` at the end of a `RUN` has no effect",
                    false => "`cd` in place of `WORKDIR`",
                },
            );
            let finding = finding
                .labels(others.iter().map(|command| command.span), "here too")
                .note("the next instruction starts in the `WORKDIR` again");
            let is_first = first.before == Operator::None;
            match folder.map(|word| model.slice(word.span)) {
                Some(folder) if is_first || is_last => finding.help(format!("write `WORKDIR {folder}`")),
                _ => finding.help("split the step and write `WORKDIR`, or put the `cd` into a subshell"),
            };
        }
    }
}

/// Whether the folder stays changed for the rest of the step.
fn lasts(command: &Command) -> bool {
    let is_inside =
        |nesting: &Nesting| matches!(nesting, Nesting::Subshell | Nesting::Substitution | Nesting::Function);
    command.through.is_empty() && !command.nesting.iter().any(is_inside)
}
