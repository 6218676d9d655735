//! The configuration that governs a Dockerfile: the nearest `df.toml` above it, as for `dflint`.

use std::fs;
use std::path::Path;

use dfcore::config::{Config, Selection, Settings};

use crate::error::Error;

const FILE_NAME: &str = "df.toml";

/// What marks the top directory of a repository, above which nobody looks for a configuration.
const REPOSITORY_MARKS: [&str; 3] = [".git", ".hg", ".jj"];

/// The linter's settings for the Dockerfile at `path`.
pub(super) fn of(path: &Path) -> Result<Settings, Error> {
    let usage = |error: &dyn std::fmt::Display| Error::Usage(error.to_string());
    let full = path.canonicalize().map_err(|error| Error::file(path, error))?;
    for directory in full.ancestors().skip(1) {
        let file = directory.join(FILE_NAME);
        match fs::read_to_string(&file) {
            Ok(text) => {
                let config =
                    Config::parse(&file.display().to_string(), &text).map_err(|error| usage(&error))?;
                return Settings::new(&config, &Selection::default()).map_err(|error| usage(&error));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::file(file, error)),
        }
        if REPOSITORY_MARKS.iter().any(|mark| directory.join(mark).exists()) {
            break;
        }
    }
    Ok(Settings::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_nearest_file_up_to_the_repository_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("repository/app");
        fs::create_dir_all(&inner).unwrap();
        fs::create_dir(root.path().join("repository/.git")).unwrap();
        let dockerfile = inner.join("Dockerfile");
        fs::write(&dockerfile, "FROM a").unwrap();
        fs::write(root.path().join(FILE_NAME), "not toml [").unwrap();
        assert!(of(&dockerfile).is_ok(), "beyond the repository nobody looks");
        fs::write(root.path().join("repository").join(FILE_NAME), "not toml [").unwrap();
        let message = of(&dockerfile).unwrap_err().to_string();
        assert!(message.contains("repository/df.toml"), "{message}");
    }
}
