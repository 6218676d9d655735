use crate::model::packages::{Manager, PackageCommand};
use crate::rule::{Report, Rule, RuleContext, declare_rule, report_kept_cache};

declare_rule! {
    /// What pip downloads stays in the image next to what it installs.
    ///
    /// pip keeps every download and every wheel that it has built in a cache, `~/.cache/pip`. In a layer nobody ever
    /// reads it again. A cache mount keeps it out of the layer and makes the next build faster;
    /// `--no-cache-dir` does the first only.
    ///
    /// A step with a cache mount, with the cache switched off by an option or a variable, or that removes the folder
    /// afterwards keeps nothing. The rule is off by default, since `cache-mount-missing` reports the same steps and
    /// asks for the better remedy.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY requirements.txt ./
    /// RUN pip install -r requirements.txt
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// COPY requirements.txt ./
    /// RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY requirements.txt ./
    /// RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
    /// RUN pip install --no-cache-dir flask
    /// RUN pip install gunicorn && rm -rf ~/.cache
    /// RUN PIP_NO_CACHE_DIR=1 pip install requests
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12 AS build
    /// RUN pip install --target=/app flask
    /// FROM python:3.12-slim
    /// COPY --from=build /app /app
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: a cache mount takes the downloads, so that they are no longer in the image. There is no fix where the number of
    /// the user that would own the mount is not in the file.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3042
    ///
    /// - does not see that the step removes the cache, or that `PIP_CACHE_DIR`, `--cache-dir` or `HOME` moves it to where
    ///   a cache mount is,
    /// - takes `PIP_NO_CACHE_DIR=false` for "with a cache", where pip takes any truth value for "without", and does not
    ///   look at `ARG PIP_NO_CACHE_DIR`,
    /// - lets one `PIP_NO_CACHE_DIR=` speak for all commands of a step,
    /// - does not see pip behind `sudo`, and looks at `pip install` only, while `pip download` and `pip wheel` have the same cache,
    /// - reports builder stages too, whose layers nobody gets.
    ///
    /// ## Sources
    ///
    /// - <https://pip.pypa.io/en/stable/topics/caching/>
    /// - [hadolint DL3042](https://github.com/hadolint/hadolint/wiki/DL3042)
    pub PipCacheKept {
        code: "DF4007",
        name: "pip-cache-kept",
        group: Size,
        severity: Info,
        confidence: Low,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3042"],
    }
}

impl Rule for PipCacheKept {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let is_pip = |_, install: &PackageCommand| install.manager == Manager::Pip;
        report_kept_cache(cx, report, is_pip, |finding, folder| {
            let folder = folder.unwrap_or("/root/.cache/pip");
            finding
                .note(format!("nobody reads `{folder}` again in this layer"))
                .help(format!("add `--mount=type=cache,target={folder}`, or install with `--no-cache-dir`"));
        });
    }
}
