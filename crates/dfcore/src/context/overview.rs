//! What one look over all entries of a context tells: taken once, however many Dockerfiles ask.

use super::listing::Listing;
use super::measure::SeenLinks;
use super::tree::{Entry, Kind};
use super::{Amount, BuildContext, clutter, secrets};

#[derive(Debug)]
pub(super) struct Overview {
    /// The places in the listing of what is sent and out of place by its name.
    pub(super) clutter: Vec<usize>,
    /// The entries that are sent and hold a secret, by their places.
    pub(super) secrets: Vec<usize>,
    /// All that is sent.
    pub(super) sent: Amount,
    /// Whether there is a file, sent or not, that is not about building images.
    pub(super) has_sources: bool,
}

impl Overview {
    pub(super) fn new(context: &BuildContext, listing: &Listing) -> Self {
        let mut overview =
            Self { clutter: Vec::new(), secrets: Vec::new(), sent: Amount::default(), has_sources: false };
        let mut links = SeenLinks::default();
        for (place, entry) in listing.entries().iter().enumerate() {
            let name = entry.name();
            overview.has_sources |= entry.kind == Kind::File && !is_of_the_build(name);
            if !entry.is_sent() {
                continue;
            }
            overview.sent += links.amount(entry);
            if clutter::is_suspect(name) {
                overview.clutter.push(place);
            }
            if secrets::is_secret(context, entry, name) {
                overview.secrets.push(place);
            }
        }
        overview
    }
}

/// Whether a file says how images are built.
fn is_of_the_build(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("dockerfile")
        || name.contains("containerfile")
        || name.ends_with(".dockerignore")
        || name == "df.toml"
}

impl BuildContext {
    /// The files that are sent and that look like secrets, by their names and, where a name does not tell, by what is in
    /// them.
    pub fn secrets(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.listing().entries();
        self.overview().secrets.iter().filter_map(|&place| entries.get(place))
    }

    /// Whether there is any file, sent or not, besides those about building images. A Dockerfile that was stored
    /// alone says nothing about its context.
    #[must_use]
    pub fn has_sources(&self) -> bool {
        self.overview().has_sources
    }
}
