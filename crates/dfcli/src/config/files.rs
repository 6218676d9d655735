//! Finds configuration files and reads them, with those that they extend.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dfcore::config::{Config, ConfigError};

use super::import::Import;
use super::{FILE_NAME, hadolint};
use crate::input::display_name;

/// What marks the top folder of a repository, above which nobody looks for a configuration.
const REPOSITORY_MARKS: [&str; 3] = [".git", ".hg", ".jj"];

/// How many files may stand on each other.
const LONGEST_CHAIN: usize = 16;

/// The largest configuration file, in bytes.
const MAX_FILE_SIZE: u64 = 1 << 20;

/// Why there is no configuration.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{name}: {cause}")]
    Unreadable { name: String, cause: Arc<io::Error> },
    #[error("{origin}: `{name}`, which it extends, cannot be read: {cause}")]
    Base { origin: String, name: String, cause: Arc<io::Error> },
    #[error("{name}: larger than {MAX_FILE_SIZE} bytes, which is no configuration")]
    TooLarge { name: String },
    #[error("{origin}: extends `{name}`, which leads back here")]
    Circle { origin: String, name: String },
    #[error("{origin}: more than {LONGEST_CHAIN} files extend each other")]
    LongChain { origin: String },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Hadolint(#[from] hadolint::HadolintError),
}

/// The `df.toml` in the folder or the nearest one above, up to the top of the repository.
pub(super) fn nearest(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(if folder == Path::new("") { Path::new(".") } else { folder }).ok()?;
    for folder in folder.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if REPOSITORY_MARKS.iter().any(|mark| folder.join(mark).exists()) {
            return None;
        }
    }
    None
}

/// Reads a configuration file with all that it extends: hadolint's when its name says YAML, else ours.
///
/// # Errors
/// When a file cannot be read or says something wrong; the message names file and line.
pub(crate) fn read(file: &Path) -> Result<Config, FileError> {
    let name = display_name(&relative_to_current_folder(file));
    if is_yaml(file) { Ok(read_hadolint(file)?.config) } else { read_chain(file, &name) }
}

/// Reads hadolint's configuration file.
///
/// # Errors
/// When it cannot be read or says something wrong; the message names file and line.
pub(super) fn read_hadolint(file: &Path) -> Result<Import, FileError> {
    let name = display_name(&relative_to_current_folder(file));
    Ok(hadolint::read(&name, &read_text(file, &name)?)?)
}

pub(crate) fn is_yaml(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read_chain(file: &Path, name: &str) -> Result<Config, FileError> {
    let mut read: Vec<PathBuf> = Vec::new();
    let mut config = Config::default();
    let mut next = Some((file.to_owned(), name.to_owned(), None::<String>));
    while let Some((file, name, origin)) = next.take() {
        let file = std::path::absolute(&file).unwrap_or(file);
        let identity = file.canonicalize().unwrap_or_else(|_| file.clone());
        if let Some(origin) = &origin {
            if read.contains(&identity) {
                return Err(FileError::Circle { origin: origin.clone(), name });
            }
            if read.len() == LONGEST_CHAIN {
                return Err(FileError::LongChain { origin: origin.clone() });
            }
        }
        let text = read_text(&file, &name).map_err(|error| match (error, origin) {
            (FileError::Unreadable { name, cause }, Some(origin)) => FileError::Base { origin, name, cause },
            (error, _) => error,
        })?;
        read.push(identity);
        let folder = file.parent().unwrap_or(Path::new(""));
        let base = Config::parse(&name, &text)?.in_folder(folder);
        if let Some(extends) = base.extends() {
            let path = folder.join(&extends.path);
            let name = display_name(&relative_to_current_folder(&path));
            next = Some((path, name, Some(extends.origin.clone())));
        }
        config = config.on_top_of(base);
    }
    Ok(config)
}

fn read_text(file: &Path, name: &str) -> Result<String, FileError> {
    let unreadable = |cause| FileError::Unreadable { name: name.to_owned(), cause: Arc::new(cause) };
    if fs::metadata(file).map_err(unreadable)?.len() > MAX_FILE_SIZE {
        return Err(FileError::TooLarge { name: name.to_owned() });
    }
    fs::read_to_string(file).map_err(unreadable)
}

fn relative_to_current_folder(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&current).unwrap_or(path).to_owned()
}
