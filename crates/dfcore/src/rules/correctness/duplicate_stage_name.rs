use rustc_hash::FxHashMap;

use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;
use crate::text::Span;

declare_rule! {
    /// Two stages have the same name.
    ///
    /// Only one of them can be reached by it: `COPY --from` and `--target` take the last stage of that name, also where
    /// the first one was meant, and `FROM` the last one above it. Case makes no difference.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS build
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM node:24 AS Build
    /// RUN npm run build
    ///
    /// FROM alpine:3.20
    /// COPY --from=build /app /app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS build-server
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM node:24 AS build-pages
    /// RUN npm run build
    ///
    /// FROM alpine:3.20
    /// COPY --from=build-server /app /app
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes names that differ in case for different ones; the builder does not.
    ///
    /// ## Sources
    ///
    /// - `validateStageNames` of BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`
    /// - [hadolint DL3024](https://github.com/hadolint/hadolint/wiki/DL3024), BuildKit's check
    ///   [DuplicateStageName](https://docs.docker.com/reference/build-checks/duplicate-stage-name/)
    pub DuplicateStageName {
        code: "DF1009",
        name: "duplicate-stage-name",
        group: Correctness,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3024", "DuplicateStageName"],
    }
}

impl Rule for DuplicateStageName {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for stage in model.stages() {
            let (Some(name), InstructionKind::From(from)) =
                (&stage.name, &model.instruction(stage.from).kind)
            else {
                continue;
            };
            let Some(word) = &from.name else { continue };
            if let Some(before) = seen.insert(name, word.span) {
                let line = model.line(before.start);
                report
                    .at(word.span, format!("the stage on line {line} is called `{name}` too"))
                    .label(before, "the same name")
                    .note("`--from` and `--target` only ever mean the last stage of a name")
                    .help("give each stage a name of its own");
            }
        }
    }
}
