//! Which settings a Dockerfile is linted with: the nearest `df.toml` above it and the command line.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dfcore::config::{Config, ConfigError, Profile, Selection, Settings};
use dfcore::diagnostic::Severity;

use crate::cli::RuleArgs;
use crate::input::display_name;

/// The name of the configuration file.
const FILE_NAME: &str = "df.toml";

/// What marks the top folder of a repository, above which nobody looks for a configuration.
const REPOSITORY_MARKS: [&str; 3] = [".git", ".hg", ".jj"];

/// Why there are no settings.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("{name}: {cause}")]
    Unreadable { name: String, cause: Arc<io::Error> },
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Finds, reads and keeps settings: a configuration file is read once, however many Dockerfiles it governs.
#[derive(Debug)]
pub(crate) struct SettingsFinder {
    source: Source,
    command_line: Selection,
    /// By the folder in which a search begins.
    nearest: HashMap<PathBuf, Option<PathBuf>>,
    /// By configuration file; `None` is none.
    settings: HashMap<Option<PathBuf>, Result<Arc<Settings>, SettingsError>>,
}

#[derive(Debug)]
enum Source {
    Nearest,
    File(PathBuf),
    Nothing,
}

impl SettingsFinder {
    /// The finder that the flags ask for.
    ///
    /// # Errors
    /// When a flag selects no rule.
    #[expect(clippy::field_reassign_with_default, reason = "a non-exhaustive type is filled field by field")]
    pub(crate) fn new(rules: &RuleArgs, fail_on: Option<Severity>) -> Result<Self, SettingsError> {
        let mut command_line = Selection::default();
        command_line.select = (!rules.select.is_empty()).then(|| rules.select.clone());
        command_line.extend_select.clone_from(&rules.extend_select);
        command_line.ignore.clone_from(&rules.ignore);
        command_line.profile = rules.profile.map(Profile::from);
        command_line.pedantic = rules.pedantic.then_some(true);
        command_line.fail_on = fail_on;
        command_line.preview = rules.preview.then_some(true);
        let source = match &rules.config {
            Some(file) => Source::File(file.clone()),
            None if rules.isolated => Source::Nothing,
            None => Source::Nearest,
        };
        // Once here, instead of once per configuration file.
        Settings::new(&Config::default(), &command_line)?;
        Ok(Self { source, command_line, nearest: HashMap::new(), settings: HashMap::new() })
    }

    /// The settings of a Dockerfile; those of the current folder for standard input without a name.
    ///
    /// # Errors
    /// When the configuration file cannot be read or says something wrong; the message names file and line.
    pub(crate) fn settings_of(&mut self, path: Option<&Path>) -> Result<Arc<Settings>, SettingsError> {
        let file = match &self.source {
            Source::Nothing => None,
            Source::File(file) => Some(file.clone()),
            Source::Nearest => self.nearest_of(path.and_then(Path::parent).unwrap_or(Path::new(""))),
        };
        let load = |file: &Option<PathBuf>| load(file.as_deref(), &self.command_line);
        self.settings.entry(file).or_insert_with_key(load).clone()
    }

    fn nearest_of(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.nearest.get(folder) {
            return known.clone();
        }
        let found = nearest(folder);
        self.nearest.insert(folder.to_owned(), found.clone());
        found
    }
}

/// The configuration file in the folder or the nearest one above, up to the top of the repository.
fn nearest(folder: &Path) -> Option<PathBuf> {
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

fn load(file: Option<&Path>, command_line: &Selection) -> Result<Arc<Settings>, SettingsError> {
    let config = match file {
        Some(file) => {
            let name = display_name(&relative_to_current_folder(file));
            let text = fs::read_to_string(file);
            let unreadable = |cause| SettingsError::Unreadable { name: name.clone(), cause: Arc::new(cause) };
            Config::parse(&name, &text.map_err(unreadable)?)?
        }
        None => Config::default(),
    };
    Ok(Arc::new(Settings::new(&config, command_line)?))
}

fn relative_to_current_folder(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&current).unwrap_or(path).to_owned()
}
