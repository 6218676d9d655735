use super::{Command, Nesting, Operator, Script};
use crate::text::Span;

/// The commands behind a `!` whose failure nobody sees: the script is to stop at the first failure (`set -e`), and what
/// `!` turns never stops it. The last command of a list is left out, since its result may be that of the list.
pub(super) fn unchecked_negations(script: &Script) -> impl Iterator<Item = Span> {
    let commands = &script.commands;
    let stops = commands.iter().any(stops_at_failure);
    let negated = commands.iter().enumerate().filter(move |(_, command)| stops && command.negated);
    negated.filter(|&(index, _)| is_unchecked(commands, index)).map(|(_, command)| command.span)
}

/// `set -e`, `set -eux`, `set -o errexit`.
fn stops_at_failure(command: &Command) -> bool {
    let is_short = |text: &str| text.starts_with('-') && !text.starts_with("--") && text.contains('e');
    let has_flag = command.arguments().iter().any(|word| word.value.as_deref().is_some_and(is_short));
    command.is("set") && (has_flag || command.has_argument("errexit"))
}

fn is_unchecked(commands: &[Command], index: usize) -> bool {
    let command = &commands[index];
    let is_beside = |other: &&Command| other.nesting == command.nesting;
    let mut list = commands[index..].iter().filter(|other| other.through.is_empty());
    // The `!` stands in front of a whole pipeline.
    let Some(last) = list.by_ref().filter(is_beside).find(|other| !other.after.is_pipe()) else {
        return false;
    };
    // What follows in the same list may stand deeper.
    let is_last = !list.any(|next| next.nesting.starts_with(&command.nesting));
    command.through.is_empty()
        && !matches!(command.before, Operator::And | Operator::Or)
        && matches!(last.after, Operator::Semicolon | Operator::Newline)
        && !command.is_inside(Nesting::Condition)
        && !is_last
}
