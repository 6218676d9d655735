//! apt-get and apt. Options: apt-get(8) of apt 2.6; directories: `apt-config dump` (`Dir::Cache`, `Dir::State::lists`).

use super::options::Options;
use super::{Cache, Install, Manager, Package, Place};

const OPTIONS: Options = Options {
    long: &[
        "--build-profiles",
        "--config-file",
        "--default-release",
        "--host-architecture",
        "--option",
        "--target-release",
        "--with-source",
    ],
    short: "tcoaP",
};

/// Where apt keeps packages that it downloaded, and the lists of what there is.
const DIRECTORIES: [&str; 2] = ["/var/cache/apt", "/var/lib/apt"];

pub(super) fn install(place: &Place<'_>) -> Option<Install> {
    let arguments = OPTIONS.parse(place.command.arguments());
    let (verb, packages) = arguments.positionals.split_first()?;
    let downloads = ["install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "satisfy"];
    if !downloads.contains(&verb.value.as_deref()?) {
        return None;
    }
    let package = |word: &&crate::shell::Word| Package { span: word.span, text: word.value.clone() };
    Some(Install {
        manager: Manager::Apt,
        span: place.command.span,
        command: place.index,
        verb: verb.span,
        packages: packages.iter().map(package).collect(),
        manifests: Vec::new(),
        project: None,
        user_site: None,
        cache: Cache {
            directories: DIRECTORIES.map(str::to_owned).to_vec(),
            directory_from: None,
            disabled: None,
        },
    })
}
