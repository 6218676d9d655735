//! An image in a layout: what it is made of for each platform.

use std::io::Read;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{BlobDirectory, Descriptor, Digest, Platform};

/// Manifests and configurations are small; what is larger is none.
const MAX_JSON_BYTES: u64 = 8 << 20;

const INDEX_TYPES: &[&str] =
    &["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// An image for one or several platforms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The index, or the manifest of an image without one.
    pub descriptor: Descriptor,
    /// The image for each platform, in the order of the index.
    pub platforms: Vec<PlatformImage>,
}

/// The image for one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformImage {
    /// What it runs on.
    pub platform: Platform,
    /// Its manifest.
    pub manifest: Descriptor,
    /// The digest of its configuration: what Docker calls the image's id.
    pub config: Digest,
    /// What a registry stores of it: configuration and compressed layers, in bytes.
    pub bytes: u64,
    /// How many layers it has.
    pub layers: usize,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    /// BuildKit writes `null` for an image without layers: `FROM scratch` with nothing but metadata.
    layers: Option<Vec<Descriptor>>,
}

impl Image {
    /// Reads the image behind `descriptor`. The layers themselves need not be there.
    pub fn read(blobs: &BlobDirectory, descriptor: Descriptor) -> Result<Self, String> {
        if !INDEX_TYPES.contains(&descriptor.media_type.as_str()) {
            let platform = read_json::<Platform>(blobs, &image_config(blobs, &descriptor)?)?;
            let image = PlatformImage::read(blobs, platform, descriptor.clone())?;
            return Ok(Self { descriptor, platforms: vec![image] });
        }
        let index: Index = read_json(blobs, &descriptor.digest)?;
        let platforms = index
            .manifests
            .into_iter()
            .filter_map(|manifest| manifest.platform.clone().map(|platform| (platform, manifest)))
            // Attestations hang in the index as images for no platform.
            .filter(|(platform, _)| platform.os != "unknown")
            .map(|(platform, manifest)| PlatformImage::read(blobs, platform, manifest))
            .collect::<Result<_, _>>()?;
        Ok(Self { descriptor, platforms })
    }
}

impl PlatformImage {
    fn read(blobs: &BlobDirectory, platform: Platform, descriptor: Descriptor) -> Result<Self, String> {
        let manifest: Manifest = read_json(blobs, &descriptor.digest)?;
        let layers = manifest.layers.unwrap_or_default();
        let sizes = layers.iter().map(|layer| layer.size);
        let bytes = sizes.fold(manifest.config.size, u64::saturating_add);
        Ok(Self {
            platform,
            manifest: descriptor,
            config: manifest.config.digest,
            bytes,
            layers: layers.len(),
        })
    }
}

fn image_config(blobs: &BlobDirectory, descriptor: &Descriptor) -> Result<Digest, String> {
    read_json::<Manifest>(blobs, &descriptor.digest).map(|manifest| manifest.config.digest)
}

fn read_json<T: DeserializeOwned>(blobs: &BlobDirectory, digest: &Digest) -> Result<T, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{digest}: {error}");
    let file = blobs.open(digest).map_err(|error| failed(&error))?;
    let mut json = Vec::new();
    file.take(MAX_JSON_BYTES).read_to_end(&mut json).map_err(|error| failed(&error))?;
    serde_json::from_slice(&json).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    fn put(blobs: &BlobDirectory, media_type: &str, value: &Value) -> Descriptor {
        let text = value.to_string();
        let mut ingest = blobs.ingest().unwrap();
        ingest.write(text.as_bytes()).unwrap();
        Descriptor {
            media_type: media_type.into(),
            digest: ingest.commit(None).unwrap(),
            size: text.len() as u64,
            platform: None,
            annotations: Default::default(),
        }
    }

    fn manifest(blobs: &BlobDirectory, architecture: &str) -> Descriptor {
        let config = put(blobs, "config", &json!({ "os": "linux", "architecture": architecture }));
        let absent = format!("sha256:{}", "0".repeat(64));
        let layers = json!([{ "mediaType": "layer", "digest": absent, "size": 1000 }, { "mediaType": "layer", "digest": absent, "size": 24 }]);
        put(
            blobs,
            "application/vnd.oci.image.manifest.v1+json",
            &json!({ "config": config, "layers": layers }),
        )
    }

    #[test]
    fn an_index_is_read_without_its_attestations() {
        let root = tempfile::tempdir().unwrap();
        let blobs = BlobDirectory::create(root.path()).unwrap();
        let entry = |os: &str, architecture: &str| Descriptor {
            platform: Some(Platform {
                os: os.into(),
                architecture: architecture.into(),
                variant: String::new(),
            }),
            ..manifest(&blobs, architecture)
        };
        let manifests = [entry("linux", "amd64"), entry("linux", "arm64"), entry("unknown", "unknown")];
        let index =
            put(&blobs, "application/vnd.oci.image.index.v1+json", &json!({ "manifests": manifests }));
        let image = Image::read(&blobs, index).unwrap();
        let found: Vec<_> =
            image.platforms.iter().map(|image| (image.platform.to_string(), image.layers)).collect();
        assert_eq!(found, [("linux/amd64".to_owned(), 2), ("linux/arm64".to_owned(), 2)]);
        assert!(image.platforms.iter().all(|image| image.bytes > 1024));
    }

    #[test]
    fn a_manifest_alone_takes_its_platform_from_the_configuration() {
        let root = tempfile::tempdir().unwrap();
        let blobs = BlobDirectory::create(root.path()).unwrap();
        let image = Image::read(&blobs, manifest(&blobs, "s390x")).unwrap();
        assert_eq!(image.platforms.first().unwrap().platform.to_string(), "linux/s390x");
    }

    #[test]
    fn an_image_may_have_no_layers() {
        let root = tempfile::tempdir().unwrap();
        let blobs = BlobDirectory::create(root.path()).unwrap();
        let config = put(&blobs, "config", &json!({ "os": "linux", "architecture": "amd64" }));
        for manifest in [json!({ "config": config, "layers": null }), json!({ "config": config })] {
            let manifest = put(&blobs, "application/vnd.oci.image.manifest.v1+json", &manifest);
            assert_eq!(Image::read(&blobs, manifest).unwrap().platforms[0].layers, 0);
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let root = tempfile::tempdir().unwrap();
        let blobs = BlobDirectory::create(root.path()).unwrap();
        let descriptor = manifest(&blobs, "amd64");
        std::fs::remove_dir_all(root.path().join("blobs")).unwrap();
        let error = Image::read(&blobs, descriptor.clone()).unwrap_err();
        assert!(error.starts_with(&descriptor.digest.to_string()), "{error}");
    }
}
