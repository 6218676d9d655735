//! What makes a finding the same one for outputs and baselines when lines move: the rule, the text of its instruction, and which of several alike it
//! is. Line numbers, messages and severities are no part of it.

use std::collections::HashMap;

use dfcore::diagnostic::{Diagnostic, FileRole};

use super::{Linted, id};

/// The fingerprints of a file's findings, in their order: 32 hexadecimal digits each.
///
/// Findings of different files can have the same one; a format that needs them to differ asks for one
/// [`with the path`](with_path).
pub(crate) fn fingerprints(linted: &Linted) -> Vec<String> {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let of = |finding| {
        let mut hash = Hash::new();
        hash.add(id(finding));
        hash.add_words(text(linted, finding));
        let count = seen.entry(hash.0).or_default();
        hash.add(&count.to_string());
        *count += 1;
        hash.hex()
    };
    linted.findings.iter().map(of).collect()
}

/// The fingerprint of a finding in a file at that path.
pub(super) fn with_path(fingerprint: &str, path: &str) -> String {
    let mut hash = Hash::new();
    hash.add(path);
    hash.add(fingerprint);
    hash.hex()
}

/// The instruction that a finding is in, or its lines outside of instructions.
fn text<'a>(linted: &'a Linted, finding: &Diagnostic) -> &'a str {
    let file = linted.file(finding.file);
    match finding.instruction {
        Some(instruction) if finding.file == FileRole::Dockerfile => file.slice(instruction),
        _ => {
            let last = finding.span.end.saturating_sub(1).max(finding.span.start);
            file.slice(file.line_span(finding.span.start).cover(file.line_span(last)))
        }
    }
}

/// FNV-1a with 128 bits: the same on every machine and in every version, which a fingerprint has to be; nobody gains
/// anything by making two of them collide.
struct Hash(u128);

impl Hash {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;

    const fn new() -> Self {
        Self(0x6C62_272E_07BB_0142_62B8_2175_6295_C58D)
    }

    /// Adds a text with its end.
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(Self::PRIME);
        }
    }

    /// Adds a text in which neither blanks nor continuations count.
    fn add_words(&mut self, text: &str) {
        text.split_whitespace().filter(|word| !matches!(*word, "\\" | "`")).for_each(|word| self.add(word));
        self.add("");
    }

    fn hex(&self) -> String {
        format!("{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        let mut hash = Hash::new();
        assert_eq!(hash.hex(), "6c62272e07bb014262b821756295c58d");
        // The published value for "a", before the end of the text is added.
        hash.0 = (hash.0 ^ u128::from(b'a')).wrapping_mul(Hash::PRIME);
        assert_eq!(hash.hex(), "d228cb696f1a8caf78912b704e4a8964");
    }

    #[test]
    fn moved_lines_and_blanks_change_nothing_but_another_text_does() {
        let of = |text: &str| fingerprints(&sample::lint("Dockerfile", text));
        let before = of("FROM python:latest\nRUN cd /a && make\nCOPY a b c\n");
        assert!(before.len() > 1);
        assert_eq!(
            of("# a comment\n\nFROM   python:latest\n\nRUN cd /a && make\nCOPY a \\\n  b c\n"),
            before
        );
        assert_ne!(of("FROM node:latest\nRUN cd /a && make\nCOPY a b c\n")[0], before[0]);
    }

    #[test]
    fn findings_alike_are_told_apart_by_their_order() {
        let twice = fingerprints(&sample::lint("Dockerfile", "FROM python:latest\nFROM python:latest\n"));
        assert_eq!(twice.len(), 2);
        assert_ne!(twice[0], twice[1]);
        assert_ne!(with_path(&twice[0], "a/Dockerfile"), with_path(&twice[0], "b/Dockerfile"));
    }
}
