use rustc_hash::FxHashMap;

use super::alignment::Gap;
use super::place;
use super::state::Change;
use crate::fix::Effect;
use crate::model::{Base, Model, Origin};
use crate::syntax::ast::InstructionKind;

/// For each stage before, the one that it is afterwards; `None` for one that is gone.
pub(super) fn pair(change: &Change<'_>) -> Vec<Option<usize>> {
    let (before, after) = (change.before, change.after);
    let mut pairs = vec![None; before.stages().len()];
    let mut connect = |old: usize, new: usize| {
        if let (Some(old), Some(new)) = (stage_at(before, old), stage_at(after, new)) {
            pairs[old] = Some(new);
        }
    };
    change.alignment.kept.iter().for_each(|&(old, new)| connect(old, new));
    for gap in &change.gaps {
        let (old, new) = (stage_starts(before, gap.old), stage_starts(after, gap.new));
        if old.len() == new.len() {
            old.into_iter().zip(new).for_each(|(old, new)| connect(old, new));
        }
    }
    pairs
}

/// What the fixes change in the stages: their names and bases, and what other instructions find under their names.
pub(super) fn damage(change: &Change<'_>, pairs: &[Option<usize>]) -> Option<String> {
    let (before, after) = (change.before, change.after);
    let has_from =
        |gap: &Gap| !stage_starts(before, gap.old).is_empty() || !stage_starts(after, gap.new).is_empty();
    if !change.gaps.iter().any(has_from) {
        return None;
    }
    let is_whole = pairs.iter().all(Option::is_some) && pairs.len() == after.stages().len();
    if !is_whole && !change.is_declared(Effect::Stages, None) {
        return Some("change the stages, which it does not declare".to_owned());
    }
    let same = |old: usize, new: usize| pairs[old] == Some(new);
    for (old, new) in before.stages().iter().zip(pairs) {
        let Some(new) = new.map(|new| &after.stages()[new]) else { continue };
        let gap = change.gaps.get(change.gaps.partition_point(|gap| gap.old.1 <= old.from)).copied();
        let gap = gap.filter(|gap| gap.old.0 <= old.from);
        let is_declared = gap.is_some() && change.is_declared(Effect::Stages, gap);
        if old.name != new.name && !is_declared {
            return Some(format!("change the name of {}, which it does not declare", old.display_name()));
        }
        let has_same_base = match (&old.base, &new.base) {
            (Base::Stage(old), Base::Stage(new)) => same(*old, *new),
            (Base::Scratch, Base::Scratch) | (Base::Image(_), Base::Image(_)) => true,
            _ => false,
        };
        if !has_same_base && !is_declared {
            return Some(format!("change what {} stands on, which it does not declare", old.display_name()));
        }
    }
    // Nobody can declare that an instruction that stays takes its files from elsewhere.
    let (old_origins, new_origins) = (origins(before), origins(after));
    let none = Vec::new();
    for &(old, new) in &change.alignment.kept {
        let of_old = old_origins.get(&old).unwrap_or(&none);
        let of_new = new_origins.get(&new).unwrap_or(&none);
        let is_same = of_old.len() == of_new.len()
            && of_old.iter().zip(of_new).all(|pair| match pair {
                (Origin::Stage(old), Origin::Stage(new)) => same(*old, *new),
                (old, new) => old == new,
            });
        if !is_same {
            return Some(format!("change which stage {} means", place(before, old)));
        }
        let moves = match (before.stage_of(old), after.stage_of(new)) {
            (Some(old), Some(new)) => !same(old.index, new.index),
            (old, new) => old.is_some() || new.is_some(),
        };
        if moves && !change.is_declared(Effect::Stages, None) {
            return Some(format!("move {} to another stage, which it does not declare", place(before, old)));
        }
    }
    None
}

/// The indices of the `FROM`s among instructions.
fn stage_starts(model: &Model<'_>, (start, end): (usize, usize)) -> Vec<usize> {
    let is_from = |index: &usize| matches!(model.instruction(*index).kind, InstructionKind::From(_));
    (start..end).filter(is_from).collect()
}

/// The number of the stage that a `FROM` opens.
fn stage_at(model: &Model<'_>, index: usize) -> Option<usize> {
    model.stage_of(index).filter(|stage| stage.from == index).map(|stage| stage.index)
}

/// What instructions take from by name, by the index of the instruction.
fn origins(model: &Model<'_>) -> FxHashMap<usize, Vec<Origin>> {
    let mut origins: FxHashMap<usize, Vec<Origin>> = FxHashMap::default();
    for need in model.stages().iter().flat_map(|stage| model.needs(stage)) {
        origins.entry(need.instruction).or_default().push(need.origin);
    }
    origins
}
