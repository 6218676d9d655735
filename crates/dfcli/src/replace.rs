//! Replaces a file whole: readers see the old text or the new one, never a part.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, PersistError};

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplaceError {
    #[error("{}: left alone, it was changed by something else meanwhile; run again", .0.display())]
    Changed(PathBuf),
    #[error("{}: left alone, it is read-only", .0.display())]
    ReadOnly(PathBuf),
    #[error("{}: left alone: {cause}", path.display())]
    Io { path: PathBuf, cause: io::Error },
}

/// Gives `path` the content `new`, on the condition that its content is still `old`; `None` says that there is no
/// such file yet.
///
/// The new text goes to a temporary file in the same folder, which then takes the place of the old one. Owner and
/// permissions stay. When the path is a link, the file that it leads to is replaced and the link stays.
///
/// # Errors
/// When the file has changed, is read-only or cannot be written; it is then as it was.
pub(crate) fn replace(path: &Path, old: Option<&[u8]>, new: &[u8]) -> Result<(), ReplaceError> {
    let io_error = |cause| ReplaceError::Io { path: path.to_owned(), cause };
    let Some(old) = old else { return create(path, new) };
    let target = fs::canonicalize(path).map_err(io_error)?;
    let metadata = fs::metadata(&target).map_err(io_error)?;
    if metadata.permissions().readonly() {
        return Err(ReplaceError::ReadOnly(path.to_owned()));
    }
    let temporary = write_beside(&target, new).map_err(io_error)?;
    keep_owner(temporary.as_file(), &metadata).map_err(io_error)?;
    temporary.as_file().set_permissions(metadata.permissions()).map_err(io_error)?;
    // As late as can be: what is between this and the next line is the only moment left to lose a change in.
    if fs::read(&target).map_err(io_error)? != old {
        return Err(ReplaceError::Changed(path.to_owned()));
    }
    temporary.persist(&target).map_err(|PersistError { error, .. }| io_error(error))?;
    Ok(())
}

fn create(path: &Path, new: &[u8]) -> Result<(), ReplaceError> {
    let io_error = |cause| ReplaceError::Io { path: path.to_owned(), cause };
    // Not through a temporary file, whose permissions are the owner's alone: the umask decides.
    let mut file = match File::create_new(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(ReplaceError::Changed(path.to_owned()));
        }
        Err(error) => return Err(io_error(error)),
    };
    let written = file.write_all(new);
    if written.is_err() {
        // Half a file is worse than none; the first error is the one to report.
        let _ = fs::remove_file(path);
    }
    written.map_err(io_error)
}

fn write_beside(target: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".dflint-").tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Gives the new file the old one's owner, which matters when root fixes somebody else's file.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(file, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_content_changes_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        fs::write(&path, "old").unwrap();
        replace(&path, Some(b"old"), b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names_in(folder.path()), ["Dockerfile"]);
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        fs::write(&path, "somebody else's").unwrap();
        let error = replace(&path, Some(b"old"), b"new").unwrap_err();
        assert!(matches!(error, ReplaceError::Changed(_)), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"somebody else's");
        assert_eq!(names_in(folder.path()), ["Dockerfile"]);
    }

    #[test]
    fn a_new_file_is_made_only_where_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".dockerignore");
        replace(&path, None, b".git\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b".git\n");
        let error = replace(&path, None, b"other\n").unwrap_err();
        assert!(matches!(error, ReplaceError::Changed(_)), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b".git\n");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("real.Dockerfile");
        let link = folder.path().join("Dockerfile");
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real.Dockerfile", &link).unwrap();
        replace(&link, Some(b"old"), b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("real.Dockerfile"));
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_file_is_left_alone() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = replace(&path, Some(b"old"), b"new").unwrap_err();
        assert!(error.to_string().ends_with("Dockerfile: left alone, it is read-only"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }
}
