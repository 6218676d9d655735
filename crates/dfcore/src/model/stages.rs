//! Build stages: where each starts, what it stands on, what it needs.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::image_ref::ImageReference;
use super::variables::Value;

/// One build stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its number, from 0.
    pub index: usize,
    /// Its name in lower case, as other instructions refer to it.
    pub name: Option<String>,
    /// The index of its `FROM`.
    pub from: usize,
    /// The indices of its instructions after `FROM`.
    pub body: Range<usize>,
    /// What it stands on.
    pub base: Base,
}

impl Stage {
    /// The name for messages: `stage "builder"` or `stage 2` (counted from 1).
    #[must_use]
    pub fn display_name(&self) -> String {
        match &self.name {
            Some(name) => format!("stage \"{name}\""),
            None => format!("stage {}", self.index + 1),
        }
    }
}

/// The stages of each name, in order: a name may be given again, and the latest one above counts.
#[derive(Clone, Debug, Default)]
pub(super) struct StageNames(FxHashMap<String, Vec<usize>>);

impl StageNames {
    pub(super) fn insert(&mut self, name: &str, stage: usize) {
        self.0.entry(name.to_owned()).or_default().push(stage);
    }

    /// The last stage of that name, in any case, above stage number `before`.
    pub(super) fn last_before(&self, name: &str, before: usize) -> Option<usize> {
        let stages = self.0.get(&name.to_lowercase())?;
        let above = stages.partition_point(|&stage| stage < before);
        Some(stages[above.checked_sub(1)?])
    }
}

/// What a stage stands on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Base {
    /// The empty image.
    Scratch,
    /// An earlier stage of this file.
    Stage(usize),
    /// An image. The reference is that of the text with the defaults of its variables.
    Image {
        /// The text with variables expanded.
        value: Value,
        /// Its parts; variables that are unknown stand in them as `${NAME}`.
        reference: ImageReference,
    },
}

/// Where a `COPY --from`, `--mount=from=` or `FROM` takes files from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// An earlier stage of this file.
    Stage(usize),
    /// An image or a named build context: which of the two, only the build knows.
    External(Value),
}
