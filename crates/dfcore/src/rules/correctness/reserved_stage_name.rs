use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// A stage has a name that means something else to the builder.
    ///
    /// `scratch` is the empty image, and `context` the build context: whoever reads `FROM scratch` further down does not
    /// expect a stage of this file, and other builders do not find it there.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20 AS context
    /// COPY . /src
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20 AS sources
    /// COPY . /src
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes the name as it is written; the builder ignores case.
    ///
    /// ## Sources
    ///
    /// - `reservedStageNames` of BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`
    /// - hadolint DL3063, BuildKit's check
    ///   [ReservedStageName](https://docs.docker.com/reference/build-checks/reserved-stage-name/)
    pub ReservedStageName {
        code: "DF1010",
        name: "reserved-stage-name",
        group: Correctness,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3063", "ReservedStageName"],
    }
}

impl Rule for ReservedStageName {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let (Some(name), InstructionKind::From(from)) =
                (&stage.name, &model.instruction(stage.from).kind)
            else {
                continue;
            };
            let meaning = match name.as_str() {
                "scratch" => "the empty image",
                "context" => "the build context",
                _ => continue,
            };
            let span = from.name.as_ref().map_or(model.instruction(stage.from).keyword, |word| word.span);
            report
                .at(span, format!("a stage is called `{name}`, which is reserved"))
                .note(format!("elsewhere `{name}` is {meaning}"))
                .help("give the stage another name");
        }
    }
}
