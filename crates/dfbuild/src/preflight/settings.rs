//! The configuration that governs a Dockerfile: the nearest `df.toml` above it, as for `dflint`.

use std::path::Path;

use dfcore::config::{self, Selection, Settings};

use crate::error::Error;

/// The linter's settings for the Dockerfile at `path`.
pub(super) fn of(path: &Path) -> Result<Settings, Error> {
    let usage = |error: &dyn std::fmt::Display| Error::Usage(error.to_string());
    let full = path.canonicalize().map_err(|error| Error::file(path, error))?;
    let Some(file) = full.parent().and_then(config::nearest) else { return Ok(Settings::default()) };
    let config = config::read(&file).map_err(|error| usage(&error))?;
    Settings::for_path(&config, Some(&full), &Selection::default()).map_err(|error| usage(&error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_file_up_to_the_repository_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("repository/app");
        fs::create_dir_all(&inner).unwrap();
        fs::create_dir(root.path().join("repository/.git")).unwrap();
        let dockerfile = inner.join("Dockerfile");
        fs::write(&dockerfile, "FROM a").unwrap();
        fs::write(root.path().join("df.toml"), "not toml [").unwrap();
        assert!(of(&dockerfile).is_ok(), "beyond the repository nobody looks");
        fs::write(root.path().join("repository/df.toml"), "not toml [").unwrap();
        let message = of(&dockerfile).unwrap_err().to_string();
        assert!(message.contains("repository/df.toml"), "{message}");
    }
}
