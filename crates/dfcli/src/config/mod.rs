//! The configuration of a run: `df.toml` or hadolint's file, environment variables, `-c` and flags, in that order.

mod environment;
mod files;
pub(crate) mod hadolint;
pub(crate) mod import;
mod settings;
pub(crate) mod tally;

pub(crate) use files::relative_to_current_folder;
pub(crate) use settings::{OutputChoice, SettingsFinder, of_flags};
