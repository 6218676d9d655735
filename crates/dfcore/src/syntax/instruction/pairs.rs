//! `ENV`, `LABEL` and `ARG`.

use std::ops::Range;

use super::super::ast::{KeyValue, Pairs};
use super::super::keyword::Keyword;
use super::super::suggest;
use super::super::words;
use super::{Context, Parts};

/// `KEY=value …`, or the old form `KEY value`.
pub(super) fn read(context: &mut Context<'_, '_>, parts: &Parts<'_>, keyword: Keyword) -> Pairs {
    let line = context.line;
    let arguments = parts.arguments.clone();
    let text = line.slice(arguments.clone());
    let mut found = words::split_quoted(text, context.escape).peekable();
    let Some(first) = found.peek() else {
        let message = format!("`{}` needs at least one `key=value`", keyword.name());
        context.errors.refused(line.span(parts.all()), message, None);
        return Pairs::default();
    };
    if !text[first.clone()].contains('=') {
        return read_legacy(context, parts, keyword);
    }
    let mut pairs = Vec::new();
    for word in found {
        let range = arguments.start + word.start..arguments.start + word.end;
        let pair = pair(context, range.clone());
        if pair.value.is_some() {
            check_key(context, &pair, keyword);
            pairs.push(pair);
            continue;
        }
        let message = format!("{} has no `=`", suggest::quoted(&text[word]));
        let help = format!(
            "after a first `key=value`, `{}` takes only such pairs; put a value with blanks in quotes",
            keyword.name()
        );
        context.errors.unparsable(line.span(range), message, help);
    }
    Pairs { pairs: pairs.into(), legacy: false }
}

/// `KEY value`: the value is all that follows the first blank.
fn read_legacy(context: &mut Context<'_, '_>, parts: &Parts<'_>, keyword: Keyword) -> Pairs {
    let line = context.line;
    let arguments = parts.arguments.clone();
    let text = line.slice(arguments.clone());
    let key_length = words::first_word_end(text);
    let key = arguments.start..arguments.start + key_length;
    if key.end == arguments.end {
        let message = format!("`{}` needs a value", keyword.name());
        let help = format!("write `{} {}=…`", keyword.name(), text);
        let help = (text.len() <= suggest::QUOTED).then_some(help);
        context.errors.unparsable(line.span(arguments), message, help);
        return Pairs { pairs: [].into(), legacy: true };
    }
    let blanks = text[key_length..].bytes().take_while(|&byte| words::is_blank(byte)).count();
    let value = key.end + blanks..arguments.end;
    let pair = KeyValue { span: line.span(arguments), key: line.word(key), value: Some(line.word(value)) };
    Pairs { pairs: [pair].into(), legacy: true }
}

/// `name` or `name=value`, any number of them.
pub(super) fn read_arg(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Pairs {
    let line = context.line;
    let arguments = parts.arguments.clone();
    let found = words::split_quoted(line.slice(arguments.clone()), context.escape);
    let mut pairs = Vec::new();
    for word in found {
        let pair = pair(context, arguments.start + word.start..arguments.start + word.end);
        check_key(context, &pair, Keyword::Arg);
        pairs.push(pair);
    }
    if pairs.is_empty() {
        context.errors.refused(line.span(parts.all()), "`ARG` needs at least one name", None);
    }
    Pairs { pairs: pairs.into(), legacy: false }
}

/// Splits a word at its first `=`, wherever that stands.
fn pair(context: &Context<'_, '_>, range: Range<usize>) -> KeyValue {
    let line = context.line;
    let text = line.slice(range.clone());
    let span = line.span(range.clone());
    match memchr::memchr(b'=', text.as_bytes()) {
        Some(equals) => {
            let equals = range.start + equals;
            let value = Some(line.word(equals + 1..range.end));
            KeyValue { span, key: line.word(range.start..equals), value }
        }
        None => KeyValue { span, key: line.word(range), value: None },
    }
}

fn check_key(context: &mut Context<'_, '_>, pair: &KeyValue, keyword: Keyword) {
    if pair.key.text(context.source).is_empty() {
        context.errors.refused(pair.span, format!("`{}` with no name before the `=`", keyword.name()), None);
    }
}
