use crate::model::packages::{CommandOption, Manager, PackageCommand};
use crate::rule::packages::Confirmation;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// `zypper` asks questions, and a build has nobody who answers.
    ///
    /// zypper asks before it installs, updates or removes anything. In a build its input is empty, so that the step fails.
    ///
    /// `--non-interactive` (or `-n`) before the command takes the default answer to every question; `--no-confirm` (or `-y`)
    /// after it answers the last one, though not what a conflict or an unknown key asks.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM opensuse/leap:15.6
    /// RUN zypper install git && zypper clean --all
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
    /// RUN zypper install -y jq && zypper clean --all
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the same image where the step worked without it; but a step whose failure went unnoticed (`… || true`) now
    /// does what it says.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3034 takes `-n` after the command for an answer, where it means something else (`--name`), and does not ask
    /// after `update`, `dist-upgrade` and others that ask as well. It does not know that a pipe can answer.
    ///
    /// ## Sources
    ///
    /// - zypper(8), `--non-interactive`, `--no-confirm`
    /// - [hadolint DL3034](https://github.com/hadolint/hadolint/wiki/DL3034)
    pub ZypperInteractive {
        code: "DF7008",
        name: "zypper-interactive",
        group: Shell,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3034"],
    }
}

const COMMANDS: Confirmation = Confirmation {
    managers: &[Manager::Zypper],
    is_answered,
    // It has no setting for this.
    files: &[],
    key: "",
    help: "write `{program} --non-interactive {verb}`",
    note: "a build has no input: zypper fails when it cannot ask",
    answer: "--non-interactive",
    is_global: true,
};

impl Rule for ZypperInteractive {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        COMMANDS.check(cx, report);
    }
}

fn is_answered(command: &PackageCommand) -> bool {
    // After the verb `-n` is `--name`.
    let is_global = |option: &CommandOption| option.span.start < command.verb.span.start;
    command.option(&["--non-interactive", "--no-confirm", "-y", "--dry-run", "-D"]).is_some()
        || command.options.iter().any(|option| option.name == "-n" && is_global(option))
}
