//! Content stores: the engine writes images and caches into directories of this machine, and reads caches back.

mod api;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::codegen::http;
use tonic::metadata::MetadataMap;
use tonic::server::{Grpc, NamedService};
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::service_fn;

use self::api::{
    Info, InfoRequest, InfoResponse, ReadContentRequest, ReadContentResponse, WriteAction,
    WriteContentRequest, WriteContentResponse,
};
use super::Service;
use crate::oci::{BlobDirectory, Digest};

const INFO: &str = "/containerd.services.content.v1.Content/Info";
const READ: &str = "/containerd.services.content.v1.Content/Read";
const WRITE: &str = "/containerd.services.content.v1.Content/Write";

/// Names the store that a call is about.
const STORE_KEY: &str = "buildkit-attachable-store-id";

/// What one message carries when a blob is read.
const CHUNK_BYTES: usize = 1 << 20;

/// What to do with layers that the engine wants to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layers {
    /// Keep them.
    Keep,
    /// Say that they are there already: what is wanted is the metadata of an image, not its bytes.
    Waive,
}

/// A directory of blobs, open to the engine.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where the blobs are.
    pub blobs: BlobDirectory,
    /// What to do with layers.
    pub layers: Layers,
}

/// Serves stores by name.
#[derive(Clone, Debug)]
pub struct Content {
    stores: Arc<BTreeMap<String, Store>>,
}

impl Content {
    /// Serves `stores` and nothing else.
    pub fn new(stores: BTreeMap<String, Store>) -> Self {
        Self { stores: Arc::new(stores) }
    }

