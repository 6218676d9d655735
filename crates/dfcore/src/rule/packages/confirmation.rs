use crate::fix::{Edit, Fix};
use crate::model::packages::{Action, Manager, PackageCommand, PackageSource};
use crate::rule::{Report, RuleContext, ScriptEdits};
use crate::shell::{Command, RedirectKind};

use super::{configured_stages, holds_at, program, report_together, shell_command, verb};

/// A command that asks before it goes on, in a build where nobody answers.
pub(crate) struct Confirmation {
    /// Whose commands are looked at.
    pub(crate) managers: &'static [Manager],
    /// Whether options of a command answer, or keep it from asking.
    pub(crate) is_answered: fn(&PackageCommand) -> bool,
    /// The configuration files that can answer too.
    pub(crate) files: &'static [&'static str],
    /// The setting that does so, in lower case.
    pub(crate) key: &'static str,
    /// What to write: `{program}` and `{verb}` are those of the command.
    pub(crate) help: &'static str,
    /// What happens.
    pub(crate) note: &'static str,
    /// The option that answers.
    pub(crate) answer: &'static str,
    /// Whether it stands in front of the verb.
    pub(crate) is_global: bool,
}

impl Confirmation {
    /// One finding for each `RUN` with such commands.
    pub(crate) fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let mut configured = None;
        for index in model.runs() {
            let asks = |command: &&PackageCommand| {
                self.managers.contains(&command.manager)
                    && matches!(command.verb.action, Action::Install | Action::Upgrade | Action::Remove)
                    && !(self.is_answered)(command)
                    // The variable may hold the option.
                    && !command.packages.iter().any(|package| package.source == PackageSource::Unknown)
                    && !has_input(shell_command(model, index, command))
            };
            let asking: Vec<&PackageCommand> = cx.package_commands(index).filter(asks).collect();
            let Some(first) = asking.first() else { continue };
            let configured = configured.get_or_insert_with(|| configured_stages(model, self.files, self.key));
            if holds_at(model, index, configured) {
                continue;
            }
            let (program, verb) = (program(model, index, first), verb(model, first));
            let places: Vec<_> = asking.iter().map(|command| command.verb.span).collect();
            let message = format!("`{program} {verb}` asks for a confirmation that nobody can give");
            let Some(finding) = report_together(report, &places, message, "so does this") else { continue };
            let help = self.help.replace("{program}", program).replace("{verb}", verb);
            let finding = finding.note(self.note).help(help);
            if let Some(edits) = self.edits(cx, index, &asking) {
                finding.fix(Fix::suggested(format!("answer with `{}`", self.answer), edits));
            }
        }
    }

    /// The edits that let all those commands answer.
    fn edits(&self, cx: &RuleContext<'_>, index: usize, asking: &[&PackageCommand]) -> Option<Vec<Edit>> {
        let edits = ScriptEdits::of(cx.model, index)?;
        let answered = asking.iter().map(|asking| {
            let command = shell_command(cx.model, index, asking);
            let program = command.words.first()?.span;
            let place = if self.is_global { program } else { asking.verb.span };
            edits.insert_behind(command, place, self.answer)
        });
        answered.collect()
    }
}

/// Whether something else than the empty input of a build answers: `yes | …`, `… <<< y`.
fn has_input(command: &Command) -> bool {
    let is_input =
        |kind| matches!(kind, RedirectKind::Input | RedirectKind::Heredoc | RedirectKind::HereString);
    command.before.is_pipe() || command.redirects.iter().any(|redirect| is_input(redirect.kind))
}
