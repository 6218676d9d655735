//! Content that is sent more than once.

use std::io::{self, Write};

use dfcore::context::{DuplicateGroup, Duplicates};
use dfcore::text::format_bytes;

use super::shown;
use crate::output::quantity::counted;

/// The most groups that are shown to people, and the most files of each.
const MOST_GROUPS: usize = 8;
const MOST_FILES: usize = 4;

/// The groups that cost most, for people.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn write_text(found: &Duplicates, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", headline(found))?;
    for group in most(found) {
        writeln!(out, "{:>10}  {}", format_bytes(group.saves), names(group, shown).join(", "))?;
    }
    if found.groups.len() > MOST_GROUPS {
        writeln!(out, "{:>10}  ({} more)", "", found.groups.len() - MOST_GROUPS)?;
    }
    Ok(())
}

/// What there is of it in all.
pub(super) fn headline(found: &Duplicates) -> String {
    if found.groups.is_empty() {
        return "No content is sent twice".to_owned();
    }
    let groups = counted(found.groups.len(), "group");
    format!("The same content more than once: {groups} of files, {} too many", format_bytes(found.saves))
}

/// The groups that are shown to people.
pub(super) fn most(found: &Duplicates) -> &[DuplicateGroup] {
    &found.groups[..found.groups.len().min(MOST_GROUPS)]
}

/// The first names of a group, and how many there are more.
pub(super) fn names(group: &DuplicateGroup, show: impl Fn(&str) -> String) -> Vec<String> {
    let mut names: Vec<String> = group.paths.iter().take(MOST_FILES).map(|path| show(path)).collect();
    if group.paths.len() > MOST_FILES {
        names.push(format!("{} more", group.paths.len() - MOST_FILES));
    }
    names
}
