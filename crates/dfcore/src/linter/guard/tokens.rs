use rustc_hash::FxHashMap;

use super::alignment::Moves;
use crate::fix::Edit;
use crate::model::Model;
use crate::syntax::{Token, TokenKind};

/// What no edit touches is read as before, and no comment is lost but one that an edit is about.
pub(super) fn damage(before: &Model<'_>, after: &Model<'_>, edits: &[&Edit]) -> Option<String> {
    let mut moves = Moves::of_words(edits);
    let mut new = after.dockerfile.tokens.iter().peekable();
    // The comments that an edit touches, and those that may be what has become of them.
    let (mut touched, mut others): (Vec<&Token>, Vec<&Token>) = Default::default();
    for token in before.dockerfile.tokens.iter().filter(|token| is_whole(token.kind)) {
        let Some(moved) = moves.of(token.span) else {
            touched.extend(Some(token).filter(|token| token.kind == TokenKind::Comment));
            continue;
        };
        while let Some(passed) = new.next_if(|other| other.span.start < moved.start) {
            others.push(passed);
        }
        if new.next_if(|other| other.span == moved && other.kind == token.kind).is_none() {
            let line = before.line(token.span.start);
            return Some(format!("lose a part of line {line} that it does not touch"));
        }
    }
    touched.retain(|comment| !is_meant(comment, edits, before));
    if touched.is_empty() {
        return None;
    }
    let comments = others.into_iter().chain(new).filter(|token| token.kind == TokenKind::Comment);
    let left = comments.map(|comment| after.slice(comment.span).trim());
    let lost = missing(left, touched.into_iter().map(|comment| before.slice(comment.span).trim()));
    lost.map(|comment| format!("lose the comment `{comment}`"))
}

/// The first of the texts for which there is none left among those that there are.
pub(super) fn missing<'t>(
    there: impl Iterator<Item = &'t str>,
    mut wanted: impl Iterator<Item = &'t str>,
) -> Option<&'t str> {
    let mut left: FxHashMap<&str, usize> = FxHashMap::default();
    there.for_each(|text| *left.entry(text).or_default() += 1);
    wanted.find(|text| match left.get_mut(text) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

/// Whether a token means something by itself and is never a part of a larger one.
fn is_whole(kind: TokenKind) -> bool {
    match kind {
        TokenKind::ByteOrderMark
        | TokenKind::Comment
        | TokenKind::Directive
        | TokenKind::Keyword
        | TokenKind::Flag
        | TokenKind::HeredocBody
        | TokenKind::HeredocTerminator => true,
        TokenKind::Whitespace | TokenKind::Newline | TokenKind::Text | TokenKind::Continuation => false,
    }
}

/// Whether an edit is about a comment: under it are only comments and the blanks around them.
fn is_meant(comment: &Token, edits: &[&Edit], model: &Model<'_>) -> bool {
    let tokens = &model.dockerfile.tokens;
    let first = edits.partition_point(|edit| edit.span.end < comment.span.start);
    let mut near = edits[first..].iter().take_while(|edit| edit.span.start <= comment.span.end);
    near.any(|edit| {
        let first = tokens.partition_point(|token| token.span.end <= edit.span.start);
        let mut under = tokens[first..].iter().take_while(|token| token.span.start < edit.span.end);
        under.all(|token| {
            matches!(token.kind, TokenKind::Comment | TokenKind::Whitespace | TokenKind::Newline)
        })
    })
}
