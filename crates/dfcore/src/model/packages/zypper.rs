//! zypper.
//!
//! Source: `zypper help` and zypper(8) of zypper 1.14.42. Directories and what `clean` empties were tried out with it.

use super::command::{Action, Cache, Location, Package, PackageCommand, PackageSource};
use super::options::{Arguments, Options};
use super::place::join;
use super::{Manager, Place, rpm};
use crate::shell::Word;

/// Those before the verb.
const GLOBAL_OPTIONS: Options = Options {
    long: &[
        "--cache-dir",
        "--config",
        "--installroot",
        "--pkg-cache-dir",
        "--plus-content",
        "--plus-repo",
        "--raw-cache-dir",
        "--releasever",
        "--reposd-dir",
        "--root",
        "--solv-cache-dir",
        "--table-style",
        "--userdata",
    ],
    short: "csDCpR",
};

/// Those after the verb.
const OPTIONS: Options = Options {
    long: &[
        "--bugzilla",
        "--category",
        "--cve",
        "--date",
        "--download",
        "--from",
        "--repo",
        "--severity",
        "--solver-focus",
        "--type",
    ],
    short: "trgb",
};

const CACHE: &str = "/var/cache/zypp";

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" | "in" => ("install", Action::Install),
        "source-install" | "si" => ("source-install", Action::Install),
        "install-new-recommends" | "inr" => ("install-new-recommends", Action::Install),
        "verify" | "ve" => ("verify", Action::Install),
        "update" | "up" => ("update", Action::Upgrade),
        "patch" => ("patch", Action::Upgrade),
        "dist-upgrade" | "dup" => ("dist-upgrade", Action::Upgrade),
        "download" => ("download", Action::Download),
        "refresh" | "ref" => ("refresh", Action::Refresh),
        "refresh-services" | "refs" => ("refresh-services", Action::Refresh),
        "remove" | "rm" => ("remove", Action::Remove),
        "clean" | "cc" => ("clean", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let (mut arguments, words) = GLOBAL_OPTIONS.parse_leading(place.arguments);
    let (word, words) = words.split_first()?;
    let (name, mut action) = verb(word.value.as_deref()?)?;
    let own = OPTIONS.parse(words);
    if action == Action::Install && own.last(&["--download-only", "-d"]).is_some() {
        action = Action::Download;
    }
    let mut command = place.package_command(Manager::Zypper, Some(word), name, action);
    command.location = match arguments.last(&["--root", "-R", "--installroot"]) {
        _ if action == Action::Download => Location::Cache,
        Some(root) => Location::Folder(root.value.clone()),
        None => Location::System,
    };
    command.cache = cache(place, &arguments);
    match action {
        Action::Clean => command.cache.directories = cleaned(command.cache.directories, &own),
        // Repositories, not packages.
        Action::Refresh => {}
        _ => command.packages = packages(&own),
    }
    arguments.options.extend(own.options);
    command.options = arguments.to_options();
    Some(command)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    place.cache(arguments, &["--cache-dir", "-C"], &[], || {
        // Below `--root`, but not below `--installroot`.
        let root = arguments.last(&["--root", "-R"]).map_or(Some(""), |root| root.value.as_deref())?;
        place.folder(&format!("{root}{CACHE}"))
    })
}

/// What `clean` empties of the cache's folders.
fn cleaned(folders: Vec<String>, own: &Arguments<'_>) -> Vec<String> {
    if !own.positionals.is_empty() || own.last(&["--repo", "-r"]).is_some() {
        return Vec::new();
    }
    if own.last(&["--all", "-a"]).is_some() {
        return folders;
    }
    let parts = [("solv", ["--metadata", "-m"]), ("raw", ["--raw-metadata", "-M"])];
    let mut parts: Vec<_> =
        parts.into_iter().filter_map(|(part, names)| own.last(&names).map(|_| part)).collect();
    if parts.is_empty() {
        parts.push("packages");
    }
    folders.iter().flat_map(|folder| parts.iter().map(|part| join(folder, part))).collect()
}

fn packages(own: &Arguments<'_>) -> Vec<Package> {
    let kind = own.last(&["--type", "-t"]).and_then(|option| option.value.as_deref());
    let source = match kind {
        Some("pattern" | "product" | "patch") => PackageSource::Group,
        _ => PackageSource::Registry,
    };
    // With a sign before it a package is to be removed, among others that are installed.
    let installed = own.positionals.iter().filter(|word| !word.text().starts_with(['-', '!', '~']));
    installed.map(|word| package(word, source)).collect()
}

/// `name`, `name.architecture`, `name=1.2`, `'name >= 1.2'`, `repository:name`, `pattern:name`, a file or an address.
fn package(word: &Word, source: PackageSource) -> Package {
    let text = word.text();
    if text.contains("://") {
        return Package::of(word, PackageSource::Address);
    }
    if text.ends_with(".rpm") {
        return Package::of(word, PackageSource::Local);
    }
    let (name, version) = text.split_at(text.find(['=', '<', '>']).unwrap_or(text.len()));
    let (source, name) = match name.trim().split_once(':') {
        Some(("pattern" | "product" | "patch", name)) => (PackageSource::Group, name),
        Some((_, name)) => (source, name),
        None => (source, name.trim()),
    };
    Package::of(word, source).named(rpm::without_architecture(name), version)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown};

    #[test]
    fn packages() {
        for (script, expected) in [
            (
                "zypper -n --gpg-auto-import-keys in -y --no-recommends --from repo git=2.35 'foo>=1' gcc.x86_64 -vim",
                "zypper install (Install); git =2.35; foo >=1; gcc",
            ),
            // Before the verb `-t` is a switch, after it it takes a value.
            ("zypper -t in -t pattern devel_basis", "zypper install (Install); devel_basis (Group)"),
            (
                "zypper --releasever 15.5 install pattern:base oss:vim ./x.rpm http://x/y.rpm $Z",
                "zypper install (Install); base (Group); vim; ./x.rpm (Local); http://x/y.rpm (Address); $Z (Unknown)",
            ),
            ("zypper -n rm -u gcc", "zypper remove (Remove); gcc"),
            ("zypper --non-interactive ref -f repo-oss", "zypper refresh (Refresh)"),
            ("zypper dup --from x", "zypper dist-upgrade (Upgrade)"),
            ("zypper in -- -vim emacs", "zypper install (Install); emacs"),
        ] {
            assert_shown(&[(script, &format!("{expected}; in System; cache /var/cache/zypp"))]);
        }
        assert_nothing(&["zypper", "zypper -n", "zypper ar https://x y", "zypper -c in", "zypper lr"]);
    }

    #[test]
    fn folders() {
        assert_shown(&[
            (
                "zypper --root /r in a",
                "zypper install (Install); a; in Folder(Some(\"/r\")); cache /r/var/cache/zypp",
            ),
            (
                "zypper --installroot=/r -C /c in a",
                "zypper install (Install); a; in Folder(Some(\"/r\")); cache /c; by -C",
            ),
            ("zypper in -d a", "zypper install (Download); a; in Cache; cache /var/cache/zypp"),
            ("zypper clean", "zypper clean (Clean); in System; cache /var/cache/zypp/packages"),
            (
                "zypper cc -mM",
                "zypper clean (Clean); in System; cache /var/cache/zypp/solv /var/cache/zypp/raw",
            ),
            ("zypper clean --all", "zypper clean (Clean); in System; cache /var/cache/zypp"),
            ("zypper clean -a repo-oss", "zypper clean (Clean); in System"),
        ]);
    }
}
