//! File sync: the engine asks for directories by name and gets what it does not have yet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bollard::fsutil::types::Packet;
use bollard::moby::filesync::packet::file_sync_server::{FileSync as FileSyncService, FileSyncServer};
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status, Streaming};

use super::Service;
use super::fsutil::{self, Counter, Filter};

/// Packets that wait for the connection: 32 KiB each at most, so two megabytes per transfer.
const QUEUED_PACKETS: usize = 64;

/// What was sent to the engine, over all directories of a session.
#[derive(Clone, Debug, Default)]
pub struct TransferStats(Arc<Counter>);

impl TransferStats {
    /// Files whose bytes were sent, because the engine did not have them yet.
    pub fn files(&self) -> u64 {
        self.0.files_sent.load(Ordering::Relaxed)
    }

    /// Bytes of file content that were sent.
    pub fn bytes(&self) -> u64 {
        self.0.bytes_sent.load(Ordering::Relaxed)
    }
}

/// Serves directories by name.
#[derive(Debug)]
pub struct FileSync {
    directories: BTreeMap<String, PathBuf>,
    stats: TransferStats,
}

impl FileSync {
    /// Serves `directories` and nothing else, and counts what is sent in `stats`.
    pub fn new(directories: BTreeMap<String, PathBuf>, stats: TransferStats) -> Self {
        Self { directories, stats }
    }
}

impl Service for FileSync {
    fn methods(&self) -> &'static [&'static str] {
        &["/moby.filesync.v1.FileSync/DiffCopy"]
    }

    fn mount(self: Box<Self>, routes: &mut RoutesBuilder) {
        routes.add_service(FileSyncServer::new(*self));
    }
}

#[tonic::async_trait]
impl FileSyncService for FileSync {
    type DiffCopyStream = ReceiverStream<Result<Packet, Status>>;

    async fn diff_copy(
        &self,
        request: Request<Streaming<Packet>>,
    ) -> Result<Response<Self::DiffCopyStream>, Status> {
        let (metadata, _, requests) = request.into_parts();
        let name = values(&metadata, "dir-name")?.into_iter().next().unwrap_or_default();
        let root = self
            .directories
            .get(&name)
            .ok_or_else(|| Status::not_found(format!("no directory is shared under the name {name:?}")))?
            .clone();
        let excludes = values(&metadata, "exclude-patterns")?;
        let mut includes = values(&metadata, "include-patterns")?;
        let follow_paths = values(&metadata, "followpaths")?;
        if !follow_paths.is_empty() {
            let root = root.clone();
            let followed = tokio::task::spawn_blocking(move || fsutil::follow_links(&root, &follow_paths))
                .await
                .map_err(|error| Status::internal(error.to_string()))?;
            match followed {
                Some(paths) => includes.extend(paths),
                None => includes.clear(),
            }
        }
        let filter = Filter::new(&includes, &excludes).map_err(Status::invalid_argument)?;
        let (packets, stream) = mpsc::channel(QUEUED_PACKETS);
        tokio::spawn(fsutil::send(root, filter, requests, packets, self.stats.0.clone()));
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    type TarStreamStream = ReceiverStream<Result<Packet, Status>>;

    async fn tar_stream(
        &self,
        _: Request<Streaming<Packet>>,
    ) -> Result<Response<Self::TarStreamStream>, Status> {
        Err(Status::unimplemented("directories travel by DiffCopy"))
    }
}

/// All values of `key`. gRPC metadata is ASCII: when a `<key>-encoded` is there, the values are escaped as in the
/// query of a URL, where `+` is a blank.
fn values(metadata: &MetadataMap, key: &str) -> Result<Vec<String>, Status> {
    let unreadable = || Status::invalid_argument(format!("the value of {key} is not text"));
    let encoded = metadata.contains_key(format!("{key}-encoded"));
    metadata
        .get_all(key)
        .iter()
        .map(|value| {
            let text = value.to_str().map_err(|_| unreadable())?;
            if !encoded {
                return Ok(text.to_owned());
            }
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8().map(Cow::into_owned).map_err(|_| unreadable())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn metadata_values_are_decoded_only_when_marked() {
        let mut metadata = MetadataMap::new();
        metadata.append("followpaths", "a+%C3%A9".parse().unwrap());
        metadata.append("followpaths", "c".parse().unwrap());
        assert_eq!(values(&metadata, "followpaths").unwrap(), ["a+%C3%A9", "c"]);
        metadata.insert("followpaths-encoded", "1".parse().unwrap());
        assert_eq!(values(&metadata, "followpaths").unwrap(), ["a é", "c"]);
        assert!(values(&metadata, "exclude-patterns").unwrap().is_empty());
    }
}
