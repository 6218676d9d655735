//! The sending side of a tree transfer.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bollard::fsutil::types::Packet;
use bollard::fsutil::types::packet::PacketType;
use futures::{Stream, StreamExt};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tonic::Status;

use super::filter::Filter;
use super::stat::is_regular;
use super::walk::{FileIdentity, walk};
use super::{Failure, data_packet, error_packet, fin_packet, stat_packet};

/// The payload of one data packet: what BuildKit's own client sends.
const CHUNK_BYTES: usize = 32 * 1024;

/// How many files are open at once. The receiver asks for everything that it lacks in one go.
const OPEN_FILES: usize = 4;

/// The packets of one transfer on their way to the engine.
pub(in crate::session) type Packets = mpsc::Sender<Result<Packet, Status>>;

/// What a session has announced and sent.
#[derive(Debug, Default)]
pub(in crate::session) struct Counter {
    pub(in crate::session) files_sent: AtomicU64,
    pub(in crate::session) bytes_sent: AtomicU64,
}

/// A file that was announced, by its identity at that time.
struct Announced {
    path: String,
    size: u64,
    identity: FileIdentity,
}

type Files = Arc<Mutex<HashMap<u32, Announced>>>;

/// Sends what `filter` keeps of `root`. A failure is told to the receiver, which fails the build with it.
pub(in crate::session) async fn send<R>(
    root: PathBuf,
    filter: Filter,
    requests: R,
    packets: Packets,
    counter: Arc<Counter>,
) where
    R: Stream<Item = Result<Packet, Status>> + Send + Unpin,
{
    if let Err(failure) = transfer(root, filter, requests, &packets, counter).await {
        // If the receiver is gone already there is nobody left to tell.
        drop(packets.send(Ok(error_packet(&failure))).await);
        drop(packets.send(Err(Status::unknown(failure))).await);
    }
}

async fn transfer<R>(
    root: PathBuf,
    filter: Filter,
    mut requests: R,
    packets: &Packets,
    counter: Arc<Counter>,
) -> Result<(), Failure>
where
    R: Stream<Item = Result<Packet, Status>> + Send + Unpin,
{
    let root: Arc<Path> = root.into();
    let files = Files::default();
    let open_files = Arc::new(Semaphore::new(OPEN_FILES));
    let mut tasks = JoinSet::new();
    tasks.spawn_blocking({
        let (root, files, packets) = (root.clone(), files.clone(), packets.clone());
        move || announce(&root, &filter, &files, &packets)
    });
    loop {
        tokio::select! {
            // A walk or a file that failed ends the transfer at once.
            Some(finished) = tasks.join_next() => {
                finished.map_err(|error| format!("the context transfer was aborted: {error}"))??;
            }
            request = requests.next() => {
                let Some(request) = request else { return Ok(()) };
                let request = request.map_err(|status| status.message().to_owned())?;
                match request.r#type() {
                    PacketType::PacketReq => {
                        let file = files
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .remove(&request.id)
                            .ok_or_else(|| format!("the engine asked for file number {}, which it was not offered", request.id))?;
                        let (root, packets, counter, open_files) =
                            (root.clone(), packets.clone(), counter.clone(), open_files.clone());
                        tasks.spawn(async move {
                            // The semaphore is never closed; without a permit the file would only be opened earlier.
                            let permit = open_files.acquire_owned().await.ok();
                            tokio::task::spawn_blocking(move || {
                                let result = send_file(&root, request.id, &file, &packets, &counter);
                                drop(permit);
                                result
                            })
                            .await
                            .map_err(|error| format!("the context transfer was aborted: {error}"))?
                        });
                    }
                    PacketType::PacketFin => {
                        return packets.send(Ok(fin_packet())).await.map_err(|_| receiver_gone());
                    }
                    PacketType::PacketErr => {
                        return Err(format!("the engine stopped the transfer: {}", String::from_utf8_lossy(&request.data)));
                    }
                    PacketType::PacketStat | PacketType::PacketData => {
                        return Err("the engine sent a packet that only a sender may send".to_owned());
                    }
                }
            }
        }
    }
}

fn announce(root: &Path, filter: &Filter, files: &Files, packets: &Packets) -> Result<(), Failure> {
    let mut id = 0_u32;
    walk(root, filter, &mut |entry| {
        if is_regular(&entry.stat) {
            let size = u64::try_from(entry.stat.size).unwrap_or(0);
            let file = Announced { path: entry.stat.path.clone(), size, identity: entry.identity };
            files.lock().unwrap_or_else(PoisonError::into_inner).insert(id, file);
        }
        id = id.checked_add(1).ok_or("more than 4294967295 entries in one directory tree")?;
        packets.blocking_send(Ok(stat_packet(Some(entry.stat)))).map_err(|_| receiver_gone())
    })?;
    packets.blocking_send(Ok(stat_packet(None))).map_err(|_| receiver_gone())
}

/// Sends the bytes of one file.
///
/// The file must still be the one that was announced: a name that meanwhile leads elsewhere (through a symbolic
/// link, say) is refused, and so is a file that has become shorter. Of one that has grown, a log perhaps, the
/// announced length is sent.
fn send_file(
    root: &Path,
    id: u32,
    announced: &Announced,
    packets: &Packets,
    counter: &Counter,
) -> Result<(), Failure> {
    let path = &announced.path;
    let failed = |error: std::io::Error| format!("{path}: {error} (while it was being sent)");
    let changed = || format!("{path}: changed while it was being sent; run the build again");
    let file = File::open(root.join(path)).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if FileIdentity::of(&metadata) != announced.identity {
        return Err(changed());
    }
    let mut file = file.take(announced.size);
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut sent = 0;
    loop {
        let length = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        sent += length as u64;
        let data = chunk.get(..length).unwrap_or_default().to_vec();
        packets.blocking_send(Ok(data_packet(id, data))).map_err(|_| receiver_gone())?;
    }
    if sent != announced.size {
        return Err(changed());
    }
    counter.files_sent.fetch_add(1, Ordering::Relaxed);
    counter.bytes_sent.fetch_add(sent, Ordering::Relaxed);
    // An empty packet ends the file.
    packets.blocking_send(Ok(data_packet(id, Vec::new()))).map_err(|_| receiver_gone())
}

fn receiver_gone() -> Failure {
    "the engine closed the context transfer".to_owned()
}
