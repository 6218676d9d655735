use crate::model::{Origin, Use};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A stage takes files from itself.
    ///
    /// `--from` names another stage, whose result has to be there before. A stage that names itself waits for itself, and
    /// BuildKit refuses the whole file ("circular dependency"). Files of the same stage are copied with `RUN cp`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM node:24 AS app
    /// COPY . /src
    /// COPY --from=app /src/config /etc/app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:24 AS sources
    /// COPY . /src
    ///
    /// FROM node:24 AS app
    /// COPY --from=sources /src/config /etc/app
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint compares names with their case, and sees neither the number of the own stage nor mounts.
    ///
    /// ## Sources
    ///
    /// - `validateCircularDependency` of BuildKit, `frontend/dockerfile/dockerfile2llb/validations.go`
    /// - [hadolint DL3023](https://github.com/hadolint/hadolint/wiki/DL3023)
    pub CopyFromSelf {
        code: "DF1008",
        name: "copy-from-self",
        group: Correctness,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3023"],
    }
}

impl Rule for CopyFromSelf {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for stage in cx.model.stages() {
            let needs = cx.model.needs(stage).into_iter();
            for need in needs.filter(|need| need.origin == Origin::Stage(stage.index)) {
                let help = match need.by {
                    Use::Mount => {
                        "leave `from` out of the mount: the command sees the files of its stage anyway"
                    }
                    _ => "copy within the stage with `RUN cp`, or name the stage that has the files",
                };
                report
                    .at(need.span, format!("{} takes files from itself", stage.display_name()))
                    .note("the stage waits for its own result, and BuildKit refuses the file")
                    .help(help);
            }
        }
    }
}
