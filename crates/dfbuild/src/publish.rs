//! Publishing: each output is one solve, with every step cached, and what comes out must be what was built.

use std::collections::BTreeMap;
use std::path::Path;

use crate::build::{Builder, EXPORT_STORE};
use crate::error::Error;
use crate::files;
use crate::oci::{BlobDirectory, Image, write_index};
use crate::report::Report;
use crate::request::{Output, Request};
use crate::session::Service;
use crate::session::auth::Keychain;
use crate::session::content::{Layers, Store};
use crate::session::file_send::{DirectoryTarget, FileTarget};
use crate::solve::Solved;

/// Brings the result to all outputs. `image` is what was built and, if there is a gate, scanned; without it (on an
/// engine that cannot export images) the outputs themselves carry the build out.
pub(crate) async fn publish(
    builder: &Builder,
    request: &Request,
    image: Option<&Image>,
    report: &mut Report,
) -> Result<(), Error> {
    let outputs = &builder.plan.outputs;
    // What goes to a registry comes from the store. Having it there first, and compared, means that a push sends
    // nothing that was not scanned.
    if let (true, Some(image)) = (outputs.contains(&Output::Registry), image) {
        store(builder, request, image).await?;
    }
    for output in outputs {
        match (output, image) {
            (Output::Registry, Some(image)) => push(builder, request, image).await?,
            (Output::Store, Some(image)) if !outputs.contains(&Output::Registry) => {
                store(builder, request, image).await?;
            }
            (Output::Store, Some(_)) => {}
            _ => {
                let solved = write(builder, output, image, report).await?;
                if let (Output::Store, Some(digest)) = (output, solved.digest) {
                    report.set_digest(&digest, names(request));
                }
            }
        }
        report.outputs.push(describe(output));
    }
    write_companions(request, image, report)
}

async fn store(builder: &Builder, request: &Request, image: &Image) -> Result<(), Error> {
    let solved = solve(builder, &Output::Store).await?;
    let Err(found) = compare(image, &solved) else { return Ok(()) };
    let mut outcome = "the name was taken off again".to_owned();
    for tag in &request.tags {
        if let Err(error) = builder.engine.untag(&tag.to_string()).await {
            outcome = format!("the name {tag} could not be taken off: {error}");
        }
    }
    Err(mismatch("the engine's image store".to_owned(), image, found, outcome))
}

async fn push(builder: &Builder, request: &Request, image: &Image) -> Result<(), Error> {
    let solved = solve(builder, &Output::Registry).await?;
    let outcome = || "do not use what was pushed".to_owned();
    compare(image, &solved).map_err(|found| mismatch("the push".to_owned(), image, found, outcome()))?;
    let keychain = Keychain::from_env();
    for tag in &request.tags {
        let credentials = keychain.credentials(tag.domain()).await.map_err(|cause| Error::Engine {
            what: "reading the pushed digest back from the registry",
            cause,
        })?;
        let found = builder.engine.registry_digest(&tag.to_string(), credentials).await?;
        if found != image.descriptor.digest.to_string() {
            return Err(mismatch(format!("the registry's {tag}"), image, found, outcome()));
        }
    }
    Ok(())
}

/// Writes an output that is a file or a directory, or one that cannot be compared with anything.
async fn write(
    builder: &Builder,
    output: &Output,
    image: Option<&Image>,
    report: &mut Report,
) -> Result<Solved, Error> {
    let mut stores = BTreeMap::new();
    let target: Option<Box<dyn Service>> = match output {
        Output::Store | Output::Registry => None,
        Output::Oci(path) | Output::Docker(path) | Output::Tar(path) => {
            Some(Box::new(FileTarget(path.clone())))
        }
        Output::Local(path) => Some(Box::new(DirectoryTarget(path.clone()))),
        Output::OciDirectory(path) => {
            let blobs = BlobDirectory::create(path).map_err(|error| Error::file(path, error))?;
            stores.insert(EXPORT_STORE.to_owned(), Store { blobs, layers: Layers::Keep });
            None
        }
    };
    // The first output of a build without an image is the one that carries the steps out.
    let is_repeated = image.is_some() || !report.steps.is_empty();
    let request = builder.plan.output(output);
    let request = if is_repeated { request.repeated() } else { request };
    let mut monitor = if is_repeated { builder.export_monitor() } else { builder.build_monitor() };
    let solved = builder.solve(request, stores, target, &mut monitor).await;
    if report.steps.is_empty() {
        report.set_steps(monitor.state(), &builder.lines);
    }
    let solved = solved?;
    finish_caches(builder, &solved)?;
    if let Some(image) = image {
        compare(image, &solved).map_err(|found| mismatch(describe(output), image, found, discard(output)))?;
    }
    if let (Output::OciDirectory(path), Some(descriptor)) = (output, &solved.image) {
        write_index(path, descriptor, "latest").map_err(|error| Error::file(path, error))?;
    }
    Ok(solved)
}

