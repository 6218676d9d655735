//! What official images set of the variables that decide where managers keep things. A file does not say it, but nearly
//! every file for these languages stands on them.
//!
//! Source: the Dockerfiles of docker-library/golang, rust-lang/docker-rust, docker-library/ruby and composer/docker, the
//! same in all their versions of August 2026, those for Windows left out.

use crate::model::Model;

/// Variables with their values.
pub(super) type Variables = &'static [(&'static str, &'static str)];

const IMAGES: [(&str, Variables); 4] = [
    ("composer", &[("COMPOSER_HOME", "/tmp")]),
    ("golang", &[("GOPATH", "/go")]),
    ("ruby", &[("GEM_HOME", "/usr/local/bundle")]),
    ("rust", &[("CARGO_HOME", "/usr/local/cargo")]),
];

/// What the image below an instruction's stage sets; nothing for images that are not known.
pub(super) fn variables(model: &Model<'_>, index: usize) -> Variables {
    let root = model.stage_of(index).map(|stage| &model.stages()[stage.root]);
    let Some(reference) = root.and_then(|root| root.base.image()) else { return &[] };
    let is_windows = reference.tag.is_some_and(|tag| tag.contains("server"));
    let image = IMAGES.iter().find(|(name, _)| !is_windows && reference.is_official(name));
    image.map_or(&[], |(_, variables)| variables)
}