    fn store(&self, metadata: &MetadataMap) -> Result<Store, Status> {
        let name = metadata.get(STORE_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let store = self
            .stores
            .get(name)
            .ok_or_else(|| Status::not_found(format!("no store is shared as {name:?}")))?;
        Ok(store.clone())
    }

    fn info(&self, request: &Request<InfoRequest>) -> Result<Response<InfoResponse>, Status> {
        let store = self.store(request.metadata())?;
        let digest = digest(&request.get_ref().digest)?;
        let size = store.blobs.size(&digest).ok_or_else(|| absent(&digest))?;
        let info = Info { digest: digest.to_string(), size: signed(size) };
        Ok(Response::new(InfoResponse { info: Some(info) }))
    }

    fn read(
        &self,
        request: &Request<ReadContentRequest>,
    ) -> Result<Response<ReceiverStream<Result<ReadContentResponse, Status>>>, Status> {
        let store = self.store(request.metadata())?;
        let request = request.get_ref();
        let digest = digest(&request.digest)?;
        let size = store.blobs.size(&digest).ok_or_else(|| absent(&digest))?;
        let offset = u64::try_from(request.offset).unwrap_or(0);
        let available = size
            .checked_sub(offset)
            .ok_or_else(|| Status::out_of_range(format!("{digest} has {size} bytes")))?;
        let wanted =
            u64::try_from(request.size).ok().filter(|wanted| *wanted > 0).unwrap_or(available).min(available);
        let (sender, stream) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            if let Err(status) = send_blob(&store.blobs, &digest, offset, wanted, &sender) {
                // Nobody is left to tell if the engine has stopped listening.
                drop(sender.blocking_send(Err(status)));
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    fn write(
        &self,
        request: Request<Streaming<WriteContentRequest>>,
    ) -> Result<Response<ReceiverStream<Result<WriteContentResponse, Status>>>, Status> {
        let store = self.store(request.metadata())?;
        let mut requests = request.into_inner();
        let (replies, stream) = mpsc::channel(1);
        tokio::task::spawn_blocking(move || {
            let handle = Handle::current();
            let mut next = || handle.block_on(requests.message());
            let mut reply = |response| {
                replies.blocking_send(Ok(response)).map_err(|_| Status::cancelled("the engine has gone"))
            };
            if let Err(status) = receive_blob(&store, &mut next, &mut reply) {
                drop(replies.blocking_send(Err(status)));
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

fn send_blob(
    blobs: &BlobDirectory,
    digest: &Digest,
    offset: u64,
    wanted: u64,
    sender: &mpsc::Sender<Result<ReadContentResponse, Status>>,
) -> Result<(), Status> {
    let failed = |error: std::io::Error| Status::unknown(format!("{digest}: {error}"));
    let mut file = blobs.open(digest).map_err(failed)?;
    file.seek(SeekFrom::Start(offset)).map_err(failed)?;
    let mut rest = file.take(wanted);
    let mut sent = 0;
    loop {
        let mut data = Vec::new();
        rest.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut data).map_err(failed)?;
        if data.is_empty() {
            return Ok(());
        }
        let length = data.len() as u64;
        let response = ReadContentResponse { offset: signed(sent), data };
        sender.blocking_send(Ok(response)).map_err(|_| Status::cancelled("the engine has gone"))?;
        sent += length;
    }
}

/// One blob is one call: the first request names it, `WRITE` brings bytes, `COMMIT` ends it. Each is answered.
fn receive_blob(
    store: &Store,
    next: &mut dyn FnMut() -> Result<Option<WriteContentRequest>, Status>,
    reply: &mut dyn FnMut(WriteContentResponse) -> Result<(), Status>,
) -> Result<(), Status> {
    let failed =
        |error: std::io::Error| Status::unknown(format!("{}: {error}", store.blobs.root().display()));
    let mut ingest = store.blobs.ingest().map_err(failed)?;
    let mut total = 0;
    let mut waived = false;
    while let Some(request) = next()? {
        let is_layer = request.r#ref.starts_with("layer-");
        waived |= is_layer && store.layers == Layers::Waive;
        if request.total > 0 {
            total = request.total;
        }
        if !request.expected.is_empty() && (waived || store.blobs.size(&digest(&request.expected)?).is_some())
        {
            return Err(Status::already_exists(format!("{} is there already", request.expected)));
        }
        let mut response =
            WriteContentResponse { action: request.action, total, ..WriteContentResponse::default() };
        let action = request.action();
        if action != WriteAction::Stat {
            if request.offset != signed(ingest.written()) {
                return Err(Status::out_of_range(format!("the next byte is number {}", ingest.written())));
            }
            ingest.write(&request.data).map_err(failed)?;
        }
        response.offset = signed(ingest.written());
        if action == WriteAction::Commit {
            if total > 0 && total != response.offset {
                return Err(Status::failed_precondition(format!(
                    "{total} bytes announced, {} received",
                    response.offset
                )));
            }
            let expected = if request.expected.is_empty() { None } else { Some(digest(&request.expected)?) };
            let actual = ingest
                .commit(expected.as_ref())
                .map_err(|error| Status::failed_precondition(error.to_string()))?;
            response.digest = actual.to_string();
            return reply(response);
        }
        reply(response)?;
    }
    Ok(())
}

fn digest(text: &str) -> Result<Digest, Status> {
    text.parse().map_err(|_| Status::invalid_argument(format!("{text:?} is not a sha256 digest")))
}

fn absent(digest: &Digest) -> Status {
    Status::not_found(format!("{digest} is not there"))
}

/// Sizes are signed on the wire.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

impl Service for Content {
    fn methods(&self) -> &'static [&'static str] {
        &[INFO, READ, WRITE]
    }

    fn mount(self: Box<Self>, routes: &mut RoutesBuilder) {
        routes.add_service(*self);
    }
}

impl NamedService for Content {
    const NAME: &'static str = "containerd.services.content.v1.Content";
}

/// What tonic generates from a service definition.
impl tower::Service<http::Request<Body>> for Content {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let content = self.clone();
        Box::pin(async move {
            Ok(match request.uri().path() {
                INFO => {
                    let serve = service_fn(move |request| std::future::ready(content.info(&request)));
                    Grpc::new(ProstCodec::default()).unary(serve, request).await
                }
                READ => {
                    let serve = service_fn(move |request| std::future::ready(content.read(&request)));
                    Grpc::new(ProstCodec::default()).server_streaming(serve, request).await
                }
                WRITE => {
                    let serve = service_fn(move |request| std::future::ready(content.write(request)));
                    Grpc::new(ProstCodec::default())
                        .max_decoding_message_size(super::MAX_MESSAGE_BYTES)
                        .streaming(serve, request)
                        .await
                }
                _ => Status::unimplemented("not needed by the engine").into_http(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn write(action: WriteAction, data: &[u8], offset: i64, expected: &str) -> WriteContentRequest {
        WriteContentRequest {
            action: action.into(),
            r#ref: "layer-x".into(),
            data: data.to_vec(),
            offset,
            expected: expected.into(),
            total: 0,
        }
    }

    fn receive(
        layers: Layers,
        requests: Vec<WriteContentRequest>,
    ) -> (tempfile::TempDir, Result<Vec<WriteContentResponse>, Status>) {
        let root = tempfile::tempdir().unwrap();
        let store = Store { blobs: BlobDirectory::create(root.path()).unwrap(), layers };
        let mut requests = requests.into_iter();
        let mut responses = Vec::new();
        let result = receive_blob(&store, &mut || Ok(requests.next()), &mut |response| {
            responses.push(response);
            Ok(())
        });
        (root, result.map(|()| responses))
    }

    const HELLO: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    #[test]
    fn a_blob_is_written_in_pieces() {
        let (root, responses) = receive(
            Layers::Keep,
            vec![
                write(WriteAction::Stat, b"", 0, HELLO),
                write(WriteAction::Write, b"hel", 0, ""),
                write(WriteAction::Write, b"lo", 3, ""),
                write(WriteAction::Commit, b"", 5, HELLO),
            ],
        );
        let last = responses.unwrap().pop().unwrap();
        assert_eq!((last.offset, last.digest.as_str()), (5, HELLO));
        let blob = root.path().join("blobs/sha256").join(HELLO.trim_start_matches("sha256:"));
        assert_eq!(std::fs::read(blob).unwrap(), b"hello");
    }

    #[test]
    fn a_blob_with_another_content_is_refused() {
        let (root, responses) = receive(
            Layers::Keep,
            vec![write(WriteAction::Write, b"evil", 0, ""), write(WriteAction::Commit, b"", 4, HELLO)],
        );
        assert_eq!(responses.unwrap_err().code(), tonic::Code::FailedPrecondition);
        assert_eq!(root.path().join("blobs/sha256").read_dir().unwrap().count(), 0);
    }

    #[test]
    fn waived_layers_do_not_travel() {
        let (_, responses) = receive(Layers::Waive, vec![write(WriteAction::Stat, b"", 0, HELLO)]);
        assert_eq!(responses.unwrap_err().code(), tonic::Code::AlreadyExists);
    }

    #[test]
    fn digests_cannot_name_other_files() {
        let (_, responses) =
            receive(Layers::Keep, vec![write(WriteAction::Stat, b"", 0, "sha256:../../etc/passwd")]);
        assert_eq!(responses.unwrap_err().code(), tonic::Code::InvalidArgument);
    }
}
