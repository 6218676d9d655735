use crate::model::packages::{Manager, PackageCommand};
use crate::rule::packages::report_together;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// The whole distribution is upgraded in the image.
    ///
    /// `zypper dist-upgrade` brings every package to what the repositories have at that moment, changing vendors and removing
    /// packages where it has to. The image is then no longer the release that its `FROM` names, and not the same next week.
    ///
    /// Nothing is said about stages that nobody gets.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive dup && zypper clean --all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive patch && zypper clean --all
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3035 takes the word for the command wherever it stands, as in `zypper install dup`.
    ///
    /// ## Sources
    ///
    /// - zypper(8), `dist-upgrade`
    /// - [hadolint DL3035](https://github.com/hadolint/hadolint/wiki/DL3035)
    pub DistributionUpgrade {
        code: "DF5014",
        name: "distribution-upgrade",
        group: Reproducible,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3035"],
    }
}

impl Rule for DistributionUpgrade {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for index in model.runs().filter(|&index| cx.speaks_of_instruction(index)) {
            let is_upgrade = |command: &&PackageCommand| {
                command.manager == Manager::Zypper && command.verb.name == "dist-upgrade"
            };
            let upgrades = model.package_commands(index).iter().filter(is_upgrade);
            let places: Vec<_> = upgrades.map(|command| command.verb.span).collect();
            let message =
                "the whole distribution is upgraded to what there is on the day of the build".to_owned();
            let Some(finding) = report_together(report, &places, message, "here too") else { continue };
            finding
                .note(
                    "it may change vendors and remove packages, and the image is no longer what `FROM` names",
                )
                .help("build on a newer base image; `zypper patch` installs the fixes of this one");
        }
    }
}
