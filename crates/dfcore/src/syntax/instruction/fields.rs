//! Comma-separated lists in the values of flags: `--mount` and `--device`.

use std::ops::Range;

use super::super::ast::Word;
use super::super::flags::FlagText;
use super::Context;

/// A field of a list: `key=value`, or something without `=`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its bytes in the flag's text, with quotes.
    range: Range<usize>,
    /// What it says.
    pub(super) text: String,
}

impl Field {
    /// The whole field.
    pub(super) fn word(&self, flag: &FlagText<'_>, context: &Context<'_, '_>) -> Word {
        word(flag, self.range.clone(), &self.text, context)
    }

    /// What stands before and behind the first `=`.
    pub(super) fn key_and_value(
        &self,
        flag: &FlagText<'_>,
        context: &Context<'_, '_>,
    ) -> (Word, Option<Word>) {
        let Some((key, value)) = self.text.split_once('=') else {
            return (self.word(flag, context), None);
        };
        // A quoted field has its quotes at both ends; where the `=` stands in it is known from the bytes.
        let raw = &flag.text()[self.range.clone()];
        let equals = raw.find('=').map_or(self.range.end, |equals| self.range.start + equals);
        let key = word(flag, self.range.start..equals, key, context);
        (key, Some(word(flag, equals + 1..self.range.end, value, context)))
    }
}

/// The word at a range of the flag that says `text`.
fn word(flag: &FlagText<'_>, range: Range<usize>, text: &str, context: &Context<'_, '_>) -> Word {
    let word = flag.word(range, &context.line);
    if word.text(context.source) == text { word } else { Word::joined(word.span, text) }
}

/// The fields of a flag's value; `None` when it is no list, for which there is an error then.
pub(super) fn read(
    context: &mut Context<'_, '_>,
    flag: &FlagText<'_>,
    value: Range<usize>,
) -> Option<Vec<Field>> {
    let mut refuse = |message: &str, help| {
        let span = flag.word(value.clone(), &context.line).span;
        context.errors.refused(span, message, help);
        None
    };
    match split(&flag.text()[value.clone()]) {
        Ok(mut fields) => {
            for field in &mut fields {
                field.range = value.start + field.range.start..value.start + field.range.end;
            }
            Some(fields)
        }
        Err(BadList::Empty) => refuse("an empty list of options", None),
        Err(BadList::Quotes) => {
            let help = "a quoted field starts and ends with `\"`, and a `\"` inside it is written twice";
            refuse("a stray double quote in the list of options", Some(help.to_owned()))
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum BadList {
    Empty,
    Quotes,
}

/// Splits a line of comma-separated values as Go's `encoding/csv` does.
fn split(text: &str) -> Result<Vec<Field>, BadList> {
    if text.is_empty() {
        return Err(BadList::Empty);
    }
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let start = at;
        let mut content = String::new();
        if text[at..].starts_with('"') {
            at += 1;
            loop {
                let length = text[at..].find('"').ok_or(BadList::Quotes)?;
                content.push_str(&text[at..at + length]);
                at += length + 1;
                if !text[at..].starts_with('"') {
                    break;
                }
                content.push('"');
                at += 1;
            }
            if at < text.len() && !text[at..].starts_with(',') {
                return Err(BadList::Quotes);
            }
        } else {
            at += text[at..].find(',').unwrap_or(text.len() - at);
            if text[start..at].contains('"') {
                return Err(BadList::Quotes);
            }
            content.push_str(&text[start..at]);
        }
        fields.push(Field { range: start..at, text: content });
        if at == text.len() {
            return Ok(fields);
        }
        // The comma.
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        split(text).map_or_else(
            |bad| vec![format!("{bad:?}")],
            |fields| fields.into_iter().map(|field| field.text).collect(),
        )
    }

    #[test]
    fn lists_of_fields_with_quotes() {
        assert_eq!(fields("type=bind,target=/a"), ["type=bind", "target=/a"]);
        assert_eq!(fields("type=bind,\"target=/a,b\"\"c\",ro"), ["type=bind", "target=/a,b\"c", "ro"]);
        assert_eq!(fields("a,,b,"), ["a", "", "b", ""]);
        assert_eq!(fields("\"\""), [""]);
        assert_eq!(fields(""), ["Empty"]);
        for text in ["a\"b\"", "\"a\"b", "\"a", "\"", "a,\"b\" "] {
            assert_eq!(fields(text), ["Quotes"], "{text}");
        }
    }
}
