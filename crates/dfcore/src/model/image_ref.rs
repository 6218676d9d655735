//! References to images: `registry:port/path/name:tag@digest`.

use serde::Serialize;

/// An image reference taken apart, as the `distribution/reference` grammar does; nothing is filled in.
///
/// ```
/// use dfcore::model::ImageReference;
/// let image = ImageReference::parse("localhost:5000/team/app:1.2");
/// assert_eq!(image.registry.as_deref(), Some("localhost:5000"));
/// assert_eq!((image.path.as_str(), image.tag.as_deref()), ("team/app", Some("1.2")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ImageReference {
    /// The registry with its port, when the first part has a `.` or `:` or is `localhost`.
    pub registry: Option<String>,
    /// The repository without registry, tag and digest.
    pub path: String,
    /// What follows the `:`.
    pub tag: Option<String>,
    /// What follows the `@`: `sha256:…`.
    pub digest: Option<String>,
}

impl ImageReference {
    /// Takes a reference apart. Any text gives an answer; whether a registry would accept it is not checked.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (text, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_owned())),
            None => (text, None),
        };
        let (registry, rest) = match text.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
                (Some(first.to_owned()), rest)
            }
            _ => (None, text),
        };
        // A colon in the last part starts the tag; the registry's port is already off.
        let last_part = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match rest[last_part..].split_once(':') {
            Some((name, tag)) => (&rest[..last_part + name.len()], Some(tag.to_owned())),
            None => (rest, None),
        };
        Self { registry, path: path.to_owned(), tag, digest }
    }

    /// The last part of the path: `python` of `docker.io/library/python`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether this is Docker Hub's official image of that name (`python`, `library/python`).
    #[must_use]
    pub fn is_official(&self, name: &str) -> bool {
        let on_hub = matches!(self.registry.as_deref(), None | Some("docker.io" | "index.docker.io"));
        on_hub && self.path.strip_prefix("library/").unwrap_or(&self.path) == name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_references_apart() {
        let parts = |text: &str| {
            let image = ImageReference::parse(text);
            let show = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
            format!("{} {} {} {}", show(image.registry), image.path, show(image.tag), show(image.digest))
        };
        assert_eq!(parts("alpine"), "- alpine - -");
        assert_eq!(parts("alpine:3.20"), "- alpine 3.20 -");
        assert_eq!(parts("localhost/a:b"), "localhost a b -");
        assert_eq!(parts("host:5000/a"), "host:5000 a - -");
        assert_eq!(parts("ghcr.io/o/n:1@sha256:ab"), "ghcr.io o/n 1 sha256:ab");
        assert_eq!(parts("team/app"), "- team/app - -");
        assert_eq!(parts(""), "-  - -");
        assert!(ImageReference::parse("docker.io/library/python:3").is_official("python"));
        assert!(!ImageReference::parse("me/python:3").is_official("python"));
    }
}
