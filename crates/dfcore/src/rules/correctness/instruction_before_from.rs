use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// An instruction stands above the first `FROM`.
    ///
    /// There is no image yet that it could change. Only `ARG` may stand there, and the builder refuses the file.
    ///
    /// The rule is off by default, since `syntax-error` says the same of the first such instruction. It is for those who
    /// know it under the name that hadolint gives it.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// LABEL version=1
    /// FROM alpine:3.20
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG VERSION=3.20
    /// FROM alpine:${VERSION}
    /// LABEL version=1
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#format>
    /// - [hadolint DL3061](https://github.com/hadolint/hadolint/wiki/DL3061)
    pub InstructionBeforeFrom {
        code: "DF1024",
        name: "instruction-before-from",
        group: Correctness,
        severity: Error,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3061"],
    }
}

impl Rule for InstructionBeforeFrom {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let is_from = |kind: &InstructionKind| matches!(kind, InstructionKind::From(_));
        let above = cx.model.instructions().take_while(|(_, instruction)| !is_from(&instruction.kind));
        for (_, instruction) in above {
            if !matches!(instruction.kind, InstructionKind::Arg(_) | InstructionKind::Unknown) {
                report
                    .at(
                        instruction.keyword,
                        format!("`{}` stands above the first `FROM`", instruction.kind.name()),
                    )
                    .help("move it below; only `ARG` may stand there");
            }
        }
    }
}
