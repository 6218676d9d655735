//! What a parser sees in a file, in words that all parsers have.

use std::ops::Range;

/// An instruction: its keyword in upper case, and what it says piece by piece.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) keyword: String,
    facts: Vec<Fact>,
}

/// One piece: what it is, where it stands, what it says.
#[derive(Debug, PartialEq, Eq)]
struct Fact {
    what: &'static str,
    span: Range<usize>,
    text: String,
}

impl Seen {
    pub(crate) fn new(keyword: impl Into<String>) -> Self {
        Self { keyword: keyword.into(), facts: Vec::new() }
    }

    pub(crate) fn add(&mut self, what: &'static str, span: Range<usize>, text: impl Into<String>) {
        self.facts.push(Fact { what, span, text: text.into() });
    }
}

/// The first instruction that two parsers see differently, as a message.
pub(crate) fn difference(ours: &[Seen], theirs: &[Seen]) -> Option<String> {
    let count = ours.len().max(theirs.len());
    let index = (0..count).find(|&index| ours.get(index) != theirs.get(index))?;
    Some(format!("instruction {index}\n  ours {:?}\ntheirs {:?}", ours.get(index), theirs.get(index)))
}
