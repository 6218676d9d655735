//! The parts of the OCI image format that dfbuild reads and writes.

mod blobs;
mod digest;
mod image;
mod layout;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::blobs::{BlobDirectory, Ingest};
pub use self::digest::Digest;
pub use self::image::{Image, PlatformImage};
pub use self::layout::{single_image_layout, tagged, write_index};

/// A reference to content by digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the content is.
    pub media_type: String,
    /// What identifies it.
    pub digest: Digest,
    /// In bytes.
    pub size: u64,
    /// The platform that an image manifest is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Anything else that is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// A platform as the format writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// `linux` …
    #[serde(default)]
    pub os: String,
    /// `amd64` …
    #[serde(default)]
    pub architecture: String,
    /// `v7` …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if !self.variant.is_empty() {
            write!(f, "/{}", self.variant)?;
        }
        Ok(())
    }
}
