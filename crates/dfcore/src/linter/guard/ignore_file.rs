use super::alignment::Moves;
use crate::fix::Edit;
use crate::text::{SourceFile, Span};

/// The first line of an ignore file that no edit touches and that is not a line of the result.
pub(in crate::linter) fn lost_line<'s>(
    before: &'s SourceFile,
    after: &SourceFile,
    mut edits: Vec<&Edit>,
) -> Option<&'s str> {
    edits.sort_by_key(|edit| edit.span);
    let mut moves = Moves::new(&edits);
    let mut at = 0;
    while at < before.len() {
        let line = before.line_span(at);
        at = before.full_line_span(at).end;
        let is_line = |place: Span| after.line_span(place.start) == place;
        if !line.is_empty() && moves.of(line).is_some_and(|moved| !is_line(moved)) {
            return Some(before.slice(line));
        }
    }
    None
}
