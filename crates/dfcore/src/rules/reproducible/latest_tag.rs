use crate::model::{Base, ImageReference};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// The base image is whatever its registry calls `latest` at the moment of the build.
    ///
    /// Without a tag, an image reference means the tag `latest`. It moves with every release, so that the same
    /// file gives another image tomorrow, breaks on a day when nobody changed anything, and cannot be built
    /// again as it was. A cached base hides this on one machine and shows it on the next.
    ///
    /// Nothing is said about an image with a digest, `scratch`, an earlier stage, or an image whose name
    /// depends on a build argument without a default.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python
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
    /// hadolint has two rules, DL3006 for no tag and DL3007 for `latest`. Both take the text as it stands; here
    /// the defaults of build arguments are filled in first.
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
        aliases: ["DL3006", "DL3007"],
        options: {
            /// Images that may float, as written in front of the tag; a `*` at the end stands for any rest.
            allow: Vec<String> = Vec::new(),
        },
    }
}

impl Rule for LatestTag {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let (Base::Image(value), Some(reference)) = (&stage.base, stage.base.image()) else { continue };
            let InstructionKind::From(from) = &model.instruction(stage.from).kind else { continue };
            let Some(word) = &from.image else { continue };
            if value.as_known().is_none() || !floats(reference) || self.allows(reference) {
                continue;
            }
            let written = model.text(word);
            let message = match reference.tag {
                Some(_) => format!("`{written}` is the tag `latest`, which moves with every release"),
                None => format!("`{written}` has no tag, which means `latest`"),
            };
            let mut finding = report.at(word.span, message);
            if written != value.text() {
                finding =
                    finding.note(format!("with the defaults of its arguments it is `{}`", value.text()));
            }
            finding
                .note("another day or another machine builds on another image")
                .help(format!("name a version: `{}:<version>`", reference.repository()));
        }
    }
}

impl LatestTag {
    fn allows(&self, reference: ImageReference<'_>) -> bool {
        let repository = reference.repository();
        self.allow.iter().any(|allowed| match allowed.strip_suffix('*') {
            Some(prefix) => repository.starts_with(prefix),
            None => *allowed == repository,
        })
    }
}

fn floats(reference: ImageReference<'_>) -> bool {
    reference.digest.is_none() && reference.tag.is_none_or(|tag| tag == "latest")
}
