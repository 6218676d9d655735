use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Dialect, Script, ScriptStatus};
use crate::syntax::ast::{Instruction, InstructionKind};

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
        fix: None,
        since: "0.1.0",
        aliases: ["DL3059"],
    }
}

impl Rule for ConsecutiveRuns {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages().iter().filter(|stage| cx.speaks_of(stage)) {
            let mut previous: Option<&Instruction> = None;
            for (index, instruction) in model.body(stage) {
                let is_single = matches!(instruction.kind, InstructionKind::Run(_)) && is_single(cx, index);
                if !is_single {
                    previous = None;
                    continue;
                }
                if let Some(previous) =
                    previous.filter(|previous| has_same_flags(model, previous, instruction))
                {
                    report
                        .at(instruction.keyword, "this `RUN` could be part of the one above")
                        .label(previous.keyword, "the one above")
                        .note("each makes a layer, and what a later one removes stays in an earlier one")
                        .help("join them with `&&`, or keep them apart for the sake of the cache");
                }
                previous = Some(instruction);
            }
        }
    }
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
