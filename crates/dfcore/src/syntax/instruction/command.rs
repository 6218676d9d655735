//! `RUN`, `CMD`, `ENTRYPOINT` and the command of `HEALTHCHECK`.

use std::ops::Range;

use super::super::ast::{CommandForm, Few, Mount, Run, ShellText};
use super::{Context, Parts, find_heredocs, read_json};

/// A JSON list, or else text for the shell.
pub(super) fn read(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> CommandForm {
    read_part(context, parts.arguments.clone(), &parts.text)
}

/// The same for a command that is a part of the arguments; `text` is what the part is for a shell.
pub(super) fn read_part(context: &mut Context<'_, '_>, part: Range<usize>, text: &ShellText) -> CommandForm {
    match read_json(context, part) {
        Some(words) => CommandForm::Exec { words },
        None => CommandForm::Shell(text.clone()),
    }
}

pub(super) fn read_run(context: &mut Context<'_, '_>, parts: &Parts<'_>, mounts: Few<Mount>) -> Run {
    let command = read(context, parts);
    if matches!(command, CommandForm::Shell(_)) {
        find_heredocs(context);
    }
    Run { mounts, command }
}
