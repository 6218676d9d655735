//! Commands that compare a download with what it should be.

use super::Model;
use crate::shell::{Command, Word};

impl Model<'_> {
    /// Whether a `RUN` compares files with a checksum or a signature, whichever they are.
    #[must_use]
    pub fn verifies_files(&self, index: usize) -> bool {
        self.script(index).commands.iter().any(verifies)
    }
}

/// `sha256sum -c`, `gpg --verify` and their like.
fn verifies(command: &Command) -> bool {
    let Some(name) = command.name.as_deref() else { return false };
    match name {
        "gpg" | "gpg2" => command.has_argument("--verify"),
        "gpgv" | "cosign" | "minisign" | "signify" | "slsa-verifier" => true,
        "openssl" => command.has_argument("-verify"),
        _ => is_checksum(name) && command.arguments().iter().any(checks),
    }
}

fn is_checksum(name: &str) -> bool {
    matches!(name, "shasum" | "md5sum" | "b2sum" | "cksum")
        || name
            .strip_prefix("sha")
            .and_then(|rest| rest.strip_suffix("sum"))
            .is_some_and(|digits| matches!(digits, "1" | "224" | "256" | "384" | "512"))
}

/// Whether a word is `-c` (also among other letters) or `--check`.
fn checks(word: &Word) -> bool {
    let text = word.text();
    match text.strip_prefix("--") {
        Some(long) => long == "check",
        None => text.strip_prefix('-').is_some_and(|letters| letters.contains('c')),
    }
}
