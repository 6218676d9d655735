use super::Word;
use crate::text::{SourceFile, Span};

/// The types of `--mount`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
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

/// How builds that run at the same time share a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Sharing {
    /// `shared`: all of them use it at once; the default.
    #[default]
    Shared,
    /// `private`: each that finds it in use gets a new one.
    Private,
    /// `locked`: one after the other.
    Locked,
}

/// One `--mount=…`.
///
/// Of an option that is given twice, the last one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mount {
    /// The whole flag.
    pub span: Span,
    /// Its type.
    pub mount_type: MountType,
    /// Its options in order, with `type`.
    pub options: Box<[MountOption]>,
}

impl Mount {
    /// Where it is mounted: `target`, `dst` or `destination`, before variables are expanded.
    #[must_use]
    pub fn target<'a>(&'a self, source: &'a SourceFile) -> Option<&'a str> {
        self.text(MountKey::Target, source)
    }

    /// The stage, named context or image that it comes from.
    #[must_use]
    pub fn from<'a>(&'a self, source: &'a SourceFile) -> Option<&'a str> {
        self.text(MountKey::From, source)
    }

    /// The path in what it comes from: `source` or `src`, before variables are expanded. Of a secret it is the name.
    #[must_use]
    pub fn source<'a>(&'a self, source: &'a SourceFile) -> Option<&'a str> {
        self.text(MountKey::Source, source)
    }

    /// The name of a cache, secret or SSH agent as it is given, before variables are expanded.
    #[must_use]
    pub fn id<'a>(&'a self, source: &'a SourceFile) -> Option<&'a str> {
        self.text(MountKey::Id, source)
    }

    /// The environment variable that holds a secret, before variables are expanded.
    #[must_use]
    pub fn environment<'a>(&'a self, source: &'a SourceFile) -> Option<&'a str> {
        self.text(MountKey::Environment, source)
    }

    /// Whether the command can only read it; without such an option everything but a cache and a tmpfs is read-only.
    /// `None` when only the build knows.
    #[must_use]
    pub fn is_read_only(&self) -> Option<bool> {
        match (self.setting(MountKey::ReadOnly), self.mount_type) {
            (Some(MountSetting::ReadOnly(read_only)), _) => Some(*read_only),
            (Some(_), _) | (None, MountType::Unknown) => None,
            (None, mount_type) => Some(!matches!(mount_type, MountType::Cache | MountType::Tmpfs)),
        }
    }

    /// Whether the build fails without the secret or SSH agent. `None` when only the build knows.
    #[must_use]
    pub fn is_required(&self) -> Option<bool> {
        match self.setting(MountKey::Required) {
            None => Some(false),
            Some(MountSetting::Required(required)) => Some(*required),
            Some(_) => None,
        }
    }

    /// How a cache is shared. `None` for other types, and when only the build knows.
    #[must_use]
    pub fn sharing(&self) -> Option<Sharing> {
        match self.setting(MountKey::Sharing) {
            None => (self.mount_type == MountType::Cache).then(Sharing::default),
            Some(MountSetting::Sharing(sharing)) => Some(*sharing),
            Some(_) => None,
        }
    }

    /// The most that a tmpfs holds, in bytes. `None` without a limit (which is also what 0 means to BuildKit), and
    /// when only the build knows.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self.setting(MountKey::Size)? {
            MountSetting::Size(bytes) => Some(*bytes),
            _ => None,
        }
    }

    /// The permission bits of a new cache, a secret's file or an SSH agent's socket. `None` when they are not given,
    /// and when only the build knows.
    #[must_use]
    pub fn mode(&self) -> Option<u32> {
        match self.setting(MountKey::Mode)? {
            MountSetting::Mode(mode) => Some(*mode),
            _ => None,
        }
    }

    /// The user that the same belong to. `None` when it is not given, and when only the build knows.
    #[must_use]
    pub fn user_id(&self) -> Option<u32> {
        match self.setting(MountKey::UserId)? {
            MountSetting::UserId(id) => Some(*id),
            _ => None,
        }
    }

    /// The group that the same belong to. `None` when it is not given, and when only the build knows.
    #[must_use]
    pub fn group_id(&self) -> Option<u32> {
        match self.setting(MountKey::GroupId)? {
            MountSetting::GroupId(id) => Some(*id),
            _ => None,
        }
    }

    /// The option of that key that counts: the last one.
    #[must_use]
    pub fn option(&self, key: MountKey) -> Option<&MountOption> {
        self.options.iter().rev().find(|option| option.setting.key() == Some(key))
    }

    fn setting(&self, key: MountKey) -> Option<&MountSetting> {
        Some(&self.option(key)?.setting)
    }

    fn text<'a>(&'a self, key: MountKey, source: &'a SourceFile) -> Option<&'a str> {
        Some(self.option(key)?.value.as_ref()?.text(source))
    }
}

/// One `key=value` of a mount; a bare key has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MountOption {
    /// The key as written, lower-cased by BuildKit when it is compared.
    pub key: Word,
    /// The value without the quotes of the comma-separated list.
    pub value: Option<Word>,
    /// What the two say.
    pub setting: MountSetting,
}

/// What an option of a mount says.
///
/// Paths and names are the option's value; the build expands variables in them, except in `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "type", content = "value", rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum MountSetting {
    /// `type`
    Type(MountType),
    /// `from`
    From,
    /// `source` or `src`
    Source,
    /// `target`, `dst` or `destination`
    Target,
    /// `readonly` or `ro`; of `readwrite` or `rw` the opposite.
    ReadOnly(bool),
    /// `id`
    Id,
    /// `sharing`
    Sharing(Sharing),
    /// `required`
    Required(bool),
    /// `size`, in bytes.
    Size(u64),
    /// `mode`: the permission bits.
    Mode(u32),
    /// `uid`
    UserId(u32),
    /// `gid`
    GroupId(u32),
    /// `env`
    Environment,
    /// The value of this key is known in the build only, which expands variables, quotes and escapes first.
    Unexpanded(MountKey),
    /// No key, not one of this type of mount, or no value of it; there is a syntax error for it.
    Invalid,
}

impl MountSetting {
    /// What it is about.
    #[must_use]
    pub const fn key(self) -> Option<MountKey> {
        Some(match self {
            Self::Type(_) => MountKey::Type,
            Self::From => MountKey::From,
            Self::Source => MountKey::Source,
            Self::Target => MountKey::Target,
            Self::ReadOnly(_) => MountKey::ReadOnly,
            Self::Id => MountKey::Id,
            Self::Sharing(_) => MountKey::Sharing,
            Self::Required(_) => MountKey::Required,
            Self::Size(_) => MountKey::Size,
            Self::Mode(_) => MountKey::Mode,
            Self::UserId(_) => MountKey::UserId,
            Self::GroupId(_) => MountKey::GroupId,
            Self::Environment => MountKey::Environment,
            Self::Unexpanded(key) => key,
            Self::Invalid => return None,
        })
    }
}

/// The keys of a mount, whichever of their names is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum MountKey {
    /// `type`
    Type,
    /// `from`
    From,
    /// `source`, `src`
    Source,
    /// `target`, `dst`, `destination`
    Target,
    /// `readonly`, `ro`, `readwrite`, `rw`
    ReadOnly,
    /// `id`
    Id,
    /// `sharing`
    Sharing,
    /// `required`
    Required,
    /// `size`
    Size,
    /// `mode`
    Mode,
    /// `uid`
    UserId,
    /// `gid`
    GroupId,
    /// `env`
    Environment,
}
