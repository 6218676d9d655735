use crate::model::{Model, Need, Origin, Stage};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::text::Span;

declare_rule! {
    /// Build stages need each other in a circle.
    ///
    /// A stage is built after the stages that it stands on, copies from or mounts. When these need it in turn, there is
    /// no order to build them in, and BuildKit refuses the whole file, also when another stage is the target.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS build
    /// COPY --from=assets /dist /src/dist
    /// RUN go build -o /app /src
    ///
    /// FROM node:24 AS assets
    /// COPY --from=build /src/web /web
    /// RUN npm --prefix /web run build
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:24 AS assets
    /// COPY web /web
    /// RUN npm --prefix /web run build
    ///
    /// FROM golang:1.26 AS build
    /// COPY --from=assets /dist /src/dist
    /// RUN go build -o /app /src
    /// ```
    ///
    /// A stage that copies from itself is a circle too; `copy-from-self` reports it.
    ///
    /// ## Sources
    ///
    /// - `validateCircularDependency` of BuildKit, `frontend/dockerfile/dockerfile2llb/validations.go`
    pub CircularStages {
        code: "DF1004",
        name: "circular-stages",
        group: Correctness,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for CircularStages {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        // A stage that needs itself is what `copy-from-self` reports.
        let Some(circle) = model.circle().filter(|circle| circle.len() > 1) else { return };
        let stages: Vec<&Stage> = circle.iter().map(|&stage| &model.stages()[stage]).collect();
        let Some((first, last)) = stages.first().zip(stages.last()) else { return };
        let message = format!("{} and {} need each other", first.display_name(), last.display_name());
        let mut finding = report.at(need(model, last, first), message);
        for pair in stages.windows(2) {
            let text = format!("{} needs {}", pair[0].display_name(), pair[1].display_name());
            finding = finding.label(need(model, pair[0], pair[1]), text);
        }
        finding
            .note("there is no order to build them in, and BuildKit refuses the file")
            .help("move what both need into a stage of its own that needs neither");
    }
}

/// The instruction that makes a stage need another one.
fn need(model: &Model<'_>, stage: &Stage, needed: &Stage) -> Span {
    let is_it = |need: &Need| need.origin == Origin::Stage(needed.index);
    let found = model.needs(stage).into_iter().find(is_it);
    model.instruction(found.map_or(stage.from, |need| need.instruction)).span
}
