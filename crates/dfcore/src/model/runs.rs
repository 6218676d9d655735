//! The `RUN` instructions with their scripts.

use super::Model;
use crate::shell::Script;
use crate::syntax::ast::{InstructionKind, Onbuild};

impl Model<'_> {
    /// Whether an instruction is a `RUN`, here or, under `ONBUILD`, in an image on top.
    #[must_use]
    pub fn is_run(&self, index: usize) -> bool {
        match &self.instruction(index).kind {
            InstructionKind::Run(_) => true,
            InstructionKind::Onbuild(Onbuild { instruction: Some(trigger) }) => {
                matches!(trigger.kind, InstructionKind::Run(_))
            }
            _ => false,
        }
    }

    /// The scripts of all `RUN`s, also those under `ONBUILD`, with the indices of their instructions.
    pub fn run_scripts(&self) -> impl Iterator<Item = (usize, &Script)> {
        let indices = 0..self.dockerfile.instructions.len();
        indices.filter(|&index| self.is_run(index)).map(|index| (index, self.script(index)))
    }
}
