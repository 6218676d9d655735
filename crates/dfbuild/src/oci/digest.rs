//! Digests.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::identity::hexadecimal;

const PREFIX: &str = "sha256:";
const HEX_DIGITS: usize = 64;

/// A SHA-256 digest in its canonical form, `sha256:` and 64 lower-case hexadecimal digits.
///
/// It is checked when it is made, so it can be used as a file name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// The text is not a SHA-256 digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a digest of the form sha256:<64 hexadecimal digits>")]
pub struct InvalidDigest;

impl Digest {
    /// The digest that `hasher` has come to.
    pub fn of(hasher: Sha256) -> Self {
        Self(format!("{PREFIX}{}", hexadecimal(&hasher.finalize())))
    }

    /// The hexadecimal digits.
    pub fn hex(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or_default()
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let hex = text.strip_prefix(PREFIX).ok_or(InvalidDigest)?;
        let is_valid =
            hex.len() == HEX_DIGITS && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_valid { Ok(Self(text.to_owned())) } else { Err(InvalidDigest) }
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_canonical_digests() {
        let mut hasher = Sha256::new();
        hasher.update(b"hello");
        let digest = Digest::of(hasher);
        assert_eq!(digest.hex(), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        let upper = format!("{PREFIX}{}", "A".repeat(HEX_DIGITS));
        for bad in ["", "sha256:", "sha512:00", "sha256:../../../../etc/passwd", &upper] {
            assert_eq!(bad.parse::<Digest>(), Err(InvalidDigest), "{bad}");
        }
    }
}
