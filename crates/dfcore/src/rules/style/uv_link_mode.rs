use crate::fix::{Edit, Effect, Fix};
use crate::model::CacheCover;
use crate::model::packages::{Location, Manager};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// `uv` installs from a cache mount without being told to copy.
    ///
    /// A cache mount is another file system than the layer, so that uv cannot link the files of its cache into the
    /// environment. It tries, warns that it falls back to copying, and copies. `UV_LINK_MODE=copy` says so at once.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
    /// WORKDIR /app
    /// COPY pyproject.toml uv.lock ./
    /// RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
    /// WORKDIR /app
    /// COPY pyproject.toml uv.lock ./
    /// ENV UV_LINK_MODE=copy
    /// RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim
    /// ENV UV_LINK_MODE=copy
    /// WORKDIR /app
    /// COPY pyproject.toml uv.lock ./
    /// RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image's environment gets the variable. The files are the same.
    ///
    /// ## Sources
    ///
    /// - <https://docs.astral.sh/uv/guides/integration/docker/#caching>
    /// - <https://docs.astral.sh/uv/reference/settings/#link-mode>
    pub UvLinkMode {
        code: "DF8026",
        name: "uv-link-mode",
        group: Style,
        severity: Info,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

const VARIABLE: &str = "UV_LINK_MODE";

impl Rule for UvLinkMode {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let installs = model
                .body(stage)
                .flat_map(|(index, _)| model.installs(index).map(move |install| (index, install)));
            let mut linking = installs.filter(|(index, install)| {
                let installs = install.manager == Manager::Uv && !matches!(install.location, Location::Cache);
                let is_set = model.state(*index).scope.run_environment(VARIABLE).is_some();
                let in_step = model.slice(model.instruction(*index).span).contains(VARIABLE);
                installs && !is_set && !in_step && install.option(&["--link-mode"]).is_none()
            });
            // The variable holds for the whole stage.
            let first = linking
                .find(|(index, install)| matches!(model.cache_cover(*index, install), CacheCover::Cache(_)));
            let Some((index, install)) = first else { continue };
            let line = format!("ENV {VARIABLE}=copy");
            let finding = report
                .at(install.span, "uv tries to link files out of the cache mount, which it cannot")
                .note("it warns, and copies them")
                .help(format!("set `{line}` above"));
            if model.is_run(index) && model.stage_of(index).is_some_and(|stage| stage.from < index) {
                let edit = Edit::insert_lines_before(
                    model.source,
                    &model.dockerfile,
                    model.instruction(index),
                    &[&line],
                );
                finding.fix(Fix::suggested(format!("set `{VARIABLE}`"), [edit]).changes(Effect::Environment));
            }
        }
    }
}
