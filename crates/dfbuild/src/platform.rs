//! Platforms as people write them.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// The platforms that BuildKit builds for, in canonical form.
const KNOWN: &[&str] = &[
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "linux/arm/v6",
    "linux/386",
    "linux/riscv64",
    "linux/ppc64le",
    "linux/s390x",
    "linux/loong64",
    "linux/mips64le",
    "windows/amd64",
];

/// An operating system, an architecture and perhaps its variant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// `linux` …
    pub os: String,
    /// `amd64` …
    pub architecture: String,
    /// `v7` …; empty where there is no choice.
    pub variant: String,
}

impl Platform {
    /// The platforms that can be asked for.
    pub fn known() -> &'static [&'static str] {
        KNOWN
    }
}

impl FromStr for Platform {
    type Err = Error;

    /// Reads `os/architecture[/variant]`, or the architecture alone, with the usual other names.
    fn from_str(given: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownPlatform { given: given.to_owned() };
        let lower = given.trim().to_ascii_lowercase();
        let mut parts = lower.split('/');
        let first = parts.next().unwrap_or_default();
        let (os, architecture) = match parts.next() {
            Some(architecture) => (first, architecture),
            None => ("linux", first),
        };
        let variant = parts.next();
        if parts.next().is_some() {
            return Err(unknown());
        }
        let (architecture, variant) = match (architecture, variant) {
            ("x86_64" | "x86-64" | "amd64", None | Some("v1")) => ("amd64", ""),
            ("aarch64" | "arm64", None | Some("v8" | "8")) => ("arm64", ""),
            ("armhf", None) | ("arm", None | Some("v7" | "7")) => ("arm", "v7"),
            ("armel", None) | ("arm", Some("v6" | "6")) => ("arm", "v6"),
            ("i386" | "386", None) => ("386", ""),
            (other, None) => (other, ""),
            _ => return Err(unknown()),
        };
        let platform =
            Self { os: os.to_owned(), architecture: architecture.to_owned(), variant: variant.to_owned() };
        if KNOWN.contains(&platform.to_string().as_str()) { Ok(platform) } else { Err(unknown()) }
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_platforms_are_canonical() {
        for known in KNOWN {
            assert_eq!(known.parse::<Platform>().unwrap().to_string(), *known);
        }
    }

    #[test]
    fn other_names() {
        for (given, canonical) in [
            ("x86_64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("Linux/AMD64", "linux/amd64"),
        ] {
            assert_eq!(given.parse::<Platform>().unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn unknown_ones_list_the_known() {
        for given in ["", "linux", "linux/amd46", "plan9/amd64", "linux/arm64/v9", "a/b/c/d"] {
            let message = given.parse::<Platform>().unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("unknown platform {given:?}: supported are linux/amd64, ")),
                "{message}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again(given in "[a-z0-9/_-]{0,20}") {
            if let Ok(first) = given.parse::<Platform>() {
                prop_assert_eq!(first.to_string().parse::<Platform>().unwrap(), first);
            }
        }
    }
}
