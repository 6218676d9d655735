//! The connection to a Docker Engine: where it is, whether it answers, what it can do, and raw connections that
//! are upgraded to gRPC.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use bollard::moby::buildkit::v1::ListWorkersRequest;
use bollard::moby::buildkit::v1::control_client::ControlClient;
use bollard::query_parameters::RemoveImageOptions;
use bollard::{API_DEFAULT_VERSION, Docker};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::StatusCode;
use hyper::header::{CONNECTION, HOST, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::transport::{Channel, Endpoint, Uri};

use crate::error::Error;
use crate::session::auth::RegistryCredentials;

/// How long a connection attempt, and the answer to an upgrade, may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long bollard waits for the head of an answer. Registry look-ups go through the engine and may be slow.
const API_TIMEOUT_SECONDS: u64 = 120;

/// BuildKit raises gRPC's default of 4 MiB to 16 MiB on its side: Dockerfile sources and big stat lists travel in
/// one message.
const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// The worker label that the engine sets when its image store is containerd's.
const SNAPSHOTTER_LABEL: &str = "org.mobyproject.buildkit.worker.snapshotter";

/// A client of BuildKit's control service. Clones share one connection.
pub type Control = ControlClient<Channel>;

/// Where an engine listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix domain socket.
    Unix(PathBuf),
    /// `host:port`, without TLS.
    Tcp(String),
}

impl Address {
    /// The engine that the environment names: `DOCKER_HOST`, or else the default socket.
    pub fn from_env() -> Result<Self, Error> {
        let host = std::env::var("DOCKER_HOST").unwrap_or_default();
        let tls = std::env::var("DOCKER_TLS_VERIFY").is_ok_and(|value| !value.is_empty());
        match Self::parse(&host)? {
            Self::Tcp(_) if tls => Err(Error::UnsupportedEngineAddress { address: host }),
            address => Ok(address),
        }
    }

    /// Reads the value of `DOCKER_HOST`. An empty one is the default socket.
    pub fn parse(host: &str) -> Result<Self, Error> {
        if host.is_empty() {
            return Ok(Self::Unix(PathBuf::from("/var/run/docker.sock")));
        }
        if let Some(path) = host.strip_prefix("unix://") {
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        if let Some(address) = host.strip_prefix("tcp://").or_else(|| host.strip_prefix("http://")) {
            let address = address.trim_end_matches('/');
            let with_port =
                if address.contains(':') { address.to_owned() } else { format!("{address}:2375") };
            return Ok(Self::Tcp(with_port));
        }
        Err(Error::UnsupportedEngineAddress { address: host.to_owned() })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

/// What a build may ask of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// The image store is containerd's. Without it an engine keeps one platform per image, has no tar exporters,
    /// and answers a request to push with success although nothing was pushed.
    pub containerd_store: bool,
    /// The platforms whose programs the engine can run, natively or emulated.
    pub platforms: BTreeSet<String>,
}

/// An engine that has answered.
#[derive(Clone, Debug)]
pub struct Engine {
    address: Address,
    docker: Docker,
    /// The engine's version as it names itself.
    pub version: String,
}

impl Engine {
    /// Connects, agrees on an API version and asks for the engine's version.
    pub async fn connect(address: Address) -> Result<Self, Error> {
        let unreachable = |cause: String| Error::NoEngine { address: address.to_string(), cause };
        let docker = match &address {
            Address::Unix(path) => {
                Docker::connect_with_unix(&path.to_string_lossy(), API_TIMEOUT_SECONDS, API_DEFAULT_VERSION)
            }
            Address::Tcp(host) => {
                Docker::connect_with_http(&format!("http://{host}"), API_TIMEOUT_SECONDS, API_DEFAULT_VERSION)
            }
        }
        .map_err(|error| unreachable(innermost(&error)))?;
        let version = tokio::time::timeout(CONNECT_TIMEOUT, async {
            let docker = docker.negotiate_version().await?;
            let version = docker.version().await?;
            Ok::<_, bollard::errors::Error>((docker, version))
        })
        .await
        .map_err(|_| unreachable(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())))?;
        let (docker, version) = version.map_err(|error| unreachable(innermost(&error)))?;
        Ok(Self { address, docker, version: version.version.unwrap_or_default() })
    }

    /// A client of BuildKit's control service.
    pub async fn control(&self) -> Result<Control, Error> {
        let engine = self.clone();
        // The URI names nothing: every connection goes to the engine's own address.
        let channel =
            Endpoint::from_static("http://buildkit")
                .connect_with_connector(tower::service_fn(move |_: Uri| {
                    let engine = engine.clone();
                    async move {
                        engine.upgrade("/grpc", &[]).await.map(TokioIo::new).map_err(std::io::Error::other)
                    }
                }))
                .await
                .map_err(|error| Error::Engine {
                    what: "opening the build connection",
                    cause: innermost(&error),
                })?;
        Ok(ControlClient::new(channel)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES))
    }

