//! `HEALTHCHECK`.

use super::super::ast::{CommandForm, Healthcheck};
use super::super::{suggest, words};
use super::{Context, Parts, command};

pub(super) fn read(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Healthcheck {
    let line = context.line;
    let arguments = parts.arguments.clone();
    if arguments.is_empty() {
        let help =
            "write `HEALTHCHECK CMD command`, or `HEALTHCHECK NONE` to switch off that of the base image"
                .to_owned();
        context.errors.refused(line.span(parts.all()), "`HEALTHCHECK` needs a command", help);
        return Healthcheck::Invalid;
    }
    let text = line.slice(arguments.clone());
    let (keyword_end, rest_start) = words::split_first_latin1_word(text);
    let keyword = arguments.start..arguments.start + keyword_end;
    let rest = arguments.start + rest_start..arguments.end;

    if line.slice(keyword.clone()).eq_ignore_ascii_case("none") {
        if !rest.is_empty() {
            context.errors.refused(line.span(rest), "`HEALTHCHECK NONE` takes no arguments", None);
        }
        return Healthcheck::None;
    }
    // The rest is read as a command whatever stands before it, and a list of other things than strings is an
    // error of the parser even then.
    let command = command::read_part(context, rest.clone(), &line.shell_text(rest.clone()));
    if !line.slice(keyword.clone()).eq_ignore_ascii_case("cmd") {
        let written = suggest::quoted(line.slice(keyword.clone()));
        let help = "put `CMD` before the command, or write `HEALTHCHECK NONE`".to_owned();
        context.errors.refused(line.span(keyword), format!("unknown type of `HEALTHCHECK`: {written}"), help);
        return Healthcheck::Invalid;
    }
    let is_empty = match &command {
        CommandForm::Shell(text) => text.is_empty(),
        CommandForm::Exec { words } => words.is_empty(),
    };
    if is_empty {
        context.errors.refused(line.span(keyword), "`HEALTHCHECK CMD` needs a command", None);
    }
    Healthcheck::Cmd { command }
}
