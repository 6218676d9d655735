use std::sync::Arc;

use super::lint_model;
use crate::config::Settings;
use crate::context::{BuildContext, IgnoreFile};
use crate::diagnostic::{Diagnostic, FileRole};
use crate::fix::{self, Edit, Fix};
use crate::model::Model;
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
    /// What it would have damaged: a syntax error.
    pub reason: String,
}

/// Fixes a Dockerfile and its ignore file: lints, applies what goes together, and begins anew from the
/// result, until nothing is left to apply.
///
/// `accept` chooses the findings whose fixes are wanted. A fix is refused when it touches an instruction that
/// has a syntax error, or when the file would have a new one afterwards.
#[must_use]
pub fn fix(
    source: &SourceFile,
    context: Option<&BuildContext>,
    settings: &Settings,
    accept: impl Fn(&Diagnostic, &Fix) -> bool,
) -> FixOutcome {
    let mut files = Files { dockerfile: source.clone(), context, changed_context: None };
    let mut applied = Vec::new();
    let mut passes = 0;
    loop {
        passes += 1;
        let (pass, remaining) = run_pass(&files, settings, &accept);
        let (Some(next), true) = (pass.result, passes < MAX_PASSES) else {
            let refused = pass.refused;
            let ignore_file = files.changed_context.as_ref().and_then(|_| files.ignore_file().cloned());
            return FixOutcome { dockerfile: files.dockerfile, ignore_file, applied, refused, remaining };
        };
        applied.extend(pass.applied);
        files = next;
    }
}

/// Lints and applies once; returns the findings before the pass, too.
fn run_pass<'c>(
    files: &Files<'c>,
    settings: &Settings,
    accept: impl Fn(&Diagnostic, &Fix) -> bool,
) -> (PassResult<'c>, Vec<Diagnostic>) {
    let model = Model::new(&files.dockerfile);
    let diagnostics = lint_model(&model, files.context(), settings);
    let wanted =
        |diagnostic: &&Diagnostic| diagnostic.fix.as_ref().is_some_and(|fix| accept(diagnostic, fix));
    let wanted: Vec<&Diagnostic> = diagnostics.iter().filter(wanted).collect();
    let result = Pass::new(files, &model).run(&wanted);
    (result, diagnostics)
}

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
        let dockerfile = fix::apply(self.dockerfile.bytes(), FileRole::Dockerfile, edits);
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
}

/// One pass over a file.
struct Pass<'a, 'c> {
    files: &'a Files<'c>,
    model: &'a Model<'a>,
    instructions: Vec<Span>,
    /// The instructions that have a syntax error.
    broken: Vec<Span>,
    applied: Vec<AppliedFix>,
    refused: Vec<RefusedFix>,
}

struct PassResult<'c> {
    /// The files afterwards; `None` when nothing was applied.
    result: Option<Files<'c>>,
    applied: Vec<AppliedFix>,
    refused: Vec<RefusedFix>,
}

impl<'a, 'c> Pass<'a, 'c> {
    fn new(files: &'a Files<'c>, model: &'a Model<'a>) -> Self {
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

    fn run(mut self, wanted: &[&Diagnostic]) -> PassResult<'c> {
        let mut candidates = Vec::new();
        for &diagnostic in wanted {
            let Some(fix) = &diagnostic.fix else { continue };
            if fix.edits.iter().any(|edit| self.is_broken(edit)) {
                self.refuse(
                    diagnostic,
                    fix,
                    "it would touch an instruction that has a syntax error".to_owned(),
                );
            } else {
                candidates.push((diagnostic, fix));
            }
        }
        let fixes: Vec<&Fix> = candidates.iter().map(|(_, fix)| *fix).collect();
        let chosen = fix::choose(&fixes, &self.instructions);
        let chosen: Vec<_> = chosen.into_iter().map(|index| candidates[index]).collect();
        let result = self.apply_together(&chosen).or_else(|| self.apply_one_by_one(&chosen));
        PassResult { result, applied: self.applied, refused: self.refused }
    }

