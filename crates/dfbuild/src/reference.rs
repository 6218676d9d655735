//! Image references: `[HOST[:PORT]/]NAME[:TAG][@DIGEST]`.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

const DEFAULT_DOMAIN: &str = "docker.io";
const MAX_NAME_BYTES: usize = 255;
const MAX_TAG_BYTES: usize = 128;

/// The name of an image to be written, normalised as Docker does it: `demo` is `docker.io/library/demo:latest`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    domain: String,
    path: String,
    tag: String,
}

impl Reference {
    /// The registry's host, with the port where there is one.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        let invalid = |why: &str| Error::Usage(format!("invalid image name {given:?}: {why}"));
        if given.contains('@') {
            return Err(invalid("a name to write cannot hold a digest"));
        }
        let (domain, rest) = match given.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
            _ => (DEFAULT_DOMAIN, given),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) => (path, tag),
            None => (rest, "latest"),
        };
        if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(invalid("the repository must be lower case"));
        }
        if path.len() > MAX_NAME_BYTES || !path.split('/').all(is_path_component) {
            return Err(invalid(
                "a repository is made of lower-case letters and digits, separated by `.`, `_`, `-` or `/`",
            ));
        }
        if !is_tag(tag) {
            return Err(invalid(
                "a tag is made of at most 128 letters, digits, `_`, `.` and `-`, and starts with neither `.` nor `-`",
            ));
        }
        if !is_domain(domain) {
            return Err(invalid("the part before the first `/` is not a host name"));
        }
        let path = if domain == DEFAULT_DOMAIN && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        Ok(Self { domain: domain.to_owned(), path, tag: tag.to_owned() })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.domain, self.path, self.tag)
    }
}

fn is_path_component(component: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = component.as_bytes();
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.iter().all(|byte| alphanumeric(byte) || matches!(byte, b'.' | b'_' | b'-'))
        && !component.contains("..")
        && !component.contains("___")
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= MAX_TAG_BYTES
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = domain.rsplit_once(':').unwrap_or((domain, "0"));
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'[' | b']' | b':'))
        && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_normalised() {
        for (given, normal) in [
            ("demo", "docker.io/library/demo:latest"),
            ("demo:1", "docker.io/library/demo:1"),
            ("me/demo:1.0_x-y", "docker.io/me/demo:1.0_x-y"),
            ("127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b:latest"),
            ("localhost/a:b", "localhost/a:b"),
            ("ghcr.io/o/r:t", "ghcr.io/o/r:t"),
        ] {
            assert_eq!(given.parse::<Reference>().unwrap().to_string(), normal);
        }
    }

    #[test]
    fn bad_names_say_why() {
        for (given, why) in [
            ("", "a repository is made of"),
            ("Demo", "must be lower case"),
            ("demo:", "a tag is made of"),
            ("demo:.x", "a tag is made of"),
            ("a//b", "a repository is made of"),
            ("demo@sha256:00", "cannot hold a digest"),
            ("host:port/x", "not a host name"),
            ("-x", "a repository is made of"),
        ] {
            let message = given.parse::<Reference>().unwrap_err().to_string();
            assert!(message.contains(why), "{given}: {message}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again(given in "[-a-zA-Z0-9._/:@\\[\\]]{0,40}") {
            if let Ok(first) = given.parse::<Reference>() {
                prop_assert_eq!(first.to_string().parse::<Reference>().unwrap(), first);
            }
        }
    }
}
