//! What two states of a context send differently.

use std::cmp::Ordering;

use super::BuildContext;
use super::tree::{Entry, Kind, compare_paths};

/// What is sent now and was not, the other way round, and what is sent with another content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct ContextDiff {
    /// The bytes that were sent.
    pub bytes_before: u64,
    /// The bytes that are sent.
    pub bytes_after: u64,
    /// All differences in the order of the listing.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Change {
    /// The path in the context.
    pub path: String,
    /// Its bytes before; [`None`] when it was not sent.
    pub bytes_before: Option<u64>,
    /// Its bytes now; [`None`] when it is not sent any more.
    pub bytes_after: Option<u64>,
}

impl ContextDiff {
    /// Compares what two contexts send, files and links. `is_same` is asked about regular files of the same length.
    #[must_use]
    pub fn new(
        before: &BuildContext,
        after: &BuildContext,
        mut is_same: impl FnMut(&Entry, &Entry) -> bool,
    ) -> Self {
        let content = |context: &BuildContext| context.sent_amount("").bytes;
        let mut diff =
            Self { bytes_before: content(before), bytes_after: content(after), changes: Vec::new() };
        let is_content = |entry: &&Entry| entry.kind != Kind::Folder;
        let mut old = before.listing().sent().filter(is_content).peekable();
        let mut new = after.listing().sent().filter(is_content).peekable();
        loop {
            let order = match (old.peek(), new.peek()) {
                (Some(old), Some(new)) => compare_paths(&old.path, &new.path),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return diff,
            };
            let old = if order.is_le() { old.next() } else { None };
            let new = if order.is_ge() { new.next() } else { None };
            let is_unchanged = match (old, new) {
                (Some(old), Some(new)) => {
                    old.kind == new.kind
                        && old.bytes == new.bytes
                        && old.link_target == new.link_target
                        && (old.kind != Kind::File || is_same(old, new))
                }
                _ => false,
            };
            if let Some(either) = old.or(new).filter(|_| !is_unchanged) {
                let bytes = |entry: Option<&Entry>| entry.map(|entry| entry.bytes);
                let path = either.path.clone();
                diff.changes.push(Change { path, bytes_before: bytes(old), bytes_after: bytes(new) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::context::MemoryTree;

    #[test]
    fn only_what_is_sent_counts() {
        let open = |tree| BuildContext::new(Arc::new(tree), None).unwrap();
        let before = MemoryTree::new()
            .file("a/x", 1)
            .file("same", 5)
            .file("touched", 7)
            .file("gone.log", 3)
            .link("l", "a");
        let after = MemoryTree::new()
            .text(".dockerignore", "*.log\n")
            .file("same", 5)
            .file("touched", 7)
            .file("gone.log", 3)
            .file("a/x", 2)
            .file("b", 9)
            .link("l", "b");
        let diff = ContextDiff::new(&open(before), &open(after), |old, _| old.path != "touched");
        let changes: Vec<_> =
            diff.changes.iter().map(|c| (c.path.as_str(), c.bytes_before, c.bytes_after)).collect();
        assert_eq!(
            changes,
            [
                (".dockerignore", None, Some(6)),
                ("a/x", Some(1), Some(2)),
                ("b", None, Some(9)),
                ("gone.log", Some(3), None),
                ("l", Some(0), Some(0)),
                ("touched", Some(7), Some(7)),
            ]
        );
        assert_eq!((diff.bytes_before, diff.bytes_after), (16, 29));
    }
}
