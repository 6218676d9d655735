//! What an image is made of: its configuration and its files, read from an archive in the OCI layout.

#![allow(clippy::unwrap_used)] // A test whose image is none has nothing to go on with.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

/// An image of one platform. Times are left out: they are those of the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// What containers are started with: `Env`, `Cmd`, `User`, …
    pub config: BTreeMap<String, Value>,
    /// The files by their paths, each with kind, owner, mode and a number for its content or its target.
    pub files: BTreeMap<String, String>,
}

impl Image {
    /// Reads the archive that `--output type=oci` writes.
    ///
    /// # Panics
    /// When it is none, or has more than one image.
    #[must_use]
    #[track_caller]
    pub fn read(archive: &Path) -> Self {
        let blobs = entries(&fs::read(archive).unwrap_or_else(|error| panic!("{archive:?}: {error}")));
        let json = |name: &str| -> Value { serde_json::from_slice(&blobs[name]).unwrap() };
        let blob = |descriptor: &Value| {
            format!("blobs/{}", descriptor["digest"].as_str().unwrap().replace(':', "/"))
        };
        let mut found = json("index.json");
        while let Some(manifests) = found["manifests"].as_array() {
            assert_eq!(manifests.len(), 1, "one image: {found}");
            found = json(&blob(&manifests[0]));
        }
        let config = json(&blob(&found["config"]));
        let config = config["config"].as_object().cloned().unwrap_or_default();
        let mut image = Self { config: config.into_iter().collect(), files: BTreeMap::new() };
        for layer in found["layers"].as_array().unwrap() {
            image.add_layer(&blobs[&blob(layer)]);
        }
        image
    }

    fn add_layer(&mut self, layer: &[u8]) {
        let mut bytes = Vec::new();
        match GzDecoder::new(layer).read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(_) => bytes = layer.to_vec(),
        }
        let mut archive = tar::Archive::new(bytes.as_slice());
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_string_lossy().trim_matches('/').to_owned();
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            if name == ".wh..wh..opq" {
                self.remove(&format!("{folder}/"));
            } else if let Some(name) = name.strip_prefix(".wh.") {
                let gone = format!("{folder}/{name}").trim_start_matches('/').to_owned();
                self.files.remove(&gone);
                self.remove(&format!("{gone}/"));
            } else {
                let header = entry.header();
                // Some archives leave the owner empty, which is root.
                let (kind, owner) = (header.entry_type(), (header.uid().ok(), header.gid().ok()));
                let mode = header.mode().unwrap();
                let target = entry.link_name().unwrap().map(|link| link.to_string_lossy().into_owned());
                let mut content = Vec::new();
                entry.read_to_end(&mut content).unwrap();
                let mut hasher = DefaultHasher::new();
                (content, target).hash(&mut hasher);
                self.files.insert(path, format!("{kind:?} {owner:?} {mode:o} {:x}", hasher.finish()));
            }
        }
    }

    fn remove(&mut self, prefix: &str) {
        self.files.retain(|path, _| !path.starts_with(prefix));
    }

    /// Leaves out what a test does not compare.
    #[must_use]
    pub fn without_files(mut self, is_left_out: impl Fn(&str) -> bool) -> Self {
        self.files.retain(|path, _| !is_left_out(path));
        self
    }

    /// The first ten things in which another image differs; nothing when they are alike.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let config = differences(&self.config, &other.config);
        config.into_iter().chain(differences(&self.files, &other.files)).take(10).collect()
    }
}

fn differences<T: PartialEq + std::fmt::Debug>(
    one: &BTreeMap<String, T>,
    other: &BTreeMap<String, T>,
) -> Vec<String> {
    let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
    keys.sort();
    keys.dedup();
    let differs = |key: &&String| one.get(*key) != other.get(*key);
    let say = |key: &String| format!("{key}: {:?} became {:?}", one.get(key), other.get(key));
    keys.into_iter().filter(differs).map(say).collect()
}

/// The files of an archive.
fn entries(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(archive);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (name, content)
    });
    entries.collect()
}
