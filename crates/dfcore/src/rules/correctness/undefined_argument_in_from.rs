use std::cell::LazyCell;

use crate::model::{Lookup, Model, PLATFORM_ARGS};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, Word};
use crate::syntax::suggest::nearest;

declare_rule! {
    /// `FROM` uses a variable that is not declared above the first `FROM`.
    ///
    /// The name of the image and `--platform` see the `ARG`s above the first `FROM` and the platform arguments of BuildKit
    /// (`TARGETPLATFORM`, `BUILDPLATFORM`, …). Anything else is empty, also when `--build-arg` gives it a value, and an `ARG`
    /// inside a stage counts for that stage only.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20 AS base
    /// ARG VERSION=1.27
    /// FROM nginx:${VERSION}
    /// ```
    ///
    /// ```dockerfile,bad
    /// ARG NODE_VERSION=24
    /// FROM node:${NODE_VERSON}-slim
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG VERSION=1.27
    /// ARG REGISTRY
    /// FROM --platform=$BUILDPLATFORM ${REGISTRY}nginx:${VERSION}
    /// FROM ${MIRROR:-docker.io}/library/alpine:3.20
    /// ```
    ///
    /// ## Differs from
    ///
    /// BuildKit's check also reports a variable with a fallback, as in `${MIRROR:-docker.io}`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/undefined-arg-in-from/>
    /// - "Understand how ARG and FROM interact" in <https://docs.docker.com/reference/dockerfile/>
    pub UndefinedArgumentInFrom {
        code: "DF1020",
        name: "undefined-argument-in-from",
        group: Correctness,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["UndefinedArgInFrom"],
    }
}

impl Rule for UndefinedArgumentInFrom {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let declarations = LazyCell::new(|| model.declarations());
        for stage in model.stages() {
            let mut reported: Vec<&str> = Vec::new();
            for word in words(model, stage.from) {
                for name in model.taken_variables(stage.from, word) {
                    let is_unset = model.state(stage.from).scope.get(name) == Lookup::Unset;
                    if !is_unset || reported.contains(&name) {
                        continue;
                    }
                    reported.push(name);
                    let mut finding = report
                        .at(model.variable_span(word, name), format!("`{name}` is not declared for `FROM`"))
                        .note("it is empty here, whatever `--build-arg` says");
                    let declared = declarations.get(name).and_then(|places| places.first());
                    let known = declarations.keys().copied().chain(PLATFORM_ARGS);
                    if let Some(&(_, place)) = declared {
                        finding = finding.label(place, "this one counts in its stage only");
                    } else if let Some(near) = nearest(name, known) {
                        finding.help(format!("did you mean `{near}`?"));
                        continue;
                    }
                    finding.help(format!("write `ARG {name}` above the first `FROM`"));
                }
            }
        }
    }
}

/// The words of a `FROM` that may have variables.
fn words<'m>(model: &'m Model<'_>, from: usize) -> impl Iterator<Item = &'m Word> {
    let platform = model.flag(from, "platform").and_then(|flag| flag.value.as_ref());
    let image = match &model.instruction(from).kind {
        InstructionKind::From(from) => from.image.as_ref(),
        _ => None,
    };
    platform.into_iter().chain(image)
}
