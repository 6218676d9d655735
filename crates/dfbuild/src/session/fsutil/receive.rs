//! The receiving side of a tree transfer, into a directory on this machine.
//!
//! What arrives is not trusted: nothing is written outside of the directory, neither by a path that leads out of it
//! nor through a symbolic link that is there already or has just arrived.

use std::collections::HashMap;
use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use bollard::fsutil::types::packet::PacketType;
use bollard::fsutil::types::{Packet, Stat};
use tempfile::NamedTempFile;

use super::stat::{MODE_SYMLINK, is_directory, is_regular, unix_permissions};
use super::{Failure, fin_packet, request_packet};

/// Receives a tree into `destination`, which is created if it is missing; what is there already stays unless it is
/// replaced. Returns how many entries arrived.
pub(in crate::session) fn receive(
    destination: &Path,
    packets: &mut dyn Iterator<Item = Result<Packet, Failure>>,
    reply: &mut dyn FnMut(Packet) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    fs::create_dir_all(destination).map_err(failed(destination))?;
    let mut receiver =
        Receiver { root: destination, pending: HashMap::new(), links: Vec::new(), directories: Vec::new() };
    let mut entries = 0_u32;
    let mut all_announced = false;
    for packet in packets {
        let packet = packet?;
        match packet.r#type() {
            PacketType::PacketStat => match packet.stat {
                Some(stat) => {
                    if let Some(id) = receiver.entry(entries, stat)? {
                        reply(request_packet(id))?;
                    }
                    entries = entries.checked_add(1).ok_or("the engine sends too many files")?;
                }
                None => all_announced = true,
            },
            PacketType::PacketData => receiver.data(packet.id, &packet.data)?,
            PacketType::PacketErr => return Err(String::from_utf8_lossy(&packet.data).into_owned()),
            PacketType::PacketFin => return Ok(entries.into()),
            PacketType::PacketReq => return Err("the engine asks for files that it is to send".to_owned()),
        }
        if all_announced && receiver.pending.is_empty() {
            receiver.finish()?;
            reply(fin_packet())?;
            all_announced = false;
        }
    }
    Err("the engine ended the transfer before it was complete".to_owned())
}

struct Receiver<'a> {
    root: &'a Path,
    /// Files that were asked for and have not arrived completely.
    pending: HashMap<u32, Pending>,
    /// Further names of files, made once all files are there.
    links: Vec<(PathBuf, PathBuf)>,
    /// Directories get their modes and times last: a directory may not be writable, and writing changes its time.
    directories: Vec<(PathBuf, Stat)>,
}

struct Pending {
    target: PathBuf,
    stat: Stat,
    /// Opened with the first bytes: an image has more files than a process may have open.
    file: Option<NamedTempFile>,
}

impl Receiver<'_> {
    /// Takes an entry in and returns the number to ask for if it is a file.
    fn entry(&mut self, id: u32, stat: Stat) -> Result<Option<u32>, Failure> {
        let target = self.target(&stat.path)?;
        if is_directory(&stat) {
            match fs::symlink_metadata(&target) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Err(format!("{}: is in the way of a directory", target.display())),
                Err(_) => fs::create_dir(&target).map_err(failed(&target))?,
            }
            self.directories.push((target, stat));
            return Ok(None);
        }
        if fs::symlink_metadata(&target).is_ok_and(|metadata| metadata.is_dir()) {
            return Err(format!("{}: is a directory, and in the way of a file", target.display()));
        }
        if stat.mode & MODE_SYMLINK != 0 {
            remove(&target)?;
            symlink(&stat.linkname, &target).map_err(failed(&target))?;
            return Ok(None);
        }
        if !is_regular(&stat) {
            return Err(format!(
                "{}: device files and pipes cannot be written to a directory; use type=tar",
                stat.path
            ));
        }
        if !stat.linkname.is_empty() {
            self.links.push((self.target(&stat.linkname)?, target));
            return Ok(None);
        }
        self.pending.insert(id, Pending { target, stat, file: None });
        Ok(Some(id))
    }

    /// The place for `path`, whose parents must be real directories.
    fn target(&self, path: &str) -> Result<PathBuf, Failure> {
        let refused = || format!("the engine sent the path {path:?}, which leads out of the destination");
        let mut target = self.root.to_path_buf();
        let mut components = Path::new(path).components().peekable();
        if components.peek().is_none() {
            return Err(refused());
        }
        while let Some(component) = components.next() {
            let Component::Normal(name) = component else { return Err(refused()) };
            target.push(name);
            if components.peek().is_some()
                && !fs::symlink_metadata(&target).is_ok_and(|metadata| metadata.is_dir())
            {
                return Err(refused());
            }
        }
        Ok(target)
    }

    fn data(&mut self, id: u32, data: &[u8]) -> Result<(), Failure> {
        let unknown = || format!("the engine sent bytes of file number {id}, which was not asked for");
        let pending = self.pending.get_mut(&id).ok_or_else(unknown)?;
        let file = match &mut pending.file {
            Some(file) => file,
            none => {
                let parent = pending.target.parent().unwrap_or(self.root);
                none.insert(NamedTempFile::new_in(parent).map_err(failed(&pending.target))?)
            }
        };
        if !data.is_empty() {
            return file.write_all(data).map_err(failed(&pending.target));
        }
        let Some(Pending { target, stat, file: Some(file) }) = self.pending.remove(&id) else {
            return Err(unknown());
        };
        set_attributes(file.as_file(), &stat).map_err(failed(&target))?;
        // The rename replaces a symbolic link instead of following it.
        file.persist(&target).map(drop).map_err(|error| format!("{}: {error}", target.display()))
    }

    fn finish(&mut self) -> Result<(), Failure> {
        for (original, link) in self.links.drain(..) {
            remove(&link)?;
            fs::hard_link(original, &link).map_err(failed(&link))?;
        }
        for (path, stat) in self.directories.drain(..).rev() {
            File::open(&path)
                .and_then(|directory| set_attributes(&directory, &stat))
                .map_err(failed(&path))?;
        }
        Ok(())
    }
}

