//! Reads the configuration file that is named or found: ours, or hadolint's.

use std::path::{Path, PathBuf};

use dfcore::config::{self, Config};

use super::hadolint;
use super::import::Import;
use super::settings::SettingsError;

/// Reads a configuration file with all that it extends: hadolint's when its name says YAML, else ours.
///
/// # Errors
/// When a file cannot be read or says something wrong; the message names file and line.
pub(super) fn read(file: &Path) -> Result<Config, SettingsError> {
    if is_yaml(file) { Ok(read_hadolint(file)?.into_config()) } else { Ok(config::read(file)?) }
}

/// Reads hadolint's configuration file.
///
/// # Errors
/// When it cannot be read or says something wrong; the message names file and line.
pub(super) fn read_hadolint(file: &Path) -> Result<Import, SettingsError> {
    let source = config::read_text(file)?;
    Ok(hadolint::read(source.name(), source.text())?)
}

fn is_yaml(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// A path as people see it from where they are.
pub(crate) fn relative_to_current_folder(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&current).unwrap_or(path).to_owned()
}
