use crate::fix::{Applicability, Edit, Effect, Fix};
use crate::model::{Base, Model, clean};
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};
use crate::shell::{Command, Nesting, Operator};
use crate::syntax::ast::{CommandForm, InstructionKind, Run};

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
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// WORKDIR /src
    /// RUN make
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS build
    /// RUN cd /src \
    ///     && make
    /// WORKDIR /srv
    /// RUN cd /src/doc && make
    /// COPY app .
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12 AS build
    /// WORKDIR /src
    /// RUN make
    /// WORKDIR /srv
    /// WORKDIR /src/doc
    /// RUN make
    /// WORKDIR /srv
    /// COPY app .
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// WORKDIR /src
    /// RUN make && (cd doc && make) && version=$(cd doc && cat VERSION)
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested for a `cd` to an absolute path at the start of a step, where nothing below uses the working directory before an
    /// absolute `WORKDIR`, or where that of before is known and can be set again (or is the same): all else stays the same, but a folder that is
    /// not there is made instead of failing the step. A step with flags, such as mounts, is left alone.
    ///
    /// Unsafe for a step that is nothing but the `cd`: it had no effect, and the `WORKDIR` has one on all that is below.
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
        fix: Unsafe,
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
            let finding = match folder.map(|word| model.slice(word.span)) {
                Some(folder) if is_first || is_last => finding.help(format!("write `WORKDIR {folder}`")),
                _ => finding.help("split the step and write `WORKDIR`, or put the `cd` into a subshell"),
            };
            if let Some(fix) = fix(model, index) {
                finding.fix(fix);
            }
        }
    }
}

/// A `WORKDIR` in place of the `cd` that a step begins with.
fn fix(model: &Model<'_>, index: usize) -> Option<Fix> {
    let instruction = model.instruction(index);
    let InstructionKind::Run(Run { command: CommandForm::Shell(text), .. }) = &instruction.kind else {
        return None;
    };
    let edits = ScriptEdits::of(model, index)?;
    let (first, rest) = model.script(index).commands.split_first()?;
    let [cd, folder] = first.words.as_slice() else { return None };
    let folder = folder.value.as_deref().filter(|folder| is_plain_path(folder))?;
    let is_plain = cd.raw == "cd" && first.redirects.is_empty() && first.assignments.is_empty();
    if !is_plain || !instruction.flags.is_empty() || first.span.start != text.span.start {
        return None;
    }
    let workdir = format!("WORKDIR {folder}");
    if rest.is_empty() {
        let is_whole = first.span.end == instruction.span.end && first.nesting.is_empty();
        let edit = Edit::replace(instruction.span, workdir.as_str());
        let fix = Fix::new(format!("write `{workdir}`"), Applicability::Unsafe, [edit]);
        return is_whole.then(|| fix.changes(Effect::Workdir));
    }
    let goes_back = |command: &Command| {
        command.words.iter().any(|word| word.raw.contains("OLDPWD") || (command.is("cd") && word.is("-")))
    };
    if rest.iter().any(goes_back) {
        return None;
    }
    let old = model.state(index).workdir.as_known();
    if old == Some(clean(folder).as_str()) {
        return Some(Fix::suggested("leave the `cd` out", [edits.remove_first()?]));
    }
    let source = model.source;
    let mut all = vec![
        Edit::insert_lines_before(source, &model.dockerfile, instruction, &[&workdir]),
        edits.remove_first()?,
    ];
    if needs_old_folder(model, index) {
        let old = old.filter(|old| is_plain_path(old))?;
        all.push(Edit::insert_lines_after(source, instruction, &[&format!("WORKDIR {old}")]));
    }
    Some(Fix::suggested(format!("write `{workdir}`"), all).changes(Effect::Workdir))
}

/// Whether a path is absolute and means itself in a `WORKDIR`.
fn is_plain_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(&byte);
    path.starts_with('/') && path.bytes().all(is_plain)
}

/// Whether something below an instruction depends on the working directory that it had.
fn needs_old_folder(model: &Model<'_>, index: usize) -> bool {
    let Some(stage) = model.stage_of(index) else { return true };
    for (_, instruction) in model.body(stage).filter(|(below, _)| *below > index) {
        match &instruction.kind {
            InstructionKind::Workdir(_) => return !model.slice(instruction.arguments.span).starts_with('/'),
            InstructionKind::Arg(_)
            | InstructionKind::Env(_)
            | InstructionKind::Expose(_)
            | InstructionKind::Label(_)
            | InstructionKind::Maintainer(_)
            | InstructionKind::Shell(_)
            | InstructionKind::Stopsignal(_)
            | InstructionKind::User(_) => {}
            _ => return true,
        }
    }
    let is_base = model.stages().iter().any(|other| other.base == Base::Stage(stage.index));
    model.is_shipped(stage) || is_base
}

/// Whether the folder stays changed for the rest of the step.
fn lasts(command: &Command) -> bool {
    let is_inside =
        |nesting: &Nesting| matches!(nesting, Nesting::Subshell | Nesting::Substitution | Nesting::Function);
    command.through.is_empty() && !command.nesting.iter().any(is_inside)
}
