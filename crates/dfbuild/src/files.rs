//! Files that other programs read.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Error;

/// Writes `content` to `path`: either all of it is there, or what was there before.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::file(path, error);
    let mut file = NamedTempFile::new_in(parent(path)).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    // Temporary files are private; this one is for others.
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(failed)?;
    file.persist(path).map(drop).map_err(|error| failed(error.error))
}

/// The directory in which `path` lies.
pub fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(directory.path().read_dir().unwrap().count(), 1);
        let message = write(&directory.path().join("missing/report.json"), b"").unwrap_err().to_string();
        assert!(message.contains("missing/report.json: "), "{message}");
    }

    #[test]
    fn a_bare_name_lies_in_the_working_directory() {
        assert_eq!(parent(Path::new("a.tar")), Path::new("."));
        assert_eq!(parent(Path::new("out/a.tar")), Path::new("out"));
    }
}
