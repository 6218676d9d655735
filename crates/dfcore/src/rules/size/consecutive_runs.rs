use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};
use crate::shell::{Command, Dialect, Script, ScriptStatus};
use crate::syntax::ast::{CommandForm, Instruction, InstructionKind, Run};
use crate::text::Span;

declare_rule! {
    /// Several `RUN`s of one command stand one after the other.
    ///
    /// Each makes a layer of its own, and what one of them removes stays in the layer of the one that made it. Put
    /// together with `&&`, or in a heredoc, they make one layer.
    ///
    /// It is a matter of taste: apart, each step has its own place in the build cache, and a change of the last one does
    /// not run the first again. So the rule is off by default, does not look at stages whose layers nobody gets, and
    /// leaves alone steps of several commands, which were put together on purpose, and steps with different flags.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12-slim
    /// RUN mkdir /data
    /// RUN chown 1000 /data
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12-slim
    /// RUN mkdir /data \
    ///     && chown 1000 /data
    /// ```
    ///
    /// What a shell forgets between two steps, and comments, keep them apart:
    ///
    /// ```dockerfile,bad
    /// FROM debian:12-slim
    /// RUN cd /data
    /// RUN mkdir app
    /// # For the health check.
    /// RUN touch /data/ready
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12-slim AS build
    /// RUN mkdir /work
    /// RUN touch /work/done
    ///
    /// FROM debian:12-slim
    /// RUN mkdir /data && chown 1000 /data
    /// COPY --from=build /work /work
    /// RUN chmod 755 /data
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the files stay the same, in fewer layers. There is no fix where a comment or a heredoc stands between the steps,
    /// nor for a command that changes what the next one finds: `cd`, `export`, `set` and the like.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3059 has an opinion on builder stages too, and on steps for PowerShell, whose commands it cannot
    /// count; so does this rule in the profile `hadolint`:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12-slim AS build
    /// RUN mkdir /work
    /// RUN touch /work/done
    ///
    /// FROM debian:12-slim
    /// COPY --from=build /work /work
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12-slim AS build
    /// RUN mkdir /work \
    ///     && touch /work/done
    ///
    /// FROM debian:12-slim
    /// COPY --from=build /work /work
    /// ```
    ///
    /// It speaks of more than two commands but counts each of them twice, so that it means the same as this rule.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/best-practices/#run>
    /// - [hadolint DL3059](https://github.com/hadolint/hadolint/wiki/DL3059)
    pub ConsecutiveRuns {
        code: "DF4012",
        name: "consecutive-runs",
        group: Size,
        severity: Info,
        confidence: Low,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3059"],
    }
}

impl Rule for ConsecutiveRuns {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages().iter().filter(|stage| cx.speaks_of(stage)) {
            // The steps so far that could be one.
            let mut row: Vec<usize> = Vec::new();
            for (index, instruction) in model.body(stage) {
                let is_single = matches!(instruction.kind, InstructionKind::Run(_)) && is_single(cx, index);
                let previous = row.last().map(|&previous| model.instruction(previous));
                let goes_on = previous.is_some_and(|previous| has_same_flags(model, previous, instruction));
                if !is_single || !goes_on {
                    say(model, &row, report);
                    row.clear();
                }
                if is_single {
                    row.push(index);
                }
            }
            say(model, &row, report);
        }
    }
}

/// Reports the steps of a row but for the first. One fix joins all of them.
fn say(model: &Model<'_>, row: &[usize], report: &mut Report<'_>) {
    for (place, pair) in row.windows(2).enumerate() {
        let finding = report
            .at(model.instruction(pair[1]).keyword, "this `RUN` could be part of the one above")
            .label(model.instruction(pair[0]).keyword, "the one above")
            .note("each makes a layer, and what a later one removes stays in an earlier one")
            .help("join them with `&&`, or keep them apart for the sake of the cache");
        if place > 0 {
            continue;
        }
        let joints: Option<Vec<Edit>> = row.windows(2).map(|pair| joint(model, pair[0], pair[1])).collect();
        if let Some(joints) = joints {
            finding.fix(Fix::suggested("join the steps with `&&`", joints));
        }
    }
}

/// Commands that leave something behind in their shell.
const CHANGING: [&str; 17] = [
    ".", "alias", "cd", "eval", "exec", "exit", "export", "popd", "pushd", "return", "set", "shopt",
    "source", "trap", "ulimit", "umask", "unset",
];

/// Joins a step and the one below it.
fn joint(model: &Model<'_>, one: usize, other: usize) -> Option<Edit> {
    let (first, second) = (whole_command(model, one)?, whole_command(model, other)?);
    let between = Span::new(model.instruction(one).span.end, model.instruction(other).span.start);
    let is_changing = first.name.as_deref().is_none_or(|name| CHANGING.contains(&name));
    let has_flags = !model.instruction(other).flags.is_empty();
    if is_changing || has_flags || !model.slice(between).trim().is_empty() {
        return None;
    }
    let line = model.slice(model.source.line_span(model.instruction(one).span.start));
    let indentation = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let joint = format!(" \\{}{indentation}    && ", model.source.line_ending());
    Some(Edit::replace(Span::new(first.span.end, second.span.start), joint))
}

/// The one command of a step when there is nothing else in it.
fn whole_command<'m>(model: &'m Model<'_>, index: usize) -> Option<&'m Command> {
    ScriptEdits::of(model, index)?;
    let instruction = model.instruction(index);
    let InstructionKind::Run(Run { command: CommandForm::Shell(text), .. }) = &instruction.kind else {
        return None;
    };
    let command = model.script(index).commands.first()?;
    let end = text.span.start + model.slice(text.span).trim_end().len() as u32;
    let is_whole = command.span == Span::new(text.span.start, end) && instruction.span.end == end;
    (is_whole && command.nesting.is_empty() && instruction.heredocs.is_empty()).then_some(command)
}

/// Whether a step is one command, as far as they can be counted.
fn is_single(cx: &RuleContext<'_>, index: usize) -> bool {
    let script = cx.model.script(index);
    if script.dialect.is_shell() {
        return has_one_command(script);
    }
    // hadolint reads it as a script for `sh` all the same, and finds nothing where that is an error.
    let finds_one = |script: Script| script.status == ScriptStatus::FellBack || has_one_command(&script);
    cx.follows_hadolint() && finds_one(cx.model.script_in(index, Dialect::Sh))
}

fn has_one_command(script: &Script) -> bool {
    // What another command runs is not counted twice.
    let is_own = |command: &&Command| command.through.is_empty() && !command.words.is_empty();
    script.commands.iter().filter(is_own).nth(1).is_none()
}

fn has_same_flags(model: &Model<'_>, one: &Instruction, other: &Instruction) -> bool {
    let texts = |instruction: &Instruction| -> Vec<String> {
        instruction.flags.iter().map(|flag| model.slice(flag.span).to_owned()).collect()
    };
    texts(one) == texts(other)
}
