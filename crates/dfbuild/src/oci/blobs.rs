//! A directory of blobs, named by their digests.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::Digest;

/// The directory `blobs/sha256` of an OCI layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobDirectory {
    root: PathBuf,
}

impl BlobDirectory {
    /// Opens the layout at `root`, and makes it if it is not there.
    pub fn create(root: &Path) -> io::Result<Self> {
        let directory = Self { root: root.to_path_buf() };
        fs::create_dir_all(directory.blobs())?;
        Ok(directory)
    }

    /// The root of the layout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn blobs(&self) -> PathBuf {
        self.root.join("blobs/sha256")
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.blobs().join(digest.hex())
    }

    /// The size of a blob in bytes, if it is there.
    pub fn size(&self, digest: &Digest) -> Option<u64> {
        fs::metadata(self.path(digest)).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    /// Opens a blob.
    pub fn open(&self, digest: &Digest) -> io::Result<File> {
        File::open(self.path(digest))
    }

    /// Begins to write a blob.
    pub fn ingest(&self) -> io::Result<Ingest> {
        let file = NamedTempFile::new_in(&self.root)?;
        Ok(Ingest { directory: self.clone(), file, hasher: Sha256::new(), written: 0 })
    }
}

/// A blob that is being written. It appears in the directory when it is committed, and not at all otherwise.
#[derive(Debug)]
pub struct Ingest {
    directory: BlobDirectory,
    file: NamedTempFile,
    hasher: Sha256,
    written: u64,
}

impl Ingest {
    /// Appends bytes.
    pub fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.file.write_all(data)?;
        self.hasher.update(data);
        self.written += data.len() as u64;
        Ok(())
    }

    /// How many bytes were written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Puts the blob in its place, unless it is not the `expected` one.
    pub fn commit(self, expected: Option<&Digest>) -> io::Result<Digest> {
        let digest = Digest::of(self.hasher);
        if expected.is_some_and(|expected| *expected != digest) {
            return Err(io::Error::other(format!("the content has the digest {digest}")));
        }
        // Temporary files are private; a layout is there for other programs to read.
        self.file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        self.file.persist(self.directory.path(&digest)).map_err(|error| error.error)?;
        Ok(digest)
    }
}