async fn solve(builder: &Builder, output: &Output) -> Result<Solved, Error> {
    let mut monitor = builder.export_monitor();
    let solved =
        builder.solve(builder.plan.output(output).repeated(), BTreeMap::new(), None, &mut monitor).await?;
    finish_caches(builder, &solved)?;
    Ok(solved)
}

/// The engine writes the blobs of a local cache; the index that leads to them is the client's to write.
fn finish_caches(builder: &Builder, solved: &Solved) -> Result<(), Error> {
    let Some(cache) = &solved.cache else { return Ok(()) };
    for path in builder.plan.cache_targets() {
        write_index(path, cache, "latest").map_err(|error| Error::file(path, error))?;
    }
    Ok(())
}

/// Compares what an output holds with what was built, and returns what it holds if that is something else.
fn compare(image: &Image, solved: &Solved) -> Result<(), String> {
    // An archive for `docker load` has other media types, so another manifest, but the same configuration.
    let is_same_config = || match (&solved.config, image.platforms.as_slice()) {
        (Some(config), [platform]) => *config == platform.config,
        _ => false,
    };
    match &solved.image {
        Some(found) if found.digest != image.descriptor.digest && !is_same_config() => {
            Err(found.digest.to_string())
        }
        Some(_) | None => Ok(()),
    }
}

fn mismatch(place: String, image: &Image, found: String, outcome: String) -> Error {
    Error::NotWhatWasBuilt { place, built: image.descriptor.digest.to_string(), found, outcome }
}

/// Removes an output that must not be used.
fn discard(output: &Output) -> String {
    match output {
        Output::Oci(path) | Output::Docker(path) if std::fs::remove_file(path).is_ok() => {
            "it was removed".to_owned()
        }
        _ => "do not use it".to_owned(),
    }
}

fn describe(output: &Output) -> String {
    let path = |kind: &str, path: &Path| format!("{} ({kind})", path.display());
    match output {
        Output::Store => "the engine's image store".to_owned(),
        Output::Registry => "the registry".to_owned(),
        Output::Oci(file) => path("OCI archive", file),
        Output::OciDirectory(directory) => path("OCI layout", directory),
        Output::Docker(file) => path("Docker archive", file),
        Output::Tar(file) => path("archive of files", file),
        Output::Local(directory) => path("files", directory),
    }
}

/// The full names of the image.
pub(crate) fn names(request: &Request) -> Vec<String> {
    request.tags.iter().map(ToString::to_string).collect()
}

/// Writes the small files that tell other programs what was built.
fn write_companions(request: &Request, image: Option<&Image>, report: &Report) -> Result<(), Error> {
    // A build that makes only files has no digest.
    let Some(known) = &report.image else { return Ok(()) };
    if let Some(path) = &request.files.iid {
        files::write(path, known.digest.as_bytes())?;
    }
    if let Some(path) = &request.files.metadata {
        let metadata = serde_json::json!({
            "containerimage.descriptor": image.map(|image| &image.descriptor),
            "containerimage.digest": known.digest,
            "image.name": known.names.join(","),
        });
        files::write(path, format!("{metadata:#}\n").as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::oci::{Descriptor, Digest, PlatformImage};

    fn digest(digit: char) -> Digest {
        format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
    }

    fn descriptor(digit: char) -> Descriptor {
        Descriptor {
            media_type: "m".into(),
            digest: digest(digit),
            size: 1,
            platform: None,
            annotations: Default::default(),
        }
    }

    fn image() -> Image {
        let platform = PlatformImage {
            platform: Default::default(),
            manifest: descriptor('a'),
            config: digest('c'),
            bytes: 1,
            layers: 1,
        };
        Image { descriptor: descriptor('a'), platforms: vec![platform] }
    }

    #[test]
    fn only_what_was_built_is_published() {
        let solved = |image: Option<char>, config: Option<char>| Solved {
            image: image.map(descriptor),
            digest: image.map(digest),
            config: config.map(digest),
            cache: None,
        };
        assert_eq!(compare(&image(), &solved(Some('a'), None)), Ok(()));
        assert_eq!(
            compare(&image(), &solved(Some('b'), Some('c'))),
            Ok(()),
            "the same image in other media types"
        );
        assert_eq!(compare(&image(), &solved(None, None)), Ok(()), "files have no digest");
        assert_eq!(compare(&image(), &solved(Some('b'), Some('d'))), Err(digest('b').to_string()));
        assert_eq!(compare(&image(), &solved(Some('b'), None)), Err(digest('b').to_string()));
    }

    #[test]
    fn a_wrong_archive_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tar");
        std::fs::write(&path, "x").unwrap();
        assert_eq!(discard(&Output::Oci(path.clone())), "it was removed");
        assert!(!path.exists());
    }
}
