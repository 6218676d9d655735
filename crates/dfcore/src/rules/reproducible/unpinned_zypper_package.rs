use crate::model::packages::Manager;
use crate::rule::packages::Unpinned;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A SUSE package is installed in whatever version there is.
    ///
    /// `zypper install git` installs the newest version that the repositories have at that moment, so that the same file gives
    /// another image next month. A version follows `=`, or `<`, `<=`, `>`, `>=` for a range.
    ///
    /// The rule is off unless it is asked for: exact versions have to be looked after. Nothing is said about stages that
    /// nobody gets, about files, addresses and groups, and about a word with a variable that may hold the version.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install git jq=1.6 && zypper clean --all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install 'git>=2.43' jq=1.6 -t pattern devel_basis && zypper clean --all
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3037 takes the values of options (`--from repo`), patterns, which have no version, and words with variables
    /// for packages without a version.
    ///
    /// ## Sources
    ///
    /// - zypper(8), `install`
    /// - [hadolint DL3037](https://github.com/hadolint/hadolint/wiki/DL3037)
    pub UnpinnedZypperPackage {
        code: "DF5009",
        name: "unpinned-zypper-package",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3037"],
    }
}

const PACKAGES: Unpinned = Unpinned {
    managers: &[Manager::Zypper],
    hadolint: &["zypper"],
    joint: "=",
    instead: "",
    note: "zypper takes the newest one that the repositories have on the day of the build",
};

impl Rule for UnpinnedZypperPackage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        PACKAGES.check(cx, report, |_, _| false);
    }
}
