use crate::text::Span;

/// Something that BuildKit refuses, worded for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SyntaxError {
    /// The bytes to point at.
    pub span: Span,
    /// When BuildKit notices it.
    pub phase: Phase,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it, when that is known ("did you mean `COPY`?").
    pub help: Option<String>,
}

/// When BuildKit notices an error. Each phase runs only when the one before it found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Phase {
    /// While it splits the file into instructions and words; nothing of the file is understood then.
    Parse,
    /// While it reads what the instructions say and puts them into stages.
    Instruction,
    /// Not in this build, but in the build of an image on top of this one, which runs the `ONBUILD` trigger.
    Trigger,
}

/// The errors found so far.
#[derive(Debug, Default)]
pub(super) struct Errors {
    list: Vec<SyntaxError>,
    /// How many `ONBUILD`s hold the text that is being read.
    pub(super) triggers: u32,
}

impl Errors {
    /// BuildKit's parser stops here.
    pub(super) fn unparsable(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        self.push(Phase::Parse, span, message.into(), help.into());
    }

    /// BuildKit splits the words but refuses what they say.
    pub(super) fn refused(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        let phase = if self.triggers > 0 { Phase::Trigger } else { Phase::Instruction };
        self.push(phase, span, message.into(), help.into());
    }

    /// The errors in the order of their spans.
    pub(super) fn into_sorted(mut self) -> Vec<SyntaxError> {
        self.list.sort_by_key(|error| (error.span, error.phase));
        self.list
    }

    fn push(&mut self, phase: Phase, span: Span, message: String, help: Option<String>) {
        self.list.push(SyntaxError { span, phase, message, help });
    }
}