    /// Sends `POST path` and turns the connection into a raw stream for HTTP/2.
    pub async fn upgrade(
        &self,
        path: &'static str,
        headers: &[(&str, String)],
    ) -> Result<UpgradedStream, Error> {
        let failed = |cause: String| Error::Engine { what: path, cause };
        tokio::time::timeout(CONNECT_TIMEOUT, async {
            match &self.address {
                Address::Unix(socket) => {
                    let stream = tokio::net::UnixStream::connect(socket)
                        .await
                        .map_err(|error| failed(error.to_string()))?;
                    upgrade_over(stream, path, headers).await.map_err(failed)
                }
                Address::Tcp(host) => {
                    let stream = tokio::net::TcpStream::connect(host)
                        .await
                        .map_err(|error| failed(error.to_string()))?;
                    upgrade_over(stream, path, headers).await.map_err(failed)
                }
            }
        })
        .await
        .map_err(|_| failed(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())))?
    }

    /// Asks the engine's build worker what it can do.
    pub async fn features(&self, control: &mut Control) -> Result<Features, Error> {
        let workers = control
            .list_workers(ListWorkersRequest::default())
            .await
            .map_err(|status| Error::Engine {
                what: "asking for the build worker",
                cause: status.message().to_owned(),
            })?
            .into_inner();
        let containerd_store =
            workers.record.iter().any(|worker| worker.labels.contains_key(SNAPSHOTTER_LABEL));
        let platforms = workers
            .record
            .iter()
            .flat_map(|worker| &worker.platforms)
            .map(|platform| match platform.variant.as_str() {
                "" => format!("{}/{}", platform.os, platform.architecture),
                variant => format!("{}/{}/{variant}", platform.os, platform.architecture),
            })
            .collect();
        Ok(Features { containerd_store, platforms })
    }

    /// The digest that the registry has under `reference`, as the engine reads it.
    pub async fn registry_digest(
        &self,
        reference: &str,
        credentials: Option<RegistryCredentials>,
    ) -> Result<String, Error> {
        let credentials = credentials.map(|known| bollard::auth::DockerCredentials {
            username: Some(known.username),
            password: Some(known.secret),
            ..Default::default()
        });
        let inspect = self.docker.inspect_registry_image(reference, credentials).await.map_err(|error| {
            Error::Engine {
                what: "reading the pushed digest back from the registry",
                cause: innermost(&error),
            }
        })?;
        inspect.descriptor.digest.ok_or_else(|| Error::Engine {
            what: "reading the pushed digest back from the registry",
            cause: format!("the answer for {reference} names no digest"),
        })
    }

    /// Takes the name `reference` off an image in the engine's store.
    pub async fn untag(&self, reference: &str) -> Result<(), Error> {
        let options = RemoveImageOptions { noprune: true, ..Default::default() };
        self.docker
            .remove_image(reference, Some(options), None)
            .await
            .map(|_| ())
            .map_err(|error| Error::Engine { what: "removing an image name", cause: innermost(&error) })
    }
}

/// A connection that was upgraded, ready for HTTP/2 in either direction.
pub type UpgradedStream = TokioIo<Upgraded>;

async fn upgrade_over<S>(stream: S, path: &str, headers: &[(&str, String)]) -> Result<UpgradedStream, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
    // The task ends with the connection; its error, if any, shows up at whoever reads the upgraded stream.
    tokio::spawn(async move { drop(connection.with_upgrades().await) });
    let mut request = hyper::Request::post(path)
        .header(HOST, "docker")
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "h2c");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Empty::new()).map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(format!("the engine answered {} instead of upgrading the connection", response.status()));
    }
    hyper::upgrade::on(response).await.map(TokioIo::new).map_err(|error| error.to_string())
}

/// The message of the innermost cause: the outer ones say only that something went wrong.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut current = error;
    while let Some(source) = current.source() {
        current = source;
    }
    current.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(Address::parse("").unwrap().to_string(), "unix:///var/run/docker.sock");
        assert_eq!(Address::parse("unix:///run/x.sock").unwrap().to_string(), "unix:///run/x.sock");
        assert_eq!(Address::parse("tcp://10.0.0.1").unwrap(), Address::Tcp("10.0.0.1:2375".into()));
        assert_eq!(Address::parse("tcp://10.0.0.1:99/").unwrap(), Address::Tcp("10.0.0.1:99".into()));
        let error = Address::parse("ssh://me@host").unwrap_err();
        assert!(error.to_string().contains("ssh://me@host"), "{error}");
    }
}
