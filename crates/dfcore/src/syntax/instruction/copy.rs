//! `COPY` and `ADD`.

use rustc_hash::FxHashMap;

use super::super::ast::{Copy, CopySource, Word};
use super::super::heredoc::{Marker, parse_delimiter};
use super::super::keyword::Keyword;
use super::{Context, Parts, find_heredocs, read_json, words_of};

pub(super) fn read(context: &mut Context<'_, '_>, parts: &Parts<'_>, keyword: Keyword) -> Copy {
    let json_words = read_json(context, parts.arguments.clone());
    let json = json_words.is_some();
    if !json {
        find_heredocs(context);
    }
    let mut sources = match json_words {
        Some(words) => sources(context, words.into_iter()),
        None => sources(context, words_of(context.line, parts.arguments.clone())),
    };
    if sources.len() < 2 {
        let span = context.line.span(parts.all());
        let message = format!("`{}` needs at least one source and a destination", keyword.name());
        let help =
            (sources.len() == 1).then(|| "a last word is missing: where to put it in the image".to_owned());
        context.errors.refused(span, message, help);
        return Copy { sources: sources.into(), destination: None, json };
    }
    let destination = sources.pop().map(|last| match last {
        CopySource::Path(word) | CopySource::Heredoc { word, .. } => word,
    });
    if let Some(destination) = &destination
        && is_heredoc(destination.text(context.source))
    {
        let message = format!("the destination of `{}` cannot be a heredoc", keyword.name());
        context.errors.refused(destination.span, message, "add the path to write it to".to_owned());
    }
    Copy { sources: sources.into(), destination, json }
}

fn sources(context: &Context<'_, '_>, words: impl Iterator<Item = Word>) -> Vec<CopySource> {
    let heredocs = Heredocs::new(&context.markers);
    let source = |word: Word| match heredocs.index(word.text(context.source)) {
        Some(index) => CopySource::Heredoc { word, index },
        None => CopySource::Path(word),
    };
    words.map(source).collect()
}

/// The heredocs of the line by name. Of several of the same name, BuildKit takes the last for each.
struct Heredocs<'m> {
    indices: FxHashMap<&'m str, usize>,
}

impl<'m> Heredocs<'m> {
    fn new(markers: &'m [Marker]) -> Self {
        let name = |(index, marker): (usize, &'m Marker)| (marker.delimiter.name.as_str(), index);
        Self { indices: markers.iter().enumerate().map(name).collect() }
    }

    /// The heredoc that a word announces.
    fn index(&self, word: &str) -> Option<usize> {
        if self.indices.is_empty() {
            return None;
        }
        let delimiter = parse_delimiter(word).ok()??;
        self.indices.get(delimiter.name.as_str()).copied()
    }
}

fn is_heredoc(word: &str) -> bool {
    matches!(parse_delimiter(word), Ok(Some(_)))
}
