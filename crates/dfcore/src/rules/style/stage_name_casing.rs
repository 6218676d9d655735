use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// The name of a stage has capital letters.
    ///
    /// BuildKit turns names of stages into lower case. `COPY --from` and `--target` find the stage in any case, but
    /// `FROM` only by the name in lower case: `FROM Build` looks for an image.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS BuilderBase
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS builder-base
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/stage-name-casing/>
    pub StageNameCasing {
        code: "DF8004",
        name: "stage-name-casing",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["StageNameCasing"],
    }
}

impl Rule for StageNameCasing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let InstructionKind::From(from) = &model.instruction(stage.from).kind else { continue };
            let (Some(word), Some(name)) = (&from.name, &stage.name) else { continue };
            let written = model.text(word);
            if written != name {
                report
                    .at(word.span, format!("the name `{written}` has capital letters"))
                    .note(format!("the stage is called `{name}`, and `FROM {written}` does not find it"))
                    .help(format!("write `{name}`"));
            }
        }
    }
}
