use crate::model::packages::{Manager, PackageCommand};
use crate::rule::packages::{Confirmation, sets};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// `yum` asks for a confirmation, and a build has nobody who answers.
    ///
    /// yum asks before it installs, upgrades or removes anything. In a build its input is empty, so that it takes that for a no
    /// and the step fails.
    ///
    /// `-y` answers, and so do `--assumeyes`, `assumeyes` as a `--setopt` or in the configuration file, and a pipe from `yes`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM rockylinux:8
    /// RUN yum install git && yum clean all
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM rockylinux:8
    /// RUN yum install -y git && yum clean all
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM rockylinux:8
    /// RUN yum install -y git && yum clean all
    /// RUN yes | yum update && yum clean all
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the same image where the step worked without it; but a step whose failure went unnoticed (`… || true`) now
    /// does what it says.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3030 sees `install`, `groupinstall` and `localinstall` only; commands that upgrade or remove ask as well. It
    /// does not know that a pipe, `--setopt` or a configuration file can answer.
    ///
    /// ## Sources
    ///
    /// - yum(8), `--assumeyes`; dnf.conf(5), `assumeyes`
    /// - [hadolint DL3030](https://github.com/hadolint/hadolint/wiki/DL3030)
    pub YumNotConfirmed {
        code: "DF7007",
        name: "yum-not-confirmed",
        group: Shell,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3030"],
    }
}

const COMMANDS: Confirmation = Confirmation {
    managers: &[Manager::Yum],
    is_answered,
    files: &["/yum.conf", "/dnf.conf"],
    key: "assumeyes",
    help: "write `{program} {verb} -y`",
    note: "a build has no input: yum takes that for a no and fails",
    answer: "-y",
    is_global: false,
};

impl Rule for YumNotConfirmed {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        COMMANDS.check(cx, report);
    }
}

fn is_answered(command: &PackageCommand) -> bool {
    command.option(&["-y", "--assumeyes", "--assumeno"]).is_some()
        || sets(command, &["--setopt"], "assumeyes")
}
