use crate::rule::{Report, Rule, RuleContext, declare_rule, report_floating};

declare_rule! {
    /// The base image is the tag `latest`, which moves with every release.
    ///
    /// The same file gives another image tomorrow, breaks on a day when nobody changed anything, and cannot be built
    /// again as it was. A cached base hides this on one machine and shows it on the next.
    ///
    /// Nothing is said about an image with a digest, nor about one whose tag depends on a build argument without a
    /// default. An image without any tag is what `untagged-image` reports.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:latest
    /// ```
    ///
    /// ```dockerfile,bad
    /// ARG VERSION=latest
    /// FROM ghcr.io/astral-sh/uv:${VERSION} AS uv
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
    /// [lint.rules.latest-tag]
    /// allow = ["cgr.dev/chainguard/*"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM cgr.dev/chainguard/python:latest
    /// ```
    ///
    /// ## Fix safety
    ///
    /// There is no fix: which version is meant, only people know.
    ///
    /// ## Differs from
    ///
    /// hadolint takes the text as it stands; here the defaults of build arguments are filled in first. In the profile
    /// `hadolint` they are not:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG VERSION=latest
    /// FROM ghcr.io/astral-sh/uv:${VERSION} AS uv
    /// ```
    ///
    /// ## Sources
    ///
    /// - Docker, [Building best practices](https://docs.docker.com/build/building/best-practices/#pin-base-image-versions).
    /// - [hadolint DL3007](https://github.com/hadolint/hadolint/wiki/DL3007).
    pub LatestTag {
        code: "DF5001",
        name: "latest-tag",
        group: Reproducible,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3007"],
        options: {
            /// Images that may float, as written in front of the tag; a `*` at the end stands for any rest.
            allow: Vec<String> = Vec::new(),
        },
    }
}

impl Rule for LatestTag {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let what = "is the tag `latest`, which moves with every release";
        report_floating(cx, &self.allow, |reference| reference.tag == Some("latest"), what, report);
    }
}
