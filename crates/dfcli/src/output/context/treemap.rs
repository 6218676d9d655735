//! The entries of a context as a tree of rectangles, small ones put together.

use dfcore::context::{BuildContext, Entry, Kind, Usage};
use serde::Serialize;

/// A rectangle smaller than one of this many parts of the whole is put together with its neighbours.
const SHARE: u64 = 4_000;

/// What becomes of a rectangle's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Sent, and taken by an instruction, as far as that is known.
    Sent,
    /// Kept back.
    Ignored,
    /// Sent, and taken by no instruction.
    Unused,
}

/// A folder or file, or what was put together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Rectangle {
    /// The name in the folder around it.
    #[serde(rename = "n")]
    pub(super) name: String,
    /// All bytes in it.
    #[serde(rename = "b")]
    pub(super) bytes: u64,
    /// All files in it.
    #[serde(rename = "f")]
    pub(super) files: u64,
    /// What becomes of a file's bytes; of a folder it is that of most of them.
    #[serde(rename = "s")]
    pub(super) state: State,
    /// What is in a folder.
    #[serde(rename = "c", skip_serializing_if = "Vec::is_empty")]
    pub(super) children: Vec<Rectangle>,
}

/// The rectangles of a context. Without a usage nothing is called unused.
pub(super) fn treemap(context: &BuildContext, usage: Option<&Usage<'_>>) -> Rectangle {
    let entries = context.listing().entries();
    let all = entries.iter().fold(0u64, |all, entry| all.saturating_add(entry.bytes));
    let usage = usage.filter(|usage| usage.is_complete());
    let mut builder = Builder { entries, usage, at: 0, least: (all / SHARE).max(1) };
    let children = builder.inside("");
    folder(String::new(), children)
}

struct Builder<'c> {
    entries: &'c [Entry],
    usage: Option<&'c Usage<'c>>,
    at: usize,
    least: u64,
}

impl Builder<'_> {
    /// Reads what is in a folder, and puts together what is small.
    fn inside(&mut self, path: &str) -> Vec<Rectangle> {
        let mut large = Vec::new();
        let mut small: [Option<Rectangle>; 3] = [None, None, None];
        while let Some(entry) = self.entries.get(self.at).filter(|entry| is_in(&entry.path, path)) {
            let place = self.at;
            self.at += 1;
            let rectangle = if entry.kind == Kind::Folder {
                let children = self.inside(&entry.path);
                folder(entry.name().to_owned(), children)
            } else {
                let state = self.state(place, entry);
                Rectangle {
                    name: entry.name().to_owned(),
                    bytes: entry.bytes,
                    files: 1,
                    state,
                    children: Vec::new(),
                }
            };
            if rectangle.bytes >= self.least {
                large.push(rectangle);
            } else {
                gather(&mut small, rectangle);
            }
        }
        large.extend(small.into_iter().flatten());
        large.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        large
    }

    fn state(&self, place: usize, entry: &Entry) -> State {
        if !entry.is_sent() {
            State::Ignored
        } else if self.usage.is_some_and(|usage| !usage.takes(place)) {
            State::Unused
        } else {
            State::Sent
        }
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Puts a small rectangle together with others of its state. A folder brings its parts.
fn gather(small: &mut [Option<Rectangle>; 3], rectangle: Rectangle) {
    if !rectangle.children.is_empty() {
        for child in rectangle.children {
            gather(small, child);
        }
        return;
    }
    match &mut small[rectangle.state as usize] {
        Some(known) => {
            known.bytes += rectangle.bytes;
            known.files += rectangle.files;
            known.name = "(small files)".to_owned();
        }
        none => *none = Some(rectangle).filter(|rectangle| rectangle.files > 0),
    }
}

fn folder(name: String, children: Vec<Rectangle>) -> Rectangle {
    let bytes = children.iter().fold(0u64, |all, child| all.saturating_add(child.bytes));
    let files = children.iter().map(|child| child.files).sum();
    let of =
        |state| children.iter().filter(|c| c.state == state).fold(0u64, |all, c| all.saturating_add(c.bytes));
    let states = [State::Ignored, State::Unused, State::Sent];
    let state = states.into_iter().max_by_key(|&state| of(state)).unwrap_or(State::Sent);
    Rectangle { name, bytes, files, state, children }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use dfcore::context::{MemoryTree, Scope, Taker};

    use super::*;

    #[test]
    fn bytes_and_files_add_up_and_states_are_told_apart() {
        let mut tree = MemoryTree::new().text(".dockerignore", "b\n").file("a/x", 50_000).file("b/y", 90_000);
        for number in 0..100 {
            tree = tree.file(&format!("a/small/{number}"), 1);
        }
        let context = BuildContext::new(Arc::new(tree), None).unwrap().with_scope(Scope::Everything);
        let taker =
            Taker { line: 1, keyword: "COPY".into(), sources: vec![Some("a/x".into())], leaves_out: false };
        let usage = Usage::new(&context, &[taker]);
        let root = treemap(&context, Some(&usage));
        assert_eq!((root.bytes, root.files), (140_102, 103));
        let names = |of: &Rectangle| -> Vec<(String, State, u64)> {
            of.children.iter().map(|child| (child.name.clone(), child.state, child.bytes)).collect()
        };
        assert_eq!(names(&root)[0], ("b".to_owned(), State::Ignored, 90_000));
        let a = &root.children[1];
        assert_eq!(names(a)[0], ("x".to_owned(), State::Sent, 50_000));
        assert_eq!(names(a)[1].1, State::Unused);
        assert_eq!(a.files, 101);
    }
}
