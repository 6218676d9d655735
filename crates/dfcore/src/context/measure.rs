//! Counting files and bytes.

use std::ops::AddAssign;

use rustc_hash::FxHashSet;

use super::listing::Listing;
use super::tree::{Entry, Fate, Kind, is_below};

/// A number of files and the bytes in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Amount {
    /// Regular files, each name of a hard-linked one counted.
    pub files: u64,
    /// Their bytes; a hard-linked file counts once.
    pub bytes: u64,
}

impl Amount {
    /// The amount that these entries have in them, whatever becomes of them.
    #[must_use]
    pub fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Self {
        let mut seen = SeenLinks::default();
        let mut amount = Self::default();
        for entry in entries {
            amount += seen.amount(entry);
        }
        amount
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// The hard-linked files that were counted already.
#[derive(Default)]
pub(super) struct SeenLinks(FxHashSet<u32>);

impl SeenLinks {
    pub(super) fn amount(&mut self, entry: &Entry) -> Amount {
        if entry.kind != Kind::File {
            return Amount::default();
        }
        let is_new = entry.hard_link.is_none_or(|number| self.0.insert(number));
        Amount { files: 1, bytes: if is_new { entry.bytes } else { 0 } }
    }
}

/// What a folder of the context has in it, at any depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderAmount<'l> {
    /// The folder; the root of the context is the empty path.
    pub path: &'l str,
    /// What is sent.
    pub sent: Amount,
    /// What is excluded, as far as it was counted.
    pub excluded: Amount,
    /// Whether folders in it (or it itself) were not entered, so that `excluded` is too small.
    pub has_uncounted: bool,
}

/// The amounts of all folders, the root first, in the order of the listing.
#[must_use]
pub fn folder_amounts(listing: &Listing) -> Vec<FolderAmount<'_>> {
    let folder = |path| FolderAmount {
        path,
        sent: Amount::default(),
        excluded: Amount::default(),
        has_uncounted: false,
    };
    let mut folders = vec![folder("")];
    let mut open = vec![0];
    let mut seen_sent = SeenLinks::default();
    let mut seen_excluded = SeenLinks::default();
    for entry in listing.entries() {
        while open.last().is_some_and(|&at: &usize| !is_below(&entry.path, folders[at].path)) {
            close(&mut folders, &mut open);
        }
        if entry.kind == Kind::Folder {
            open.push(folders.len());
            folders.push(folder(&entry.path));
        }
        let Some(&at) = open.last() else { continue };
        folders[at].has_uncounted |= entry.is_pruned;
        if entry.fate == Fate::Excluded {
            folders[at].excluded += seen_excluded.amount(entry);
        } else {
            folders[at].sent += seen_sent.amount(entry);
        }
    }
    while !open.is_empty() {
        close(&mut folders, &mut open);
    }
    folders
}

/// Adds the innermost open folder to the one around it.
fn close(folders: &mut [FolderAmount<'_>], open: &mut Vec<usize>) {
    let Some(at) = open.pop() else { return };
    let Some(&around) = open.last() else { return };
    let (sent, excluded, has_uncounted) = (folders[at].sent, folders[at].excluded, folders[at].has_uncounted);
    folders[around].sent += sent;
    folders[around].excluded += excluded;
    folders[around].has_uncounted |= has_uncounted;
}
