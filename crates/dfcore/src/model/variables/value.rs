use std::sync::Arc;

/// A text that may hold parts nobody knows before the build. Clones are cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    text: Arc<str>,
    unknown: Option<Arc<[Unknown]>>,
}

/// A part of a value that nobody knows before the build.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unknown {
    /// The variable, or the whole word where no variable is to blame.
    pub name: Arc<str>,
    /// Why it is not known.
    pub reason: Reason,
}

/// Why a value is not known before the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// An `ARG` without a default: `--build-arg` may give it a value.
    BuildArgument,
    /// The platform that is built for or on: `TARGETARCH`, `BUILDPLATFORM`, …
    Platform,
    /// The base image may have set it.
    BaseImage,
    /// BuildKit cannot expand the word and stops there: `${x`, or `${x:?message}` without a value.
    Refused,
    /// The values of this file have grown beyond all measure (`ENV A=$A$A` again and again).
    TooLarge,
}

impl Value {
    /// A text that is known.
    #[must_use]
    pub fn known(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), unknown: None }
    }

    /// The value of a variable that only the build knows.
    #[must_use]
    pub fn unknown(name: &str, reason: Reason) -> Self {
        Self {
            text: format!("${{{name}}}").into(),
            unknown: Some([Unknown { name: name.into(), reason }].into()),
        }
    }

    /// A text with parts that are unknown.
    pub(super) fn with_unknown(text: String, unknown: Vec<Unknown>) -> Self {
        Self { text: text.into(), unknown: (!unknown.is_empty()).then(|| unknown.into()) }
    }

    /// The text, when all of it is known.
    #[must_use]
    pub fn as_known(&self) -> Option<&str> {
        self.unknown.is_none().then_some(&*self.text)
    }

    /// The text with `${NAME}` in the place of what is unknown, for messages and partial questions.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What makes it unknown, each variable once; empty when it is known.
    #[must_use]
    pub fn unknown_parts(&self) -> &[Unknown] {
        self.unknown.as_deref().unwrap_or_default()
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::known("")
    }
}
