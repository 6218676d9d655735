use rustc_hash::FxHashSet;

use crate::model::{ImageReference, Origin, Value};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// An image comes from a registry that is not among the allowed ones.
    ///
    /// Whoever controls an image that a build stands on or copies from controls what the build makes. The rule holds a
    /// file to a list of registries, in `FROM`, `COPY --from` and `RUN --mount=from`. It says nothing until
    /// the list is configured, nor where only the build knows the registry.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.rules.untrusted-registry]
    /// allow = ["registry.example", "*.registry.example"]
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM eu.registry.example/python:3.12
    /// COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM eu.registry.example/python:3.12 AS build
    /// FROM scratch
    /// COPY --from=build /app /app
    /// ```
    ///
    /// ## Limits
    ///
    /// A build context that is given to the build (`--build-context name=…`) looks like an image of Docker Hub.
    ///
    /// ## Sources
    ///
    /// - [hadolint DL3026](https://github.com/hadolint/hadolint/wiki/DL3026)
    /// - Which registry a reference means: `distribution/reference`, `splitDockerDomain`
    pub UntrustedRegistry {
        code: "DF2004",
        name: "untrusted-registry",
        group: Security,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3026"],
        options: {
            /// The registries that images may come from, with their ports; Docker Hub is `docker.io`. A `*` at the start or
            /// the end stands for any rest.
            allow: Vec<String> = Vec::new(),
        },
    }
}

/// Other names of `docker.io`.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "hub.docker.com"];

impl Rule for UntrustedRegistry {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        if self.allow.is_empty() {
            return;
        }
        // Each stage on top of another one runs its triggers.
        let mut reported = FxHashSet::default();
        for stage in cx.model.stages() {
            for need in cx.model.needs(stage) {
                let Origin::External(image) = &need.origin else { continue };
                let Some(registry) = registry(image) else { continue };
                if self.allows(registry) || !reported.insert(need.span) {
                    continue;
                }
                report
                    .at(
                        need.span,
                        format!("`{}` comes from `{registry}`, which is not allowed", image.text()),
                    )
                    .note(format!("allowed are `{}`", self.allow.join("`, `")))
                    .help("take the image from an allowed registry, or a mirror of it there");
            }
        }
    }
}

impl UntrustedRegistry {
    fn allows(&self, registry: &str) -> bool {
        let matches = |allowed: &str, name: &str| match (allowed.strip_prefix('*'), allowed.strip_suffix('*'))
        {
            (Some(end), _) => name.ends_with(end),
            (None, Some(start)) => name.starts_with(start),
            (None, None) => name == allowed,
        };
        let names = if registry == HUB[0] { &HUB[..] } else { &[registry] };
        self.allow.iter().any(|allowed| names.iter().any(|name| matches(allowed, name)))
    }
}

/// The registry of an image, where it is known.
fn registry(image: &Value) -> Option<&str> {
    let text = image.text();
    let first = match text.split_once('/') {
        Some((first, _)) => first,
        None => text.split([':', '@']).next()?,
    };
    let is_image = !text.is_empty() && text != "scratch" && !first.contains('$');
    is_image.then(|| ImageReference::parse(text).normal_registry())
}
