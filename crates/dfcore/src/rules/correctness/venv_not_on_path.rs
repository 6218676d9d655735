use crate::fix::{Edit, Effect, Fix};
use crate::model::{Model, Origin, Stage, clean, is_below};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{CopySource, InstructionKind};

declare_rule! {
    /// The image has a virtual environment that its `PATH` does not lead to.
    ///
    /// Copying or creating a virtual environment does not activate it: `python` and `gunicorn` on the command
    /// line are looked up on the `PATH`, and without `<venv>/bin` in front the image's own Python starts,
    /// which has none of the packages. The container fails when it starts, not when it is built.
    ///
    /// The rule looks at what ships, the last stage. It is silent when the command names the environment by its
    /// path, activates it, or goes through `uv run`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim AS builder
    /// RUN python -m venv /opt/venv && /opt/venv/bin/pip install gunicorn
    ///
    /// FROM python:3.12-slim
    /// COPY --from=builder /opt/venv /opt/venv
    /// CMD ["gunicorn", "app:app"]
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim AS builder
    /// RUN python -m venv /opt/venv && /opt/venv/bin/pip install gunicorn
    ///
    /// FROM python:3.12-slim
    /// COPY --from=builder /opt/venv /opt/venv
    /// ENV PATH="/opt/venv/bin:$PATH"
    /// CMD ["gunicorn", "app:app"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim AS builder
    /// RUN python -m venv /opt/venv && /opt/venv/bin/pip install gunicorn
    ///
    /// FROM python:3.12-slim
    /// COPY --from=builder /opt/venv /opt/venv
    /// CMD ["/opt/venv/bin/gunicorn", "app:app"]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image's environment changes, and other programs of the same name may come to the front.
    ///
    /// ## Sources
    ///
    /// - <https://docs.python.org/3/library/venv.html#how-venvs-work>
    pub VenvNotOnPath {
        code: "DF1002",
        name: "venv-not-on-path",
        group: Correctness,
        severity: Warning,
        confidence: Medium,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for VenvNotOnPath {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let Some(stage) = model.final_stage() else { return };
        let Some((index, venv)) = shipped_venv(model, stage) else { return };
        let bin = format!("{venv}/bin");
        let path = model.state_at_end(stage).scope.env("PATH");
        if path.is_some_and(|path| path.text().split(':').any(|folder| folder.trim_end_matches('/') == bin)) {
            return;
        }
        let Some((command, started)) = model.started(stage) else { return };
        let Some(program) = started.words.first().and_then(|word| word.value.clone()) else { return };
        let starts_it =
            program.contains('/') || matches!(program.as_str(), "uv" | "poetry" | "pipenv" | "pdm");
        if starts_it || model.slice(model.instruction(command).span).contains(venv.as_str()) {
            return;
        }
        report
            .at(model.instruction(index).span, format!("`{bin}` is not on the `PATH`"))
            .label(
                model.instruction(command).arguments.span,
                format!("`{program}` is looked up on the `PATH`"),
            )
            .note(format!(
                "`{program}` is not found, or is that of the base image, which has none of the packages"
            ))
            .help(format!("add `ENV PATH=\"{bin}:$PATH\"`"))
            .fix(
                Fix::suggested(
                    format!("put `{bin}` on the `PATH`"),
                    [Edit::insert_lines_after(
                        model.source,
                        model.instruction(index),
                        &[&format!("ENV PATH=\"{bin}:$PATH\"")],
                    )],
                )
                .changes(Effect::Environment),
            );
    }
}

/// The virtual environment that the stage creates or receives last, and the instruction that does it.
fn shipped_venv(model: &Model<'_>, stage: &Stage) -> Option<(usize, String)> {
    for stage in model.lineage(stage) {
        for (index, instruction) in model.body(stage).rev() {
            if let Some(venv) = model.venvs(index).pop() {
                return Some((index, venv.path));
            }
            let InstructionKind::Copy(copy) = &instruction.kind else { continue };
            let Some(Origin::Stage(origin)) = model.copy_origin(index) else { continue };
            let destination = model.expand(index, copy.destination.as_ref()?);
            let Some(destination) = destination.as_known().and_then(|path| model.state(index).absolute(path))
            else {
                continue;
            };
            let created = model.lineage(&model.stages()[origin]);
            let created = created.iter().flat_map(|stage| model.body(stage));
            for venv in created.flat_map(|(place, _)| model.venvs(place)) {
                for source in &copy.sources {
                    let CopySource::Path(word) = source else { continue };
                    let Some(source) =
                        model.expand(index, word).as_known().map(|path| clean(&format!("/{path}")))
                    else {
                        continue;
                    };
                    if is_below(&venv.path, &source) {
                        let below = &venv.path[source.len()..];
                        return Some((index, clean(&format!("{destination}/{below}"))));
                    }
                }
            }
        }
    }
    None
}
