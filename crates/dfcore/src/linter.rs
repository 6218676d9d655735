//! The one pipeline from a source file to findings, and from findings to a fixed file.
//!
//! ```
//! use dfcore::config::Settings;
//! use dfcore::text::SourceFile;
//!
//! let source = SourceFile::new("Dockerfile", "FROM alpine\n")?;
//! let findings = dfcore::linter::lint(&source, None, &Settings::default());
//! assert_eq!(findings[0].name, "untagged-image");
//! # Ok::<(), dfcore::text::TooLarge>(())
//! ```

mod fixpoint;
mod foreign;

pub use fixpoint::{AppliedFix, FixOutcome, RefusedFix, fix};
pub use foreign::{foreign_frontend, is_official_frontend};

use crate::config::{Active, Settings};
use crate::context::BuildContext;
use crate::diagnostic::{Diagnostic, FileRole, answers_to};
use crate::model::Model;
use crate::rule::{Group, RuleContext, RuleMeta};
use crate::rules;
use crate::suppress::{Named, Suppressions};
use crate::text::SourceFile;

/// Lints one Dockerfile, with its build context when there is one.
///
/// The findings come in the order of files, spans and codes, whatever the order in which rules ran. A file that is for
/// another frontend has none; [`foreign_frontend`] tells.
#[must_use]
pub fn lint(source: &SourceFile, context: Option<&BuildContext>, settings: &Settings) -> Vec<Diagnostic> {
    lint_model(&Model::new(source), context, settings)
}

fn lint_model(model: &Model<'_>, context: Option<&BuildContext>, settings: &Settings) -> Vec<Diagnostic> {
    if foreign_frontend(model.source).is_some() {
        return Vec::new();
    }
    let mut suppressions = if settings.suppressions() {
        Suppressions::collect(&model.dockerfile, model.source)
    } else {
        Suppressions::default()
    };
    let mut diagnostics = Vec::new();
    let mut cx = RuleContext::new(model, context, settings.convention(), settings.labels());
    for active in settings.active().iter().filter(|active| active.meta.group != Group::Linter) {
        let before = diagnostics.len();
        active.rule.check(&cx, &mut active.report(&mut diagnostics));
        let found = diagnostics.split_off(before);
        diagnostics.extend(found.into_iter().filter(|diagnostic: &Diagnostic| {
            let is_rule = |name: &str| {
                names(active.meta, name) || diagnostic.check.is_some_and(|check| answers_to(check, name))
            };
            !suppressions.suppress(diagnostic.file, diagnostic.span.start, is_rule)
        }));
    }
    // The rules about the linter's own input see what the others left, and are not suppressed themselves.
    let unused = suppressions.unused(|name| what_is(name, settings));
    cx.unused_suppressions = &unused;
    for active in settings.active().iter().filter(|active| active.meta.group == Group::Linter) {
        active.rule.check(&cx, &mut active.report(&mut diagnostics));
    }
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| diagnostic.file == FileRole::Dockerfile) {
        let instruction = model.dockerfile.instruction_at(diagnostic.span.start);
        diagnostic.instruction = instruction.map(|instruction| instruction.span);
    }
    diagnostics
        .sort_by(|a, b| (a.file, a.span, a.code, &a.message).cmp(&(b.file, b.span, b.code, &b.message)));
    diagnostics
}

/// Whether a name in a suppressing comment means the rule; `all` are the checks of BuildKit.
fn names(meta: &RuleMeta, name: &str) -> bool {
    meta.answers_to(name) || (name == "all" && meta.is_buildkit_check())
}

fn what_is(name: &str, settings: &Settings) -> Named {
    let is_active = |active: &Active| {
        names(active.meta, name) || active.checks.iter().any(|check| check.answers_to(name))
    };
    if settings.active().iter().any(is_active) {
        Named::Active
    } else if rules::all().iter().any(|rule| names(rule.meta(), name) || rule.meta().is_selectable_by(name)) {
        Named::Inactive
    } else {
        Named::Unknown
    }
}
