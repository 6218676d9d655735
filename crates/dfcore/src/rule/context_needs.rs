//! What the instructions of a Dockerfile need from the build context, for the rules about it.

use ignore::gitignore::GitignoreBuilder;

use crate::context::{BuildContext, is_root};
use crate::model::Model;

/// The entries that instructions name, which no line of an ignore file may keep back. Whoever takes the whole context
/// names nothing.
pub(crate) fn named_entries(model: &Model<'_>, context: &BuildContext) -> Vec<String> {
    let uses = model.context_uses();
    let sources = uses.iter().flat_map(|found| &found.sources).filter_map(|(_, value)| value.as_known());
    let sources = sources.filter(|source| !is_root(source));
    let selections = sources.map(|source| context.select(source));
    selections.flat_map(|selection| selection.named().to_vec()).map(|entry| entry.path.clone()).collect()
}

/// Whether the `.gitignore` in the root says that a path is made by a build, so that it is missing from many trees
/// and nobody forgot it.
pub(crate) fn is_generated(context: &BuildContext, path: &str) -> bool {
    let Ok(text) = context.tree().read(".gitignore", MAX_GITIGNORE) else { return false };
    let mut builder = GitignoreBuilder::new("");
    for line in String::from_utf8_lossy(&text).lines() {
        // A line that Git would not understand says nothing.
        let _ = builder.add_line(None, line);
    }
    let Ok(ignore) = builder.build() else { return false };
    // Whether it would be a folder is not known.
    [true, false].iter().any(|&is_folder| ignore.matched_path_or_any_parents(path, is_folder).is_ignore())
}

/// More than any list that people write.
const MAX_GITIGNORE: u64 = 1 << 20;

/// The entry beside a path that does not exist whose name is most like its own.
pub(crate) fn nearest_entry(context: &BuildContext, path: &str) -> Option<String> {
    let path = path.trim_matches('/').trim_start_matches("./");
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let prefix = if folder.is_empty() { 0 } else { folder.len() + 1 };
    let siblings = context.listing().below(folder).iter().filter(|entry| !entry.path[prefix..].contains('/'));
    let likeness = |entry: &str| strsim::jaro_winkler(&entry.to_lowercase(), &name.to_lowercase());
    siblings
        .map(|entry| (likeness(entry.name()), &entry.path))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, path)| path.clone())
}