fn set_attributes(file: &File, stat: &Stat) -> io::Result<()> {
    let since_epoch = Duration::from_nanos(stat.mod_time.try_into().unwrap_or(0));
    if let Some(time) = SystemTime::UNIX_EPOCH.checked_add(since_epoch) {
        file.set_times(FileTimes::new().set_modified(time))?;
    }
    file.set_permissions(fs::Permissions::from_mode(unix_permissions(stat.mode)))
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Failure {
    move |error| format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::stat::{MODE_DIRECTORY, go_mode};
    use super::super::{data_packet, stat_packet};
    use super::*;

    fn file(path: &str) -> Stat {
        Stat { path: path.into(), mode: 0o640, mod_time: 1_000_000_000, ..Stat::default() }
    }

    fn directory(path: &str) -> Stat {
        Stat { path: path.into(), mode: MODE_DIRECTORY | 0o555, ..Stat::default() }
    }

    fn link(path: &str, target: &str) -> Stat {
        Stat { path: path.into(), mode: MODE_SYMLINK | 0o777, linkname: target.into(), ..Stat::default() }
    }

    /// Sends `stats`, each regular file with its own path as content, and ends the transfer properly.
    fn transfer(destination: &Path, stats: &[Stat]) -> Result<u64, Failure> {
        let mut packets: Vec<_> = stats.iter().cloned().map(|stat| Ok(stat_packet(Some(stat)))).collect();
        packets.push(Ok(stat_packet(None)));
        for (id, stat) in (0..).zip(stats) {
            if is_regular(stat) && stat.linkname.is_empty() {
                packets.push(Ok(data_packet(id, stat.path.clone().into_bytes())));
                packets.push(Ok(data_packet(id, vec![])));
            }
        }
        packets.push(Ok(fin_packet()));
        let mut replies = Vec::new();
        receive(destination, &mut packets.into_iter(), &mut |packet| {
            replies.push(packet);
            Ok(())
        })
    }

    #[test]
    fn a_tree_arrives() {
        let root = tempfile::tempdir().unwrap();
        let destination = root.path().join("new");
        let hard = Stat { linkname: "d/f".into(), ..file("hard") };
        let stats = [directory("d"), file("d/f"), hard, link("soft", "/etc/passwd")];
        assert_eq!(transfer(&destination, &stats).unwrap(), 4);
        assert_eq!(fs::read_to_string(destination.join("hard")).unwrap(), "d/f");
        assert_eq!(fs::read_link(destination.join("soft")).unwrap(), Path::new("/etc/passwd"));
        let metadata = fs::metadata(destination.join("d/f")).unwrap();
        assert_eq!(go_mode(metadata.permissions().mode()), 0o640);
        assert_eq!(metadata.modified().unwrap(), SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        assert_eq!(fs::metadata(destination.join("d")).unwrap().permissions().mode() & 0o777, 0o555);
    }

    #[test]
    fn paths_that_lead_out_are_refused() {
        let root = tempfile::tempdir().unwrap();
        for path in ["../x", "/etc/x", "a/../../x", "", "."] {
            let failure = transfer(root.path(), &[file(path)]).unwrap_err();
            assert!(failure.contains("leads out of the destination"), "{path}: {failure}");
        }
    }

    #[test]
    fn links_are_not_written_through() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().to_str().unwrap();
        let failure = transfer(root.path(), &[link("l", target), file("l/x")]).unwrap_err();
        assert!(failure.contains("leads out of the destination"), "{failure}");
        fs::write(outside.path().join("victim"), "old").unwrap();
        symlink(outside.path().join("victim"), root.path().join("f")).unwrap();
        transfer(root.path(), &[file("f")]).unwrap();
        assert_eq!(fs::read_to_string(outside.path().join("victim")).unwrap(), "old");
        assert_eq!(fs::read_to_string(root.path().join("f")).unwrap(), "f");
    }

    #[test]
    fn a_transfer_that_stops_early_fails() {
        let root = tempfile::tempdir().unwrap();
        let mut packets =
            [Ok(stat_packet(Some(file("f")))), Ok(data_packet(0, b"half".to_vec()))].into_iter();
        let failure = receive(root.path(), &mut packets, &mut |_| Ok(())).unwrap_err();
        assert_eq!(failure, "the engine ended the transfer before it was complete");
        assert_eq!(root.path().read_dir().unwrap().count(), 0, "nothing half-written is left");
    }
}
