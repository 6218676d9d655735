//! Waits until a file changes.
//!
//! It looks at the files again and again: that works on every file system, those of containers and networks too, needs
//! no service of the system, and costs next to nothing for the few files that matter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// How long to wait between two looks at least.
const PAUSE: Duration = Duration::from_millis(250);

/// How many times longer than a look the pause after it is at least, so that large trees cost little.
const PAUSES_PER_LOOK: u32 = 20;

/// What files were like at some moment. Editors save in several steps and programs write many files, so a change is one
/// only when nothing more happens for a pause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl Snapshot {
    /// What these files are like now; they need not be there.
    pub(crate) fn of(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let state = |path: &Path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        Self(files.into_iter().map(|path| (state(&path), path)).map(|(state, path)| (path, state)).collect())
    }

    /// The same, with files that only the other one has.
    pub(crate) fn or(mut self, other: Self) -> Self {
        for (path, state) in other.0 {
            self.0.entry(path).or_insert(state);
        }
        self
    }

    /// The files that are another way here than there.
    fn changes(&self, later: &Self) -> Vec<PathBuf> {
        let paths: BTreeSet<&PathBuf> = self.0.keys().chain(later.0.keys()).collect();
        let state = |snapshot: &Self, path: &PathBuf| snapshot.0.get(path).copied().flatten();
        let is_changed = |path: &&PathBuf| state(self, path) != state(later, path);
        paths.into_iter().filter(is_changed).cloned().collect()
    }
}

/// Waits until files are another way than they were and stay that way for a moment, and gives their names. `look` takes a
/// snapshot.
pub(crate) fn wait_for_change(before: &Snapshot, look: impl Fn() -> Snapshot) -> Vec<PathBuf> {
    let mut last = before.clone();
    loop {
        let started = Instant::now();
        let now = look();
        let changes = before.changes(&now);
        if !changes.is_empty() && last.changes(&now).is_empty() {
            return changes;
        }
        last = now;
        sleep(PAUSE.max(started.elapsed() * PAUSES_PER_LOOK));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::Cell;

    use super::*;

    #[test]
    fn files_that_come_go_and_grow_are_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let look = || Snapshot::of(["a", "b", "c", "d"].map(path));
        fs::write(path("a"), "1").unwrap();
        fs::write(path("b"), "1").unwrap();
        fs::write(path("d"), "1").unwrap();
        let before = look();
        assert_eq!(before.changes(&look()), [] as [PathBuf; 0]);
        fs::write(path("a"), "12").unwrap();
        fs::remove_file(path("b")).unwrap();
        fs::write(path("c"), "1").unwrap();
        assert_eq!(before.changes(&look()), ["a", "b", "c"].map(path));
    }

    #[test]
    fn a_change_counts_when_nothing_more_happens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let looks = Cell::new(0);
        let look = || {
            looks.set(looks.get() + 1);
            if looks.get() <= 2 {
                fs::write(&path, "x".repeat(looks.get())).unwrap();
            }
            Snapshot::of([path.clone()])
        };
        assert_eq!(wait_for_change(&Snapshot::default(), look), std::slice::from_ref(&path));
        assert_eq!(looks.get(), 3);
    }
}
