//! `HEALTHCHECK`.

use std::ops::Range;

use super::super::ast::{CommandForm, Healthcheck};
use super::super::flags::{self, FlagText};
use super::super::keyword::Keyword;
use super::super::{suggest, words};
use super::{Context, Parts, check_flags, command};

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
        // BuildKit does not look at the flags then.
        if !rest.is_empty() {
            context.errors.refused(line.span(rest), "`HEALTHCHECK NONE` takes no arguments", None);
        }
        return Healthcheck::None;
    }
    check_flags(context, parts, flags::HEALTHCHECK, Keyword::Healthcheck);
    for flag in &parts.flags {
        check_value(context, flag);
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

fn check_value(context: &mut Context<'_, '_>, flag: &FlagText<'_>) {
    let Some(value) = flag.value() else {
        return;
    };
    let text = &flag.text()[value.clone()];
    if text.is_empty() {
        return;
    }
    match &flag.text()[flag.name()] {
        "interval" | "timeout" | "start-period" | "start-interval" => match nanoseconds(text) {
            None => {
                let help = "write a number with a unit, such as `30s`, `1m30s` or `500ms`".to_owned();
                refuse(context, flag, value, &format!("{} is no duration", suggest::quoted(text)), help);
            }
            Some(0.0) => {}
            Some(nanoseconds) if nanoseconds < 1e6 => {
                refuse(context, flag, value, "the shortest duration is `1ms`", None);
            }
            Some(_) => {}
        },
        "retries" => match text.parse::<i32>() {
            Ok(0..) => {}
            _ => refuse(
                context,
                flag,
                value,
                &format!("{} is no number of retries", suggest::quoted(text)),
                None,
            ),
        },
        _ => {}
    }
}

fn refuse(
    context: &mut Context<'_, '_>,
    flag: &FlagText<'_>,
    value: Range<usize>,
    message: &str,
    help: impl Into<Option<String>>,
) {
    let span = flag.word(value, &context.line).span;
    context.errors.refused(span, message, help);
}

/// A duration in Go's notation (`1h2m3.5s`, `300ms`), in nanoseconds.
fn nanoseconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let number_length = rest
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_length);
        let unit_length = after
            .find(|character: char| character.is_ascii_digit() || character == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_length);
        let factor = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    // Go counts nanoseconds in 64 bits.
    (total < 9.223_372_036_854_775e18).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn durations() {
        assert_eq!(nanoseconds("0"), Some(0.0));
        assert_eq!(nanoseconds("1m30s"), Some(90e9));
        assert_eq!(nanoseconds("1.5h"), Some(5400e9));
        assert_eq!(nanoseconds("-2ms"), Some(-2e6));
        assert_eq!(nanoseconds(".5s"), Some(0.5e9));
        for text in ["", "-", "5", "s", "5 s", "1d", ".", "1..2s", ".s", "9999999999h"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
