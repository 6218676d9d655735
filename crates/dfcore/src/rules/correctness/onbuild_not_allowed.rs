use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, Onbuild};

declare_rule! {
    /// `ONBUILD` holds an instruction that it may not hold.
    ///
    /// A trigger runs once, right after the `FROM` of the next build. It cannot be a `FROM`, set another trigger, or be
    /// the outdated `MAINTAINER`; the builder refuses the file.
    ///
    /// The rule is off by default, since `syntax-error` says the same. It is for those who know it under the name that
    /// hadolint gives it.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// ONBUILD ONBUILD RUN make
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ONBUILD RUN make
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#onbuild-limitations>
    /// - [hadolint DL3043](https://github.com/hadolint/hadolint/wiki/DL3043)
    pub OnbuildNotAllowed {
        code: "DF1014",
        name: "onbuild-not-allowed",
        group: Correctness,
        severity: Error,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3043"],
    }
}

impl Rule for OnbuildNotAllowed {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (_, instruction) in cx.model.instructions() {
            let InstructionKind::Onbuild(Onbuild { instruction: Some(trigger) }) = &instruction.kind else {
                continue;
            };
            let help = match &trigger.kind {
                InstructionKind::Onbuild(_) => "write `ONBUILD` once: a trigger cannot be passed on",
                InstructionKind::From(_) => "leave it out: the next build has its own `FROM`",
                InstructionKind::Maintainer(_) => "use `ONBUILD LABEL org.opencontainers.image.authors=…`",
                _ => continue,
            };
            let name = trigger.kind.name();
            report.at(trigger.keyword, format!("`{name}` is not allowed in `ONBUILD`")).help(help);
        }
    }
}
