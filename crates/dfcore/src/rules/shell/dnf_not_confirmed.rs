use crate::model::packages::{Manager, PackageCommand};
use crate::rule::packages::{Confirmation, sets};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// `dnf` asks for a confirmation, and a build has nobody who answers.
    ///
    /// dnf asks before it installs, upgrades or removes anything. In a build its input is empty, so that it takes that for a no
    /// and the step fails. The same goes for tdnf and, since RHEL 9, for microdnf, which did not ask before.
    ///
    /// `-y` answers, and so do `--assumeyes`, `assumeyes` as a `--setopt` or in the configuration file, and a pipe from `yes`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM fedora:41
    /// RUN dnf install git && dnf clean all
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM fedora:41
    /// RUN dnf install -y git && dnf clean all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM fedora:41
    /// RUN dnf install -y git && dnf clean all
    /// RUN dnf --setopt=assumeyes=1 upgrade && dnf clean all
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the same image where the step worked without it; but a step whose failure went unnoticed (`… || true`) now
    /// does what it says.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3038 sees `install`, `groupinstall` and `localinstall` of `dnf` and `microdnf` only; commands that upgrade
    /// or remove, `dnf5` and `tdnf` ask as well. It does not know that a pipe, `--setopt` or a configuration file can answer.
    ///
    /// ## Sources
    ///
    /// - dnf(8), `--assumeyes`; dnf.conf(5), `assumeyes`
    /// - microdnf, pull requests [94](https://github.com/rpm-software-management/microdnf/pull/94) and
    ///   [97](https://github.com/rpm-software-management/microdnf/pull/97)
    /// - [hadolint DL3038](https://github.com/hadolint/hadolint/wiki/DL3038)
    pub DnfNotConfirmed {
        code: "DF7009",
        name: "dnf-not-confirmed",
        group: Shell,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3038"],
    }
}

const COMMANDS: Confirmation = Confirmation {
    managers: &[Manager::Dnf, Manager::Microdnf, Manager::Tdnf],
    is_answered,
    files: &["/dnf.conf", "/tdnf.conf"],
    key: "assumeyes",
    help: "write `{program} {verb} -y`",
    note: "a build has no input: dnf takes that for a no and fails",
    answer: "-y",
    is_global: false,
};

impl Rule for DnfNotConfirmed {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        COMMANDS.check(cx, report);
    }
}

fn is_answered(command: &PackageCommand) -> bool {
    command.option(&["-y", "--assumeyes", "--assumeno"]).is_some()
        || sets(command, &["--setopt"], "assumeyes")
}
