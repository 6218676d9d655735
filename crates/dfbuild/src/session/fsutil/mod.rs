//! The protocol in which BuildKit moves directory trees, that of Go's `fsutil` package.
//!
//! The sender announces every entry as a `STAT` packet, depth first and in byte order within a directory; the
//! receiver compares with what it has and asks with `REQ` for the files that it lacks; their bytes travel in `DATA`
//! packets. An entry's number is its position among all `STAT` packets. `FIN` is answered by `FIN`.

mod filter;
mod follow;
mod receive;
mod send;
mod stat;
mod walk;

pub(super) use filter::Filter;
pub(super) use follow::follow_links;
pub(super) use receive::receive;
pub(super) use send::{Counter, send};

use bollard::fsutil::types::packet::PacketType;
use bollard::fsutil::types::{Packet, Stat};

/// What a tree transfer may fail with: a sentence that names the path. It travels to the engine as it is, and the
/// engine shows it as the reason of the failed build.
pub(super) type Failure = String;

fn stat_packet(stat: Option<Stat>) -> Packet {
    Packet { r#type: PacketType::PacketStat.into(), stat, ..Packet::default() }
}

fn request_packet(id: u32) -> Packet {
    Packet { r#type: PacketType::PacketReq.into(), id, ..Packet::default() }
}

fn data_packet(id: u32, data: Vec<u8>) -> Packet {
    Packet { r#type: PacketType::PacketData.into(), id, data, ..Packet::default() }
}

fn fin_packet() -> Packet {
    Packet { r#type: PacketType::PacketFin.into(), ..Packet::default() }
}

fn error_packet(failure: &str) -> Packet {
    Packet { r#type: PacketType::PacketErr.into(), data: failure.as_bytes().to_vec(), ..Packet::default() }
}
