//! What lies in many contexts and belongs into few images: version control, caches, environments, dumps.

use super::tree::{Entry, Kind};
use super::{Amount, BuildContext};
use crate::dockerignore::Matcher;

/// Entries of a context that one line of an ignore file would keep back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clutter {
    /// The line.
    pub pattern: String,
    /// The entries that are sent and that it would exclude, outermost only, in the order of the listing.
    pub paths: Vec<String>,
    /// What is sent of them.
    pub amount: Amount,
}

/// Where a name is out of place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Directly in the context.
    Root,
    /// Wherever it is.
    Anywhere,
    /// As a folder beside one of these files.
    Beside(&'static [&'static str]),
}

/// Names that are out of place in an image.
const NAMES: [(&str, Place); 40] = [
    (".git", Place::Root),
    (".hg", Place::Root),
    (".svn", Place::Root),
    (".venv", Place::Anywhere),
    ("venv", Place::Root),
    ("node_modules", Place::Anywhere),
    ("bower_components", Place::Anywhere),
    ("__pycache__", Place::Anywhere),
    (".DS_Store", Place::Anywhere),
    ("Thumbs.db", Place::Anywhere),
    (".cache", Place::Root),
    (".bundle", Place::Root),
    (".eggs", Place::Root),
    (".gradle", Place::Root),
    (".hypothesis", Place::Root),
    (".idea", Place::Root),
    (".ipynb_checkpoints", Place::Anywhere),
    (".mypy_cache", Place::Anywhere),
    (".next", Place::Beside(&["package.json"])),
    (".npm", Place::Root),
    (".nox", Place::Root),
    (".nuxt", Place::Beside(&["package.json"])),
    (".nyc_output", Place::Root),
    (".parcel-cache", Place::Anywhere),
    (".pnpm-store", Place::Root),
    (".pytest_cache", Place::Anywhere),
    (".pytype", Place::Root),
    (".ruff_cache", Place::Anywhere),
    (".sass-cache", Place::Anywhere),
    (".serverless", Place::Root),
    (".svelte-kit", Place::Beside(&["package.json"])),
    (".terraform", Place::Anywhere),
    (".tox", Place::Root),
    (".turbo", Place::Anywhere),
    (".vagrant", Place::Root),
    (".vs", Place::Root),
    (".vscode", Place::Root),
    ("htmlcov", Place::Root),
    ("npm-debug.log", Place::Root),
    ("target", Place::Beside(&["Cargo.toml", "pom.xml"])),
];

/// Ends of the names of files that programs make of sources, or leave behind.
const LEFTOVERS: [(&str, &str); 5] =
    [(".pyc", "**/*.pyc"), (".pyo", "**/*.pyo"), (".swp", "**/*.swp"), (".swo", "**/*.swo"), ("~", "**/*~")];

/// Ends of the names of archives, dumps and tables: things that images rarely need and that are large.
const DATA: [&str; 24] = [
    ".7z", ".arrow", ".avi", ".bak", ".csv", ".dump", ".img", ".iso", ".jsonl", ".mkv", ".mov", ".mp4",
    ".ndjson", ".parquet", ".qcow2", ".rar", ".sql", ".sqlite", ".tar", ".tar.gz", ".tgz", ".vmdk", ".xlsx",
    ".zip",
];

/// Finds what is out of place in what a context sends, with data files of `large` bytes and more. Lines that would
/// keep back one of the `needed` paths are left out.
#[must_use]
pub fn clutter(context: &BuildContext, large: u64, needed: &[String]) -> Vec<Clutter> {
    let listing = context.listing();
    let mut found: Vec<Clutter> = Vec::new();
    let mut skip_to = 0;
    for &place in &context.overview().clutter {
        let Some(entry) = listing.entries().get(place).filter(|_| place >= skip_to) else { continue };
        let Some(pattern) = pattern(context, entry, large) else { continue };
        let amount = match entry.kind {
            Kind::Folder => {
                // Nothing in it needs another look.
                skip_to = listing.range_of(&entry.path).map_or(0, |range| range.end);
                context.sent_amount(&entry.path)
            }
            _ => Amount::of([entry]),
        };
        match found.iter_mut().find(|clutter| clutter.pattern == pattern) {
            Some(known) => {
                known.amount += amount;
                known.paths.push(entry.path.clone());
            }
            None => found.push(Clutter { pattern, paths: vec![entry.path.clone()], amount }),
        }
    }
    found.retain(|clutter| !excludes_any(&clutter.pattern, needed));
    found
}

