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
    /// The number of the stage on an image or `scratch` that it stands on, over any others; its own when it is that one.
    pub root: usize,
    /// The indices of the `ONBUILD`s of the stage below it, whose instructions run before its own.
    pub triggers: Vec<usize>,
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

/// The last stage of each name in lower case: a name may be given again.
#[derive(Clone, Debug, Default)]
pub(super) struct StageNames(FxHashMap<String, usize>);

impl StageNames {
    pub(super) fn insert(&mut self, name: &str, stage: usize) {
        self.0.insert(name.to_owned(), stage);
    }

    /// The last stage so far of that name, which `FROM` compares as it is with names in lower case.
    pub(super) fn last_exactly(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    /// The last stage of that name, in any case.
    pub(super) fn last(&self, name: &str) -> Option<usize> {
        self.last_exactly(&name.to_lowercase())
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
    /// An image: the text of `FROM` with variables expanded.
    Image(Value),
}

impl Base {
    /// The image, with the defaults of its variables; those that are unknown stand in it as `${NAME}`. `None` for
    /// another stage and for `scratch`.
    #[must_use]
    pub fn image(&self) -> Option<ImageReference<'_>> {
        match self {
            Self::Image(value) => Some(ImageReference::parse(value.text())),
            Self::Scratch | Self::Stage(_) => None,
        }
    }

    /// The same, where tag and digest are known whatever the build fills in: an unknown registry or namespace hides
    /// neither.
    #[must_use]
    pub fn image_of_known_version(&self) -> Option<ImageReference<'_>> {
        let Self::Image(value) = self else { return None };
        let last_part = value.text().rsplit('/').next().unwrap_or_default();
        let is_known = value.as_known().is_some() || !last_part.contains('$');
        self.image().filter(|_| is_known)
    }
}

/// Where a `COPY --from` or `--mount=from=` takes files from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A stage of this file.
    Stage(usize),
    /// An image or a named build context: which of the two, only the build knows.
    External(Value),
}
