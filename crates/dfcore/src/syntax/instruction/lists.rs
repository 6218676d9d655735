//! The instructions that are a list of words, or one: `EXPOSE`, `MAINTAINER`, `SHELL`, `STOPSIGNAL`, `USER`,
//! `VOLUME`, `WORKDIR`.

use super::super::ast::{Argument, Word, Words};
use super::super::keyword::Keyword;
use super::{Context, Parts, read_json, words_of};

pub(super) fn read_expose(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Words {
    let words: Box<[Word]> = words_of(context.line, parts.arguments.clone()).collect();
    if words.is_empty() {
        context.errors.refused(context.line.span(parts.all()), "`EXPOSE` needs at least one port", None);
    }
    Words { words, json: false }
}

pub(super) fn read_volume(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Words {
    let list = read_list(context, parts);
    if list.words.is_empty() {
        context.errors.refused(context.line.span(parts.all()), "`VOLUME` needs at least one path", None);
    }
    for word in &list.words {
        if word.text(context.source).trim().is_empty() {
            context.errors.refused(word.span, "the path of a `VOLUME` is empty", None);
        }
    }
    list
}

pub(super) fn read_shell(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Words {
    let list = read_list(context, parts);
    let span = context.line.span(parts.all());
    if list.words.is_empty() {
        let help = "for example `SHELL [\"/bin/bash\", \"-c\"]`".to_owned();
        context.errors.refused(span, "`SHELL` needs at least one word", help);
    } else if !list.json {
        let help = "write a JSON list with double quotes: `SHELL [\"/bin/bash\", \"-c\"]`".to_owned();
        context.errors.refused(span, "`SHELL` must be a JSON list", help);
    }
    list
}

/// All of the arguments as one word, with the blanks inside.
pub(super) fn read_one(context: &mut Context<'_, '_>, parts: &Parts<'_>, keyword: Keyword) -> Argument {
    if parts.arguments.is_empty() {
        let message = format!("`{}` needs an argument", keyword.name());
        context.errors.refused(context.line.span(parts.all()), message, None);
        return Argument::default();
    }
    Argument { word: Some(context.line.word(parts.arguments.clone())) }
}

fn read_list(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Words {
    match read_json(context, parts.arguments.clone()) {
        Some(words) => Words { words, json: true },
        None => Words { words: words_of(context.line, parts.arguments.clone()).collect(), json: false },
    }
}
