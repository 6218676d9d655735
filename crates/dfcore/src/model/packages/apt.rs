//! apt-get and apt.
//!
//! Source: apt-get(8) of apt 2.6; which options take a value was asked of apt 2.6.1 itself, option by option and verb by
//! verb. Directories: `apt-config dump` (`Dir::Cache`, `Dir::State::lists`), also with `-o`.

use super::command::{Action, Cache, Location, Package, PackageCommand, PackageSource};
use super::options::{Arguments, Options};
use super::{Manager, Place};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--build-profiles",
        "--config-file",
        "--default-release",
        "--host-architecture",
        "--option",
        "--planner",
        "--solver",
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
        "clean" => ("clean", Action::Clean),
        "distclean" | "dist-clean" => ("distclean", Action::Clean),
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
    // With a minus at its end a package is to be removed, among others that are installed.
    let packages = packages.iter().filter(|word| action == Action::Remove || !word.text().ends_with('-'));
    command.packages = packages.map(|word| package(word)).collect();
    command.location = Location::System;
    command.cache = cache(place, &arguments, name);
    Some(command)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>, verb: &str) -> Cache {
    let archives = setting(arguments, "Dir::Cache::archives").or_else(|| setting(arguments, "Dir::Cache"));
    let lists = setting(arguments, "Dir::State::lists").or_else(|| setting(arguments, "Dir::State"));
    let directory_from = archives.and(Some("Dir::Cache")).or(lists.and(Some("Dir::State")));
    let (archives, lists) = (archives.unwrap_or(ARCHIVES), lists.unwrap_or(LISTS));
    let folders: &[&str] = match verb {
        "clean" => &[archives],
        // Only what can no longer be downloaded.
        "autoclean" => &[],
        _ => &[archives, lists],
    };
    let directories = folders.iter().filter_map(|folder| place.folder(folder)).collect();
    Cache { directories, directory_from, disabled: None }
}

/// The absolute folder that `-o name=folder` sets; apt does not care for the case of names.
fn setting<'a>(arguments: &'a Arguments<'_>, name: &str) -> Option<&'a str> {
    let settings =
        arguments.all(&["-o", "--option"]).filter_map(|option| option.value.as_deref()?.split_once('='));
    let folders = settings.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, folder)| folder);
    folders.filter(|folder| folder.starts_with('/')).last()
}

/// `name`, `name:architecture`, `name=version`, `name/release`, a task (`name^`), or a file. A plus at the end is kept,
/// since it may belong to the name (`memtest86+`) or say that the package is to be installed.
fn package(word: &Word) -> Package {
    let text = word.text();
    if text.starts_with(['/', '.']) {
        return Package::of(word, PackageSource::Local);
    }
    if let Some(task) = text.strip_suffix('^') {
        return Package::of(word, PackageSource::Group).named(task, "");
    }
    let at = text.find(['=', '/']);
    let (name, version) = text.split_at(at.unwrap_or(text.len()));
    let name = name.split(':').next().unwrap_or(name);
    Package::of(word, PackageSource::Registry).named(name, version)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown};

    const SYSTEM: &str = "in System; cache /var/cache/apt /var/lib/apt";

    #[test]
    fn packages() {
        for (script, expected) in [
            (
                "apt-get -qq install -y --no-install-recommends -t bookworm-backports curl=8.* libc6:i386=2 gcc/testing",
                "apt install (Install); curl =8.*; libc6 =2; gcc /testing",
            ),
            (
                "apt install -yqo Dpkg::Use-Pty=0 g++ vim- 'php8.?-cli'",
                "apt install (Install); g++; php8.?-cli",
            ),
            (
                "apt-get install ./x.deb /tmp/y.deb",
                "apt install (Install); ./x.deb (Local); /tmp/y.deb (Local)",
            ),
            ("apt-get install lamp-server^", "apt install (Install); lamp-server (Group)"),
            (
                "apt-get install nginx=${VERSION} \"$MORE\" python$V",
                "apt install (Install); nginx =${VERSION}; \"$MORE\" (Unknown); python$V",
            ),
            ("apt-get purge -y gcc make-", "apt purge (Remove); gcc; make-"),
            ("apt-get --target-release=x build-dep -a arm64 y", "apt build-dep (Install); y"),
        ] {
            assert_shown(&[(script, &format!("{expected}; {SYSTEM}"))]);
        }
        assert_nothing(&[
            "apt-get",
            "apt-get --version",
            "apt list",
            "apt-get -t install",
            "apt-get $VERB x",
        ]);
    }

    #[test]
    fn folders() {
        assert_shown(&[
            (
                "apt-get install -o Dir::Cache::Archives=/a -oDir::State=/s x",
                "apt install (Install); x; in System; cache /a /s; by Dir::Cache",
            ),
            (
                "apt-get -o dir::cache=/c update",
                "apt update (Refresh); in System; cache /c /var/lib/apt; by Dir::Cache",
            ),
            ("apt-get clean", "apt clean (Clean); in System; cache /var/cache/apt"),
            ("apt-get distclean", "apt distclean (Clean); in System; cache /var/cache/apt /var/lib/apt"),
            ("apt-get dist-clean", "apt distclean (Clean); in System; cache /var/cache/apt /var/lib/apt"),
            ("apt-get autoclean", "apt autoclean (Clean); in System"),
        ]);
    }
}