/// Whether a line would keep back one of the paths.
#[must_use]
pub fn excludes_any(pattern: &str, paths: &[String]) -> bool {
    let Ok(matcher) = Matcher::new([pattern]) else { return true };
    paths.iter().any(|path| matcher.verdict(path).is_excluded)
}

/// The line of an ignore file that excludes a path and what is below it; [`None`] for a name that no line can hold.
#[must_use]
pub fn ignore_line(path: &str) -> Option<String> {
    let mut line = String::new();
    for (at, c) in path.char_indices() {
        if matches!(c, '*' | '?' | '[' | '\\') || (at == 0 && matches!(c, '#' | '!')) {
            line.push('\\');
        }
        line.push(c);
    }
    let excludes = |line: &str| Matcher::new([line]).is_ok_and(|matcher| matcher.verdict(path).is_excluded);
    let fits = line.trim() == line && !line.contains(['\n', '\r']) && excludes(&line);
    fits.then_some(line)
}

/// Whether a name is one of those that may be out of place.
pub(super) fn is_suspect(name: &str) -> bool {
    let has_end = |end: &str| {
        let start = name.len().checked_sub(end.len()).filter(|&start| start > 0);
        start.and_then(|start| name.get(start..)).is_some_and(|found| found.eq_ignore_ascii_case(end))
    };
    NAMES.iter().any(|(known, _)| *known == name)
        || LEFTOVERS.iter().any(|(end, _)| has_end(end))
        || DATA.iter().any(|end| has_end(end))
}

/// The line that would exclude an entry, when it is one of those that no image needs.
fn pattern(context: &BuildContext, entry: &Entry, large: u64) -> Option<String> {
    let name = entry.name();
    if let Some((_, place)) = NAMES.iter().find(|(known, _)| *known == name) {
        return by_name(context, entry, *place);
    }
    if entry.kind != Kind::File {
        return None;
    }
    let ends = |end: &str| name.len() > end.len() && name.ends_with(end);
    if let Some((_, pattern)) = LEFTOVERS.iter().find(|(end, _)| ends(end)) {
        return Some((*pattern).to_owned());
    }
    let is_data = || {
        let lower = name.to_ascii_lowercase();
        DATA.iter().any(|end| lower.len() > end.len() && lower.ends_with(end))
    };
    if entry.bytes >= large && is_data() { ignore_line(&entry.path) } else { None }
}

fn by_name(context: &BuildContext, entry: &Entry, place: Place) -> Option<String> {
    let name = entry.name();
    // A program may be called `venv`; a folder of that name is an environment.
    if matches!(name, "venv" | ".venv") && entry.kind != Kind::Folder {
        return None;
    }
    match place {
        Place::Root => entry.is_top_level().then(|| name.to_owned()),
        Place::Anywhere => Some(format!("**/{name}")),
        Place::Beside(files) => {
            let folder = entry.path.strip_suffix(name)?;
            let is_there = |file: &&str| context.exists(&format!("{folder}{file}"));
            let is_output = entry.kind == Kind::Folder && files.iter().any(is_there);
            if is_output { ignore_line(&entry.path) } else { None }
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
    fn clutter_is_named_with_what_it_weighs() {
        let tree = MemoryTree::new()
            .file("Cargo.toml", 1)
            .file("target/debug/app", 500)
            .file("docs/target/page.md", 3)
            .file("a/__pycache__/x.pyc", 10)
            .file("b/__pycache__/y.pyc", 20)
            .file("loose.pyc", 5)
            .file("data/dump.sql", 2_000)
            .file("data/small.sql", 20)
            .file("node_modules/kept/x.js", 7);
        let context = BuildContext::new(Arc::new(tree), None).unwrap();
        let found = clutter(&context, 1_000, &["node_modules/kept".to_owned()]);
        let found: Vec<_> = found
            .iter()
            .map(|clutter| (clutter.pattern.as_str(), clutter.amount.files, clutter.amount.bytes))
            .collect();
        assert_eq!(
            found,
            [("**/__pycache__", 2, 30), ("data/dump.sql", 1, 2_000), ("**/*.pyc", 1, 5), ("target", 1, 500)]
        );
    }

    #[test]
    fn every_path_that_fits_into_a_line_gets_one() {
        for path in ["a", "#a", "!a", "a*b/[c]", r"a\b", "a?", "-a", "é/ü"] {
            assert!(ignore_line(path).is_some(), "{path}");
        }
        for path in ["a ", " a", "a\nb"] {
            assert_eq!(ignore_line(path), None, "{path:?}");
        }
    }
}
