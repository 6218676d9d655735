//! The session: the connection on which the engine calls back for files, secrets, credentials and outputs.
//!
//! The client opens `POST /session`, and on that one connection the roles change: the engine is the gRPC client
//! and this side serves. Each thing that is served is one [`Service`], so that a part can be handed to bollard as
//! soon as bollard has it.

pub mod auth;
pub mod content;
pub mod file_send;
pub mod file_sync;
mod fsutil;
mod health;
pub mod secrets;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::{self, StreamExt};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::Server;
use tonic::transport::server::Connected;

use crate::engine::{Engine, UpgradedStream};
use crate::error::Error;
use crate::identity;

/// What one message may hold: BuildKit sends up to 3 MiB, and raises gRPC's default of 4 MiB to 16 on its side.
const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// One gRPC service that a session offers to the engine.
pub trait Service: Send {
    /// The full names of the methods, as `/package.Service/Method`: the engine calls only what is announced.
    fn methods(&self) -> &'static [&'static str];

    /// Adds the service to the session's routes.
    fn mount(self: Box<Self>, routes: &mut RoutesBuilder);
}

/// An open session. It is closed when it is dropped.
#[derive(Debug)]
pub struct Session {
    id: String,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Session {
    /// Opens a session that offers `services`.
    ///
    /// Sessions with the same `shared_key` share what the engine keeps of their directories: with a key that is
    /// stable for a context, a second build sends only what has changed.
    pub async fn open(
        engine: &Engine,
        shared_key: &str,
        mut services: Vec<Box<dyn Service>>,
    ) -> Result<Self, Error> {
        services.push(Box::new(health::Health));
        let id = identity::random();
        let mut headers = vec![
            ("X-Docker-Expose-Session-Uuid", id.clone()),
            ("X-Docker-Expose-Session-Name", "dfbuild".to_owned()),
            ("X-Docker-Expose-Session-Sharedkey", shared_key.to_owned()),
        ];
        for service in &services {
            let methods = service.methods().iter();
            headers
                .extend(methods.map(|method| ("X-Docker-Expose-Session-Grpc-Method", (*method).to_owned())));
        }
        let stream = engine.upgrade("/session", &headers).await?;

        let mut routes: RoutesBuilder = Routes::builder();
        for service in services {
            service.mount(&mut routes);
        }
        let (stop, stopped) = oneshot::channel::<()>();
        // The server ends when its stream of connections ends, so the one connection is followed by silence.
        let connections = stream::iter([Ok::<_, io::Error>(SessionStream(stream))]).chain(stream::pending());
        let server = tokio::spawn(async move {
            let shutdown = async move { drop(stopped.await) };
            // A broken connection is not reported here: the solve that needed it fails with the engine's reason.
            drop(
                Server::builder()
                    .add_routes(routes.routes())
                    .serve_with_incoming_shutdown(connections, shutdown)
                    .await,
            );
        });
        Ok(Self { id, stop: Some(stop), server })
    }

    /// The name under which a solve refers to this session.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A graceful shutdown would wait for calls that the engine may have left open.
        self.server.abort();
    }
}

/// The shared key of a context: stable for a directory and, since it identifies nothing else, safe to hand out.
pub fn shared_key(context: &std::path::Path) -> String {
    identity::hexadecimal(&Sha256::digest(context.as_os_str().as_encoded_bytes()))
}

/// An upgraded connection in the shape that tonic's server accepts.
struct SessionStream(UpgradedStream);

impl Connected for SessionStream {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for SessionStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for SessionStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
