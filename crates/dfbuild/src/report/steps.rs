//! Steps and stages, read from the names that BuildKit gives to its vertices.

use std::time::SystemTime;

use serde::Serialize;

use crate::preflight::StepLines;
use crate::progress::state::{self, Outcome};
use crate::timestamp::{milliseconds, rfc3339};

/// A step of the build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The name as BuildKit writes it.
    pub name: String,
    /// The platform for which it runs, where several are built.
    pub platform: Option<String>,
    /// Its stage; steps of BuildKit itself have none.
    pub stage: Option<String>,
    /// Its place in the stage, counted from 1.
    pub position: Option<u32>,
    /// The instruction that it carries out: `RUN`, `COPY` … FROM is none, for it only names what is there.
    pub instruction: Option<String>,
    /// Where it stands in the Dockerfile.
    pub lines: Option<Lines>,
    /// What has become of it.
    pub state: StepState,
    /// Its result was there already.
    pub cached: bool,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub completed_at: Option<String>,
    /// How long it took, in milliseconds; 0 if it was cached.
    pub duration_ms: u64,
}

/// Lines of the Dockerfile, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// The first.
    pub first: u32,
    /// The last, included.
    pub last: u32,
}

/// What has become of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// Its result was there already.
    Cached,
    /// It was carried out.
    Built,
    /// It failed, or was cancelled because another one did.
    Failed,
    /// It had not ended when the build did.
    Unfinished,
}

/// A stage of the Dockerfile, for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// Its name, or `stage-N` for one without a name.
    pub name: String,
    /// The platform, where several are built.
    pub platform: Option<String>,
    /// How many steps it has, without FROM.
    pub steps: usize,
    /// How many of them were cached.
    pub cached: usize,
    /// How long its steps took together, in milliseconds.
    pub duration_ms: u64,
}

impl Step {
    pub(super) fn new(step: &state::Step, lines: &StepLines) -> Self {
        let place = Place::of(&step.name);
        let lines = place.lines(lines);
        let (state, duration_ms) = match step.outcome() {
            Some(Outcome::Cached) => (StepState::Cached, 0),
            Some(Outcome::Done(time)) => (StepState::Built, milliseconds(time)),
            Some(Outcome::Failed) => (StepState::Failed, elapsed(step)),
            None => (StepState::Unfinished, 0),
        };
        Self {
            name: step.name.clone(),
            platform: place.platform,
            stage: place.stage,
            position: place.position,
            instruction: place.instruction,
            lines,
            state,
            cached: state == StepState::Cached,
            started_at: step.started.map(rfc3339),
            completed_at: step.completed.map(rfc3339),
            duration_ms,
        }
    }

    /// Whether the step is work that a cache can save.
    pub fn is_work(&self) -> bool {
        self.instruction.is_some()
    }
}

fn elapsed(step: &state::Step) -> u64 {
    let (Some(started), Some(completed)) = (step.started, step.completed) else { return 0 };
    milliseconds(SystemTime::duration_since(&completed, started).unwrap_or_default())
}

impl Stage {
    pub(super) fn of(steps: &[Step]) -> Vec<Self> {
        let mut stages: Vec<Self> = Vec::new();
        for step in steps {
            let Some(name) = &step.stage else { continue };
            let same = |stage: &Self| stage.name == *name && stage.platform == step.platform;
            let index = stages.iter().position(same).unwrap_or_else(|| {
                stages.push(Self {
                    name: name.clone(),
                    platform: step.platform.clone(),
                    steps: 0,
                    cached: 0,
                    duration_ms: 0,
                });
                stages.len() - 1
            });
            if let Some(stage) = stages.get_mut(index) {
                stage.steps += usize::from(step.is_work());
                stage.cached += usize::from(step.is_work() && step.cached);
                stage.duration_ms += step.duration_ms;
            }
        }
        stages
    }
}

/// Where a step stands: `[linux/amd64 build 2/5] RUN make`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    platform: Option<String>,
    stage: Option<String>,
    position: Option<u32>,
    total: Option<u32>,
    instruction: Option<String>,
}

impl Place {
    fn lines(&self, lines: &StepLines) -> Option<Lines> {
        let index = |number: Option<u32>| usize::try_from(number?).ok();
        lines.get(self.stage.as_deref()?, index(self.position)?, index(self.total)?)
    }

    fn of(name: &str) -> Self {
        Self::parse(name).unwrap_or_default()
    }

    fn parse(name: &str) -> Option<Self> {
        let (bracket, rest) = name.strip_prefix('[')?.split_once(']')?;
        let mut words: Vec<&str> = bracket.split_whitespace().collect();
        let (position, total) = words.pop()?.split_once('/')?;
        let position = position.parse().ok()?;
        let total = total.parse().ok()?;
        // A stage's name holds no slash, and a platform has at least one.
        let has_platform = words.first().is_some_and(|word| word.contains('/'));
        let platform = has_platform.then(|| words.remove(0).to_owned());
        let stage = if words.is_empty() { "stage-0".to_owned() } else { words.join(" ") };
        let instruction =
            rest.split_whitespace().next().filter(|instruction| *instruction != "FROM").map(str::to_owned);
        Some(Self { platform, stage: Some(stage), position: Some(position), total: Some(total), instruction })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn place(
        platform: Option<&str>,
        stage: &str,
        position: u32,
        total: u32,
        instruction: Option<&str>,
    ) -> Place {
        Place {
            platform: platform.map(str::to_owned),
            stage: Some(stage.to_owned()),
            position: Some(position),
            total: Some(total),
            instruction: instruction.map(str::to_owned),
        }
    }

    #[test]
    fn names_of_steps() {
        assert_eq!(Place::of("[build 2/5] RUN make"), place(None, "build", 2, 5, Some("RUN")));
        assert_eq!(Place::of("[2/3] RUN [ -f x ]"), place(None, "stage-0", 2, 3, Some("RUN")));
        assert_eq!(
            Place::of("[linux/arm/v7 stage-1 10/12] COPY a b"),
            place(Some("linux/arm/v7"), "stage-1", 10, 12, Some("COPY"))
        );
        assert_eq!(
            Place::of("[linux/amd64->arm64 b 1/1] FROM x"),
            place(Some("linux/amd64->arm64"), "b", 1, 1, None)
        );
        for other in
            ["[internal] load .dockerignore", "exporting to image", "[", "[]", "[a/b] x", "[context a] b"]
        {
            assert_eq!(Place::of(other), Place::default(), "{other}");
        }
    }
}
