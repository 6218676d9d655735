//! A context made up in memory: for tests and for the examples in the documentation of rules.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use super::listing::{Gathered, Listing};
use super::tree::{Entry, Fate, Kind, Look, ReadError, Scope, Tree, is_below};
use crate::dockerignore::{Matcher, Trail};

/// A tree without a disk.
///
/// ```
/// use dfcore::context::{MemoryTree, Tree};
/// let tree = MemoryTree::new().text(".dockerignore", "*.log\n").file("data/big.bin", 1 << 30).link("latest", "data");
/// assert_eq!(tree.read(".dockerignore", 100).unwrap(), b"*.log\n");
/// assert!(tree.look("data").is_some());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryTree {
    entries: BTreeMap<String, Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Folder,
    Sized(u64),
    Content(Vec<u8>),
    Link(String),
}

impl MemoryTree {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file of the given length; its content reads as spaces. Folders above it are added too.
    #[must_use]
    pub fn file(self, path: &str, bytes: u64) -> Self {
        self.with(path, Item::Sized(bytes))
    }

    /// Adds a file with content.
    #[must_use]
    pub fn text(self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.with(path, Item::Content(content.into()))
    }

    /// Adds a folder.
    #[must_use]
    pub fn folder(self, path: &str) -> Self {
        self.with(path, Item::Folder)
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn link(self, path: &str, target: &str) -> Self {
        self.with(path, Item::Link(target.to_owned()))
    }

    fn with(mut self, path: &str, item: Item) -> Self {
        for (at, _) in path.match_indices('/') {
            self.entries.entry(path[..at].to_owned()).or_insert(Item::Folder);
        }
        self.entries.insert(path.to_owned(), item);
        self
    }
}

impl Item {
    fn kind(&self) -> Kind {
        match self {
            Self::Folder => Kind::Folder,
            Self::Sized(_) | Self::Content(_) => Kind::File,
            Self::Link(_) => Kind::Link,
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Sized(bytes) => *bytes,
            Self::Content(content) => content.len() as u64,
            Self::Folder | Self::Link(_) => 0,
        }
    }

    fn link_target(&self) -> Option<String> {
        match self {
            Self::Link(target) => Some(target.clone()),
            _ => None,
        }
    }
}

impl Tree for MemoryTree {
    fn list(&self, matcher: &Matcher, scope: Scope) -> Listing {
        let mut trail = Trail::new(matcher);
        let mut gathered = Gathered::default();
        let mut pruned: Vec<&str> = Vec::new();
        // Folders come before what is in them here as well.
        for (path, item) in &self.entries {
            if pruned.iter().any(|folder| is_below(path, folder)) {
                continue;
            }
            let verdict = trail.verdict(path);
            let kind = item.kind();
            let is_pruned = scope == Scope::Sent && kind == Kind::Folder && matcher.can_prune(path, verdict);
            if is_pruned {
                pruned.push(path);
            }
            let mode = if kind == Kind::Folder { 0o755 } else { 0o644 };
            let entry = Entry {
                path: path.clone(),
                kind,
                fate: Fate::Sent,
                decided_by: None,
                is_pruned,
                bytes: item.bytes(),
                mode,
                modified: 0,
                link_target: item.link_target(),
                hard_link: None,
            };
            gathered.push(entry, verdict);
        }
        gathered.finish()
    }

    fn look(&self, path: &str) -> Option<Look> {
        let item = self.entries.get(path)?;
        Some(Look { kind: item.kind(), link_target: item.link_target() })
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, ReadError> {
        let failed = |cause: &str| ReadError::Io { path: path.to_owned(), cause: cause.to_owned() };
        match self.entries.get(path).ok_or_else(|| failed("no such file"))? {
            Item::Content(content) => Ok(Box::new(Cursor::new(content))),
            Item::Sized(bytes) => Ok(Box::new(io::repeat(b' ').take(*bytes))),
            Item::Folder | Item::Link(_) => Err(failed("not a regular file")),
        }
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let opened = self.open(path)?;
        if self.entries.get(path).is_some_and(|item| item.bytes() > limit) {
            return Err(ReadError::TooLarge { path: path.to_owned(), limit });
        }
        let mut content = Vec::new();
        opened
            .take(limit)
            .read_to_end(&mut content)
            .map_err(|error| ReadError::Io { path: path.to_owned(), cause: error.to_string() })?;
        Ok(content)
    }

    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
}
