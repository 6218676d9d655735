//! References to images: `registry:port/path/name:tag@digest`.

use std::fmt;

/// The registry of references that name none.
const HUB: &str = "docker.io";
/// Its other name, which means the same.
const OLD_HUB: &str = "index.docker.io";
/// The namespace of Docker Hub's official images.
const OFFICIAL: &str = "library/";
/// The longest path of a repository, in bytes.
const MAX_PATH: usize = 255;
/// The longest tag, in bytes.
const MAX_TAG: usize = 128;

/// An image reference taken apart; nothing is filled in.
///
/// The grammar is that of `distribution/reference`, which Docker, BuildKit and containerd use.
///
/// ```
/// use dfcore::model::ImageReference;
/// let image = ImageReference::parse("localhost:5000/team/app:1.2");
/// assert_eq!(image.registry, Some("localhost:5000"));
/// assert_eq!((image.path, image.tag), ("team/app", Some("1.2")));
/// assert_eq!(ImageReference::parse("python").normalized()?, "docker.io/library/python:latest");
/// # Ok::<(), dfcore::model::InvalidReference>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImageReference<'a> {
    /// The registry with its port, when the first part has a `.`, `:` or capital letter or is `localhost`.
    pub registry: Option<&'a str>,
    /// The repository without registry, tag and digest.
    pub path: &'a str,
    /// What follows the `:`.
    pub tag: Option<&'a str>,
    /// What follows the `@`: `sha256:…`.
    pub digest: Option<&'a str>,
}

/// Why a text is no reference to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidReference {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// 64 hexadecimal digits alone, which mean an image by its number and not by its name.
    #[error("64 hexadecimal digits are the number of an image, which is no name")]
    ImageNumber,
    /// What stands before the first `/` is no host name.
    #[error("the part before the first `/` is not a host name with an optional port")]
    Registry,
    /// The repository has capital letters.
    #[error("a repository has no capital letters")]
    Uppercase,
    /// The repository has other characters than it may have, or in another order.
    #[error(
        "a repository is made of lower-case letters and digits, separated by single `.` or `_`, `__`, `-` or `/`"
    )]
    Path,
    /// The repository is longer than 255 bytes.
    #[error("a repository has at most 255 characters")]
    TooLong,
    /// The tag has other characters than it may have, or too many.
    #[error(
        "a tag is made of at most 128 letters, digits, `_`, `.` and `-`, and starts with neither `.` nor `-`"
    )]
    Tag,
    /// The digest is none of SHA-2.
    #[error(
        "a digest is `sha256:` with 64 lower-case hexadecimal digits, or `sha384:` or `sha512:` with 96 or 128"
    )]
    Digest,
}

