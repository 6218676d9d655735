//! One solve: BuildKit's word for carrying out a build.

mod failure;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bollard::moby::buildkit::v1::{
    CacheOptions, CacheOptionsEntry, Exporter, SolveRequest, SolveResponse, StatusRequest, StatusResponse,
};
use bollard_buildkit_proto::google::protobuf::Timestamp;
use futures::{StreamExt, TryFutureExt, TryStreamExt};
use tonic::Status;

pub use self::failure::{BuildFailure, SourceLines};
use crate::engine::Control;
use crate::error::Error;
use crate::identity;
use crate::oci::{Descriptor, Digest};
use crate::progress::Monitor;
use crate::progress::event::{Log, Update, Vertex};

/// How long the rest of the progress may take once the result is there.
const STATUS_GRACE: Duration = Duration::from_secs(5);

/// A type with attributes, as BuildKit names exporters and caches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// `moby`, `oci`, `registry` …
    pub kind: String,
    /// What that type understands.
    pub attributes: BTreeMap<String, String>,
}

/// What is to be built, and what is to become of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solve {
    /// Attributes of the Dockerfile frontend.
    pub frontend: BTreeMap<String, String>,
    /// Where the result goes. Without one the build is carried out and its result stays in the cache.
    pub exporter: Option<Typed>,
    /// Caches to write.
    pub cache_exports: Vec<Typed>,
    /// Caches to read.
    pub cache_imports: Vec<Typed>,
    /// Privileges that the build is granted.
    pub entitlements: Vec<String>,
}

impl Solve {
    /// The same for a result that is there already: nothing is carried out anew, and no registry is asked whether
    /// a base image has changed since.
    #[must_use]
    pub fn repeated(mut self) -> Self {
        for attribute in ["no-cache", "image-resolve-mode"] {
            self.frontend.remove(attribute);
        }
        self
    }
}

/// What a solve that succeeded leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solved {
    /// The index, or the manifest of an image for one platform. Exports that are not images have none.
    pub image: Option<Descriptor>,
    /// The digest of the image, also where the engine does not describe it.
    pub digest: Option<Digest>,
    /// The configuration of an image for one platform.
    pub config: Option<Digest>,
    /// The descriptor of an exported cache.
    pub cache: Option<Descriptor>,
}

/// Carries `solve` out in the session, with its progress told to `monitor`.
///
/// Dropping the returned future cancels the build in the engine.
pub async fn solve(
    control: &Control,
    session: &str,
    solve: Solve,
    monitor: &mut Monitor,
) -> Result<Solved, Error> {
    let reference = identity::random();
    let mut status_client = control.clone();
    let status_request = StatusRequest { r#ref: reference.clone() };
    // The call itself is part of the stream: the engine answers it only when there is something to tell.
    let status = async move { status_client.status(status_request).await }
        .map_ok(tonic::Response::into_inner)
        .try_flatten_stream()
        .map_ok(update);
    let mut status = std::pin::pin!(status.fuse());

    let mut solve_client = control.clone();
    let solved = solve_client.solve(request(reference, session, solve));
    let mut solved = std::pin::pin!(solved);
    let mut listening = true;
    let result = loop {
        tokio::select! {
            biased;
            news = status.next(), if listening => match news {
                Some(Ok(news)) => monitor.apply(news),
                // Progress is a courtesy: only the solve's own result is the verdict.
                Some(Err(_)) | None => listening = false,
            },
            result = &mut solved => break result,
        }
    };
    let rest = async {
        while let Some(Ok(news)) = status.next().await {
            monitor.apply(news);
        }
    };
    if listening {
        // Late news are of no importance to the result.
        drop(tokio::time::timeout(STATUS_GRACE, rest).await);
    }
    match result {
        Ok(response) => response_of(response.into_inner()),
        Err(status) => Err(failed(&status, monitor)),
    }
}

fn failed(status: &Status, monitor: &Monitor) -> Error {
    Error::Build(Box::new(BuildFailure::new(status, monitor.state())))
}

fn request(reference: String, session: &str, solve: Solve) -> SolveRequest {
    let entry = |typed: Typed| CacheOptionsEntry {
        r#type: typed.kind,
        attrs: typed.attributes.into_iter().collect(),
    };
    let mut frontend = solve.frontend;
    if !solve.cache_imports.is_empty() {
        // The frontend reads the imports from its attributes, the solver from the request.
        let imports: Vec<_> = solve
            .cache_imports
            .iter()
            .map(|import| serde_json::json!({ "Type": import.kind, "Attrs": import.attributes }))
            .collect();
        frontend.insert("cache-imports".to_owned(), serde_json::Value::from(imports).to_string());
    }
    let exporter = solve
        .exporter
        .map(|typed| Exporter { r#type: typed.kind, attrs: typed.attributes.into_iter().collect() });
    // Engines before 23.0 know only the single exporter.
    let (exporter_deprecated, exporter_attrs_deprecated) =
        exporter.clone().map(|exporter| (exporter.r#type, exporter.attrs)).unwrap_or_default();
    SolveRequest {
        r#ref: reference,
        session: session.to_owned(),
        frontend: "dockerfile.v0".to_owned(),
        frontend_attrs: frontend.into_iter().collect(),
        exporters: exporter.into_iter().collect(),
        exporter_deprecated,
        exporter_attrs_deprecated,
        cache: Some(CacheOptions {
            exports: solve.cache_exports.into_iter().map(entry).collect(),
            imports: solve.cache_imports.into_iter().map(entry).collect(),
            ..CacheOptions::default()
        }),
        entitlements: solve.entitlements,
        ..SolveRequest::default()
    }
}

fn response_of(response: SolveResponse) -> Result<Solved, Error> {
    let mut attributes = response.exporter_response;
    let unreadable = |cause: String| Error::Engine { what: "describing what it has built", cause };
    let image = attributes
        .remove("containerimage.descriptor")
        .map(|encoded| {
            let json = BASE64_STANDARD.decode(encoded).map_err(|error| error.to_string())?;
            serde_json::from_slice(&json).map_err(|error| error.to_string())
        })
        .transpose()
        .map_err(unreadable)?;
    let mut digest = |attribute| {
        let text = attributes.remove(attribute);
        text.map(|digest| digest.parse::<Digest>().map_err(|error| unreadable(error.to_string()))).transpose()
    };
    let config = digest("containerimage.config.digest")?;
    let digest = digest("containerimage.digest")?;
    let cache = attributes
        .remove("cache.manifest")
        .map(|json| serde_json::from_str(&json).map_err(|error| error.to_string()))
        .transpose()
        .map_err(unreadable)?;
    Ok(Solved { image, digest, config, cache })
}

fn update(response: StatusResponse) -> Update {
    let vertices = response
        .vertexes
        .into_iter()
        .map(|vertex| Vertex {
            digest: vertex.digest,
            name: vertex.name,
            cached: vertex.cached,
            started: vertex.started.and_then(time),
            completed: vertex.completed.and_then(time),
            error: vertex.error,
        })
        .collect();
    let logs = response.logs.into_iter().map(|log| Log { vertex: log.vertex, data: log.msg }).collect();
    Update { vertices, logs }
}

/// The point in time, or none if it lies before 1970 or is no time at all.
fn time(timestamp: Timestamp) -> Option<SystemTime> {
    let since_epoch = Duration::new(timestamp.seconds.try_into().ok()?, timestamp.nanos.try_into().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}
