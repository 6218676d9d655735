use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{guard, lint_model};
use crate::config::Settings;
use crate::context::{BuildContext, IgnoreFile};
use crate::diagnostic::{Diagnostic, FileRole};
use crate::fix::{self, Applicability, Edit, Fix};
use crate::model::{Detached, Model};
use crate::text::{SourceFile, Span};

/// How often a file is linted and changed. A pass changes an instruction once, so that this is also the
/// number of fixes that one instruction can get.
const MAX_PASSES: usize = 100;

/// What fixing has made of a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FixOutcome {
    /// The Dockerfile afterwards.
    pub dockerfile: SourceFile,
    /// The ignore file afterwards, when it was changed or made.
    pub ignore_file: Option<SourceFile>,
    /// What was applied, in order.
    pub applied: Vec<AppliedFix>,
    /// What was not applied, since it would have damaged the file.
    pub refused: Vec<RefusedFix>,
    /// The findings that are left.
    pub remaining: Vec<Diagnostic>,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedFix {
    /// The rule's code.
    pub code: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// What it did.
    pub title: String,
    /// What it promises.
    pub applicability: Applicability,
    /// Why, as the end of a sentence.
    pub reason: String,
}

/// A fix that was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedFix {
    /// The rule's code.
    pub code: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// What it would have done.
    pub title: String,
    /// What it would have damaged, as a sentence that begins with "it would".
    pub reason: String,
    /// Whether the fix itself is to blame, which is then a mistake in its rule; otherwise the file is.
    pub is_bug: bool,
}

/// A fix that is up for decision.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// The finding.
    pub finding: &'a Diagnostic,
    /// Its fix.
    pub fix: &'a Fix,
    /// The Dockerfile that both speak of, with what was applied so far.
    pub dockerfile: &'a SourceFile,
    /// The ignore file that both speak of, when there is one.
    pub ignore_file: Option<&'a SourceFile>,
}

/// Fixes a Dockerfile and its ignore file: lints, applies what goes together, and begins anew from the
/// result, until nothing is left to apply.
///
/// `accept` chooses the findings whose fixes are wanted. A fix is refused when it touches an instruction that
/// has a syntax error, when the file would have a new one afterwards, when a comment would be lost, or when anything would
/// mean something else that the fix neither edits nor [declares](crate::fix::Effect).
#[must_use]
pub fn fix(
    source: &SourceFile,
    context: Option<&BuildContext>,
    settings: &Settings,
    accept: impl Fn(&Diagnostic, &Fix) -> bool,
) -> FixOutcome {
    fix_chosen(source, context, settings, |candidates| {
        candidates.iter().map(|candidate| accept(candidate.finding, candidate.fix)).collect()
    })
}

