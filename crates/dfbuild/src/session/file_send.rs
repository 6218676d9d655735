//! Outputs: the engine sends the result of a build to a file or into a directory.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use bollard::fsutil::types::Packet;
use bollard::moby::filesync::packet::file_send_server as packet_server;
use bollard::moby::filesync::v1::BytesMessage;
use bollard::moby::filesync::v1::file_send_server as bytes_server;
use tempfile::NamedTempFile;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status, Streaming};

use super::Service;
use super::fsutil;
use crate::files::parent;

const METHODS: &[&str] = &["/moby.filesync.v1.FileSend/DiffCopy"];

/// Requests for files that wait for the connection.
const QUEUED_PACKETS: usize = 64;

/// Writes an archive. It appears under its name once it is complete.
#[derive(Debug)]
pub struct FileTarget(pub PathBuf);

/// Writes a tree of files.
#[derive(Debug)]
pub struct DirectoryTarget(pub PathBuf);

impl Service for FileTarget {
    fn methods(&self) -> &'static [&'static str] {
        METHODS
    }

    fn mount(self: Box<Self>, routes: &mut RoutesBuilder) {
        routes.add_service(
            bytes_server::FileSendServer::new(*self).max_decoding_message_size(super::MAX_MESSAGE_BYTES),
        );
    }
}

impl Service for DirectoryTarget {
    fn methods(&self) -> &'static [&'static str] {
        METHODS
    }

    fn mount(self: Box<Self>, routes: &mut RoutesBuilder) {
        routes.add_service(
            packet_server::FileSendServer::new(*self).max_decoding_message_size(super::MAX_MESSAGE_BYTES),
        );
    }
}

#[tonic::async_trait]
impl bytes_server::FileSend for FileTarget {
    type DiffCopyStream = ReceiverStream<Result<BytesMessage, Status>>;

    async fn diff_copy(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::DiffCopyStream>, Status> {
        let mut messages = request.into_inner();
        let path = self.0.clone();
        // The engine takes the end of the answer for "done": it must not come before the file is complete.
        in_background(move || {
            let failed = |error: std::io::Error| Status::unknown(format!("{}: {error}", path.display()));
            let mut file = NamedTempFile::new_in(parent(&path)).map_err(failed)?;
            while let Some(message) = Handle::current().block_on(messages.message())? {
                file.write_all(&message.data).map_err(failed)?;
            }
            // Temporary files are private; an output is a file like any other.
            file.as_file().set_permissions(Permissions::from_mode(0o644)).map_err(failed)?;
            file.persist(&path).map(drop).map_err(|error| failed(error.error))
        })
        .await?;
        let (_, stream) = mpsc::channel(1);
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

#[tonic::async_trait]
impl packet_server::FileSend for DirectoryTarget {
    type DiffCopyStream = ReceiverStream<Result<Packet, Status>>;

    async fn diff_copy(
        &self,
        request: Request<Streaming<Packet>>,
    ) -> Result<Response<Self::DiffCopyStream>, Status> {
        let mut packets = request.into_inner();
        let destination = self.0.clone();
        let (replies, stream) = mpsc::channel(QUEUED_PACKETS);
        tokio::task::spawn_blocking(move || {
            let handle = Handle::current();
            let mut packets = std::iter::from_fn(|| {
                handle.block_on(packets.message()).map_err(|status| status.message().to_owned()).transpose()
            });
            let mut reply = |packet| {
                replies.blocking_send(Ok(packet)).map_err(|_| "the engine closed the transfer".to_owned())
            };
            if let Err(failure) = fsutil::receive(&destination, &mut packets, &mut reply) {
                // If the engine is gone there is nobody left to tell.
                drop(replies.blocking_send(Err(Status::unknown(failure))));
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

/// Runs blocking work off the threads that serve connections.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Status> + Send + 'static,
) -> Result<T, Status> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Status::internal(error.to_string()))?
}
