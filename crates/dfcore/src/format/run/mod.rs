//! The lines of a `RUN` in shell form.

mod nesting;
mod tokens;

use std::ops::Range;

use super::layout::{Joint, Layout};
use crate::shell::Command;
use nesting::{After, Place};
use tokens::{Token, TokenKind};

/// A script of which we know where blanks mean nothing.
pub(super) struct Script {
    tokens: Vec<Token>,
    places: Vec<Place>,
    shape: Shape,
}

/// What the commands outside of all constructs are joined with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Nothing but pipes: it is one command.
    Single,
    /// `&&` and `||`
    Chain,
    /// `;` or `&` too
    List,
}

impl Script {
    /// Reads a script without continuations; `None` when its layout is better left alone.
    pub(super) fn read(text: &str) -> Option<Self> {
        let tokens = tokens::read(text)?;
        let places = nesting::places(text, &tokens)?;
        let mut script = Self { tokens, places, shape: Shape::Single };
        let outside = |kinds: &[TokenKind]| {
            (0..script.tokens.len())
                .any(|index| kinds.contains(&script.tokens[index].kind) && script.is_outside(index))
        };
        script.shape = if outside(&[TokenKind::End]) {
            Shape::List
        } else if outside(&[TokenKind::And, TokenKind::Or]) {
            Shape::Chain
        } else {
            Shape::Single
        };
        // An operator at the end joins nothing.
        let is_whole =
            |token: &Token| !matches!(token.kind, TokenKind::And | TokenKind::Or | TokenKind::Pipe);
        let is_complete = is_whole(script.tokens.first()?) && is_whole(script.tokens.last()?);
        is_complete.then_some(script)
    }

    /// The tokens, as ranges of the text.
    pub(super) fn tokens(&self) -> impl Iterator<Item = Range<usize>> {
        self.tokens.iter().map(|token| token.range.clone())
    }

    /// Whether a token stands in no construct.
    fn is_outside(&self, index: usize) -> bool {
        let place = self.places[index];
        place.depth == 0 && !place.is_test
    }

    /// Whether a token is an `&&` that may begin a line.
    fn is_link(&self, index: usize) -> bool {
        self.tokens[index].kind == TokenKind::And && self.is_outside(index)
    }

    /// The levels of a line that begins with a token.
    fn level(&self, index: usize, has_own_line: bool) -> usize {
        let Place { depth, start, .. } = self.places[index];
        let is_chain = self.shape == Shape::Chain && self.is_outside(index);
        let goes_on = match self.tokens[index].kind {
            TokenKind::And | TokenKind::Or => !is_chain,
            TokenKind::Pipe => true,
            TokenKind::End | TokenKind::BranchEnd | TokenKind::Close => false,
            TokenKind::Word | TokenKind::Open => match start {
                Some(After::Nothing) => false,
                Some(After::And) => !is_chain,
                Some(After::Other) => true,
                None => !self.is_pattern(index),
            },
        };
        // One command on the line of the keyword has the lines below for itself.
        let is_alone = self.shape == Shape::Single && depth == 0 && !has_own_line;
        1 + depth + usize::from(goes_on && !is_alone)
    }

    /// Whether a token begins the patterns of a branch, or ends the branches.
    fn is_pattern(&self, index: usize) -> bool {
        let is_behind_branch = |before: &Token| before.kind == TokenKind::BranchEnd;
        let Some(before) = index.checked_sub(1) else { return false };
        is_behind_branch(&self.tokens[before]) || self.places[before].depth < self.places[index].depth
    }
}

/// Whether what the grammar takes for words of a command is in our reading no more than a word.
pub(super) fn has_our_words(command: &Command) -> bool {
    let words = command.words.iter().chain(command.assignments.iter().map(|assignment| &assignment.value));
    let mut words = words.chain(command.redirects.iter().map(|redirect| &redirect.target));
    words.all(|word| tokens::read(&word.raw).is_some_and(|tokens| tokens.len() <= 1))
}

/// Decides where the lines of a script end, whose first token is the atom `first`.
pub(super) fn arrange(
    layout: &mut Layout<'_>,
    first: usize,
    script: &Script,
    has_own_line: bool,
    is_too_long: bool,
) {
    let count = script.tokens.len();
    let level = |index: usize| script.level(index, has_own_line);
    for index in 1..count {
        layout.keep(first + index, level(index));
    }
    let links: Vec<usize> = (1..count).filter(|&index| script.is_link(index)).collect();
    let is_broken = layout.is_broken(first + 1..first + count);
    let are_all_broken = script.shape == Shape::Chain && (is_broken || is_too_long);
    let is_trailing = links.iter().any(|link| layout.gap(first + link + 1).has_comments());
    for link in links {
        let (before, after) = layout.gaps_around(first + link);
        if !are_all_broken && !before.is_broken && !after.is_broken {
            layout.set(first + link, Joint::Space);
            layout.set(first + link + 1, Joint::Space);
            continue;
        }
        // A comment stays between the tokens where it stands, and then the line ends on the side where it is.
        if after.has_comments() || (is_trailing && !before.has_comments()) {
            if !before.has_comments() {
                after.prepend(before);
            }
            layout.set(first + link, Joint::Space);
            if layout.gap(first + link).has_comments() {
                layout.set(first + link, Joint::Break(level(link)));
            }
            layout.set(first + link + 1, Joint::Break(level(link + 1)));
        } else {
            before.append(after);
            layout.set(first + link, Joint::Break(level(link)));
            layout.set(first + link + 1, Joint::Space);
        }
    }
}
