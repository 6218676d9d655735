//! Which stages need which.

use super::stages::{Base, Origin, Stage};
use super::{Model, Value};
use crate::syntax::ast::InstructionKind;

impl Model<'_> {
    /// What a name in `COPY --from`, `--mount=from=` or `FROM` means at an instruction: the number or the
    /// name of a stage before it, else an image or a named build context.
    #[must_use]
    pub fn origin(&self, index: usize, name: &Value) -> Origin {
        let before = self.stage_of(index).map_or(0, |stage| stage.index);
        if let Some(text) = name.as_known() {
            if let Some(stage) = self.names.last_before(text, before) {
                return Origin::Stage(stage);
            }
            if let Ok(number) = text.parse::<usize>()
                && number < before
            {
                return Origin::Stage(number);
            }
        }
        Origin::External(name.clone())
    }

    /// Where a `COPY` or `ADD` takes its files from; `None` without `--from`, which is the build context.
    #[must_use]
    pub fn copy_origin(&self, index: usize) -> Option<Origin> {
        let value = self.flag(index, "from")?.value.as_ref()?;
        Some(self.origin(index, &self.expand(index, value)))
    }

    /// The earlier stages that a stage needs directly, in order, each once.
    #[must_use]
    pub fn needs(&self, stage: &Stage) -> Vec<usize> {
        let mut needed = Vec::new();
        if let Base::Stage(base) = stage.base {
            needed.push(base);
        }
        for (index, instruction) in self.body(stage) {
            if let Some(Origin::Stage(origin)) = self.copy_origin(index) {
                needed.push(origin);
            }
            let InstructionKind::Run(run) = &instruction.kind else { continue };
            for name in run.mounts.iter().filter_map(|mount| mount.from(self.source)) {
                if let Origin::Stage(origin) = self.origin(index, &self.expand_text(index, name)) {
                    needed.push(origin);
                }
            }
        }
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// For each stage, whether building `target` builds it.
    #[must_use]
    pub fn built_for(&self, target: &Stage) -> Vec<bool> {
        let mut built = vec![false; self.stages.len()];
        let mut waiting = vec![target.index];
        while let Some(index) = waiting.pop() {
            if !built[index] {
                built[index] = true;
                waiting.extend(self.needs(&self.stages[index]));
            }
        }
        built
    }

    /// The stages whose instructions end up in the image of `target`: itself and what it stands on, from
    /// `target` down to the stage on an image or `scratch`.
    #[must_use]
    pub fn lineage<'m>(&'m self, target: &'m Stage) -> Vec<&'m Stage> {
        let mut lineage = vec![target];
        let mut stage = target;
        while let Base::Stage(parent) = stage.base {
            stage = &self.stages[parent];
            lineage.push(stage);
        }
        lineage
    }
}
