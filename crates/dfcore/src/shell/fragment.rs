use std::ops::Range;

use super::word::name_prefix;
use super::{Assignment, SourceMap, Word};
use crate::text::Span;

/// Shell text with its way back to the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    pub(super) text: String,
    pub(super) map: SourceMap,
}

impl Fragment {
    /// The text of a range; empty when the range is not one of this text.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn part(&self, range: Range<usize>) -> Self {
        Self { text: self.slice(range.clone()).to_owned(), map: self.map.slice(range) }
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.map.span(range)
    }

    pub(super) fn word(&self, range: Range<usize>) -> Word {
        Word::from_shell(self.slice(range.clone()), self.span(range))
    }

    /// The `name=value`, `name+=value` or `name[i]=value` of a range; `None` when it is none.
    pub(super) fn assignment(&self, range: Range<usize>) -> Option<Assignment> {
        let text = self.slice(range.clone());
        let name = name_prefix(text);
        if name.is_empty() {
            return None;
        }
        let mut operator = name.len();
        if text[operator..].starts_with('[') {
            operator += text[operator..].find(']')? + 1;
        }
        let append = text[operator..].starts_with("+=");
        if !append && !text[operator..].starts_with('=') {
            return None;
        }
        let value = operator + if append { 2 } else { 1 };
        Some(Assignment {
            span: self.span(range.clone()),
            name: name.to_owned(),
            append,
            value: self.word(range.start + value..range.end),
        })
    }
}
