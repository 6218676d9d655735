use rustc_hash::FxHashMap;

use crate::fix::{Edit, Effect, Fix};
use crate::model::{Model, Origin};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{From, InstructionKind};
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
    /// A name that nothing in the file uses can go:
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS build
    /// RUN go test ./...
    ///
    /// FROM golang:1.26 AS build
    /// RUN go build -o /app ./cmd/app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM golang:1.26
    /// RUN go test ./...
    ///
    /// FROM golang:1.26 AS build
    /// RUN go build -o /app ./cmd/app
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
    /// ## Fix safety
    ///
    /// Safe: the earlier stage loses a name that leads to the later one anyway. There is no fix when anything in the file uses
    /// the name, since the earlier stage may have been meant.
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
        fix: Safe,
        since: "0.1.0",
        aliases: ["DL3024", "DuplicateStageName"],
    }
}

impl Rule for DuplicateStageName {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let mut seen: FxHashMap<&str, (Span, &From)> = FxHashMap::default();
        for stage in model.stages() {
            let (Some(name), InstructionKind::From(from)) =
                (&stage.name, &model.instruction(stage.from).kind)
            else {
                continue;
            };
            let Some(word) = &from.name else { continue };
            if let Some((before, earlier)) = seen.insert(name, (word.span, from)) {
                let line = model.line(before.start);
                let finding = report
                    .at(word.span, format!("the stage on line {line} is called `{name}` too"))
                    .label(before, "the same name")
                    .note("`--from` and `--target` only ever mean the last stage of a name")
                    .help("give each stage a name of its own");
                if let Some(edit) = removal(model, earlier).filter(|_| !is_used(model, name)) {
                    finding.fix(Fix::safe("drop the first name", [edit]).changes(Effect::Stages));
                }
            }
        }
    }
}

/// Whether an instruction of the file takes something from a stage of that name.
fn is_used(model: &Model<'_>, name: &str) -> bool {
    let mut needs = model.stages().iter().flat_map(|stage| model.needs(stage));
    needs.any(|need| match need.origin {
        Origin::Stage(stage) => model.stages()[stage].name.as_deref() == Some(name),
        // What only the build knows may be the name.
        Origin::External(value) => value.as_known().is_none(),
    })
}

/// Takes the name out of a `FROM` on one line.
fn removal(model: &Model<'_>, from: &From) -> Option<Edit> {
    let end = from.name.as_ref()?.span.end;
    let name = Span::new(from.image.as_ref()?.span.end, end);
    (!model.slice(name).contains('\n')).then(|| Edit::remove(name))
}
