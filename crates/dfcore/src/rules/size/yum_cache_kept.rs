use crate::model::packages::{Action, Manager};
use crate::rule::packages::KeptCache;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// The cache of yum stays in the image.
    ///
    /// yum keeps what it knows of the repositories, and packages where it is told so, below `/var/cache`: often more than what
    /// was installed. `yum clean all` at the end of the same `RUN` removes it; in a `RUN` of its own it comes too late.
    ///
    /// Nothing is said about stages that nobody gets and about a mount on the folder.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM rockylinux:8
    /// RUN yum install -y git
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM rockylinux:8
    /// RUN yum install -y git && yum clean all
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM rockylinux:8
    /// RUN yum clean all && yum update -y
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM rockylinux:8
    /// RUN yum clean all && yum update -y && yum clean all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM rockylinux:8
    /// RUN yum install -y git && yum clean all
    /// RUN yum install -y jq && rm -rf /var/cache/yum
    /// RUN --mount=type=cache,target=/var/cache/dnf yum install -y patch
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the cache is no longer in the image, where a later step might have used it. There is no fix where a command at
    /// the end of the step might not run, or might hide that the step has failed.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3032 asks only after `install`, takes any `rm -rf` and any `yum clean` for the removal, and knows no
    /// cache mounts. It compares the first install with the first removal; here the last one counts. Since yum is another
    /// name of dnf since RHEL 8, what empties the cache of dnf is accepted too.
    ///
    /// ## Sources
    ///
    /// - yum(8), `clean`; dnf(8), `clean`
    /// - [hadolint DL3032](https://github.com/hadolint/hadolint/wiki/DL3032)
    pub YumCacheKept {
        code: "DF4004",
        name: "yum-cache-kept",
        group: Size,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3032"],
    }
}

const CACHE: KeptCache = KeptCache {
    managers: &[Manager::Yum],
    fills: |command| matches!(command.verb.action, Action::Install | Action::Upgrade),
    // The second where yum is dnf.
    can_be_emptied: true,
    folders: &["/var/cache/yum", "/var/cache/dnf"],
    what: "its cache",
    help: "end the same `RUN` with `&& {} clean all`",
    emptying: Some("clean all"),
};

impl Rule for YumCacheKept {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        CACHE.check(cx, report);
    }
}
