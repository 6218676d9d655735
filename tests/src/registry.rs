//! Looking at what a build left in the registry: a client of a few lines for plain HTTP on the loopback interface.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::environment::variable;
use crate::unique;

const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// A repository of the registry that nobody else uses.
#[derive(Debug)]
pub struct Repository {
    registry: String,
    name: String,
}

impl Repository {
    /// A new, empty repository.
    #[must_use]
    #[track_caller]
    pub fn new(what: &str) -> Self {
        Self { registry: variable("DFTEST_REGISTRY"), name: unique(what) }
    }

    /// A name to push to.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("{}/{}:1", self.registry, self.name)
    }

    /// Whether the registry has heard of the repository, if only by a layer or a tag.
    #[must_use]
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        let (status, _, body) = self.get("tags/list", "*/*");
        match status {
            404 => true,
            200 => parse(&body)["tags"].as_array().is_none_or(Vec::is_empty),
            other => panic!("the registry answers {other}"),
        }
    }

    /// The digest that the tag points at.
    #[must_use]
    #[track_caller]
    pub fn digest(&self) -> String {
        let (_, headers, _) = self.expect("manifests/1", MANIFESTS);
        headers.get("docker-content-digest").cloned().unwrap_or_default()
    }

    /// The document that the tag points at.
    #[must_use]
    #[track_caller]
    pub fn index(&self) -> Value {
        parse(&self.expect("manifests/1", MANIFESTS).2)
    }

    /// A manifest by its digest.
    #[must_use]
    #[track_caller]
    pub fn manifest(&self, digest: &str) -> Value {
        parse(&self.expect(&format!("manifests/{digest}"), MANIFESTS).2)
    }

    /// A JSON blob by its digest.
    #[must_use]
    #[track_caller]
    pub fn json(&self, digest: &str) -> Value {
        parse(&self.expect(&format!("blobs/{digest}"), "*/*").2)
    }

    /// The file `path` of the lowest layer of `manifest` that has it.
    #[must_use]
    #[track_caller]
    pub fn file(&self, manifest: &Value, path: &str) -> Option<Vec<u8>> {
        for layer in manifest["layers"].as_array()? {
            let blob = self.expect(&format!("blobs/{}", layer["digest"].as_str()?), "*/*").2;
            let is_compressed = blob.starts_with(&[0x1f, 0x8b]);
            let reader: Box<dyn Read> = if is_compressed {
                Box::new(GzDecoder::new(blob.as_slice()))
            } else {
                Box::new(blob.as_slice())
            };
            for entry in tar::Archive::new(reader).entries().ok()? {
                let mut entry = entry.ok()?;
                if entry.path().is_ok_and(|name| name.to_string_lossy().trim_start_matches("./") == path) {
                    let mut bytes = Vec::new();
                    entry.read_to_end(&mut bytes).ok()?;
                    return Some(bytes);
                }
            }
        }
        None
    }

    #[track_caller]
    fn expect(&self, what: &str, accept: &str) -> Answer {
        let answer = self.get(what, accept);
        assert_eq!(answer.0, 200, "{what} of {}: {}", self.name, String::from_utf8_lossy(&answer.2));
        answer
    }

    #[track_caller]
    fn get(&self, what: &str, accept: &str) -> Answer {
        let path = format!("/v2/{}/{what}", self.name);
        match get(&self.registry, &path, accept) {
            Ok(answer) => answer,
            Err(error) => panic!("the registry at {} does not answer: {error}", self.registry),
        }
    }
}

/// Status, headers with lower-case names, and body.
type Answer = (u16, HashMap<String, String>, Vec<u8>);

/// HTTP/1.0: the answer ends with the connection, and comes in one piece.
fn get(host: &str, path: &str, accept: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(host)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: {accept}\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Ok((status, headers, bytes.get(end + 4..).unwrap_or_default().to_vec()))
}

#[track_caller]
fn parse(body: &[u8]) -> Value {
    match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => panic!("the registry sent no JSON: {error}"),
    }
}
