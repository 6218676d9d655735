use std::collections::BTreeSet;

use super::alignment::{Alignment, Gap};
use super::place;
use super::stages;
use crate::diagnostic::FileRole;
use crate::fix::{Applicability, Effect, Fix};
use crate::model::{Lookup, Model, Stage, State, User, Value};
use crate::syntax::ast::{InstructionKind, Onbuild, Pairs};

/// How many questions about variables are asked about one pass.
const MAX_QUESTIONS: usize = 1 << 24;

/// What the fixes change for an instruction that they do not edit, or for what a stage ends with, and do not declare.
pub(super) fn damage(
    before: &Model<'_>,
    after: &Model<'_>,
    alignment: &Alignment,
    fixes: &[&Fix],
) -> Option<String> {
    let gaps: Vec<Gap> = alignment.gaps().filter(|gap| has_say(before, after, gap)).collect();
    if gaps.is_empty() {
        return None;
    }
    let change = Change { before, after, alignment, gaps, fixes };
    let pairs = stages::pair(&change);
    let views = change.views(&pairs);
    stages::damage(&change, &pairs)
        .or_else(|| change.to_values(&views))
        .or_else(|| change.to_variables(&views))
}

/// Whether an instruction of the gap says something that holds below it.
fn has_say(before: &Model<'_>, after: &Model<'_>, gap: &Gap) -> bool {
    let says = |model: &Model<'_>, index: usize| {
        matches!(
            model.instruction(index).kind,
            InstructionKind::Arg(_)
                | InstructionKind::Env(_)
                | InstructionKind::From(_)
                | InstructionKind::Onbuild(_)
                | InstructionKind::Shell(_)
                | InstructionKind::User(_)
                | InstructionKind::Workdir(_)
        )
    };
    (gap.old.0..gap.old.1).any(|index| says(before, index))
        || (gap.new.0..gap.new.1).any(|index| says(after, index))
}

/// One pass: what was there, what is there, and who did it.
pub(super) struct Change<'a> {
    pub(super) before: &'a Model<'a>,
    pub(super) after: &'a Model<'a>,
    pub(super) alignment: &'a Alignment,
    /// The edited instructions that say something about others.
    pub(super) gaps: Vec<Gap>,
    fixes: &'a [&'a Fix],
}

/// What holds at one place before and after.
struct View<'a> {
    old: State<'a>,
    new: State<'a>,
    seen_by: SeenBy<'a>,
    /// The edited instructions right above it.
    gap: Option<Gap>,
}

/// Who sees what holds.
#[derive(Clone, Copy)]
enum SeenBy<'a> {
    /// The instruction with that index before.
    Instruction(usize),
    /// Whoever uses the image of a stage.
    Image(&'a Stage),
}

impl<'a> Change<'a> {
    /// All places from which something is seen that the edited instructions could change, in order.
    fn views(&self, pairs: &[Option<usize>]) -> Vec<View<'a>> {
        let (before, after, kept) = (self.before, self.after, &self.alignment.kept);
        let mut views: Vec<(usize, View<'a>)> = Vec::with_capacity(kept.len() + pairs.len());
        views.extend(kept.iter().map(|&(old, new)| {
            let gap = self.gaps.binary_search_by_key(&old, |gap| gap.old.1).ok().map(|at| self.gaps[at]);
            let seen_by = SeenBy::Instruction(old);
            (old * 2, View { old: before.state(old), new: after.state(new), seen_by, gap })
        }));
        for (stage, pair) in before.stages().iter().zip(pairs) {
            let Some(pair) = pair else { continue };
            let last = kept[..kept.partition_point(|&(old, _)| old < stage.body.end)].last();
            let start = last.map_or(0, |&(old, _)| old + 1);
            let gap = self.gaps.binary_search_by_key(&start, |gap| gap.old.0).ok().map(|at| self.gaps[at]);
            let (old, new) = (before.state_at_end(stage), after.state_at_end(&after.stages()[*pair]));
            views.push((stage.body.end * 2 - 1, View { old, new, seen_by: SeenBy::Image(stage), gap }));
        }
        views.sort_by_key(|(at, _)| *at);
        views.into_iter().map(|(_, view)| view).collect()
    }

