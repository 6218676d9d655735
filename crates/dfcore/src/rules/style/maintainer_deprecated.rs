use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// `MAINTAINER` is deprecated.
    ///
    /// It sets a field of the image that few tools show. A label says the same, can be read with `docker inspect` and the
    /// API of registries, and has company: version, source, licence.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// MAINTAINER Ada <ada@example.com>
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.authors="Ada <ada@example.com>"
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#maintainer-deprecated>
    /// - [hadolint DL4000](https://github.com/hadolint/hadolint/wiki/DL4000), BuildKit's check
    ///   [MaintainerDeprecated](https://docs.docker.com/reference/build-checks/maintainer-deprecated/)
    pub MaintainerDeprecated {
        code: "DF8001",
        name: "maintainer-deprecated",
        group: Style,
        severity: Info,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL4000", "MaintainerDeprecated"],
    }
}

impl Rule for MaintainerDeprecated {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (_, instruction) in cx.model.instructions() {
            if let InstructionKind::Maintainer(argument) = &instruction.kind {
                let name = argument.word.as_ref().map_or("…", |word| cx.model.text(word).trim_matches('"'));
                report
                    .at(instruction.keyword, "`MAINTAINER` is deprecated")
                    .help(format!("write `LABEL org.opencontainers.image.authors=\"{name}\"`"));
            }
        }
    }
}
