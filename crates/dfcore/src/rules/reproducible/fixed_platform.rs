use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::FlagValue;

declare_rule! {
    /// A stage is built for one platform, whatever the build asks for.
    ///
    /// With `FROM --platform=linux/amd64` an image for `linux/arm64` is made of programs for the wrong processor, and on an
    /// arm machine every step of the stage is emulated. `$BUILDPLATFORM` stands for the machine that builds, which is right
    /// for stages that cross-compile; without the flag a stage is built for the platform that was asked for.
    ///
    /// Nothing is said when the name of the stage has the system or processor in it (`AS build-amd64`): then there are as a
    /// rule others for the other platforms.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM --platform=linux/amd64 golang:1.26
    /// RUN go build -o /app ./cmd/app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM --platform=$BUILDPLATFORM golang:1.26 AS build
    /// FROM --platform=linux/arm64 alpine:3.20 AS tools-arm64
    /// FROM tools-${TARGETARCH}
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3029 speaks of all platforms but two; see `platform-flag`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/>
    /// - `reportConstPlatformDisallowed` of BuildKit, `frontend/dockerfile/dockerfile2llb/validations.go`
    pub FixedPlatform {
        code: "DF5012",
        name: "fixed-platform",
        group: Reproducible,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["FromPlatformFlagConstDisallowed"],
    }
}

impl Rule for FixedPlatform {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let Some(flag) = model.flag(stage.from, "platform") else { continue };
            let FlagValue::Platform(platform) = &flag.typed else { continue };
            let parts = [&platform.os, &platform.architecture].into_iter().flatten();
            let is_named = |name: &str| {
                parts.clone().any(|part| {
                    let part = model.text(part).to_lowercase();
                    name.contains(&part) || name.contains(normalized(&part))
                })
            };
            if stage.name.as_deref().is_some_and(is_named) {
                continue;
            }
            let written = flag.value.as_ref().map_or("", |value| model.text(value));
            report
                .at(flag.span, format!("the stage is always built for `{written}`"))
                .note("a build for another platform gets the wrong programs, and emulates every step to make them")
                .help("drop the flag, or write `--platform=$BUILDPLATFORM` in a stage that cross-compiles");
        }
    }
}

/// Docker's name of a processor.
fn normalized(architecture: &str) -> &str {
    match architecture {
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "i386" => "386",
        "armhf" | "armel" => "arm",
        other => other,
    }
}
