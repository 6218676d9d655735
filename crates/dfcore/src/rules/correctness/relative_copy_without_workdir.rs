use crate::model::{Base, Model, Stage, is_relative};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, Onbuild};

declare_rule! {
    /// Files are copied to a relative path before any `WORKDIR`.
    ///
    /// They land in the working directory of the base image. Most images have none, so that they are strewn over `/`; with
    /// others it is a folder that may be another one in the next version.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM eclipse-temurin:25
    /// COPY app.jar lib/
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM eclipse-temurin:25
    /// WORKDIR /srv
    /// COPY app.jar lib/
    /// ```
    ///
    /// ## Limits
    ///
    /// What the base image says is not known. Where it is meant to be relied on, a `WORKDIR` that repeats it makes the file
    /// readable.
    ///
    /// ## Differs from
    ///
    /// hadolint reports stages on `scratch` too, where the path is known to begin at `/`; so does this rule in the profile
    /// `hadolint`:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM scratch
    /// COPY app.jar lib/
    /// ```
    ///
    /// hadolint also mistakes a `WORKDIR` of another stage for one of this stage when both stand on the same image.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#copy>
    /// - [hadolint DL3045](https://github.com/hadolint/hadolint/wiki/DL3045)
    pub RelativeCopyWithoutWorkdir {
        code: "DF1016",
        name: "relative-copy-without-workdir",
        group: Correctness,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3045"],
    }
}

impl Rule for RelativeCopyWithoutWorkdir {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        // For each stage so far, whether its working directory is one of the file.
        let mut is_set = Vec::with_capacity(model.stages().len());
        for stage in model.stages() {
            let starts_set = match stage.base {
                Base::Stage(base) => is_set[base],
                // There the folder is known to be `/`, which hadolint does not look at.
                Base::Scratch => !cx.follows_hadolint(),
                Base::Image(_) => false,
            };
            is_set.push(check(model, stage, starts_set || triggers_workdir(model, stage), report));
        }
    }
}

/// Looks at a stage; whether its working directory is one of the file in the end.
fn check(model: &Model<'_>, stage: &Stage, mut is_set: bool, report: &mut Report<'_>) -> bool {
    for (index, instruction) in model.body(stage) {
        match &instruction.kind {
            InstructionKind::Workdir(_) => is_set = true,
            InstructionKind::Copy(copy) if !is_set => {
                let Some(word) = &copy.destination else { continue };
                let path = model.expand(index, word);
                if !is_relative(&path) {
                    continue;
                }
                let root = &model.stages()[stage.root].base;
                let note = match (root.image(), root) {
                    (_, Base::Scratch) => "it is a path in `/`".to_owned(),
                    (image, _) => {
                        let image = image.map_or("the base image".to_owned(), |image| format!("`{image}`"));
                        format!(
                            "it is a path in the working directory of {image}, or in `/` if that has none"
                        )
                    }
                };
                report
                    .at(word.span, format!("`{}` is relative, and no `WORKDIR` is set", path.text()))
                    .note(note)
                    .help("set a `WORKDIR` first, or write the whole path");
            }
            _ => {}
        }
    }
    is_set
}

/// Whether a stage has a `WORKDIR` from the `ONBUILD`s of its base.
fn triggers_workdir(model: &Model<'_>, stage: &Stage) -> bool {
    stage.triggers.iter().any(|&index| match &model.instruction(index).kind {
        InstructionKind::Onbuild(Onbuild { instruction: Some(trigger) }) => {
            matches!(trigger.kind, InstructionKind::Workdir(_))
        }
        _ => false,
    })
}