/// The same, where `choose` sees all fixes of a pass at once, in the order of their places, and says of each whether it
/// is wanted.
#[must_use]
pub fn fix_chosen(
    source: &SourceFile,
    context: Option<&BuildContext>,
    settings: &Settings,
    mut choose: impl FnMut(&[Candidate<'_>]) -> Vec<bool>,
) -> FixOutcome {
    let mut files = Files { dockerfile: source.clone(), context, changed_context: None };
    let mut resolved: Option<Detached> = None;
    let mut seen = FxHashSet::from_iter([files.fingerprint()]);
    let mut applied = Vec::new();
    loop {
        let model = match resolved.take() {
            Some(resolved) => resolved.of(&files.dockerfile),
            None => Model::new(&files.dockerfile),
        };
        let remaining = lint_model(&model, files.context(), settings);
        let candidates: Vec<Candidate<'_>> = remaining
            .iter()
            .filter_map(|finding| {
                let (dockerfile, ignore_file) = (&files.dockerfile, files.ignore_file());
                Some(Candidate { finding, fix: finding.fix.as_ref()?, dockerfile, ignore_file })
            })
            .collect();
        let answers = choose(&candidates);
        let wanted = candidates.iter().zip(answers).filter(|(_, is_wanted)| *is_wanted);
        let wanted: Vec<Choice<'_>> =
            wanted.map(|(candidate, _)| (candidate.finding, candidate.fix)).collect();
        let mut pass = Pass::new(&files, &model).run(&wanted);
        let mut next = pass.result.take();
        if let Some((result, _)) = &next {
            if seen.len() == MAX_PASSES {
                next = None;
            } else if !seen.insert(result.fingerprint()) {
                // It would go round in circles for ever.
                pass.refused.extend(pass.applied.drain(..).map(AppliedFix::undoes_another));
                next = None;
            }
        }
        let Some((result, model)) = next else {
            let refused = pass.refused;
            let ignore_file = files.changed_context.as_ref().and_then(|_| files.ignore_file().cloned());
            return FixOutcome { dockerfile: files.dockerfile, ignore_file, applied, refused, remaining };
        };
        applied.extend(pass.applied);
        resolved = Some(model);
        files = result;
    }
}

impl AppliedFix {
    fn new((finding, fix): Choice<'_>) -> Self {
        let (title, applicability) = (fix.title.clone(), fix.applicability);
        Self { code: finding.code, name: finding.name, title, applicability, reason: fix.reason().to_owned() }
    }

    fn undoes_another(self) -> RefusedFix {
        let reason = "it would undo what another fix did".to_owned();
        RefusedFix { code: self.code, name: self.name, title: self.title, reason, is_bug: true }
    }
}

/// A finding and its fix.
type Choice<'d> = (&'d Diagnostic, &'d Fix);

/// The files of one build that fixes may change.
#[derive(Clone)]
struct Files<'c> {
    dockerfile: SourceFile,
    /// The context as it was given.
    context: Option<&'c BuildContext>,
    /// The context with the changed ignore file.
    changed_context: Option<Arc<BuildContext>>,
}

impl Files<'_> {
    fn context(&self) -> Option<&BuildContext> {
        self.changed_context.as_deref().or(self.context)
    }

    fn ignore_file(&self) -> Option<&SourceFile> {
        Some(self.context()?.ignore_file()?.source())
    }

    /// The files with edits applied; `None` when nothing changes.
    fn with(&self, edits: &[&Edit]) -> Option<Self> {
        let mut dockerfile = fix::apply(self.dockerfile.bytes(), FileRole::Dockerfile, edits);
        keep_end(self.dockerfile.bytes(), &mut dockerfile, self.dockerfile.line_ending());
        let old_ignore = self.ignore_file();
        let old_text = old_ignore.map_or(&[][..], SourceFile::bytes);
        let ignore = fix::apply(old_text, FileRole::DockerIgnore, edits);
        let mut next = self.clone();
        if ignore != old_text {
            let name = old_ignore.map_or(".dockerignore", SourceFile::name);
            let ignore = IgnoreFile::new(SourceFile::new(name, ignore).ok()?);
            next.changed_context = Some(Arc::new(self.context()?.under(ignore)));
        } else if dockerfile == self.dockerfile.bytes() {
            return None;
        }
        next.dockerfile = SourceFile::new(self.dockerfile.name(), dockerfile).ok()?;
        Some(next)
    }

    /// A number that differs where the texts differ.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.dockerfile.bytes().hash(&mut hasher);
        self.ignore_file().map(SourceFile::bytes).hash(&mut hasher);
        hasher.finish()
    }
}

/// A file that ends with a line ending still does, and one that does not still does not, whatever was put or removed at
/// its end.
fn keep_end(before: &[u8], after: &mut Vec<u8>, line_ending: &str) {
    if before.is_empty() || after.is_empty() || before.ends_with(b"\n") == after.ends_with(b"\n") {
        return;
    }
    if before.ends_with(b"\n") {
        after.extend_from_slice(line_ending.as_bytes());
    } else {
        while let Some(b'\n' | b'\r') = after.last() {
            after.pop();
        }
    }
}

/// What came of one pass: the files and their model, when something was applied.
struct PassResult<'c> {
    result: Option<(Files<'c>, Detached)>,
    applied: Vec<AppliedFix>,
    refused: Vec<RefusedFix>,
}

/// One pass over the files.
struct Pass<'p, 'c> {
    files: &'p Files<'c>,
    model: &'p Model<'p>,
    /// The places of the instructions.
    instructions: Vec<Span>,
    /// Those of the instructions that have a syntax error.
    broken: Vec<Span>,
    applied: Vec<AppliedFix>,
    refused: Vec<RefusedFix>,
}

