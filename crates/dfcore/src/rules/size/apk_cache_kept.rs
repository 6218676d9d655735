use crate::model::packages::{Action, Manager, PackageCommand, PackageSource};
use crate::rule::packages::KeptCache;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// The package index of apk stays in the image.
    ///
    /// `apk add` downloads the index of each repository to `/var/cache/apk` and leaves it there, where it is of no use: it is
    /// out of date the next day. With `--no-cache` it is used and not kept.
    ///
    /// Nothing is said about stages that nobody gets, about a mount on the folder, and where the same `RUN` removes it.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add curl
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk --update add curl && apk add -U --virtual .build gcc
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// RUN apk --no-cache add curl && apk add --no-cache --virtual .build gcc
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN --mount=type=cache,target=/var/cache/apk apk add curl
    /// RUN apk add jq && rm -rf /var/cache/apk/*
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the index is no longer in the image. An `apk update` in front of it still downloads one.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3019 asks for `--no-cache` also where the same `RUN` empties `/var/cache/apk` afterwards, which leaves the
    /// same image; where `--no-network` downloads nothing; and where a variable may hold the option. So does this rule in
    /// the profile `hadolint`:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add jq && rm -rf /var/cache/apk/*
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// RUN apk add --no-cache jq && rm -rf /var/cache/apk/*
    /// ```
    ///
    /// ## Sources
    ///
    /// - apk(8), `--no-cache`; folder tried out with apk 3.0.6
    /// - [hadolint DL3019](https://github.com/hadolint/hadolint/wiki/DL3019)
    pub ApkCacheKept {
        code: "DF4003",
        name: "apk-cache-kept",
        group: Size,
        severity: Info,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3019"],
    }
}

const CACHE: KeptCache = KeptCache {
    managers: &[Manager::Apk],
    fills,
    can_be_emptied: true,
    folders: &["/var/cache/apk"],
    what: "the package index in `/var/cache/apk`",
    help: "write `{} add --no-cache`, or mount a cache on `/var/cache/apk`",
    emptying: None,
};

/// What hadolint asks for: the option, whatever the step does later.
const WITHOUT_OPTION: KeptCache = KeptCache {
    fills: |command| command.verb.name == "add" && command.cache.disabled.is_none(),
    can_be_emptied: false,
    ..CACHE
};

/// Whether the command may download an index and keep it.
fn fills(command: &PackageCommand) -> bool {
    // A variable may hold `--no-cache`.
    let is_open = command.packages.iter().any(|package| package.source == PackageSource::Unknown);
    command.verb.action == Action::Install
        && command.cache.disabled.is_none()
        && command.option(&["--no-network"]).is_none()
        && !is_open
}

impl Rule for ApkCacheKept {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        if cx.follows_hadolint() { WITHOUT_OPTION.check(cx, report) } else { CACHE.check(cx, report) }
    }
}
