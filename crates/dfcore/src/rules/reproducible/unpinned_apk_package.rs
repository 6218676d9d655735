use crate::model::packages::Manager;
use crate::rule::packages::Unpinned;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// An Alpine package is installed in whatever version there is.
    ///
    /// `apk add curl` installs the newest version that the repositories have at that moment, so that the same file gives
    /// another image next month. `curl=8.9.1-r1` is one version, `curl~8.9` any of 8.9, `curl<9` any before 9. The
    /// repositories of a release keep the newest build of each package only: an exact version is gone after the next fix, and
    /// `~` is what keeps building.
    ///
    /// The rule is off unless it is asked for: exact versions have to be looked after. Nothing is said about stages that
    /// nobody gets, about files, addresses and groups, and about a word with a variable that may hold the version.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl 'jq~1.7' git
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN apk add --no-cache 'curl~8.9' 'jq<2' ./tool.apk
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3018 takes a variable for a package without a version, as this rule does in the profile `hadolint`, and
    /// so does it with the values of options such as `--repositories-file`.
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN apk add --no-cache $PACKAGES
    /// ```
    ///
    /// ## Sources
    ///
    /// - apk-add(8), apk-world(5)
    /// - [hadolint DL3018](https://github.com/hadolint/hadolint/wiki/DL3018)
    pub UnpinnedApkPackage {
        code: "DF5006",
        name: "unpinned-apk-package",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3018"],
    }
}

const PACKAGES: Unpinned = Unpinned {
    managers: &[Manager::Apk],
    hadolint: &["apk"],
    joint: "~",
    instead: " with the part of the version that matters; a whole one goes away with its next fix",
    note: "apk takes the newest one that the repositories have on the day of the build",
};

impl Rule for UnpinnedApkPackage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        PACKAGES.check(cx, report, |_, _| false);
    }
}
