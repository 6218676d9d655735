//! Image references: `[HOST[:PORT]/]NAME[:TAG][@DIGEST]`.

use std::fmt;
use std::str::FromStr;

use dfcore::model::ImageReference;

use crate::error::Error;

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
        let reference = ImageReference::parse(given);
        if reference.digest.is_some() {
            return Err(invalid("a name to write cannot hold a digest"));
        }
        let normal = reference.normalized().map_err(|why| invalid(&why.to_string()))?;
        let normal = ImageReference::parse(&normal);
        Ok(Self {
            domain: normal.normal_registry().to_owned(),
            path: normal.path.to_owned(),
            tag: normal.tag.unwrap_or_default().to_owned(),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.domain, self.path, self.tag)
    }
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
            ("", "it is empty"),
            ("Demo", "no capital letters"),
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
