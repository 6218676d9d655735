use rustc_hash::FxHashSet;

use crate::model::{ImageReference, Origin, Use};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// An image that the build stands on or copies from is named by a tag, which its publisher can move.
    ///
    /// `python:3.12-slim` is another image every few weeks, and whoever takes the publisher's account over can make it
    /// anything. A digest (`python:3.12-slim@sha256:…`) names one image for good. The price is that security updates no longer
    /// come by themselves: a bot such as Renovate or Dependabot has to bring new digests.
    ///
    /// That is a matter of policy, so the rule is off by default. Images without a tag and `latest` are what
    /// `untagged-image` and `latest-tag` report.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG VERSION
    /// FROM python:3.12-slim@sha256:a8560b36e8b8210634f77d9f7f9efd7ffa463e380b75e2e74aff4511df3ef88c AS build
    /// FROM build AS test
    /// FROM registry.example:5000/base:${VERSION} AS ours
    /// FROM scratch
    /// COPY --from=build /app /app
    /// ```
    ///
    /// Images of one's own can be named in the options:
    ///
    /// ```toml,options
    /// [lint.rules.base-image-without-digest]
    /// allow = ["registry.example/*"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM registry.example/base:12
    /// ```
    ///
    /// ## Fix safety
    ///
    /// There is no fix: which image a tag is, only its registry knows.
    ///
    /// ## Sources
    ///
    /// - Docker, [Building best practices](https://docs.docker.com/build/building/best-practices/#pin-base-image-versions)
    /// - [Renovate, Docker: digest pinning](https://docs.renovatebot.com/docker/#digest-pinning)
    pub BaseImageWithoutDigest {
        code: "DF5016",
        name: "base-image-without-digest",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: [],
        options: {
            /// Images that may be named by a tag, as written in front of it; a `*` at the end stands for any rest.
            allow: Vec<String> = Vec::new(),
        },
    }
}

impl Rule for BaseImageWithoutDigest {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let mut reported = FxHashSet::default();
        for stage in cx.model.stages() {
            for need in cx.model.needs(stage) {
                let Origin::External(image) = &need.origin else { continue };
                let Some(text) = image.as_known() else { continue };
                let reference = ImageReference::parse(text);
                let is_named = reference.tag.is_some_and(|tag| tag != "latest") && reference.check().is_ok();
                if !is_named
                    || reference.digest.is_some()
                    || reference.is_among(&self.allow)
                    || !reported.insert(need.span)
                {
                    continue;
                }
                let what = if need.by == Use::Base { "stands on" } else { "takes files from" };
                report
                    .at(need.span, format!("the build {what} `{text}`, whichever image that is today"))
                    .note("a tag can be moved by whoever may push to its repository")
                    .help(format!("name its digest: `{text}@sha256:…`"));
            }
        }
    }
}
