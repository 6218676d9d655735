use crate::fix::{Edit, Fix};
use crate::model::{Model, Need, Use};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// The name of a stage has capital letters.
    ///
    /// BuildKit turns names of stages into lower case. `COPY --from` and `--target` find the stage in any case, but
    /// `FROM` only by the name in lower case: `FROM Build` looks for an image.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS BuilderBase
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM golang:1.26 AS builderbase
    /// ```
    ///
    /// What takes files from the stage is changed along with it:
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS Build
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM alpine:3.20
    /// COPY --from=Build /app /app
    /// RUN --mount=type=bind,from=BUILD,target=/build cp /build/app /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM golang:1.26 AS build
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM alpine:3.20
    /// COPY --from=build /app /app
    /// RUN --mount=type=bind,from=build,target=/build cp /build/app /app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS builder-base
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: the stage has the name in lower case already, and `--from` and `--target` find it in any case. A `FROM` that
    /// names it with capital letters means an image, and is left alone.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/stage-name-casing/>
    pub StageNameCasing {
        code: "DF8004",
        name: "stage-name-casing",
        group: Style,
        severity: Style,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["StageNameCasing"],
    }
}

impl Rule for StageNameCasing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let InstructionKind::From(from) = &model.instruction(stage.from).kind else { continue };
            let (Some(word), Some(name)) = (&from.name, &stage.name) else { continue };
            let written = model.text(word);
            if written != name {
                let edits = references(model, name).chain([Edit::replace_word(word, name)]);
                report
                    .at(word.span, format!("the name `{written}` has capital letters"))
                    .note(format!("the stage is called `{name}`, and `FROM {written}` does not find it"))
                    .help(format!("write `{name}`"))
                    .fix(Fix::safe(format!("write `{name}`"), edits));
            }
        }
    }
}

/// The edits that write a stage's name in lower case where files are taken from it.
fn references<'m>(model: &'m Model<'_>, name: &'m str) -> impl Iterator<Item = Edit> + 'm {
    let needs = model.stages().iter().flat_map(|stage| {
        let is_own = |need: &Need| need.by != Use::Base && !need.is_triggered(stage);
        model.needs(stage).into_iter().filter(is_own)
    });
    // Those of an `ONBUILD` are looked up in the file that the child is built from.
    needs.filter_map(move |need| {
        let written = model.slice(need.span);
        let is_other_case = written != name && written.to_lowercase() == name;
        is_other_case.then(|| Edit::replace(need.span, name))
    })
}
