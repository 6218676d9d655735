use crate::fix::{Edit, Fix};
use crate::model::{Lookup, Reason};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// `--platform=$TARGETPLATFORM` asks for what a stage is built for anyway.
    ///
    /// Without the flag, every stage is built for the target platform. The flag is right only for another one, such as
    /// `$BUILDPLATFORM`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM --platform=$TARGETPLATFORM alpine:3.20
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM --platform=$BUILDPLATFORM golang:1.26 AS build
    /// FROM alpine:3.20
    /// ```
    ///
    /// A fallback does nothing, since BuildKit always sets the argument:
    ///
    /// ```dockerfile,bad
    /// FROM --platform=${TARGETPLATFORM:-linux/amd64} alpine:3.20
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// ```
    ///
    /// An argument of that name that the file itself sets is another matter:
    ///
    /// ```dockerfile,good
    /// ARG TARGETPLATFORM=linux/amd64
    /// FROM --platform=$TARGETPLATFORM alpine:3.20
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: the stage is built for the same platform.
    ///
    /// ## Differs from
    ///
    /// hadolint and BuildKit also report the flag where the file gives `TARGETPLATFORM` a value of its own.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/redundant-target-platform/>
    /// - [hadolint DL3065](https://github.com/hadolint/hadolint/wiki/DL3065)
    pub RedundantTargetPlatform {
        code: "DF5013",
        name: "redundant-target-platform",
        group: Reproducible,
        severity: Info,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["DL3065", "RedundantTargetPlatform"],
    }
}

impl Rule for RedundantTargetPlatform {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let Some(flag) = model.flag(stage.from, "platform") else { continue };
            if !flag.value.as_ref().is_some_and(|value| is_target(model.text(value))) {
                continue;
            }
            let target = model.state(stage.from).scope.get("TARGETPLATFORM");
            if target == Lookup::Unknown(Reason::Platform) {
                report
                    .at(flag.span, "a stage is built for the target platform anyway")
                    .help("drop the flag")
                    .fix(Fix::safe("drop the flag", [Edit::remove_word(model.source, flag.span)]));
            }
        }
    }
}

/// Whether the text is the target platform and nothing else.
fn is_target(text: &str) -> bool {
    let braced = text.strip_prefix("${").and_then(|text| text.strip_suffix('}'));
    match braced.and_then(|inner| inner.strip_prefix("TARGETPLATFORM")) {
        Some(rest) => rest.is_empty() || (rest.starts_with([':', '-']) && !rest.contains(['+', '?', '}'])),
        None => text == "$TARGETPLATFORM",
    }
}
