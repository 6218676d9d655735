use rustc_hash::FxHashSet;

use super::RuleContext;
use crate::model::{Base, Stage, User, Value};
use crate::syntax::ast::{InstructionKind, Word};

/// The user that the containers of a stage start as, where a `USER` of the file says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastUser<'a> {
    /// The stage.
    pub(crate) stage: &'a Stage,
    /// The index of the `USER`, which may stand in a stage below.
    pub(crate) instruction: usize,
    /// Its argument.
    pub(crate) word: &'a Word,
    /// The same with its variables filled in.
    pub(crate) value: &'a Value,
}

impl<'a> RuleContext<'a> {
    /// Who the containers of the stages start as that rules speak of. A stage that others stand on only counts in the
    /// scope of all stages: those others end with a user of their own. A `USER` that several stages inherit comes once.
    pub(crate) fn last_users(&self) -> Vec<LastUser<'a>> {
        let model = self.model;
        let mut is_base = vec![false; model.stages().len()];
        for stage in model.stages() {
            if let (Base::Stage(base), false) = (&stage.base, self.speaks_of_all_stages()) {
                is_base[*base] = true;
            }
        }
        if let Some(target) = model.target() {
            is_base[target.index] = false;
        }
        let mut seen = FxHashSet::default();
        let stages = model.stages().iter().filter(|stage| self.speaks_of(stage) && !is_base[stage.index]);
        let last_user = |stage: &'a Stage| {
            let User::Set { value, instruction } = model.state_at_end(stage).user else { return None };
            let InstructionKind::User(argument) = &model.instruction(*instruction).kind else { return None };
            let word = argument.word.as_ref()?;
            seen.insert(*instruction).then_some(LastUser { stage, instruction: *instruction, word, value })
        };
        stages.filter_map(last_user).collect()
    }
}
