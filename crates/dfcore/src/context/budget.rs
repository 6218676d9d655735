//! The fewest lines of an ignore file that bring a context below a size.

use super::clutter::{clutter, excludes_any, ignore_line};
use super::measure::SeenLinks;
use super::tree::{Kind, is_below};
use super::{Amount, BuildContext, ContextReport, folder_amounts};
use crate::dockerignore::{Matcher, Trail};

/// Data files from this size on are better candidates than folders of sources.
const LARGE: u64 = 1_000_000;

/// How many of the heaviest files and folders are considered.
const MOST: usize = 200;

/// A context beside the size that it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct BudgetReport {
    /// What may be sent, in bytes.
    pub budget: u64,
    /// What is sent.
    pub sent: u64,
    /// The fewest lines that would help; none when they are not needed.
    pub lines: Vec<BudgetLine>,
    /// What would be sent with them.
    pub sent_with_lines: u64,
}

/// A line that an ignore file could have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BudgetLine {
    /// The line.
    pub pattern: String,
    /// What it would keep back.
    pub saves: Amount,
    /// Why it can be kept back.
    pub reason: Reason,
}

/// Why something can be kept back, from the best reason to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Reason {
    /// It is a cache, an environment, an archive or the like.
    Clutter,
    /// No instruction takes it.
    Unused,
    /// It is heavy, and that is all there is to say.
    Heavy,
}

impl BudgetReport {
    /// Whether the budget is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.sent <= self.budget
    }

    /// Whether the lines would keep it.
    #[must_use]
    pub fn is_kept_with_lines(&self) -> bool {
        self.sent_with_lines <= self.budget
    }

    /// Compares what a context sends with a budget. `report` is that of the context, and no line keeps back one of the
    /// `needed` paths.
    #[must_use]
    pub fn new(context: &BuildContext, report: &ContextReport, budget: u64, needed: &[String]) -> Self {
        let sent = report.sent.bytes;
        let mut result = Self { budget, sent, lines: Vec::new(), sent_with_lines: sent };
        if result.is_kept() {
            return result;
        }
        let candidates = candidates(context, report, needed);
        for worst in [Reason::Clutter, Reason::Unused, Reason::Heavy] {
            let pool = candidates.iter().filter(|candidate| candidate.line.reason <= worst);
            result.lines = choose(pool, sent, budget);
            result.sent_with_lines = sent_with(context, &result.lines);
            if result.is_kept_with_lines() {
                break;
            }
        }
        result
    }
}

struct Candidate {
    line: BudgetLine,
    paths: Vec<String>,
}

fn candidates(context: &BuildContext, report: &ContextReport, needed: &[String]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = clutter(context, LARGE, needed)
        .into_iter()
        .map(|clutter| Candidate {
            line: BudgetLine { pattern: clutter.pattern, saves: clutter.amount, reason: Reason::Clutter },
            paths: clutter.paths,
        })
        .collect();
    let is_needed = |path: &str| needed.iter().any(|needed| needed == path || is_below(path, needed));
    let mut add = |path: &str, saves: Amount, reason: Reason| {
        if is_needed(path) {
            return;
        }
        let Some(pattern) = ignore_line(path).filter(|pattern| !excludes_any(pattern, needed)) else {
            return;
        };
        candidates
            .push(Candidate { line: BudgetLine { pattern, saves, reason }, paths: vec![path.to_owned()] });
    };
    for unused in report.unused.iter().flat_map(|unused| &unused.heaviest) {
        add(&unused.path, unused.sent, Reason::Unused);
    }
    let mut folders = folder_amounts(context.listing());
    folders.retain(|folder| !folder.path.is_empty() && folder.sent.bytes > 0);
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.sent.bytes));
    for folder in folders.into_iter().take(MOST) {
        add(folder.path, folder.sent, Reason::Heavy);
    }
    let mut files: Vec<_> =
        context.listing().sent().filter(|entry| entry.kind == Kind::File && entry.bytes >= LARGE).collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.bytes));
    for file in files.into_iter().take(MOST) {
        add(&file.path, Amount { files: 1, bytes: file.bytes }, Reason::Heavy);
    }
    candidates
}

