use serde::Serialize;

use super::{CommandForm, Word};
use crate::text::{SourceFile, Span};

/// `RUN`
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The `--mount` flags in order.
    pub mounts: Vec<Mount>,
    /// The command. In shell form with a heredoc, the heredoc's body belongs to the script too.
    pub command: CommandForm,
}

/// The types of `--mount`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MountType {
    /// `bind`, also when no type is given.
    #[default]
    Bind,
    /// `cache`
    Cache,
    /// `tmpfs`
    Tmpfs,
    /// `secret`
    Secret,
    /// `ssh`
    Ssh,
    /// Any other; there is a syntax error for it unless it holds a variable.
    Unknown,
}

/// One `--mount=…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// The whole flag.
    pub span: Span,
    /// Its type.
    pub mount_type: MountType,
    /// Its options in order, with `type`.
    pub options: Vec<MountOption>,
}

impl Mount {
    /// The value of the last option that has one of these names.
    #[must_use]
    pub fn option<'a>(&'a self, names: &[&str], source: &'a SourceFile) -> Option<&'a str> {
        let option = self.options.iter().rev().find(|option| names.contains(&option.key.text(source)))?;
        Some(option.value.as_ref().map_or("", |value| value.text(source)))
    }

    /// Where it is mounted: `target`, `dst` or `destination`, before variables are expanded.
    #[must_use]
    pub fn target<'a>(&'a self, source: &'a SourceFile) -> Option<&'a str> {
        self.option(&["target", "dst", "destination"], source)
    }

    /// The stage, named context or image that it comes from, before variables are expanded.
    #[must_use]
    pub fn from<'a>(&'a self, source: &'a SourceFile) -> Option<&'a str> {
        self.option(&["from"], source)
    }
}

/// One `key=value` of a mount; a bare key has no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MountOption {
    /// The key as written, lower-cased by BuildKit when it is compared.
    pub key: Word,
    /// The value without the quotes of the comma-separated list.
    pub value: Option<Word>,
}
