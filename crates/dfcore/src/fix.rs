//! Fixes: edits with a promise about what they keep, and how several of them go together.
//!
//! Everything here is a pure function of bytes. Two fixes that come near each other never run in the same
//! pass: the later one waits, and is made anew from the text that the earlier one left behind. The driver
//! that lints, applies and lints again is [`linter::fix`](crate::linter::fix).

mod edit;
mod effect;

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::FileRole;
use crate::text::Span;

pub use edit::Edit;
pub use effect::Effect;

/// What a fix promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Applicability {
    /// The image keeps its meaning; applied by `dflint fix`.
    Safe,
    /// Most likely what was meant, but the image's content or behaviour may change; shown, and applied when
    /// asked for by name or with `--unsafe`.
    Suggested,
    /// A starting point that somebody has to read; applied only with `--unsafe`.
    Unsafe,
}

impl Applicability {
    /// The lower-case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Suggested => "suggested",
            Self::Unsafe => "unsafe",
        }
    }

    /// What it promises, as the end of a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Safe => "the image stays the same",
            Self::Suggested => "the image may change",
            Self::Unsafe => "somebody has to read the result",
        }
    }
}

impl fmt::Display for Applicability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Edits that belong together: all of them are applied, or none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Fix {
    /// What it does, as a command: "remove `PIP_NO_CACHE_DIR`".
    pub title: String,
    /// What it promises.
    pub applicability: Applicability,
    /// The edits, in any order; they do not touch each other.
    pub edits: Vec<Edit>,
    /// What it changes for instructions that it does not edit. A fix that changes more than that is refused.
    #[cfg_attr(feature = "serde", serde(default))]
    pub effects: Vec<Effect>,
    /// Why it promises just that, where the sentence that goes for all fixes of that kind says too little.
    #[cfg_attr(feature = "serde", serde(default))]
    pub because: Option<String>,
}

impl Fix {
    /// A fix of the given promise.
    #[must_use]
    pub fn new(
        title: impl Into<String>,
        applicability: Applicability,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Self {
        Self {
            title: title.into(),
            applicability,
            edits: edits.into_iter().collect(),
            effects: Vec::new(),
            because: None,
        }
    }

    /// A fix that keeps what the image is.
    #[must_use]
    pub fn safe(title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self::new(title, Applicability::Safe, edits)
    }

    /// A fix that is likely what was meant.
    #[must_use]
    pub fn suggested(title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self::new(title, Applicability::Suggested, edits)
    }

    /// The fix, which declares that it changes this for instructions that it does not edit.
    #[must_use]
    pub fn changes(mut self, effect: Effect) -> Self {
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
        self
    }

    /// The fix with the reason for its promise, as the end of a sentence: "the shell reads `$x` either way".
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.because = Some(reason.into());
        self
    }

    /// Why it promises what it does.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.because.as_deref().unwrap_or(self.applicability.meaning())
    }

    /// Whether no two of its edits share bytes.
    fn is_consistent(&self) -> bool {
        let mut places: Vec<(FileRole, Span)> =
            self.edits.iter().map(|edit| (edit.file, edit.span)).collect();
        places.sort_unstable();
        places.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].1.end <= pair[1].1.start)
    }
}