    /// Applies all of them; `None` when that changes nothing or makes a syntax error.
    fn apply_together(&mut self, chosen: &[(&Diagnostic, &Fix)]) -> Option<Files<'c>> {
        let edits: Vec<&Edit> = chosen.iter().flat_map(|(_, fix)| &fix.edits).collect();
        let next = self.files.with(&edits)?;
        if self.new_error(&next).is_some() {
            return None;
        }
        for (diagnostic, fix) in chosen {
            self.applied.push(applied(diagnostic, fix));
        }
        Some(next)
    }

    /// Applies those that make no syntax error.
    fn apply_one_by_one(&mut self, chosen: &[(&Diagnostic, &Fix)]) -> Option<Files<'c>> {
        let mut edits: Vec<&Edit> = Vec::new();
        let mut result = None;
        for (diagnostic, fix) in chosen {
            let before = edits.len();
            edits.extend(&fix.edits);
            let next = self.files.with(&edits);
            match next.as_ref().map(|next| self.new_error(next)) {
                Some(None) => {
                    self.applied.push(applied(diagnostic, fix));
                    result = next;
                }
                Some(Some(error)) => {
                    edits.truncate(before);
                    self.refuse(diagnostic, fix, format!("it would make a syntax error: {error}"));
                }
                None => edits.truncate(before),
            }
        }
        result
    }

    /// Whether an edit touches an instruction that has a syntax error.
    fn is_broken(&self, edit: &Edit) -> bool {
        let touches = |broken: &Span| broken.start < edit.span.end && edit.span.start < broken.end;
        edit.file == FileRole::Dockerfile && self.broken.iter().any(touches)
    }

    /// The first syntax error that the file has afterwards and did not have before.
    fn new_error(&self, next: &Files<'_>) -> Option<String> {
        let mut known: Vec<&str> = self.model.errors.iter().map(|error| error.message.as_str()).collect();
        let parse = crate::syntax::parse(&next.dockerfile);
        let new = parse.errors.into_iter().find(|error| {
            let at = known.iter().position(|message| *message == error.message);
            at.map(|at| known.swap_remove(at)).is_none()
        });
        new.map(|error| error.message)
    }

    fn refuse(&mut self, diagnostic: &Diagnostic, fix: &Fix, reason: String) {
        let (code, name, title) = (diagnostic.code, diagnostic.name, fix.title.clone());
        self.refused.push(RefusedFix { code, name, title, reason });
    }
}

fn applied(diagnostic: &Diagnostic, fix: &Fix) -> AppliedFix {
    AppliedFix { code: diagnostic.code, name: diagnostic.name, title: fix.title.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    /// A finding whose fix replaces `old` by `new` in the text.
    fn finding(text: &str, old: &str, new: &str) -> Diagnostic {
        let start = text.find(old).expect("the text has it") as u32;
        let span = Span::new(start, start + old.len() as u32);
        let mut finding = Diagnostic::new("DF9999", "test", Severity::Warning, span, "found");
        finding.fix = Some(Fix::safe(format!("write {new}"), [Edit::replace(span, new)]));
        finding
    }

    /// One pass with given findings: the text afterwards, and the titles of what was applied and refused.
    fn pass(text: &str, findings: &[Diagnostic]) -> (String, Vec<String>, Vec<String>) {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let files = Files { dockerfile: source.clone(), context: None, changed_context: None };
        let model = Model::new(&source);
        let result = Pass::new(&files, &model).run(&findings.iter().collect::<Vec<_>>());
        let text = result.result.map_or_else(|| text.to_owned(), |files| files.dockerfile.text().to_owned());
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
    fn an_ignore_file_is_not_changed_without_a_build_context() {
        let mut finding = finding("FROM a\n", "a", "b");
        let edits = [Edit::append_ignore_lines(None, &[".git"])];
        finding.fix = Some(Fix::safe("ignore", edits));
        assert_eq!(pass("FROM a\n", &[finding]), ("FROM a\n".to_owned(), vec![], vec![]));
    }
}
