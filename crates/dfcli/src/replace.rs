//! Replaces a file whole: readers see the old text or the new one, never a part.

use std::fs::{self, File, Metadata, Permissions};
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
    let temporary = write_beside(&target, new, None).map_err(io_error)?;
    keep_owner(temporary.as_file(), &metadata).map_err(io_error)?;
    temporary.as_file().set_permissions(metadata.permissions()).map_err(io_error)?;
    // As late as can be: what is between this and the next line is the only moment left to lose a change in.
    if fs::read(&target).map_err(io_error)? != old {
        return Err(ReplaceError::Changed(path.to_owned()));
    }
    temporary.persist(&target).map_err(|PersistError { error, .. }| io_error(error))?;
    Ok(())
}

/// Writes a file that must not be there yet, whole or not at all.
///
/// # Errors
/// When it is there already or cannot be written.
pub(crate) fn create(path: &Path, new: &[u8]) -> Result<(), ReplaceError> {
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

/// Gives `path` the content `new`, whatever it had before; there need not be such a file.
///
/// As with [`replace`], readers see the old text or the new one, and links and permissions stay. What is no file (a
/// device, a pipe) is written to, and so is whatever somebody opened for us and named `/dev/fd/3`.
///
/// # Errors
/// When it cannot be written; a file is then as it was.
pub(crate) fn publish(path: &Path, new: &[u8]) -> io::Result<()> {
    let old = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let target = match &old {
        Some(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Some(metadata) if !metadata.is_file() || path.starts_with("/dev") => {
            return File::options().append(true).open(path)?.write_all(new);
        }
        Some(metadata) if metadata.permissions().readonly() => {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        Some(_) => fs::canonicalize(path)?,
        None => path.to_owned(),
    };
    let temporary = write_beside(&target, new, new_file_permissions())?;
    if let Some(old) = old {
        keep_owner(temporary.as_file(), &old)?;
        temporary.as_file().set_permissions(old.permissions())?;
    }
    temporary.persist(&target).map_err(|PersistError { error, .. }| error)?;
    Ok(())
}

/// What a new file may be used for, before the umask takes its part.
fn new_file_permissions() -> Option<Permissions> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    return None;
}

/// A temporary file is the owner's alone unless `permissions` say otherwise.
fn write_beside(
    target: &Path,
    content: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<NamedTempFile> {
    let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dflint-");
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let mut temporary = builder.tempfile_in(folder).map_err(without_path)?;
    // Through the file itself, whose errors do not name it.
    temporary.as_file_mut().write_all(content)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// The error of the system alone: whoever reads it knows no temporary file.
fn without_path(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(|error| error.source()?.downcast_ref::<io::Error>());
    match cause.and_then(io::Error::raw_os_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error,
    }
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

    #[test]
    fn what_is_published_is_there_whole_and_nothing_is_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        publish(&path, b"first").unwrap();
        publish(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(names_in(folder.path()), ["report"]);
        publish(folder.path(), b"").unwrap_err();
        let error = publish(&folder.path().join("missing/report"), b"").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_published_can_be_read_by_others_and_keeps_permissions_and_links() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, plain) = (folder.path().join("report"), folder.path().join("plain"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::write(&plain, "").unwrap();
        publish(&path, b"new").unwrap();
        assert_eq!(mode(&path), mode(&plain), "the umask decides");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link");
        symlink("report", &link).unwrap();
        publish(&link, b"newer").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"newer");
        assert_eq!(mode(&path), 0o640);
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("report"));

        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(publish(&path, b"").unwrap_err().to_string(), "the file is read-only");
        publish(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!Path::new("/dev/null").is_file());
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