impl<'a> ImageReference<'a> {
    /// Takes a reference apart. Any text gives an answer; [`ImageReference::check`] says whether it is a reference.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (text, digest) = split_at(text, '@');
        let (registry, rest) = match text.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            _ => (None, text),
        };
        // A colon in the last part starts the tag; the registry's port is already off.
        let last_part = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = split_at(&rest[last_part..], ':');
        Self { registry, path: &rest[..last_part + name.len()], tag, digest }
    }

    /// Whether Docker takes it for a reference.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), InvalidReference> {
        let Self { registry, path, tag, digest } = *self;
        if path.is_empty() && registry.is_none() && tag.is_none() && digest.is_none() {
            return Err(InvalidReference::Empty);
        }
        let is_bare = registry.is_none() && tag.is_none() && digest.is_none();
        if is_bare && path.len() == 64 && path.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(InvalidReference::ImageNumber);
        }
        if registry.is_some_and(|registry| !is_host(registry)) {
            return Err(InvalidReference::Registry);
        }
        if path.chars().any(char::is_uppercase) {
            return Err(InvalidReference::Uppercase);
        }
        if !path.split('/').all(is_path_component) {
            return Err(InvalidReference::Path);
        }
        if self.normal_prefix().len() + path.len() > MAX_PATH {
            return Err(InvalidReference::TooLong);
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(InvalidReference::Tag);
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(InvalidReference::Digest);
        }
        Ok(())
    }

    /// The reference with everything filled in, as builds and registries compare it: `docker.io/library/python:latest` for
    /// `python`. A digest stands for itself, so no tag is added to one.
    ///
    /// # Errors
    /// Those of [`ImageReference::check`].
    pub fn normalized(&self) -> Result<String, InvalidReference> {
        self.check()?;
        let Self { path, tag, digest, .. } = *self;
        let mut text = format!("{}/{}{path}", self.normal_registry(), self.normal_prefix());
        if let Some(tag) = tag.or(digest.is_none().then_some("latest")) {
            text.push(':');
            text.push_str(tag);
        }
        if let Some(digest) = digest {
            text.push('@');
            text.push_str(digest);
        }
        Ok(text)
    }

    /// The registry that it is pulled from; Docker Hub's is `docker.io`.
    #[must_use]
    pub fn normal_registry(&self) -> &'a str {
        self.registry.filter(|registry| *registry != OLD_HUB).unwrap_or(HUB)
    }

    /// What Docker Hub's official images have before their names.
    fn normal_prefix(&self) -> &'static str {
        if self.normal_registry() == HUB && !self.path.contains('/') { OFFICIAL } else { "" }
    }

    /// Registry and path as they are written, without tag and digest.
    #[must_use]
    pub fn repository(&self) -> String {
        match self.registry {
            Some(registry) => format!("{registry}/{}", self.path),
            None => self.path.to_owned(),
        }
    }

    /// The last part of the path: `python` of `docker.io/library/python`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is one of these images, written as [`ImageReference::repository`] is; a `*` at the end stands for any
    /// rest.
    #[must_use]
    pub fn is_among(&self, repositories: &[String]) -> bool {
        let repository = self.repository();
        repositories.iter().any(|listed| match listed.strip_suffix('*') {
            Some(prefix) => repository.starts_with(prefix),
            None => *listed == repository,
        })
    }

    /// Whether this is Docker Hub's official image of that name (`python`, `library/python`).
    #[must_use]
    pub fn is_official(&self, name: &str) -> bool {
        self.normal_registry() == HUB && self.path.strip_prefix(OFFICIAL).unwrap_or(self.path) == name
    }
}

/// As it is written.
impl fmt::Display for ImageReference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("", self.registry, "/"),
            ("", Some(self.path), ""),
            (":", self.tag, ""),
            ("@", self.digest, ""),
        ];
        for (before, part, after) in parts {
            if let Some(part) = part {
                write!(f, "{before}{part}{after}")?;
            }
        }
        Ok(())
    }
}

fn split_at(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Whether what stands before the first `/` is a registry, by `splitDockerDomain` of `distribution/reference`.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase)
}

