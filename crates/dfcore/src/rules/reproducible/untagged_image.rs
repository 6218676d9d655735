use crate::rule::{Report, Rule, RuleContext, declare_rule, report_floating};

declare_rule! {
    /// The base image has no tag, so that it is whatever its registry calls `latest` at the moment of the build.
    ///
    /// That tag moves with every release: the same file gives another image tomorrow, breaks on a day when nobody
    /// changed anything, and cannot be built again as it was.
    ///
    /// Nothing is said about an image with a digest, `scratch`, an earlier stage, or an image whose last part depends on a
    /// build argument without a default.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python
    /// ```
    ///
    /// ```dockerfile,bad
    /// ARG BASE=registry.example:5000/base
    /// FROM ${BASE}
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG VERSION
    /// FROM python:3.12-slim AS build
    /// FROM build AS test
    /// FROM alpine@sha256:a8560b36e8b8210634f77d9f7f9efd7ffa463e380b75e2e74aff4511df3ef88c AS tools
    /// FROM registry.example:5000/base:${VERSION} AS ours
    /// FROM scratch
    /// ```
    ///
    /// Images that are meant to float can be named in the options:
    ///
    /// ```toml,options
    /// [lint.rules.untagged-image]
    /// allow = ["gcr.io/oss-fuzz-base/*"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM gcr.io/oss-fuzz-base/base-builder
    /// ```
    ///
    /// ## Limits
    ///
    /// A base that is given to every build as a context (`--build-context name=…`) looks like an image without a tag.
    ///
    /// ## Differs from
    ///
    /// hadolint does not look at an image that begins with a variable; here the defaults of build arguments are filled in.
    /// Where a variable may still bring the tag, nothing is said. In the profile `hadolint` no default is filled in, and nothing is said of `FROM base-${VARIANT}`, which
    /// hadolint takes for an image also where it means a stage of the file:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG BASE=debian
    /// FROM $BASE
    /// ```
    ///
    /// ## Sources
    ///
    /// - Docker, [Building best practices](https://docs.docker.com/build/building/best-practices/#pin-base-image-versions).
    /// - [hadolint DL3006](https://github.com/hadolint/hadolint/wiki/DL3006).
    pub UntaggedImage {
        code: "DF5002",
        name: "untagged-image",
        group: Reproducible,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3006"],
        options: {
            /// Images that may float, as written in front of the tag; a `*` at the end stands for any rest.
            allow: Vec<String> = Vec::new(),
        },
    }
}

impl Rule for UntaggedImage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let what = "has no tag, which means `latest`";
        report_floating(cx, &self.allow, |reference| reference.tag.is_none(), what, report);
    }
}
