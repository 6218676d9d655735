//! Which entries a COPY or ADD source takes.

use super::tree::{Entry, Kind, compare_paths, is_below, resolve};
use super::{Amount, BuildContext, normalize};
use crate::dockerignore::Glob;

/// What a source of COPY or ADD names in the context.
#[derive(Clone, Debug)]
pub struct Selection<'c> {
    context: &'c BuildContext,
    named: Vec<&'c Entry>,
    dropped: Vec<Dropped>,
    is_root: bool,
}

/// An entry that a source names and that is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The path in the context.
    pub path: String,
    /// What it is. A folder may stand for files in it that nobody looked at.
    pub kind: Kind,
}

impl<'c> Selection<'c> {
    /// The entries that the source names, links followed, in the order of the listing; for the whole context,
    /// what lies directly in it. A folder stands for all that is sent below it.
    #[must_use]
    pub fn named(&self) -> &[&'c Entry] {
        &self.named
    }

    /// The entries that the source names but `.dockerignore` keeps back; ask
    /// [`BuildContext::decided_by`] for the line.
    #[must_use]
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// Whether nothing in the context has such a name, excluded entries included.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.named.is_empty() && self.dropped.is_empty() && !self.is_root
    }

    /// Whether the source is the context itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.is_root
    }

    /// Everything that is copied: the named entries, and what is sent below them.
    pub fn entries(&self) -> impl Iterator<Item = &'c Entry> + '_ {
        let listing = self.context.listing();
        self.named.iter().flat_map(move |&entry| {
            let below = if entry.kind == Kind::Folder { listing.below(&entry.path) } else { &[] };
            std::iter::once(entry).chain(below).filter(|entry| entry.is_sent())
        })
    }

    /// The files that are copied, and their bytes.
    #[must_use]
    pub fn amount(&self) -> Amount {
        if self.is_root {
            return self.context.sent_amount("");
        }
        Amount::of(self.entries())
    }

    /// Whether the source takes this path, which must be one of the listing.
    #[must_use]
    pub fn takes(&self, path: &str) -> bool {
        let path = normalize(path);
        let takes = |entry: &&Entry| entry.path == path || is_below(&path, &entry.path);
        self.named.iter().any(takes) && self.context.entry(&path).is_some_and(Entry::is_sent)
    }
}

impl BuildContext {
    /// What a source of a COPY or ADD takes out of this context. Wildcards are those of Go's `filepath.Match`;
    /// the path is as written, after expansion of variables. URLs, heredocs and `--from` are for the caller to
    /// tell apart.
    #[must_use]
    pub fn select(&self, source: &str) -> Selection<'_> {
        let path = normalize(source);
        let mut selection =
            Selection { context: self, named: Vec::new(), dropped: Vec::new(), is_root: path.is_empty() };
        if path.is_empty() {
            let top_level =
                self.listing().entries().iter().filter(|entry| entry.is_top_level() && entry.is_sent());
            selection.named = top_level.collect();
        } else if Glob::is_wildcard(&path) {
            self.select_wildcard(&path, &mut selection);
        } else {
            self.select_path(&path, &mut selection);
        }
        selection
    }

    fn select_path<'c>(&'c self, path: &str, selection: &mut Selection<'c>) {
        match self.follow(path) {
            Some(entry) => selection.named.push(entry),
            None => selection.dropped.extend(self.dropped(path)),
        }
    }

    /// What is at a path that leads nowhere among the entries that are sent: it may be excluded, or something
    /// that a link on the way leads to may be.
    fn dropped(&self, path: &str) -> Option<Dropped> {
        let resolved = resolve(path, |path| self.tree.look(path))?;
        let path = if self.is_sent(path) { resolved } else { path.to_owned() };
        let kind = self.tree.look(&path)?.kind;
        Some(Dropped { path, kind })
    }

    fn select_wildcard<'c>(&'c self, path: &str, selection: &mut Selection<'c>) {
        let parts: Vec<&str> = path.split('/').collect();
        let literal = parts.iter().take_while(|part| !Glob::is_wildcard(part)).count();
        let pattern = parts[literal..].join("/");
        let Ok(glob) = Glob::new(&pattern) else { return };
        let base = parts[..literal].join("/");
        let base = if base.is_empty() {
            ""
        } else {
            let Some(entry) = self.follow(&base) else {
                selection.dropped.extend(self.dropped(&base));
                return;
            };
            &entry.path
        };
        let mut taken: Option<&str> = None;
        for entry in self.listing().below(base) {
            if taken.is_some_and(|folder| is_below(&entry.path, folder)) {
                continue;
            }
            let relative = if base.is_empty() { entry.path.as_str() } else { &entry.path[base.len() + 1..] };
            let matches = glob.matches(relative);
            if entry.is_sent() && matches {
                // A folder that matches is taken whole.
                taken = Some(&entry.path);
                selection.named.extend(self.follow(&entry.path));
            } else if matches || entry.is_pruned && glob.may_match_below(relative) {
                selection.dropped.push(Dropped { path: entry.path.clone(), kind: entry.kind });
            }
        }
        selection.named.sort_by(|a, b| compare_paths(&a.path, &b.path));
        selection.named.dedup_by(|a, b| a.path == b.path);
    }

    /// The entry that a path leads to among those that are sent.
    fn follow(&self, path: &str) -> Option<&Entry> {
        let listing = self.listing();
        let is_sent = |path: &str| listing.get(path).is_some_and(Entry::is_sent);
        let resolved = resolve(path, |path| listing.look(path).filter(|_| is_sent(path)))?;
        listing.get(&resolved)
    }
}
