//! Writing images by hand: an archive in the OCI image layout, for `docker load`.
//!
//! A base image of ours is a root file system per platform and nothing that would have to run, so no builder is
//! needed to make it — least of all the one that is under test.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::home::hex;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIGURATION: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// The image for one platform.
#[derive(Debug)]
pub(crate) struct Image {
    /// As in `linux/<architecture>`.
    pub(crate) architecture: &'static str,
    /// Uncompressed tar files, the lowest first.
    pub(crate) layers: Vec<PathBuf>,
    /// Variables as `NAME=value`.
    pub(crate) environment: Vec<String>,
    /// The command that a container runs.
    pub(crate) command: Vec<&'static str>,
}

/// Writes `images` as one image called `name` into the archive `path` and returns the digest of its index, which is
/// the image's identity in the engine.
pub(crate) fn write(name: &str, images: &[Image], path: &Path) -> Result<String> {
    let mut archive = Archive::create(path)?;
    let mut manifests = Vec::new();
    for image in images {
        let mut layers = Vec::new();
        for layer in &image.layers {
            layers.push(archive.file(LAYER, layer)?);
        }
        let digests: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
        let configuration = json!({
            "architecture": image.architecture,
            "os": "linux",
            "config": { "Env": image.environment, "Cmd": image.command },
            "rootfs": { "type": "layers", "diff_ids": digests },
        });
        let configuration = archive.json(CONFIGURATION, &configuration)?;
        let manifest =
            json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": configuration, "layers": layers });
        let mut manifest = archive.json(MANIFEST, &manifest)?;
        manifest["platform"] = json!({ "architecture": image.architecture, "os": "linux" });
        manifests.push(manifest);
    }
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
    let mut index = archive.json(INDEX, &index)?;
    let digest = index["digest"].as_str().context("a digest is text")?.to_owned();
    index["annotations"] = json!({ "io.containerd.image.name": format!("docker.io/{name}") });
    archive.entry("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    let entry = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [index] });
    archive.entry("index.json", entry.to_string().as_bytes())?;
    archive.tar.into_inner()?.sync_all()?;
    Ok(digest)
}

struct Archive {
    tar: tar::Builder<File>,
}

impl Archive {
    fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { tar: tar::Builder::new(file) })
    }

    /// Adds a document and returns its descriptor.
    fn json(&mut self, media_type: &str, value: &Value) -> Result<Value> {
        let bytes = value.to_string();
        let digest = hex(&Sha256::digest(&bytes));
        self.entry(&format!("blobs/sha256/{digest}"), bytes.as_bytes())?;
        Ok(descriptor(media_type, &digest, bytes.len() as u64))
    }

    /// Adds a file and returns its descriptor.
    fn file(&mut self, media_type: &str, path: &Path) -> Result<Value> {
        let open = || File::open(path).with_context(|| format!("cannot read {}", path.display()));
        let mut hash = Sha256::new();
        let size = copy(open()?, |bytes| hash.update(bytes))?;
        let digest = hex(&hash.finalize());
        self.tar.append_data(&mut header(size), format!("blobs/sha256/{digest}"), open()?)?;
        Ok(descriptor(media_type, &digest, size))
    }

    fn entry(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.tar.append_data(&mut header(bytes.len() as u64), path, bytes)?;
        Ok(())
    }
}

fn descriptor(media_type: &str, digest: &str, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": format!("sha256:{digest}"), "size": size })
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header
}

fn copy(mut from: impl Read, mut to: impl FnMut(&[u8])) -> Result<u64> {
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(size);
        }
        to(&buffer[..read]);
        size += read as u64;
    }
}

/// A layer made of single entries.
pub(crate) struct Layer {
    tar: tar::Builder<File>,
}

impl Layer {
    /// Starts a layer in the file `path`.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        Ok(Self { tar: Archive::create(path)?.tar })
    }

    /// Adds a folder.
    pub(crate) fn folder(&mut self, path: &str, mode: u32) -> Result<()> {
        let mut header = header(0);
        header.set_entry_type(tar::EntryType::Directory);
        header.set_mode(mode);
        Ok(self.tar.append_data(&mut header, format!("{path}/"), std::io::empty())?)
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        let mut header = header(bytes.len() as u64);
        header.set_mode(mode);
        Ok(self.tar.append_data(&mut header, path, bytes)?)
    }

    /// Adds a symbolic link.
    pub(crate) fn link(&mut self, path: &str, target: &str) -> Result<()> {
        let mut header = header(0);
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_mode(0o777);
        Ok(self.tar.append_link(&mut header, path, target)?)
    }

    /// Ends the layer.
    pub(crate) fn finish(self) -> Result<()> {
        Ok(self.tar.into_inner()?.flush()?)
    }
}
