//! apt-get and apt. Options: apt-get(8) of apt 2.6; directories: `apt-config dump` (`Dir::Cache`, `Dir::State::lists`).

use super::command::{Action, Location, Package, PackageCommand, PackageSource};
use super::options::Options;
use super::{Manager, Place};
use crate::shell::Word;

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
const ARCHIVES: &str = "/var/cache/apt";
const LISTS: &str = "/var/lib/apt";

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" => ("install", Action::Install),
        "reinstall" => ("reinstall", Action::Install),
        "build-dep" => ("build-dep", Action::Install),
        "satisfy" => ("satisfy", Action::Install),
        "upgrade" => ("upgrade", Action::Upgrade),
        "dist-upgrade" | "full-upgrade" => ("dist-upgrade", Action::Upgrade),
        "download" => ("download", Action::Download),
        "source" => ("source", Action::Download),
        "update" => ("update", Action::Refresh),
        "remove" => ("remove", Action::Remove),
        "purge" => ("purge", Action::Remove),
        "autoremove" | "auto-remove" => ("autoremove", Action::Remove),
        "autopurge" => ("autopurge", Action::Remove),
        "clean" | "distclean" => ("clean", Action::Clean),
        "autoclean" | "auto-clean" => ("autoclean", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    let (word, packages) = arguments.positionals.split_first()?;
    let (name, action) = verb(word.value.as_deref()?)?;
    let mut command = place.package_command(Manager::Apt, Some(word), name, action);
    command.options = arguments.to_options();
    command.packages = packages.iter().map(|word| package(word)).collect();
    command.location = Location::System;
    command.cache.directories = match action {
        Action::Clean => vec![ARCHIVES.to_owned()],
        _ => vec![ARCHIVES.to_owned(), LISTS.to_owned()],
    };
    Some(command)
}

/// `name`, `name:architecture`, `name=version`, `name/release`, or a file.
fn package(word: &Word) -> Package {
    let text = word.text();
    if text.starts_with(['/', '.']) {
        return Package::of(word, PackageSource::Local);
    }
    let at = text.find(['=', '/']);
    let (name, version) = text.split_at(at.unwrap_or(text.len()));
    let name = name.split(':').next().unwrap_or(name);
    Package::of(word, PackageSource::Registry).named(name, version)
}
