use crate::model::packages::Manager;
use crate::rule::packages::Unpinned;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A package is installed by dnf in whatever version there is.
    ///
    /// `dnf install git` installs the newest version that the repositories have at that moment, so that the same file gives
    /// another image next month. A version follows the name after a minus: `git-2.43.5`, with its release `git-2.43.5-1.el9`.
    /// A module has a stream: `dnf module install nodejs:18`.
    ///
    /// The rule is off unless it is asked for: exact versions have to be looked after. Nothing is said about stages that
    /// nobody gets, about files, addresses and groups, and about a word with a variable that may hold the version.
    /// Whether `gcc-toolset-12` has a version in its name only the repository knows, so that it is left alone.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM rockylinux:9
    /// RUN dnf install -y git httpd-2.4.57-8.el9 jq && dnf clean all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM rockylinux:9
    /// RUN dnf install -y git-2.43.5-1.el9 'jq >= 1.6' ./tool.rpm && dnf clean all
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3041 takes the values of options (`--enablerepo x`) for packages, and groups, addresses and words with
    /// variables for packages without a version, unless an `ARG` or `ENV` of the file stands in them as `${NAME}`. It does
    /// not see `dnf5`, `tdnf` and what `sudo` runs.
    ///
    /// In the profile `hadolint` this rule does not see them either, and a word that is nothing but a variable is a package
    /// without a version. The value of an option is none there either:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM rockylinux:9
    /// RUN dnf install -y $PACKAGES
    /// ```
    ///
    /// ## Sources
    ///
    /// - dnf(8) and dnf5-specs(7), "Specifying packages"
    /// - [hadolint DL3041](https://github.com/hadolint/hadolint/wiki/DL3041)
    pub UnpinnedDnfPackage {
        code: "DF5010",
        name: "unpinned-dnf-package",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3041"],
    }
}

const PACKAGES: Unpinned = Unpinned {
    managers: &[Manager::Dnf, Manager::Microdnf, Manager::Tdnf],
    hadolint: &["dnf", "microdnf"],
    joint: "-",
    instead: "",
    note: "dnf takes the newest one that the repositories have on the day of the build",
};

impl Rule for UnpinnedDnfPackage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        PACKAGES.check(cx, report, |_, _| false);
    }
}
