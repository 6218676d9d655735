//! `COPY` and `ADD`.

use super::super::ast::{Copy, CopySource, Word};
use super::super::heredoc::{Marker, parse_delimiter};
use super::super::keyword::Keyword;
use super::{Context, Parts, find_heredocs, read_json, read_words};

pub(super) fn read(context: &mut Context<'_, '_>, parts: &Parts<'_>, keyword: Keyword) -> Copy {
    let json_words = read_json(context, parts.arguments.clone());
    let json = json_words.is_some();
    let mut words = json_words.unwrap_or_else(|| read_words(context, parts.arguments.clone()));
    if !json {
        find_heredocs(context);
    }
    if words.len() < 2 {
        let span = context.line.span(parts.all());
        let message = format!("`{}` needs at least one source and a destination", keyword.name());
        let help =
            (words.len() == 1).then(|| "a last word is missing: where to put it in the image".to_owned());
        context.errors.refused(span, message, help);
        let sources = words.into_iter().map(CopySource::Path).collect();
        return Copy { sources, destination: None, json };
    }
    let destination = words.pop();
    if let Some(destination) = &destination
        && is_heredoc(destination.text(context.source))
    {
        let message = format!("the destination of `{}` cannot be a heredoc", keyword.name());
        context.errors.refused(destination.span, message, "add the path to write it to".to_owned());
    }
    let sources = words.into_iter().map(|word| source(context, word)).collect();
    Copy { sources, destination, json }
}

fn source(context: &Context<'_, '_>, word: Word) -> CopySource {
    match heredoc_index(&context.markers, word.text(context.source)) {
        Some(index) => CopySource::Heredoc { word, index },
        None => CopySource::Path(word),
    }
}

/// The heredoc that a word announces. Of several of the same name, BuildKit takes the last for each.
fn heredoc_index(markers: &[Marker], word: &str) -> Option<usize> {
    if markers.is_empty() {
        return None;
    }
    let delimiter = parse_delimiter(word).ok()??;
    markers.iter().rposition(|marker| marker.delimiter.name == delimiter.name)
}

fn is_heredoc(word: &str) -> bool {
    matches!(parse_delimiter(word), Ok(Some(_)))
}