/// The fewest of the candidates that save enough, better reasons first among equals; all of them when not even those do.
fn choose<'c>(pool: impl Iterator<Item = &'c Candidate>, sent: u64, budget: u64) -> Vec<BudgetLine> {
    let mut pool: Vec<&Candidate> = pool.collect();
    pool.sort_by(|a, b| {
        b.line.saves.bytes.cmp(&a.line.saves.bytes).then_with(|| a.line.reason.cmp(&b.line.reason))
    });
    let too_much = sent.saturating_sub(budget);
    // One line that is enough, and keeps back no more than needed, beats everything.
    let is_enough = |candidate: &&&Candidate| candidate.line.saves.bytes >= too_much;
    if let Some(smallest) = pool.iter().rfind(is_enough) {
        let best_reason = pool.iter().filter(is_enough).map(|candidate| candidate.line.reason).min();
        let best = pool.iter().rfind(|candidate| {
            candidate.line.saves.bytes >= too_much && Some(candidate.line.reason) == best_reason
        });
        return vec![best.unwrap_or(smallest).line.clone()];
    }
    let mut chosen: Vec<&Candidate> = Vec::new();
    let mut saved = 0;
    for candidate in pool {
        if saved >= too_much {
            break;
        }
        if chosen.iter().any(|other| overlap(other, candidate)) {
            continue;
        }
        saved += candidate.line.saves.bytes;
        chosen.push(candidate);
    }
    chosen.into_iter().map(|candidate| candidate.line.clone()).collect()
}

/// Whether two candidates would keep back the same bytes.
fn overlap(left: &Candidate, right: &Candidate) -> bool {
    let meets = |a: &String, b: &String| a == b || is_below(a, b) || is_below(b, a);
    left.paths.iter().any(|a| right.paths.iter().any(|b| meets(a, b)))
}

/// The bytes that are sent when the lines are added to the ignore file.
fn sent_with(context: &BuildContext, lines: &[BudgetLine]) -> u64 {
    let Ok(matcher) = Matcher::new(lines.iter().map(|line| line.pattern.as_str())) else { return u64::MAX };
    let mut trail = Trail::new(&matcher);
    let mut seen = SeenLinks::default();
    let kept = context.listing().sent().filter(|entry| !trail.verdict(&entry.path).is_excluded);
    let mut bytes = 0u64;
    for entry in kept {
        bytes = bytes.saturating_add(seen.amount(entry).bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::context::{IgnoreFile, MemoryTree};
    use crate::text::SourceFile;

    fn plan(tree: MemoryTree, budget: u64, needed: &[&str]) -> (BudgetReport, BuildContext) {
        let context = BuildContext::new(Arc::new(tree), None).unwrap();
        let needed: Vec<String> = needed.iter().map(|&path| path.to_owned()).collect();
        let report = ContextReport::new(&context, 5);
        (BudgetReport::new(&context, &report, budget, &needed), context)
    }

    fn patterns(report: &BudgetReport) -> Vec<&str> {
        report.lines.iter().map(|line| line.pattern.as_str()).collect()
    }

    #[test]
    fn clutter_goes_before_sources() {
        let tree = MemoryTree::new()
            .file("src/lib.rs", 90_000_000)
            .file(".git/pack", 40_000_000)
            .file("node_modules/a.js", 30_000_000)
            .file("x/.venv/lib", 5_000_000);
        let (report, context) = plan(tree, 100_000_000, &[]);
        assert_eq!(patterns(&report), [".git", "**/node_modules"]);
        assert!(!report.is_kept() && report.is_kept_with_lines());
        let lines = SourceFile::new(".dockerignore", patterns(&report).join("\n")).unwrap();
        assert_eq!(context.under(IgnoreFile::new(lines)).sent_amount("").bytes, report.sent_with_lines);
    }

    #[test]
    fn one_line_that_is_enough_beats_two() {
        let tree =
            MemoryTree::new().file(".git/pack", 40).file("node_modules/a.js", 30).file("b/.venv/x", 100);
        assert_eq!(patterns(&plan(tree.clone(), 141, &[]).0), ["**/node_modules"]);
        assert_eq!(patterns(&plan(tree, 70, &[]).0), ["**/.venv"]);
    }

    #[test]
    fn what_is_needed_stays() {
        let tree = MemoryTree::new().file("node_modules/a.js", 3_000_000).file("model.bin", 2_000_000);
        let (report, _) = plan(tree, 100, &["node_modules", "model.bin"]);
        assert_eq!(patterns(&report), [""; 0]);
        assert!(!report.is_kept_with_lines());
    }
}
