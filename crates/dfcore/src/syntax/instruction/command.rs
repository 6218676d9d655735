//! `RUN`, `CMD`, `ENTRYPOINT` and the command of `HEALTHCHECK`.

use std::ops::Range;

use super::super::ast::{CommandForm, Run, ShellText};
use super::super::suggest;
use super::{Context, Parts, find_heredocs, mount, read_json};

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

pub(super) fn read_run(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Run {
    let command = read(context, parts);
    if matches!(command, CommandForm::Shell(_)) {
        find_heredocs(context);
    }
    let mut mounts = Vec::new();
    for flag in &parts.flags {
        let Some(value) = flag.value() else {
            continue;
        };
        match &flag.text()[flag.name()] {
            "mount" => mounts.push(mount::read(context, flag, value)),
            "device" => mount::check_device(context, flag, value),
            "network" => check_choice(context, flag, value, "network mode", &["default", "none", "host"]),
            "security" => check_choice(context, flag, value, "security mode", &["sandbox", "insecure"]),
            _ => {}
        }
    }
    Run { mounts, command }
}

/// The value must be one of a few words; variables are not expanded in it.
fn check_choice(
    context: &mut Context<'_, '_>,
    flag: &super::FlagText<'_>,
    value: Range<usize>,
    what: &str,
    choices: &[&str],
) {
    let text = &flag.text()[value.clone()];
    if choices.contains(&text) {
        return;
    }
    let span = flag.word(value, &context.line).span;
    let help = match suggest::nearest(text, choices.iter().copied()) {
        Some(nearest) => suggest::did_you_mean(nearest),
        None => format!("it is one of `{}`", choices.join("`, `")),
    };
    context.errors.refused(span, format!("unknown {what} {}", suggest::quoted(text)), help);
}