/// Chooses the fixes that can be applied together, from the top of the files to the bottom; the others wait
/// for the next pass. Returns indices into `fixes`, ascending.
///
/// Each edit claims its own bytes and, when it reaches into one of the Dockerfile's `regions` (instructions,
/// in order and side by side), that whole region, so that two rules never change one instruction without
/// seeing each other's result.
#[must_use]
pub fn choose(fixes: &[&Fix], regions: &[Span]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..fixes.len()).collect();
    order.sort_by_key(|&index| {
        (
            fixes[index].edits.iter().map(|edit| (edit.file, edit.span)).min(),
            fixes[index].applicability,
            index,
        )
    });
    let mut claimed = Claims::default();
    let mut chosen = Vec::new();
    for index in order {
        let fix = fixes[index];
        if fix.edits.is_empty() || !fix.is_consistent() {
            continue;
        }
        let claims = claims(&fix.edits, regions);
        if !claims.iter().any(|&claim| claimed.collide(claim)) {
            claimed.by_start.extend(claims.into_iter().map(|(file, span)| ((file, span.start), span.end)));
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// What a fix claims: places in order that do not touch each other.
fn claims(edits: &[Edit], regions: &[Span]) -> Vec<(FileRole, Span)> {
    let mut all: Vec<_> = edits.iter().map(|edit| (edit.file, claim(edit, regions))).collect();
    all.sort_unstable();
    let mut merged: Vec<(FileRole, Span)> = Vec::new();
    for (file, span) in all {
        let before =
            merged.last_mut().filter(|(last_file, last)| *last_file == file && span.start <= last.end);
        if let Some((_, last)) = before {
            *last = last.cover(span);
        } else {
            merged.push((file, span));
        }
    }
    merged
}

/// The edit's bytes and the regions that it reaches into.
fn claim(edit: &Edit, regions: &[Span]) -> Span {
    if edit.file != FileRole::Dockerfile {
        return edit.span;
    }
    let first = regions.partition_point(|region| region.end <= edit.span.start);
    let reached = regions[first..].iter().take_while(|region| {
        region.start < edit.span.end || (edit.span.is_empty() && region.start < edit.span.start)
    });
    reached.fold(edit.span, |claim, &region| claim.cover(region))
}

/// The claims of the fixes chosen so far, which share no bytes.
#[derive(Default)]
struct Claims {
    by_start: BTreeMap<(FileRole, u32), u32>,
}

impl Claims {
    /// Whether a place shares bytes with a claim, or an insertion lies at the edge of the other, where the
    /// order of the two would change the result.
    fn collide(&self, (file, place): (FileRole, Span)) -> bool {
        // Of the claims that begin before the place ends, the last may merely touch it; none before the last
        // but one reaches so far.
        let near = self.by_start.range((file, 0)..=(file, place.end)).rev().take(2);
        near.map(|(&(_, start), &end)| Span::new(start, end)).any(|claim| {
            if claim.is_empty() || place.is_empty() {
                claim.start <= place.end && place.start <= claim.end
            } else {
                claim.overlaps(place)
            }
        })
    }
}

/// Applies the edits of one file to its bytes.
///
/// The edits must not share bytes, which [`choose`] sees to; one that lies outside the bytes, or that begins
/// before an earlier one ends, is left out. Insertions at one place keep their order.
#[must_use]
pub fn apply(bytes: &[u8], file: FileRole, edits: &[&Edit]) -> Vec<u8> {
    let mut edits: Vec<&Edit> = edits.iter().copied().filter(|edit| edit.file == file).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut result =
        Vec::with_capacity(bytes.len() + edits.iter().map(|edit| edit.replacement.len()).sum::<usize>());
    let mut done = 0;
    for edit in edits {
        let range = edit.span.range();
        let Some(kept) = bytes.get(done..range.start) else { continue };
        if range.end > bytes.len() {
            continue;
        }
        result.extend_from_slice(kept);
        result.extend_from_slice(edit.replacement.as_bytes());
        done = range.end;
    }
    result.extend_from_slice(&bytes[done..]);
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edit(start: u32, end: u32, replacement: &str) -> Edit {
        Edit::replace(Span::new(start, end), replacement)
    }

    fn fix(edits: impl IntoIterator<Item = Edit>) -> Fix {
        Fix::safe("fix", edits)
    }

    #[test]
    fn fixes_that_touch_wait_for_the_next_pass() {
        let regions = [Span::new(0, 10), Span::new(11, 20)];
        let cases = [
            ("same bytes", edit(2, 4, "a"), edit(3, 5, "b"), 1),
            ("two insertions at one place", edit(10, 10, "a"), edit(10, 10, "b"), 1),
            ("an insertion at the edge of a deletion", edit(10, 11, ""), edit(11, 11, "b"), 1),
            ("two places in one instruction", edit(1, 2, "a"), edit(8, 9, "b"), 1),
            ("two instructions", edit(1, 2, "a"), edit(12, 13, "b"), 2),
            ("neighbouring lines removed", edit(0, 11, ""), edit(11, 20, ""), 2),
            ("a line before an instruction that is edited", edit(11, 11, "ENV\n"), edit(12, 13, "b"), 1),
        ];
        for (what, first, second, together) in cases {
            let fixes = [fix([first]), fix([second])];
            assert_eq!(choose(&[&fixes[0], &fixes[1]], &regions).len(), together, "{what}");
        }
    }

    #[test]
    fn a_fix_that_contradicts_itself_is_never_chosen() {
        let broken = fix([edit(0, 5, "a"), edit(3, 6, "b")]);
        assert_eq!(choose(&[&broken], &[]), Vec::<usize>::new());
    }

    #[test]
    fn insertions_of_one_fix_keep_their_order() {
        let flags = fix([edit(3, 3, " --a"), edit(3, 3, " --b"), edit(3, 5, "")]);
        assert_eq!(choose(&[&flags], &[Span::new(0, 10)]), [0]);
        let edits: Vec<&Edit> = flags.edits.iter().collect();
        assert_eq!(apply(b"RUN x y", FileRole::Dockerfile, &edits), b"RUN --a --b y");
    }

    #[test]
    fn edits_of_two_files_do_not_meet() {
        let ignore = Edit { file: FileRole::DockerIgnore, ..edit(0, 0, ".git\n") };
        let fixes = [fix([edit(0, 0, "# x\n")]), fix([ignore])];
        assert_eq!(choose(&[&fixes[0], &fixes[1]], &[]), [0, 1]);
    }

    #[test]
    fn applying_edits_touches_nothing_else() {
        let source = b"RUN \xFF a\r\nRUN b\r\n";
        let edits = [edit(6, 7, "A"), edit(9, 9, "ENV X=1\r\n")];
        let result = apply(source, FileRole::Dockerfile, &edits.iter().collect::<Vec<_>>());
        assert_eq!(result, b"RUN \xFF A\r\nENV X=1\r\nRUN b\r\n");
    }

    proptest! {
        #[test]
        fn what_is_chosen_applies_whole_and_in_any_order(
            edits in proptest::collection::vec((0u32..40, 0u32..8, "[a-z]{0,3}"), 0..12)
        ) {
            let source = b"0123456789012345678901234567890123456789012345678901234567890";
            let fixes: Vec<Fix> =
                edits.iter().map(|(start, len, text)| fix([edit(*start, start + len, text)])).collect();
            let all: Vec<&Fix> = fixes.iter().collect();
            let chosen = choose(&all, &[Span::new(5, 9), Span::new(20, 30)]);
            let mut edits: Vec<&Edit> = chosen.iter().flat_map(|&index| &fixes[index].edits).collect();
            let result = apply(source, FileRole::Dockerfile, &edits);
            let removed: usize = edits.iter().map(|edit| edit.span.len() as usize).sum();
            let added: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
            prop_assert_eq!(result.len(), source.len() - removed + added);
            // Each fix has one edit here, and no two insertions share a place.
            edits.reverse();
            prop_assert_eq!(apply(source, FileRole::Dockerfile, &edits), result);
        }
    }
}
