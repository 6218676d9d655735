//! The two small files that make a directory of blobs an OCI layout.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Descriptor;

const INDEX_MEDIA_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const LAYOUT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;
const MAX_INDEX_BYTES: u64 = 8 << 20;

/// The annotation that gives an entry of the index its name.
const NAME: &str = "org.opencontainers.image.ref.name";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u32,
    media_type: Option<String>,
    manifests: Vec<Descriptor>,
}

/// Makes `descriptor`, under the name `name`, the one entry of the layout at `root`.
pub fn write_index(root: &Path, descriptor: &Descriptor, name: &str) -> io::Result<()> {
    let mut descriptor = descriptor.clone();
    descriptor.annotations.insert(NAME.to_owned(), name.to_owned());
    let index = Index {
        schema_version: 2,
        media_type: Some(INDEX_MEDIA_TYPE.to_owned()),
        manifests: vec![descriptor],
    };
    write(root, "oci-layout", LAYOUT.as_bytes())?;
    write(root, "index.json", &serde_json::to_vec(&index)?)
}

/// The entry of the layout at `root` with the name `name`, or else its only one.
pub fn tagged(root: &Path, name: &str) -> io::Result<Descriptor> {
    let mut json = Vec::new();
    fs::File::open(root.join("index.json"))?.take(MAX_INDEX_BYTES).read_to_end(&mut json)?;
    let index: Index = serde_json::from_slice(&json)?;
    let named =
        index.manifests.iter().find(|entry| entry.annotations.get(NAME).is_some_and(|found| found == name));
    named
        .or(if index.manifests.len() == 1 { index.manifests.first() } else { None })
        .cloned()
        .ok_or_else(|| io::Error::other(format!("index.json has no entry {name:?}")))
}

/// Makes `directory` a layout that holds nothing but `descriptor`, with the blobs of the layout at `root`.
pub fn single_image_layout(directory: &Path, root: &Path, descriptor: &Descriptor) -> io::Result<()> {
    fs::create_dir(directory)?;
    symlink(fs::canonicalize(root)?.join("blobs"), directory.join("blobs"))?;
    write_index(directory, descriptor, "scanned")
}

fn write(root: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(root)?;
    file.write_all(content)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    file.persist(root.join(name)).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_index_is_written_and_read() {
        let root = tempfile::tempdir().unwrap();
        let descriptor = Descriptor {
            media_type: "m".into(),
            digest: format!("sha256:{}", "a".repeat(64)).parse().unwrap(),
            size: 7,
            platform: None,
            annotations: Default::default(),
        };
        write_index(root.path(), &descriptor, "latest").unwrap();
        assert_eq!(fs::read_to_string(root.path().join("oci-layout")).unwrap(), LAYOUT);
        let found = tagged(root.path(), "latest").unwrap();
        assert_eq!((found.digest, found.size), (descriptor.digest.clone(), 7));
        assert!(tagged(root.path(), "other").is_ok(), "the only entry is meant in any case");
        let single = root.path().join("single");
        single_image_layout(&single, root.path(), &descriptor).unwrap();
        assert_eq!(
            fs::read_link(single.join("blobs")).unwrap(),
            root.path().canonicalize().unwrap().join("blobs")
        );
    }
}
