use crate::fix::{Edit, Effect, Fix};
use crate::model::packages::{Location, Manager, PackageCommand};
use crate::model::{Model, Origin, Stage};
use crate::rule::{Report, Rule, RuleContext, declare_rule, is_for_running};

declare_rule! {
    /// `uv` installs packages for an image that ships without compiling them to bytecode.
    ///
    /// pip compiles what it installs, uv does not unless it is told to: Python then compiles every module when a container
    /// starts, each time, since what it writes is gone with the container or cannot be written at all. With
    /// `UV_COMPILE_BYTECODE=1` the build takes a little longer, the image is a little larger, and containers start faster.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
    /// WORKDIR /app
    /// COPY pyproject.toml uv.lock ./
    /// RUN uv sync --locked --no-dev --no-install-project
    /// CMD ["/app/.venv/bin/gunicorn", "app:app"]
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
    /// WORKDIR /app
    /// COPY pyproject.toml uv.lock ./
    /// ENV UV_COMPILE_BYTECODE=1
    /// RUN uv sync --locked --no-dev --no-install-project
    /// CMD ["/app/.venv/bin/gunicorn", "app:app"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
    /// WORKDIR /app
    /// COPY pyproject.toml uv.lock ./
    /// RUN uv sync --locked --no-dev --no-install-project --compile-bytecode
    /// CMD ["/app/.venv/bin/gunicorn", "app:app"]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image gets `.pyc` files and the variable.
    ///
    /// ## Sources
    ///
    /// - <https://docs.astral.sh/uv/guides/integration/docker/#compiling-bytecode>
    pub UvCompileBytecode {
        code: "DF8025",
        name: "uv-compile-bytecode",
        group: Style,
        severity: Info,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

const VARIABLE: &str = "UV_COMPILE_BYTECODE";

impl Rule for UvCompileBytecode {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let Some(last) = model.final_stage().filter(|stage| is_for_running(model, stage)) else { return };
        // The variable holds for the whole stage, so that the first install of each is enough.
        for stage in model.stages() {
            let mut installs = model
                .body(stage)
                .flat_map(|(index, _)| model.installs(index).map(move |install| (index, install)));
            let first = installs.find(|(index, install)| {
                let is_set = model.state(*index).scope.run_environment(VARIABLE).is_some();
                let in_step = model.slice(model.instruction(*index).span).contains(VARIABLE);
                let options = ["--compile-bytecode", "--no-compile-bytecode", "--compile"];
                let installs = install.manager == Manager::Uv
                    && matches!(install.verb.name, "sync" | "pip install" | "pip sync");
                installs
                    && !is_set
                    && !in_step
                    && install.option(&options).is_none()
                    && ships(model, last, stage, install)
            });
            let Some((index, install)) = first else { continue };
            let line = format!("ENV {VARIABLE}=1");
            let edit = Edit::insert_lines_before(
                model.source,
                &model.dockerfile,
                model.instruction(index),
                &[&line],
            );
            report
                .at(install.span, "uv leaves the packages uncompiled")
                .note("Python compiles their modules anew in every container that starts")
                .help(format!("set `{line}` above, or add `--compile-bytecode`"))
                .fix(Fix::suggested(format!("set `{VARIABLE}`"), [edit]).changes(Effect::Environment));
        }
    }
}

/// Whether what an install brings is in the last stage.
fn ships(model: &Model<'_>, last: &Stage, stage: &Stage, install: &PackageCommand) -> bool {
    let lineage = model.lineage(last);
    if lineage.iter().any(|below| below.index == stage.index) {
        return true;
    }
    let Location::Environment(Some(path)) = &install.location else { return false };
    lineage.iter().flat_map(|below| model.transfers(below)).any(|transfer| {
        let is_from = matches!(transfer.origin, Some(Origin::Stage(origin)) if origin == stage.index);
        is_from && transfer.arrival(path).is_some()
    })
}