/// What applying some fixes at once comes to.
enum Attempt<'c> {
    /// Nothing changes.
    Same,
    /// The files afterwards.
    Good(Box<(Files<'c>, Detached)>),
    /// What would be damaged.
    Damaged(String),
}

impl<'p, 'c> Pass<'p, 'c> {
    fn new(files: &'p Files<'c>, model: &'p Model<'p>) -> Self {
        let instructions: Vec<Span> = model.instructions().map(|(_, instruction)| instruction.span).collect();
        let broken = model.errors.iter().map(|error| {
            let at = instructions.partition_point(|instruction| instruction.end < error.span.start);
            let instruction =
                instructions.get(at).filter(|instruction| instruction.start <= error.span.start);
            instruction.copied().unwrap_or(error.span)
        });
        let broken = broken.collect();
        Self { files, model, instructions, broken, applied: Vec::new(), refused: Vec::new() }
    }

    fn run(mut self, wanted: &[Choice<'_>]) -> PassResult<'c> {
        let mut candidates: Vec<Choice<'_>> = Vec::new();
        for &(finding, fix) in wanted {
            if fix.edits.iter().any(|edit| self.is_broken(edit)) {
                let reason = "it would touch an instruction that has a syntax error".to_owned();
                self.refuse((finding, fix), reason, false);
            } else {
                candidates.push((finding, fix));
            }
        }
        let fixes: Vec<&Fix> = candidates.iter().map(|(_, fix)| *fix).collect();
        let chosen = fix::choose(&fixes, &self.instructions);
        let chosen: Vec<_> = chosen.into_iter().map(|index| candidates[index]).collect();
        let result = self.apply(chosen);
        PassResult { result, applied: self.applied, refused: self.refused }
    }

    /// Applies those that do no damage; `None` when nothing changes.
    fn apply(&mut self, mut chosen: Vec<Choice<'_>>) -> Option<(Files<'c>, Detached)> {
        let mut is_sorted_out = false;
        loop {
            match self.attempt(&chosen) {
                Attempt::Same => return None,
                Attempt::Good(result) => {
                    self.applied.extend(chosen.into_iter().map(AppliedFix::new));
                    return Some(*result);
                }
                Attempt::Damaged(_) if !is_sorted_out => {
                    chosen = self.harmless(&chosen);
                    is_sorted_out = true;
                }
                // Each half did no damage, but both together do: some wait for the next pass.
                Attempt::Damaged(reason) => match chosen.as_slice() {
                    [only] => {
                        self.refuse(*only, format!("it would {reason}"), true);
                        return None;
                    }
                    _ => chosen.truncate(chosen.len() / 2),
                },
            }
        }
    }

    /// Those that do no damage, found by halves; the others are refused.
    fn harmless<'d>(&mut self, chosen: &[Choice<'d>]) -> Vec<Choice<'d>> {
        match (self.attempt(chosen), chosen) {
            (Attempt::Damaged(reason), [only]) => {
                self.refuse(*only, format!("it would {reason}"), true);
                Vec::new()
            }
            (Attempt::Damaged(_), _) => {
                let (first, second) = chosen.split_at(chosen.len() / 2);
                let mut harmless = self.harmless(first);
                harmless.extend(self.harmless(second));
                harmless
            }
            (Attempt::Same | Attempt::Good(..), _) => chosen.to_vec(),
        }
    }

    /// Applies all of them to the files as they were before the pass.
    fn attempt(&self, chosen: &[Choice<'_>]) -> Attempt<'c> {
        let fixes: Vec<&Fix> = chosen.iter().map(|(_, fix)| *fix).collect();
        let edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
        let Some(next) = self.files.with(&edits) else { return Attempt::Same };
        if let Some(damage) = self.damage_to_ignore_file(&next, &edits) {
            return Attempt::Damaged(damage);
        }
        let model = Model::new(&next.dockerfile);
        if let Some(damage) = guard::damage(self.model, &model, &fixes) {
            return Attempt::Damaged(damage);
        }
        let model = model.detach();
        Attempt::Good(Box::new((next, model)))
    }

    fn damage_to_ignore_file(&self, next: &Files<'_>, edits: &[&Edit]) -> Option<String> {
        let edits: Vec<&Edit> =
            edits.iter().copied().filter(|edit| edit.file == FileRole::DockerIgnore).collect();
        if edits.is_empty() {
            return None;
        }
        let line = guard::lost_line(self.files.ignore_file()?, next.ignore_file()?, edits)?;
        Some(format!("change the line `{line}` of the ignore file, which it does not touch"))
    }

    /// Whether an edit touches an instruction that has a syntax error.
    fn is_broken(&self, edit: &Edit) -> bool {
        let touches = |broken: &Span| broken.start < edit.span.end && edit.span.start < broken.end;
        edit.file == FileRole::Dockerfile && self.broken.iter().any(touches)
    }

    fn refuse(&mut self, (finding, fix): Choice<'_>, reason: String, is_bug: bool) {
        let (code, name, title) = (finding.code, finding.name, fix.title.clone());
        self.refused.push(RefusedFix { code, name, title, reason, is_bug });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::fix::Effect;

    /// A finding whose fix replaces `old` by `new` in the text.
    fn finding(text: &str, old: &str, new: &str) -> Diagnostic {
        let start = text.find(old).expect("the text has it") as u32;
        let span = Span::new(start, start + old.len() as u32);
        let mut finding = Diagnostic::new("DF9999", "test", Severity::Warning, span, "found");
        let fix = Fix::safe(format!("write {new}"), [Edit::replace(span, new)]);
        finding.fix = Some(fix.changes(Effect::User));
        finding
    }

    /// One pass with given findings: the text afterwards, and the titles of what was applied and refused.
    fn pass(text: &str, findings: &[Diagnostic]) -> (String, Vec<String>, Vec<String>) {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let files = Files { dockerfile: source.clone(), context: None, changed_context: None };
        let model = Model::new(&source);
        let choices: Vec<Choice<'_>> =
            findings.iter().filter_map(|finding| Some((finding, finding.fix.as_ref()?))).collect();
        let result = Pass::new(&files, &model).run(&choices);
        let text =
            result.result.map_or_else(|| text.to_owned(), |(files, _)| files.dockerfile.text().to_owned());
        let applied = result.applied.into_iter().map(|fix| fix.title).collect();
        let refused = result.refused.into_iter().map(|fix| fix.reason).collect();
        (text, applied, refused)
    }

    #[test]
    fn a_fix_that_makes_a_syntax_error_is_refused_and_the_others_are_not() {
        let text = "FROM a\nRUN b\nUSER c\n";
        let findings = [finding(text, "RUN", "RNU"), finding(text, "c", "d")];
        let (text, applied, refused) = pass(text, &findings);
        assert_eq!(text, "FROM a\nRUN b\nUSER d\n");
        assert_eq!(applied, ["write d"]);
        assert_eq!(refused, ["it would make a syntax error: unknown instruction `RNU`"]);
    }

    #[test]
    fn what_could_not_be_read_is_not_touched() {
        let text = "FROM a\nCOYP b /c\nUSER d\n";
        let findings = [finding(text, "b", "e"), finding(text, "d", "f")];
        let (text, applied, refused) = pass(text, &findings);
        assert_eq!(text, "FROM a\nCOYP b /c\nUSER f\n");
        assert_eq!(applied, ["write f"]);
        assert_eq!(refused, ["it would touch an instruction that has a syntax error"]);
    }

    #[test]
    fn a_fix_that_changes_nothing_ends_the_fixing() {
        let text = "FROM a\n";
        assert_eq!(pass(text, &[finding(text, "a", "a")]), (text.to_owned(), vec![], vec![]));
    }

    #[test]
    fn the_end_of_a_file_is_kept() {
        for (text, old, expected) in [
            ("FROM a\nRUN b", "RUN b", "FROM a"),
            ("FROM a\r\n\r\nRUN b", "RUN b", "FROM a"),
            ("FROM a\nRUN b\n", "RUN b\n", "FROM a\n"),
            ("FROM a\r\nRUN b\r\n", "\r\nRUN b\r\n", "FROM a\r\n"),
        ] {
            assert_eq!(pass(text, &[finding(text, old, "")]).0, expected, "{text:?}");
        }
    }

    #[test]
    fn of_many_fixes_the_guilty_ones_are_found() {
        let text = "FROM a\nRUN b\nRUN c\nRUN d\nRUN e\n";
        let findings = [finding(text, "b", "f"), finding(text, "c\n", "c "), finding(text, "RUN e", "RNU e")];
        let (text, applied, refused) = pass(text, &findings);
        assert_eq!(text, "FROM a\nRUN f\nRUN c\nRUN d\nRUN e\n");
        assert_eq!(applied, ["write f"]);
        let reasons = [
            "it would change the `RUN` in line 4, which it does not touch",
            "it would make a syntax error: unknown instruction `RNU`",
        ];
        assert_eq!(refused, reasons);
    }

    #[test]
    fn an_ignore_file_is_not_changed_without_a_build_context() {
        let mut finding = finding("FROM a\n", "a", "b");
        let edits = [Edit::append_ignore_lines(None, &[".git"])];
        finding.fix = Some(Fix::safe("ignore", edits));
        assert_eq!(pass("FROM a\n", &[finding]), ("FROM a\n".to_owned(), vec![], vec![]));
    }
}
