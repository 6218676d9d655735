//! A build context that is made for one test.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a Dockerfile and what it needs, gone when it is dropped.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A project with this Dockerfile.
    ///
    /// # Panics
    /// When the folder cannot be made.
    #[must_use]
    #[track_caller]
    pub fn new(dockerfile: &str) -> Self {
        let project = Self::empty();
        project.write("Dockerfile", dockerfile);
        project
    }

    /// A folder without a Dockerfile.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    #[track_caller]
    pub fn empty() -> Self {
        match tempfile::Builder::new().prefix("dfe2e-").tempdir() {
            Ok(folder) => Self { folder },
            Err(error) => panic!("cannot make a folder: {error}"),
        }
    }

    /// A copy of a folder.
    ///
    /// # Panics
    /// When something of it cannot be copied.
    #[must_use]
    #[track_caller]
    pub fn copy_of(source: &Path) -> Self {
        let project = Self::empty();
        if let Err(error) = copy(source, project.path()) {
            panic!("cannot copy {}: {error}", source.display());
        }
        project
    }

    /// Adds or replaces a file, and the folders above it.
    ///
    /// # Panics
    /// When it cannot be written.
    #[track_caller]
    pub fn write(&self, path: &str, text: &str) {
        let path = self.file(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        if let Err(error) = written {
            panic!("cannot write {}: {error}", path.display());
        }
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        match fs::read_to_string(self.file(path)) {
            Ok(text) => text,
            Err(error) => panic!("cannot read {path}: {error}"),
        }
    }

    /// A JSON file, such as a report.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        match serde_json::from_str(&self.read(path)) {
            Ok(value) => value,
            Err(error) => panic!("{path} is no JSON: {error}"),
        }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in it.
    #[must_use]
    pub fn file(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }
}

fn copy(source: &Path, target: &Path) -> std::io::Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let to = target.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
