//! What a container of a stage starts.

use super::{Model, Stage};
use crate::shell::Command;
use crate::syntax::ast::InstructionKind;

impl Model<'_> {
    /// The command that a container of a stage starts, that of its `ENTRYPOINT`, else that of its `CMD`, with the index of
    /// the instruction; `None` when the file says neither.
    #[must_use]
    pub fn started(&self, stage: &Stage) -> Option<(usize, &Command)> {
        let index = self.entrypoint(stage).or_else(|| self.default_command(stage))?;
        let command = self.script(index).commands.iter().find(|command| !command.is("exec"))?;
        Some((index, command))
    }

    /// The words of the commands of a stage's `ENTRYPOINT` and `CMD`, as far as they are known.
    #[must_use]
    pub fn started_words(&self, stage: &Stage) -> Vec<String> {
        let indices = self.entrypoint(stage).into_iter().chain(self.default_command(stage));
        let commands = indices.flat_map(|index| &self.script(index).commands);
        commands.flat_map(|command| &command.words).map(|word| word.text().into_owned()).collect()
    }

    fn entrypoint(&self, stage: &Stage) -> Option<usize> {
        self.last_of(stage, |kind| matches!(kind, InstructionKind::Entrypoint(_)))
    }

    fn default_command(&self, stage: &Stage) -> Option<usize> {
        self.last_of(stage, |kind| matches!(kind, InstructionKind::Cmd(_)))
    }

    /// The last instruction of a kind in a stage, or else in what it stands on.
    fn last_of(&self, stage: &Stage, wanted: fn(&InstructionKind) -> bool) -> Option<usize> {
        let lineage = self.lineage(stage);
        let bodies = lineage.iter().flat_map(|stage| stage.body.clone().rev());
        bodies.into_iter().find(|&index| wanted(&self.instruction(index).kind))
    }
}
