use crate::model::Base;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// The image has no `HEALTHCHECK`.
    ///
    /// Docker and Swarm know whether a process runs, not whether it answers; a `HEALTHCHECK` tells them. Kubernetes and most
    /// other orchestrators do not look at it and have probes of their own, so the rule is off by default. `HEALTHCHECK NONE`
    /// says that there is none on purpose.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM nginx:1.27
    /// EXPOSE 80
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20 AS base
    /// HEALTHCHECK CMD ["wget", "-qO-", "http://localhost/"]
    ///
    /// FROM base
    /// EXPOSE 80
    /// ```
    ///
    /// ## Limits
    ///
    /// A base image may have a `HEALTHCHECK` that the file does not show.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3057 also speaks of stages that others only copy from, which no container is made of; so does this rule
    /// in the profile `hadolint`. hadolint does not know which stage `FROM base-${VARIANT}` stands on; here the defaults of
    /// the arguments tell.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#healthcheck>
    /// - [hadolint DL3057](https://github.com/hadolint/hadolint/wiki/DL3057)
    pub HealthcheckMissing {
        code: "DF8021",
        name: "healthcheck-missing",
        group: Style,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3057"],
    }
}

impl Rule for HealthcheckMissing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let is_check = |kind: &InstructionKind| matches!(kind, InstructionKind::Healthcheck(_));
        let has = |stage| model.body(stage).any(|(_, instruction)| is_check(&instruction.inner().kind));
        let mut checked: Vec<bool> = model.stages().iter().map(has).collect();
        // A stage has what the one below it has.
        for stage in model.stages() {
            if let Base::Stage(base) = stage.base {
                checked[stage.index] |= checked[base];
            }
        }
        let spoken_of = match cx.speaks_of_all_stages() {
            false => model.targets(),
            true => {
                // A stage that another one stands on is as good as that.
                for stage in model.stages().iter().rev() {
                    if let Base::Stage(base) = stage.base {
                        checked[base] |= checked[stage.index];
                    }
                }
                vec![true; checked.len()]
            }
        };
        for stage in model.stages().iter().filter(|stage| spoken_of[stage.index] && !checked[stage.index]) {
            report
                .at(
                    model.instruction(stage.from).keyword,
                    format!("{} has no `HEALTHCHECK`", stage.display_name()),
                )
                .help("add `HEALTHCHECK CMD …`, or `HEALTHCHECK NONE` where something else looks after it");
        }
    }
}
