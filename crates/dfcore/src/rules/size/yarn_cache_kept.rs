use crate::model::packages::{Manager, PackageCommand};
use crate::rule::{Report, Rule, RuleContext, declare_rule, report_kept_cache};

declare_rule! {
    /// What yarn downloads stays in the image next to `node_modules`.
    ///
    /// yarn 1 keeps an unpacked copy of every package in its cache, so that the layer holds all of them twice. A cache
    /// mount keeps the cache out of the layer and makes the next build faster; `yarn cache clean` in the same `RUN` does
    /// the first only.
    ///
    /// Nothing is said where the command shows that it is yarn 2 or later: with Plug'n'Play the program loads its
    /// packages out of that cache.
    ///
    /// The rule is off by default, since the file does not say which yarn it is.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM node:22
    /// COPY package.json yarn.lock ./
    /// RUN yarn install --frozen-lockfile
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM node:22
    /// COPY package.json yarn.lock ./
    /// RUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install --frozen-lockfile
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:22 AS tools
    /// RUN yarn install --frozen-lockfile && yarn cache clean
    /// FROM tools
    /// RUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install --frozen-lockfile
    /// RUN yarn install --immutable
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: a cache mount takes the downloads, so that they are no longer in the image. There is no fix where the number of
    /// the user that would own the mount is not in the file.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3060 looks for the word `install`, so that it does not see a bare `yarn`
    /// and `yarn add`. It expects a
    /// mount at a path with `.cache/yarn` also where `YARN_CACHE_FOLDER` moves the cache, does not see an `rm` of the
    /// folder, and reports yarn 2 and later.
    ///
    /// ## Sources
    ///
    /// - <https://classic.yarnpkg.com/en/docs/cli/cache>, <https://yarnpkg.com/features/caching>
    /// - [hadolint DL3060](https://github.com/hadolint/hadolint/wiki/DL3060)
    pub YarnCacheKept {
        code: "DF4008",
        name: "yarn-cache-kept",
        group: Size,
        severity: Info,
        confidence: Low,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3060"],
    }
}

impl Rule for YarnCacheKept {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let looks_at = |index, install: &PackageCommand| {
            cx.model.stage_of(index).is_some_and(|stage| cx.model.is_shipped(stage)) && is_classic(install)
        };
        report_kept_cache(cx, report, looks_at, |finding, folder| {
            let mount = match folder {
                Some(folder) => format!("add `--mount=type=cache,target={folder}`"),
                None => "mount a cache at what `yarn cache dir` prints".to_owned(),
            };
            finding
                .note("the layer holds every package twice, in `node_modules` and in the cache")
                .help(format!("{mount}, or end the step with `yarn cache clean`"));
        });
    }
}

/// Whether it is yarn 1, as far as the command does not show otherwise.
fn is_classic(install: &PackageCommand) -> bool {
    let is_later = install.cache.directories.iter().any(|folder| folder.ends_with("/berry/cache"))
        || install.cache.directory_from == Some("YARN_GLOBAL_FOLDER");
    install.manager == Manager::Yarn && !is_later
}
