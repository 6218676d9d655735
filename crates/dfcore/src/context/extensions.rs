//! The bytes of a context by the kind of file.

use rustc_hash::FxHashMap;

use super::listing::Listing;
use super::measure::{Amount, SeenLinks};
use super::tree::Kind;

/// The files whose names end alike.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExtensionSize {
    /// What follows the last dot of the name, in lower case; empty for names without one.
    pub extension: String,
    /// Those that are sent.
    pub sent: Amount,
    /// Those that are not, as far as they were counted.
    pub excluded: Amount,
}

/// The heaviest extensions, at most `most`.
pub(super) fn extensions(listing: &Listing, most: usize) -> Vec<ExtensionSize> {
    let mut sizes: FxHashMap<&str, (Amount, Amount)> = FxHashMap::default();
    let (mut seen_sent, mut seen_excluded) = (SeenLinks::default(), SeenLinks::default());
    for entry in listing.entries().iter().filter(|entry| entry.kind == Kind::File) {
        let size = sizes.entry(extension(entry.name())).or_default();
        if entry.is_sent() {
            size.0 += seen_sent.amount(entry);
        } else {
            size.1 += seen_excluded.amount(entry);
        }
    }
    // Many spellings, few extensions: folding the case afterwards costs nothing.
    let mut folded: FxHashMap<String, (Amount, Amount)> = FxHashMap::default();
    for (extension, (sent, excluded)) in sizes {
        let size = folded.entry(extension.to_lowercase()).or_default();
        size.0 += sent;
        size.1 += excluded;
    }
    let mut extensions: Vec<ExtensionSize> = folded
        .into_iter()
        .map(|(extension, (sent, excluded))| ExtensionSize { extension, sent, excluded })
        .collect();
    let weight = |size: &ExtensionSize| (size.sent.bytes, size.excluded.bytes, size.sent.files);
    extensions.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.extension.cmp(&b.extension)));
    extensions.truncate(most);
    extensions
}

/// What follows the last dot of a name; `.env` and `Makefile` have nothing there.
fn extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 16 => extension,
        _ => "",
    }
}
