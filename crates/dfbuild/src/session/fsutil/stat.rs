//! File metadata as it travels: Go's file mode bits instead of those of `stat(2)`.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use bollard::fsutil::types::Stat;

pub(super) const MODE_DIRECTORY: u32 = 1 << 31;
pub(super) const MODE_SYMLINK: u32 = 1 << 27;
const MODE_DEVICE: u32 = 1 << 26;
const MODE_NAMED_PIPE: u32 = 1 << 25;
const MODE_SOCKET: u32 = 1 << 24;
const MODE_SETUID: u32 = 1 << 23;
const MODE_SETGID: u32 = 1 << 22;
const MODE_CHARACTER_DEVICE: u32 = 1 << 21;
const MODE_STICKY: u32 = 1 << 20;
const PERMISSIONS: u32 = 0o777;

/// The bits that make an entry something else than a regular file.
const MODE_TYPE: u32 =
    MODE_DIRECTORY | MODE_SYMLINK | MODE_DEVICE | MODE_NAMED_PIPE | MODE_SOCKET | MODE_CHARACTER_DEVICE;

/// Go's bits for the mode that `stat(2)` returns.
///
/// A socket loses its type bit, as in BuildKit's own client: archives cannot hold sockets.
pub(super) fn go_mode(unix: u32) -> u32 {
    let kind = match unix & 0o170_000 {
        0o040_000 => MODE_DIRECTORY,
        0o120_000 => MODE_SYMLINK,
        0o060_000 => MODE_DEVICE,
        0o020_000 => MODE_DEVICE | MODE_CHARACTER_DEVICE,
        0o010_000 => MODE_NAMED_PIPE,
        _ => 0,
    };
    let special = [(0o4000, MODE_SETUID), (0o2000, MODE_SETGID), (0o1000, MODE_STICKY)]
        .into_iter()
        .filter(|(bit, _)| unix & bit != 0)
        .fold(0, |bits, (_, go)| bits | go);
    kind | special | (unix & PERMISSIONS)
}

/// The permission bits of `stat(2)` for Go's, with set-user-id, set-group-id and sticky.
pub(super) fn unix_permissions(go: u32) -> u32 {
    [(0o4000, MODE_SETUID), (0o2000, MODE_SETGID), (0o1000, MODE_STICKY)]
        .into_iter()
        .filter(|(_, bit)| go & bit != 0)
        .fold(go & PERMISSIONS, |bits, (unix, _)| bits | unix)
}

/// Whether `stat` is a regular file whose bytes the receiver may ask for.
///
/// A further name of a file that was already announced is a regular file too, but it has no bytes of its own.
pub(super) fn is_regular(stat: &Stat) -> bool {
    stat.mode & MODE_TYPE == 0
}

pub(super) fn is_directory(stat: &Stat) -> bool {
    stat.mode & MODE_DIRECTORY != 0
}

/// The stat of the entry at `path` (relative, with `/`). Owners are not sent: files in an image belong to root
/// unless the Dockerfile says otherwise.
pub(super) fn stat(path: &str, metadata: &Metadata, link_target: String) -> Stat {
    let mode = go_mode(metadata.mode());
    let size =
        if mode & MODE_DIRECTORY != 0 { 0 } else { i64::try_from(metadata.size()).unwrap_or(i64::MAX) };
    let is_device = mode & MODE_DEVICE != 0;
    let device = metadata.rdev();
    Stat {
        path: path.to_owned(),
        mode,
        uid: 0,
        gid: 0,
        size,
        mod_time: metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec()),
        linkname: link_target,
        // The masks leave at most 20 bits.
        devmajor: if is_device { (device >> 8 & 0xfff) as i64 } else { 0 },
        devminor: if is_device { (device & 0xff | device >> 12 & 0xf_ff00) as i64 } else { 0 },
        ..Stat::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn modes_of_every_kind() {
        assert_eq!(go_mode(0o100_644), 0o644);
        assert_eq!(go_mode(0o040_755), MODE_DIRECTORY | 0o755);
        assert_eq!(go_mode(0o041_777), MODE_DIRECTORY | MODE_STICKY | 0o777);
        assert_eq!(go_mode(0o120_777), MODE_SYMLINK | 0o777);
        assert_eq!(go_mode(0o104_755), MODE_SETUID | 0o755);
        assert_eq!(go_mode(0o102_755), MODE_SETGID | 0o755);
        assert_eq!(go_mode(0o060_660), MODE_DEVICE | 0o660);
        assert_eq!(go_mode(0o020_620), MODE_DEVICE | MODE_CHARACTER_DEVICE | 0o620);
        assert_eq!(go_mode(0o010_600), MODE_NAMED_PIPE | 0o600);
        assert_eq!(go_mode(0o140_755), 0o755, "a socket loses its type");
    }

    #[test]
    fn permissions_come_back() {
        for unix in [0o644, 0o755, 0o4755, 0o2755, 0o1777, 0o7777, 0] {
            assert_eq!(unix_permissions(go_mode(0o100_000 | unix)), unix);
        }
    }
}