fn is_host(registry: &str) -> bool {
    let (host, port) = match registry.rfind(']') {
        // An IPv6 address has colons of its own.
        Some(end) => registry.split_at(end + 1),
        None => registry.split_at(registry.find(':').unwrap_or(registry.len())),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return false;
    }
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    }
    host.split('.').all(|label| {
        let is_edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        is_edge(label.bytes().next())
            && is_edge(label.bytes().last())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// Letters and digits with `.`, `_`, `__` or any number of `-` between them.
fn is_path_component(component: &str) -> bool {
    let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_edge = |byte: Option<u8>| byte.is_some_and(is_alphanumeric);
    if !is_edge(component.bytes().next()) || !is_edge(component.bytes().last()) {
        return false;
    }
    let mut separators =
        component.split(|character: char| is_alphanumeric(character as u8) && character.is_ascii());
    separators.all(|separator| {
        matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
    })
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= MAX_TAG
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

/// The algorithms and lengths are those that `opencontainers/go-digest` has.
fn is_digest(digest: &str) -> bool {
    let Some((algorithm, digits)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    digits.len() == length && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_references_apart() {
        let parts = |text: &str| {
            let image = ImageReference::parse(text);
            assert_eq!(image.to_string(), text);
            let show = |part: Option<&str>| part.unwrap_or("-").to_owned();
            format!("{} {} {} {}", show(image.registry), image.path, show(image.tag), show(image.digest))
        };
        assert_eq!(parts("alpine"), "- alpine - -");
        assert_eq!(parts("alpine:3.20"), "- alpine 3.20 -");
        assert_eq!(parts("localhost/a:b"), "localhost a b -");
        assert_eq!(parts("host:5000/a"), "host:5000 a - -");
        assert_eq!(parts("Host/a"), "Host a - -");
        assert_eq!(parts("ghcr.io/o/n:1@sha256:ab"), "ghcr.io o/n 1 sha256:ab");
        assert_eq!(parts("team/app"), "- team/app - -");
        assert_eq!(parts(""), "-  - -");
        assert!(ImageReference::parse("docker.io/library/python:3").is_official("python"));
        assert!(!ImageReference::parse("me/python:3").is_official("python"));
    }

    #[test]
    fn fills_in_what_is_left_out() {
        let digest = format!("sha256:{}", "0".repeat(64));
        for (given, normal) in [
            ("demo", "docker.io/library/demo:latest"),
            ("demo:1", "docker.io/library/demo:1"),
            ("index.docker.io/demo", "docker.io/library/demo:latest"),
            ("me/demo:1.0_x-y", "docker.io/me/demo:1.0_x-y"),
            ("127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b:latest"),
            ("[::1]:5000/a", "[::1]:5000/a:latest"),
            ("localhost/a:b", "localhost/a:b"),
            ("Team/app", "Team/app:latest"),
            ("ghcr.io/o/r:t", "ghcr.io/o/r:t"),
            ("a__b/c--d.e_f", "docker.io/a__b/c--d.e_f:latest"),
            (&format!("a@{digest}"), &format!("docker.io/library/a@{digest}")),
            (&format!("a:1@{digest}"), &format!("docker.io/library/a:1@{digest}")),
        ] {
            assert_eq!(ImageReference::parse(given).normalized().as_deref(), Ok(normal), "{given}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        use InvalidReference::{Digest, Empty, ImageNumber, Path, Registry, Tag, TooLong, Uppercase};
        let long = "a".repeat(256);
        for (given, why) in [
            ("", Empty),
            (&*"0f".repeat(32), ImageNumber),
            ("Demo", Uppercase),
            ("me/Demo", Uppercase),
            ("demo:", Tag),
            ("demo:.x", Tag),
            ("demo:a:b", Tag),
            ("a//b", Path),
            ("/a", Path),
            ("a/", Path),
            ("-x", Path),
            ("x_", Path),
            ("a___b", Path),
            ("a._b", Path),
            ("a..b", Path),
            ("{{image}}", Path),
            ("a b", Path),
            ("host:port/x", Registry),
            ("-host.example/x", Registry),
            ("[::g]/x", Registry),
            ("a@", Digest),
            ("a@sha256:00", Digest),
            ("a@md5:00000000000000000000000000000000", Digest),
            (&long, TooLong),
        ] {
            assert_eq!(ImageReference::parse(given).check(), Err(why), "{given}");
        }
    }

    proptest! {
        #[test]
        fn what_is_filled_in_stays_the_same(given in "[-a-zA-Z0-9._/:@\\[\\]]{0,40}") {
            let reference = ImageReference::parse(&given);
            prop_assert_eq!(reference.to_string(), given.clone());
            if let Ok(first) = reference.normalized() {
                prop_assert_eq!(ImageReference::parse(&first).normalized(), Ok(first.clone()));
            }
        }
    }
}
