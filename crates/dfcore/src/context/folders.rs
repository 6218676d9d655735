//! The heaviest parts of a context as a small tree.

use rustc_hash::FxHashMap;

use super::BuildContext;
use super::measure::{Amount, FolderAmount};
use super::tree::{Entry, Kind};

/// A folder or file with what is heavy in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct FolderNode {
    /// The path in the context; the root is the empty path.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// What is sent of it.
    pub sent: Amount,
    /// What is not, as far as it was counted.
    pub excluded: Amount,
    /// Whether some of it was not counted.
    pub has_uncounted: bool,
    /// The line of the ignore file that decided about it.
    pub decided_by_line: Option<u32>,
    /// What is heavy in it, heaviest first.
    pub children: Vec<FolderNode>,
    /// How many entries in it are left out here for their small weight.
    pub others: u64,
}

impl FolderNode {
    /// All its bytes, sent or not.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.sent.bytes.saturating_add(self.excluded.bytes)
    }
}

/// Deeper parts are named in the lists of the heaviest.
const MAX_DEPTH: usize = 4;

/// The most parts of one folder that are named, by depth.
const MOST_CHILDREN: [usize; MAX_DEPTH] = [12, 5, 4, 3];

/// Below the top level a part has to have one of this many shares of all bytes.
const SHARE: u64 = 50;

pub(super) fn folder_tree(context: &BuildContext, folders: &[FolderAmount<'_>]) -> FolderNode {
    let amounts: FxHashMap<&str, &FolderAmount<'_>> =
        folders.iter().map(|folder| (folder.path, folder)).collect();
    let root = &folders[0];
    let all = root.sent.bytes.saturating_add(root.excluded.bytes);
    let mut node = FolderNode {
        path: String::new(),
        kind: Kind::Folder,
        sent: root.sent,
        excluded: root.excluded,
        has_uncounted: root.has_uncounted,
        decided_by_line: None,
        children: Vec::new(),
        others: 0,
    };
    Builder { context, amounts, least: all / SHARE }.fill(&mut node, 0);
    node
}

struct Builder<'c> {
    context: &'c BuildContext,
    amounts: FxHashMap<&'c str, &'c FolderAmount<'c>>,
    least: u64,
}

impl Builder<'_> {
    fn fill(&self, node: &mut FolderNode, depth: usize) {
        let Some(&most) = MOST_CHILDREN.get(depth) else { return };
        let mut children: Vec<FolderNode> = self.children(&node.path).map(|entry| self.node(entry)).collect();
        let all = children.len();
        if depth > 0 {
            children.retain(|child| child.bytes() >= self.least.max(1));
        }
        let weight = |node: &FolderNode| (node.bytes(), node.has_uncounted, node.sent.files);
        // The order of the listing is kept among equals.
        children.sort_by_key(|child| std::cmp::Reverse(weight(child)));
        children.truncate(most);
        // What decided about a folder decided about what is in it: said once.
        node.others = (all - children.len()) as u64;
        for child in &mut children {
            if child.kind == Kind::Folder && child.sent.files > 0 {
                self.fill(child, depth + 1);
            }
        }
        node.children = children;
    }

    /// What lies directly in a folder.
    fn children(&self, folder: &str) -> impl Iterator<Item = &Entry> {
        let prefix = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let mut rest = self.context.listing().below(folder);
        std::iter::from_fn(move || {
            let (first, after) = rest.split_first()?;
            let is_inside = |entry: &Entry| {
                entry.path.len() > first.path.len()
                    && entry.path.as_bytes()[first.path.len()] == b'/'
                    && entry.path.as_bytes()[prefix..].starts_with(&first.path.as_bytes()[prefix..])
            };
            rest = &after[after.partition_point(is_inside)..];
            Some(first)
        })
    }

    fn node(&self, entry: &Entry) -> FolderNode {
        let own = Amount::of([entry]);
        let (sent, excluded, has_uncounted) = match self.amounts.get(entry.path.as_str()) {
            Some(folder) if entry.kind == Kind::Folder => {
                (folder.sent, folder.excluded, folder.has_uncounted)
            }
            _ if entry.is_sent() => (own, Amount::default(), false),
            _ => (Amount::default(), own, false),
        };
        let line = |pattern: u32| Some(self.context.ignore_file()?.rules().line(pattern as usize).number);
        FolderNode {
            path: entry.path.clone(),
            kind: entry.kind,
            sent,
            excluded,
            has_uncounted,
            decided_by_line: entry.decided_by.and_then(line),
            children: Vec::new(),
            others: 0,
        }
    }
}
