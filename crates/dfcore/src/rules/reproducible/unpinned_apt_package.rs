use crate::model::packages::Manager;
use crate::rule::packages::{Unpinned, holds_at};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A Debian or Ubuntu package is installed in whatever version there is.
    ///
    /// `apt-get install curl` installs the newest version that the repositories have at that moment, so that the same file
    /// gives another image next month. A version after `=` may end in `*`, and a release after `/` narrows it too.
    ///
    /// The rule is off unless it is asked for: exact versions have to be looked after. Nothing is said about stages that
    /// nobody gets, about files, addresses and groups, and about a word with a variable that may hold the version. The same goes for stages that take their packages
    /// from a day of a snapshot server, which fixes all versions at once.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl git=1:2.39.* jq
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.* jq/stable ./tool.deb
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN echo 'deb http://snapshot.debian.org/archive/debian/20240701T000000Z bookworm main' > /etc/apt/sources.list
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3008 sees `apt-get` only, not `apt` and not what `sudo` runs; it takes a variable for a package without
    /// a version (`apt-get install $PACKAGES`) and does not know snapshots. In the profile `hadolint` this rule does the
    /// same, but for snapshots, which do fix the versions:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get install -y $PACKAGES
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN sudo apt-get install -y curl && apt install -y jq
    /// ```
    ///
    /// ## Sources
    ///
    /// - apt-get(8), `install`
    /// - <https://snapshot.debian.org/>, <https://snapshot.ubuntu.com/>
    /// - [hadolint DL3008](https://github.com/hadolint/hadolint/wiki/DL3008)
    pub UnpinnedAptPackage {
        code: "DF5003",
        name: "unpinned-apt-package",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3008"],
    }
}

const PACKAGES: Unpinned = Unpinned {
    managers: &[Manager::Apt],
    hadolint: &["apt-get"],
    joint: "=",
    instead: ", or take all packages from one day of snapshot.debian.org or snapshot.ubuntu.com",
    note: "apt takes the newest one that the repositories have on the day of the build",
};

const SNAPSHOTS: [&str; 2] = ["snapshot.debian.org", "snapshot.ubuntu.com"];

impl Rule for UnpinnedAptPackage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let from_snapshot = model.stages_with(|_, instruction| {
            let text = model.slice(instruction.span);
            SNAPSHOTS.iter().any(|server| text.contains(server))
        });
        PACKAGES.check(cx, report, |index, install| {
            install.option(&["--snapshot", "-S"]).is_some() || holds_at(model, index, &from_snapshot)
        });
    }
}
