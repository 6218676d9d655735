use crate::model::PLATFORM_ARGS;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A stage has a `--platform` that has nothing to do with the platforms of the build.
    ///
    /// The platform of an image is chosen by who builds it. A stage that follows another variable or a fixed platform breaks
    /// that choice, which may be what you want; so the rule is off by default. A fixed platform alone is reported by
    /// `fixed-platform`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// ARG PLATFORM=linux/amd64
    /// FROM --platform=$PLATFORM node:24
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM --platform=$BUILDPLATFORM node:24 AS build
    /// FROM --platform=${TARGETPLATFORM:-linux/amd64} node:24 AS first
    /// FROM --platform=$TARGETOS/$TARGETARCH node:24
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3029 knows `BUILDPLATFORM` and `TARGETPLATFORM` only, and reports `$TARGETOS/$TARGETARCH` and the others of
    /// BuildKit's platform arguments.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/multi-platform/>
    /// - [hadolint DL3029](https://github.com/hadolint/hadolint/wiki/DL3029)
    pub PlatformFlag {
        code: "DF5015",
        name: "platform-flag",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3029"],
    }
}

impl Rule for PlatformFlag {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let Some(flag) = model.flag(stage.from, "platform") else { continue };
            let Some(value) = &flag.value else { continue };
            let written = model.text(value);
            if written.is_empty() || PLATFORM_ARGS.iter().any(|name| written.contains(name)) {
                continue;
            }
            report
                .at(flag.span, format!("the platform `{written}` does not follow that of the build"))
                .note("who builds with `--platform` asks for one and gets another")
                .help("drop the flag, or use `$BUILDPLATFORM` or `$TARGETPLATFORM`");
        }
    }
}
