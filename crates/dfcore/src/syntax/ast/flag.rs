use std::time::Duration;

use super::Word;
use crate::text::Span;

/// A flag: `--name` or `--name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Flag {
    /// The whole flag.
    pub span: Span,
    /// The name without the dashes.
    pub name: Word,
    /// What follows the `=`. Its span takes in quotes; its text is what BuildKit reads, quotes and escapes gone.
    pub value: Option<Word>,
    /// What that says.
    pub typed: FlagValue,
}

impl Flag {
    /// Whether it is a Boolean flag that is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.typed == FlagValue::Boolean(true)
    }
}

/// What a flag says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "type", content = "value", rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum FlagValue {
    /// `--link`, `--parents`, `--keep-git-dir`, `--unpack`: whether it is on.
    Boolean(bool),
    /// `--interval`, `--timeout`, `--start-period`, `--start-interval`; zero is the engine's default.
    Duration(Duration),
    /// `--retries`; zero is the engine's default.
    Retries(u32),
    /// `--network`
    Network(NetworkMode),
    /// `--security`
    Security(SecurityMode),
    /// `--platform`; in a box since it is far larger than the others.
    Platform(Box<Platform>),
    /// `--chown`
    Owner(Owner),
    /// `--chmod` with an octal number: the permission bits with set-user-id, set-group-id and sticky.
    Mode(u32),
    /// `--chmod` with clauses such as `u=rwX,go=rX`, which are the text.
    SymbolicMode,
    /// `--checksum`
    Checksum(Checksum),
    /// `--device`
    Device(Device),
    /// `--mount`: its place in the `mounts` of the [`Run`](super::Run).
    Mount(usize),
    /// `--from`, `--exclude`: the text as it stands.
    Text,
    /// Known in the build only, which expands variables, quotes and escapes first.
    Unexpanded,
    /// Without effect: an empty value, or a flag that BuildKit does not look at (of `ARG`, `STOPSIGNAL`,
    /// `HEALTHCHECK NONE`).
    Ignored,
    /// No flag of that instruction, or no value of that flag; there is a syntax error for it.
    Invalid,
}

/// The values of `RUN --network`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum NetworkMode {
    /// `default`: the network of the builder's sandbox.
    #[default]
    Default,
    /// `none`: no network but the loopback interface.
    None,
    /// `host`: the builder's own, if it is allowed to the build.
    Host,
}

/// The values of `RUN --security`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum SecurityMode {
    /// `sandbox`
    #[default]
    Sandbox,
    /// `insecure`: with elevated privileges, if they are allowed to the build.
    Insecure,
}

/// A platform as it is written: `linux/arm64/v8`, or the system or the architecture alone, to which the builder adds
/// its own other one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Platform {
    /// The operating system.
    pub os: Option<Word>,
    /// What stands in parentheses behind it: its version, then its features, each behind a `+`.
    pub os_options: Option<Word>,
    /// The processor architecture.
    pub architecture: Option<Word>,
    /// Its variant.
    pub variant: Option<Word>,
}

/// A new owner: `user`, `user:group` or `:group`, each a name or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Owner {
    /// The user, maybe empty.
    pub user: Word,
    /// What follows the first `:`, maybe empty.
    pub group: Option<Word>,
}

/// What a download must be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Checksum {
    /// `sha256`, `sha384` or `sha512`; `None` for the commit of a Git source.
    pub algorithm: Option<Word>,
    /// The hexadecimal digits; the first ones of a commit are enough.
    pub digits: Word,
}

/// A device of the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Device {
    /// Its name as the Container Device Interface has it, or the class of devices: `vendor.com/device=name`.
    pub name: Option<Word>,
    /// Whether the build fails without it.
    pub required: bool,
}
