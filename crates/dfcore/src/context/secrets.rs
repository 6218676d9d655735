//! Which files look like secrets.

use super::BuildContext;
use super::tree::{Entry, Kind};

/// Names of files that hold secrets whatever is in them.
const NAMES: [&str; 8] =
    [".env", ".git-credentials", ".netrc", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa", "credentials.kdbx"];

/// Ends of the names of key stores.
const STORES: [&str; 5] = [".jks", ".kdbx", ".keystore", ".p12", ".pfx"];

/// Names that say "no secret in here".
const HARMLESS: [&str; 6] = ["example", "sample", "template", "dist", "default", "test"];

/// Whether an entry of that name looks like a secret. Small files are read where the name alone does not tell.
pub(super) fn is_secret(context: &BuildContext, entry: &Entry, name: &str) -> bool {
    if entry.kind != Kind::File || entry.bytes == 0 {
        return false;
    }
    let holds = |words: &[&str]| {
        context.small_text(&entry.path).is_some_and(|text| words.iter().any(|word| text.contains(word)))
    };
    let lower = name.to_ascii_lowercase();
    let may_hold = || match &*lower {
        ".npmrc" => holds(&["_authToken=", "_auth=", "_password="]),
        ".pypirc" => holds(&["password"]),
        "credentials" => entry.path.ends_with(".aws/credentials"),
        "config.json" => entry.path.ends_with(".docker/config.json") && holds(&["\"auth\""]),
        _ if lower.ends_with(".pem") || lower.ends_with(".key") => holds(&["PRIVATE KEY-----"]),
        _ if lower.ends_with(".json") && lower.contains("service") => holds(&["\"private_key\""]),
        _ => false,
    };
    looks_like_secret(name) || (!is_harmless(&lower) && may_hold())
}

/// Whether a file of that name holds secrets whatever is in it.
///
/// ```
/// use dfcore::context::looks_like_secret;
/// assert!(looks_like_secret("id_rsa") && looks_like_secret(".env.production"));
/// assert!(!looks_like_secret(".env.example"));
/// ```
#[must_use]
pub fn looks_like_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_known =
        NAMES.contains(&name) || lower.starts_with(".env.") || STORES.iter().any(|end| lower.ends_with(end));
    is_known && !is_harmless(&lower)
}

fn is_harmless(lower: &str) -> bool {
    HARMLESS.iter().any(|word| lower.contains(word))
}
