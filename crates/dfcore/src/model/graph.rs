//! Which stages need which, and what they need from outside.

use super::stages::{Base, Origin, Stage};
use super::{Model, Value};
use crate::syntax::ast::{Flag, From, Instruction, InstructionKind, MountKey, Onbuild};
use crate::text::Span;

/// Something that a stage cannot be built without.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// What it is.
    pub origin: Origin,
    /// How the stage uses it.
    pub by: Use,
    /// The index of the instruction that names it; of an `ONBUILD` when a trigger does.
    pub instruction: usize,
    /// The word that names it.
    pub span: Span,
}

impl Need {
    /// Whether a stage only has it from the `ONBUILD`s of its base, which stand above the stage.
    #[must_use]
    pub fn is_triggered(&self, stage: &Stage) -> bool {
        self.instruction < stage.from
    }
}

/// How a stage uses another one, an image or a named build context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Use {
    /// `FROM`: it stands on it.
    Base,
    /// `COPY --from`
    Copy,
    /// `RUN --mount=from=`
    Mount,
}

impl Model<'_> {
    /// What a name in `COPY --from` or `--mount=from=` means: the name or the number of a stage, else an image or a
    /// named build context.
    ///
    /// BuildKit looks among all stages of the file, also those below, and takes the last one of that name.
    #[must_use]
    pub fn origin(&self, name: &Value) -> Origin {
        if let Some(text) = name.as_known() {
            if let Some(stage) = self.resolved.names.last(text) {
                return Origin::Stage(stage);
            }
            if let Ok(number) = text.parse::<usize>()
                && number < self.stages().len()
            {
                return Origin::Stage(number);
            }
        }
        Origin::External(name.clone())
    }

    /// Where a `COPY` takes its files from; `None` without `--from`, which is the build context.
    #[must_use]
    pub fn copy_origin(&self, index: usize) -> Option<Origin> {
        self.copy_origin_of(index, self.instruction(index))
    }

    pub(super) fn copy_origin_of(&self, index: usize, instruction: &Instruction) -> Option<Origin> {
        let value = self.origin_flag(instruction)?.value.as_ref()?;
        Some(self.origin(&self.expand(index, value)))
    }

    /// The `--from` of a `COPY`.
    fn origin_flag<'i>(&self, instruction: &'i Instruction) -> Option<&'i Flag> {
        let may_have_one = matches!(instruction.kind, InstructionKind::Copy(_) | InstructionKind::Add(_));
        instruction.flag("from", self.source).filter(|_| may_have_one)
    }

    /// What a stage needs directly, in the order of its instructions; the base first, then what the triggers of that
    /// base need.
    #[must_use]
    pub fn needs(&self, stage: &Stage) -> Vec<Need> {
        let mut needs = Vec::new();
        let base = match &stage.base {
            Base::Stage(base) => Some(Origin::Stage(*base)),
            Base::Image(value) => Some(Origin::External(value.clone())),
            Base::Scratch => None,
        };
        let from = self.instruction(stage.from);
        let span = match &from.kind {
            InstructionKind::From(From { image: Some(image), .. }) => image.span,
            _ => from.keyword,
        };
        needs.extend(base.map(|origin| Need { origin, by: Use::Base, instruction: stage.from, span }));
        for &index in &stage.triggers {
            if let InstructionKind::Onbuild(Onbuild { instruction: Some(trigger) }) =
                &self.instruction(index).kind
            {
                self.add_needs(index, trigger, &mut needs);
            }
        }
        for (index, instruction) in self.body(stage) {
            self.add_needs(index, instruction, &mut needs);
        }
        needs
    }

    fn add_needs(&self, index: usize, instruction: &Instruction, needs: &mut Vec<Need>) {
        match &instruction.kind {
            InstructionKind::Copy(_) | InstructionKind::Add(_) => {
                if let Some(value) = self.origin_flag(instruction).and_then(|flag| flag.value.as_ref()) {
                    let origin = self.origin(&self.expand(index, value));
                    needs.push(Need { origin, by: Use::Copy, instruction: index, span: value.span });
                }
            }
            InstructionKind::Run(run) => {
                let options = run.mounts.iter().filter_map(|mount| mount.option(MountKey::From));
                for value in options.filter_map(|option| option.value.as_ref()) {
                    let origin = self.origin(&self.expand(index, value));
                    needs.push(Need { origin, by: Use::Mount, instruction: index, span: value.span });
                }
            }
            _ => {}
        }
    }

    /// The stages that a stage needs directly, by number, each once.
    #[must_use]
    pub fn needed_stages(&self, stage: &Stage) -> Vec<usize> {
        let of_stage = |need: Need| match need.origin {
            Origin::Stage(stage) => Some(stage),
            Origin::External(_) => None,
        };
        let mut needed: Vec<_> = self.needs(stage).into_iter().filter_map(of_stage).collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// For each stage, whether building `target` builds it.
    #[must_use]
    pub fn built_for(&self, target: &Stage) -> Vec<bool> {
        let mut built = vec![false; self.stages().len()];
        let mut waiting = vec![target.index];
        while let Some(index) = waiting.pop() {
            if !built[index] {
                built[index] = true;
                waiting.extend(self.needed_stages(&self.stages()[index]));
            }
        }
        built
    }

    /// For each stage, whether somebody builds it for its own sake: it is the target, or without one nothing else needs it,
    /// or it is the last.
    #[must_use]
    pub fn targets(&self) -> Vec<bool> {
        if let Some(target) = self.target() {
            return self.stages().iter().map(|stage| stage.index == target.index).collect();
        }
        let mut targets = vec![true; self.stages().len()];
        for stage in self.stages() {
            for needed in self.needed_stages(stage) {
                targets[needed] = false;
            }
        }
        if let Some(last) = targets.last_mut() {
            // It is what a build without a target gives.
            *last = true;
        }
        targets
    }

    /// Whether the layers of a stage are part of an image that somebody gets: nothing else needs it, or such a stage
    /// stands on it.
    #[must_use]
    pub fn is_shipped(&self, stage: &Stage) -> bool {
        let shipped = self.shipped.get_or_init(|| {
            let mut shipped = self.targets();
            // A stage stands on one before it.
            for stage in self.stages().iter().rev() {
                if let (true, Base::Stage(base)) = (shipped[stage.index], &stage.base) {
                    shipped[*base] = true;
                }
            }
            shipped
        });
        shipped[stage.index]
    }

    /// For each stage, whether an instruction of its own or of a stage that it stands on answers.
    #[must_use]
    pub fn stages_with(&self, answers: impl Fn(usize, &Instruction) -> bool) -> Vec<bool> {
        let mut with: Vec<bool> = Vec::with_capacity(self.stages().len());
        for stage in self.stages() {
            let below = matches!(stage.base, Base::Stage(base) if with[base]);
            with.push(below || self.body(stage).any(|(index, instruction)| answers(index, instruction)));
        }
        with
    }

    /// The images and named build contexts that building `target` asks for, in the order of the file, each once.
    #[must_use]
    pub fn external_for(&self, target: &Stage) -> Vec<Value> {
        let mut external: Vec<Value> = Vec::new();
        let built = self.built_for(target);
        for stage in self.stages().iter().filter(|stage| built[stage.index]) {
            for need in self.needs(stage) {
                if let Origin::External(value) = need.origin
                    && !external.contains(&value)
                {
                    external.push(value);
                }
            }
        }
        external
    }

    /// Stages that need each other in a circle, which BuildKit refuses: each needs the next, and the last the first.
    /// `None` when there is an order to build them in.
    #[must_use]
    pub fn circle(&self) -> Option<Vec<usize>> {
        let needed: Vec<Vec<usize>> = self.stages().iter().map(|stage| self.needed_stages(stage)).collect();
        let mut is_done = vec![false; self.stages().len()];
        let mut is_on_path = vec![false; self.stages().len()];
        for start in 0..self.stages().len() {
            // The way from `start` with, for each stage, how many of its needs were followed.
            let mut path = vec![(start, 0)];
            while let Some((stage, followed)) = path.last_mut() {
                let stage = *stage;
                if is_done[stage] {
                    path.pop();
                    continue;
                }
                is_on_path[stage] = true;
                let Some(&next) = needed[stage].get(*followed) else {
                    is_done[stage] = true;
                    is_on_path[stage] = false;
                    path.pop();
                    continue;
                };
                *followed += 1;
                if is_on_path[next] {
                    let circle = path.iter().map(|&(stage, _)| stage);
                    return Some(circle.skip_while(|&stage| stage != next).collect());
                }
                path.push((next, 0));
            }
        }
        None
    }

    /// The stages whose instructions end up in the image of `target`: itself and what it stands on, from
    /// `target` down to the stage on an image or `scratch`.
    #[must_use]
    pub fn lineage<'m>(&'m self, target: &'m Stage) -> Vec<&'m Stage> {
        let mut lineage = vec![target];
        let mut stage = target;
        while let Base::Stage(parent) = stage.base {
            stage = &self.stages()[parent];
            lineage.push(stage);
        }
        lineage
    }
}