    /// User, folder and shell.
    fn to_values(&self, views: &[View<'a>]) -> Option<String> {
        let mut before = [false; 3];
        for view in views {
            let (old, new) = (view.old, view.new);
            let now = [!is_same_user(old.user, new.user), old.workdir != new.workdir, old.shell != new.shell];
            let effects = [Effect::User, Effect::Workdir, Effect::Shell];
            for (effect, (now, before)) in effects.into_iter().zip(now.into_iter().zip(before)) {
                if now && !before && !self.is_declared(effect, view.gap) {
                    return Some(self.undeclared(effect.name(), view.seen_by));
                }
            }
            before = now;
        }
        None
    }

    fn to_variables(&self, views: &[View<'a>]) -> Option<String> {
        let names = self.changed_names();
        if names.len().saturating_mul(views.len()) > MAX_QUESTIONS {
            return Some("change more than can be compared".to_owned());
        }
        names.iter().find_map(|name| self.to_variable(name, views))
    }

    fn to_variable(&self, name: &str, views: &[View<'a>]) -> Option<String> {
        let mut before = false;
        let mut is_safe = false;
        for view in views {
            let (old, new) = (view.old.scope, view.new.scope);
            let now = old.get(name) != new.get(name) || old.env(name) != new.env(name);
            if now && !before {
                if !self.is_declared(Effect::Environment, view.gap) {
                    return Some(self.undeclared(&format!("the variable `{name}`"), view.seen_by));
                }
                is_safe = self.owners(view.gap).all(|fix| fix.applicability == Applicability::Safe);
            }
            if let (true, true, SeenBy::Instruction(index)) = (now, is_safe, view.seen_by)
                && names_variable(self.before.slice(self.before.instruction(index).span), name)
            {
                return Some(format!(
                    "change the variable `{name}`, which {} names",
                    place(self.before, index)
                ));
            }
            before = now;
        }
        None
    }

    /// The names to which edited instructions give another value than before.
    fn changed_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for gap in &self.gaps {
            let mut triggered = BTreeSet::new();
            let old = assignments(self.before, gap.old, &mut triggered);
            let new = assignments(self.after, gap.new, &mut triggered);
            names.extend(triggered);
            if old != new {
                names.extend(old.into_iter().chain(new).map(|assignment| assignment.name));
            }
        }
        names
    }

    /// Whether the fixes that are to blame for a change declare it: those that edit the gap, or any when the change is a
    /// consequence of one further up.
    pub(super) fn is_declared(&self, effect: Effect, gap: Option<Gap>) -> bool {
        self.owners(gap).any(|fix| fix.effects.contains(&effect))
    }

    fn owners(&self, gap: Option<Gap>) -> impl Iterator<Item = &Fix> {
        let instructions = &self.before.dockerfile.instructions;
        let range = gap.map(|gap| {
            let start = gap.old.0.checked_sub(1).map_or(0, |above| instructions[above].span.end);
            let end = instructions.get(gap.old.1).map_or(u32::MAX, |below| below.span.start);
            start..=end
        });
        self.fixes.iter().copied().filter(move |fix| {
            let is_in = |range: &std::ops::RangeInclusive<u32>| {
                let edits = fix.edits.iter().filter(|edit| edit.file == FileRole::Dockerfile);
                edits
                    .into_iter()
                    .any(|edit| edit.span.start <= *range.end() && *range.start() <= edit.span.end)
            };
            range.as_ref().is_none_or(is_in)
        })
    }

    fn undeclared(&self, what: &str, seen_by: SeenBy<'_>) -> String {
        let whom = match seen_by {
            SeenBy::Instruction(index) => format!("for {}", place(self.before, index)),
            SeenBy::Image(stage) => format!("at the end of {}", stage.display_name()),
        };
        format!("change {what} {whom}, which it does not declare")
    }
}

/// Whether two users are the same, wherever that is said.
fn is_same_user(old: &User, new: &User) -> bool {
    match (old, new) {
        (User::Set { value: old, .. }, User::Set { value: new, .. }) => old == new,
        _ => old == new,
    }
}

/// What an instruction gives to a variable.
#[derive(PartialEq)]
struct Assignment<'a> {
    name: String,
    value: Lookup<'a>,
    kept: Option<&'a Value>,
}

/// The assignments of instructions in order. The names in those that wait for another stage are added to `triggered`.
fn assignments<'a>(
    model: &'a Model<'a>,
    (start, end): (usize, usize),
    triggered: &mut BTreeSet<String>,
) -> Vec<Assignment<'a>> {
    let mut all = Vec::new();
    for index in start..end {
        let instruction = model.instruction(index);
        match &instruction.kind {
            InstructionKind::Env(pairs) | InstructionKind::Arg(pairs) => {
                let scope = model.state_after(index).scope;
                all.extend(names(model, index, pairs).map(|name| {
                    let (value, kept) = (scope.get(&name), scope.env(&name));
                    Assignment { name, value, kept }
                }));
            }
            InstructionKind::Onbuild(Onbuild { instruction: Some(trigger) }) => {
                if let InstructionKind::Env(pairs) | InstructionKind::Arg(pairs) = &trigger.kind {
                    triggered.extend(names(model, index, pairs));
                }
            }
            _ => {}
        }
    }
    all
}

fn names<'a>(model: &'a Model<'_>, index: usize, pairs: &'a Pairs) -> impl Iterator<Item = String> + 'a {
    pairs.pairs.iter().map(move |pair| model.expand(index, &pair.key).text().to_owned())
}

/// Whether a text has `$NAME` or `${NAME`.
fn names_variable(text: &str, name: &str) -> bool {
    text.match_indices('$').any(|(dollar, _)| {
        let rest = &text[dollar + 1..];
        let after = rest.strip_prefix('{').unwrap_or(rest).strip_prefix(name);
        let goes_on = |after: &str| after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        after.is_some_and(|after| !goes_on(after))
    })
}
