use crate::model::packages::{Action, Manager};
use crate::rule::packages::KeptCache;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// The cache of zypper stays in the image.
    ///
    /// zypper keeps what it knows of the repositories in `/var/cache/zypp`: tens of megabytes that are out of date the next
    /// day. `zypper clean --all` at the end of the same `RUN` removes them; without `--all` it removes packages only, which
    /// zypper does not keep by default.
    ///
    /// Nothing is said about stages that nobody gets and about a mount on the folder.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install git
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install git && zypper clean --all
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install git && zypper clean
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install git && zypper clean --all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install git && zypper clean --all
    /// RUN zypper --non-interactive install jq && rm -rf /var/cache/zypp
    /// RUN --mount=type=cache,target=/var/cache/zypp zypper --non-interactive install patch
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the cache is no longer in the image, where a later step might have used it. There is no fix where a command at
    /// the end of the step might not run, or might hide that the step has failed.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3036 is content with a `zypper clean` without `--all`, which leaves what is large, and does not know that
    /// `rm` removes the folder as well. It asks after `install` only, not after an update.
    ///
    /// ## Sources
    ///
    /// - zypper(8), `clean`, tried out with zypper 1.14.42
    /// - [hadolint DL3036](https://github.com/hadolint/hadolint/wiki/DL3036)
    pub ZypperCacheKept {
        code: "DF4005",
        name: "zypper-cache-kept",
        group: Size,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3036"],
    }
}

const CACHE: KeptCache = KeptCache {
    managers: &[Manager::Zypper],
    fills: |command| matches!(command.verb.action, Action::Install | Action::Upgrade),
    // What is known of the repositories; packages are not kept by default.
    can_be_emptied: true,
    folders: &["/var/cache/zypp/raw"],
    what: "what it knows of the repositories in `/var/cache/zypp`",
    help: "end the same `RUN` with `&& {} clean --all`",
    emptying: Some("clean --all"),
};

impl Rule for ZypperCacheKept {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        CACHE.check(cx, report);
    }
}
