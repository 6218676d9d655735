use crate::model::packages::{Action, Manager};
use crate::rule::packages::KeptCache;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// The cache of dnf stays in the image.
    ///
    /// dnf keeps what it knows of the repositories, and packages where it is told so, below `/var/cache`: often more than what
    /// was installed. `dnf clean all` at the end of the same `RUN` removes it; in a `RUN` of its own it comes too late. The same
    /// goes for microdnf and tdnf.
    ///
    /// Nothing is said about stages that nobody gets and about a mount on the folder.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM fedora:41
    /// RUN dnf install -y git
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM fedora:41
    /// RUN dnf install -y git && dnf clean all
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM registry.access.redhat.com/ubi9/ubi-minimal:9.4
    /// RUN microdnf install -y git && microdnf clean metadata
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM registry.access.redhat.com/ubi9/ubi-minimal:9.4
    /// RUN microdnf install -y git && microdnf clean all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM fedora:41
    /// RUN dnf install -y git && dnf clean all
    /// RUN dnf install -y jq && rm -rf /var/cache/libdnf5
    /// RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y patch
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the cache is no longer in the image, where a later step might have used it. There is no fix where a command at
    /// the end of the step might not run, or might hide that the step has failed.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3040 takes any `rm -rf` and any `dnf clean` for the removal, but not `yum clean all` where yum is dnf,
    /// and knows cache mounts on the folder of dnf 5 only; here `/var/cache/dnf` and `/var/cache/yum` count too, and so do
    /// `dnf5` and `tdnf`. It compares the first install with the first removal; here the last one counts.
    ///
    /// ## Sources
    ///
    /// - dnf(8) and dnf5-clean(8); `CACHEDIR` of microdnf; tdnf.conf
    /// - [hadolint DL3040](https://github.com/hadolint/hadolint/wiki/DL3040)
    pub DnfCacheKept {
        code: "DF4006",
        name: "dnf-cache-kept",
        group: Size,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3040"],
    }
}

const CACHE: KeptCache = KeptCache {
    managers: &[Manager::Dnf, Manager::Microdnf, Manager::Tdnf],
    fills: |command| matches!(command.verb.action, Action::Install | Action::Upgrade),
    can_be_emptied: true,
    folders: &["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum", "/var/cache/tdnf"],
    what: "its cache",
    help: "end the same `RUN` with `&& {} clean all`",
    emptying: Some("clean all"),
};

impl Rule for DnfCacheKept {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        CACHE.check(cx, report);
    }
}
