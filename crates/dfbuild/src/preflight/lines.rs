//! Where the steps of a build stand in the Dockerfile.

use std::collections::HashMap;

use dfcore::model::{Model, Stage};
use dfcore::syntax::ast::InstructionKind;

use crate::report::Lines;

/// The lines of each step, by the name of its stage and its place in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepLines {
    stages: HashMap<String, Vec<Lines>>,
}

impl StepLines {
    /// Finds the instructions that become steps: FROM and those that change the file system.
    pub(super) fn new(model: &Model<'_>) -> Self {
        let stages = model.stages().iter().map(|stage| {
            let name = stage.name.clone().unwrap_or_else(|| format!("stage-{}", stage.index));
            (name, steps(model, stage))
        });
        Self { stages: stages.collect() }
    }

    /// The lines of step `position` of `total` in `stage`; none if the stage has another number of steps, for then
    /// its base image has added some.
    pub(crate) fn get(&self, stage: &str, position: usize, total: usize) -> Option<Lines> {
        let steps = self.stages.get(stage).filter(|steps| steps.len() == total)?;
        steps.get(position.checked_sub(1)?).copied()
    }
}

fn steps(model: &Model<'_>, stage: &Stage) -> Vec<Lines> {
    let from = std::iter::once(model.instruction(stage.from));
    let body = model.body(stage).map(|(_, instruction)| instruction).filter(|instruction| {
        matches!(
            instruction.kind,
            InstructionKind::Run(_)
                | InstructionKind::Copy(_)
                | InstructionKind::Add(_)
                | InstructionKind::Workdir(_)
        )
    });
    from.chain(body)
        .map(|instruction| Lines {
            first: model.line(instruction.span.start),
            last: model.line(instruction.span.end.saturating_sub(1)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use dfcore::text::SourceFile;

    use super::*;

    #[test]
    fn steps_have_lines() {
        let text =
            "FROM a AS Build\nENV X=1\nRUN one && \\\n    two\nFROM b\nUSER x\nCOPY --from=build /a /b\n";
        let source = SourceFile::new("Dockerfile", text).unwrap();
        let lines = StepLines::new(&Model::new(&source));
        assert_eq!(lines.get("build", 1, 2), Some(Lines { first: 1, last: 1 }));
        assert_eq!(lines.get("build", 2, 2), Some(Lines { first: 3, last: 4 }));
        assert_eq!(lines.get("stage-1", 2, 2), Some(Lines { first: 7, last: 7 }));
        assert_eq!(lines.get("stage-1", 2, 3), None, "the base image has a trigger");
        assert_eq!(lines.get("stage-1", 0, 2), None);
        assert_eq!(lines.get("other", 1, 2), None);
    }
}
