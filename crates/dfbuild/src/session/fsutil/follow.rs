//! Follow paths: the sources of COPY and ADD, with the symbolic links on the way to them resolved.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use dfcore::dockerignore::Glob;

/// A tree of links that leads to more paths than this is not worth resolving: sending everything is always right.
const MAX_PATHS: usize = 4096;

/// The operating system opens no path that is longer, so nothing can be at its end.
const MAX_PATH_BYTES: usize = 4096;

/// The paths that have to be sent so that each of `paths` can be read on the other side: the path itself, and for
/// every symbolic link on the way the link and what it leads to. A target outside of `root` is taken as relative
/// to `root`, which is how the engine will see it. A last component may hold wildcards; they are kept, and the
/// links among their matches are resolved.
///
/// `None` says that everything is needed.
pub(in crate::session) fn follow_links(root: &Path, paths: &[String]) -> Option<Vec<String>> {
    let mut resolver = Resolver { root, visited: BTreeSet::new(), needed: BTreeSet::new() };
    let mut open: Vec<PathBuf> = paths.iter().map(|path| clean(Path::new(path))).collect();
    while let Some(path) = open.pop() {
        if path.as_os_str().len() <= MAX_PATH_BYTES && resolver.visited.insert(path.clone()) {
            open.extend(resolver.follow(&path));
        }
        if resolver.visited.len() > MAX_PATHS {
            return None;
        }
    }
    without_nested(resolver.needed)
}

struct Resolver<'a> {
    root: &'a Path,
    /// Every path that was looked at: a loop of links comes back to one of them, or runs into a limit.
    visited: BTreeSet<PathBuf>,
    needed: BTreeSet<PathBuf>,
}

impl Resolver<'_> {
    /// Goes along `path`, relative to the root and clean, up to its end or to the first link, and returns where
    /// the way goes on from there.
    fn follow(&mut self, path: &Path) -> Vec<PathBuf> {
        let mut current = PathBuf::new();
        let mut components = path.components();
        while let Some(component) = components.next() {
            current.push(component);
            let targets = self.link_targets(&current);
            if !targets.is_empty() {
                self.needed.insert(current);
                let rest = components.as_path();
                return targets.into_iter().map(|target| clean(&target.join(rest))).collect();
            }
        }
        self.needed.insert(current);
        Vec::new()
    }

    /// Where the symbolic links that `path` names lead, as clean paths from the root. A wildcard names several.
    fn link_targets(&self, path: &Path) -> Vec<PathBuf> {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
        if !contains_wildcard(name) {
            return self.link_target(path).into_iter().collect();
        }
        let Ok(glob) = Glob::new(name) else { return Vec::new() };
        let parent = path.parent().unwrap_or(Path::new(""));
        let Ok(entries) = self.root.join(parent).read_dir() else { return Vec::new() };
        entries
            .flatten()
            .map(|entry| entry.file_name())
            .filter(|name| glob.matches(&name.to_string_lossy()))
            .filter_map(|name| self.link_target(&parent.join(name)))
            .collect()
    }

    fn link_target(&self, path: &Path) -> Option<PathBuf> {
        let target = self.root.join(path).read_link().ok()?;
        let parent = path.parent().unwrap_or(Path::new(""));
        // An absolute target replaces `parent` in the join and becomes relative to the root when it is cleaned.
        Some(clean(&parent.join(target)))
    }
}

/// `path` without `.` and `..`, relative: a `..` at the root stays at the root.
fn clean(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut cleaned, component| {
        match component {
            Component::Normal(name) => cleaned.push(name),
            Component::ParentDir => drop(cleaned.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
        cleaned
    })
}

fn contains_wildcard(name: &str) -> bool {
    let mut characters = name.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

/// The paths that do not lie below another one of them.
fn without_nested(paths: BTreeSet<PathBuf>) -> Option<Vec<String>> {
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in paths {
        if path.as_os_str().is_empty() {
            return None;
        }
        if kept.last().is_none_or(|last| !path.starts_with(last)) {
            kept.push(path);
        }
    }
    Some(kept.into_iter().map(|path| path.to_string_lossy().into_owned()).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn follow(root: &Path, paths: &[&str]) -> Option<Vec<String>> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        follow_links(root, &paths)
    }

    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("real/sub")).unwrap();
        fs::write(root.path().join("real/sub/file"), "x").unwrap();
        symlink("real", root.path().join("link")).unwrap();
        symlink("../../outside", root.path().join("escape")).unwrap();
        symlink("loop", root.path().join("loop")).unwrap();
        symlink("/real/sub/file", root.path().join("one.txt")).unwrap();
        root
    }

    #[test]
    fn plain_paths_stay_as_they_are() {
        let root = tree();
        assert_eq!(
            follow(root.path(), &["real/sub", "missing", "./x/../y"]).unwrap(),
            ["missing", "real/sub", "y"]
        );
    }

    #[test]
    fn a_link_on_the_way_brings_its_target() {
        let root = tree();
        assert_eq!(follow(root.path(), &["link/sub/file"]).unwrap(), ["link", "real/sub/file"]);
    }

    #[test]
    fn wildcards_bring_the_targets_of_links() {
        let root = tree();
        let followed = follow(root.path(), &["*.txt"]).unwrap();
        assert!(followed.contains(&"*.txt".to_owned()), "{followed:?}");
        assert!(followed.contains(&"real/sub/file".to_owned()), "{followed:?}");
    }

    #[test]
    fn a_target_outside_stays_inside() {
        let root = tree();
        assert_eq!(follow(root.path(), &["escape"]).unwrap(), ["escape", "outside"]);
    }

    #[test]
    fn loops_end() {
        let root = tree();
        assert_eq!(follow(root.path(), &["loop/x"]).unwrap(), ["loop"]);
        for name in ["p", "q", "r"] {
            symlink("p/q/r/x", root.path().join(name)).unwrap();
        }
        let followed = follow(root.path(), &["*/*/*"]).unwrap();
        assert!(followed.contains(&"*".to_owned()) && followed.contains(&"p".to_owned()), "{followed:?}");
    }

    #[test]
    fn too_many_links_mean_everything() {
        let root = tempfile::tempdir().unwrap();
        for level in 0..8 {
            let directory = root.path().join(format!("d{level}"));
            fs::create_dir(&directory).unwrap();
            for name in ["a", "b", "c"] {
                symlink(format!("../d{}/{name}/..", level + 1), directory.join(name)).unwrap();
            }
        }
        let many: Vec<String> = (0..5000).map(|number| format!("missing-{number}")).collect();
        assert_eq!(follow_links(root.path(), &many), None);
        assert!(follow(root.path(), &["d0/*/*/*/*"]).is_some());
    }

    #[test]
    fn the_root_means_everything() {
        let root = tree();
        assert_eq!(follow(root.path(), &["real", "."]), None);
        assert_eq!(follow(root.path(), &["/"]), None);
    }
}
