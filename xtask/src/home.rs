//! The one folder that everything we bring up lives in, kept between runs.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::interrupt;

/// Overrides the folder.
const VARIABLE: &str = "DFTEST_HOME";

/// The folder: `$DFTEST_HOME`, `$XDG_CACHE_HOME/dflint` or `~/.cache/dflint`.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    root: PathBuf,
}

/// Says that somebody uses what runs in the folder; until it is dropped nobody else stops it.
#[derive(Debug)]
pub(crate) struct Lease {
    file: File,
}

impl Home {
    /// Finds the folder and makes it.
    pub(crate) fn open() -> Result<Self> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let root = variable(VARIABLE)
            .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("dflint")))
            .or_else(|| Some(variable("HOME")?.join(".cache/dflint")))
            .with_context(|| {
                format!("no home folder: set {VARIABLE} to a folder for the engine and its images")
            })?;
        if !root.is_absolute() {
            bail!("{VARIABLE} must be an absolute path, not {}", root.display());
        }
        fs::create_dir_all(&root).with_context(|| format!("cannot make {}", root.display()))?;
        Ok(Self { root })
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the folder; nothing is made.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A folder in the folder, made if it is missing.
    pub(crate) fn folder(&self, relative: &str) -> Result<PathBuf> {
        let path = self.path(relative);
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }

    /// The log of a step, for [`crate::process::logged`].
    pub(crate) fn log(&self, name: &str) -> Result<PathBuf> {
        Ok(self.folder("logs")?.join(format!("{name}.log")))
    }

    /// Six hexadecimal digits that tell two folders apart: names of bridges and emulators are made of them, so that
    /// two engines on one machine never share one.
    pub(crate) fn tag(&self) -> String {
        hex(&Sha256::digest(self.root.as_os_str().as_encoded_bytes())[..3])
    }

    /// Waits until no other run brings things up or down in this folder.
    pub(crate) fn exclusive(&self) -> Result<File> {
        let file = self.open_lock("setup.lock")?;
        let mut told = false;
        interrupt::wait_until("another run that sets up the engine", Duration::from_mins(15), || match file
            .try_lock()
        {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => {
                if !told {
                    eprintln!("waiting for another run that sets up the engine …");
                    told = true;
                }
                Ok(false)
            }
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the engine's folder"),
        })?;
        Ok(file)
    }

    /// Takes a lease on what runs here.
    pub(crate) fn lease(&self) -> Result<Lease> {
        let file = self.open_lock("lease.lock")?;
        file.lock_shared().context("cannot lock the engine's folder")?;
        Ok(Lease { file })
    }

    fn open_lock(&self, name: &str) -> Result<File> {
        let path = self.path(name);
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .read(true)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))
    }
}

impl Lease {
    /// Gives the lease back and says whether it was the only one.
    pub(crate) fn give_back(self) -> bool {
        self.file.unlock().is_ok() && self.file.try_lock().is_ok()
    }
}

/// Writes `text` to a file by way of a temporary one, so that nobody ever reads half of it.
pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    let temporary = path.with_extension("new");
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
