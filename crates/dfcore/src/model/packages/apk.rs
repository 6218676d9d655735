//! apk of Alpine.
//!
//! Source: apk(8), apk-add(8), apk-fetch(8) and apk-cache(8) of apk-tools 3.0, whose options are those of 2.14 and more;
//! which of them take a value was asked of apk 3.0.6 itself, option by option and verb by verb. Directories:
//! `/var/cache/apk`, where it keeps the indexes, tried out with `--root` and `--cache-dir`. It prefers `/etc/apk/cache` and
//! then keeps packages as well, but only where the image has that link, which the file does not say.

use super::command::{Action, Cache, CacheDisabled, Location, Package, PackageCommand, PackageSource};
use super::options::{Arguments, Given, Options};
use super::{Manager, Place};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--arch",
        "--built-after",
        "--cache-dir",
        "--cache-max-age",
        "--fields",
        "--format",
        "--from",
        "--keys-dir",
        "--match",
        "--output",
        "--pkgname-spec",
        "--preupgrade-depends",
        "--progress-fd",
        "--repositories-file",
        "--repository",
        "--repository-config",
        "--root",
        "--summarize",
        "--timeout",
        "--uvol-manager",
        "--virtual",
        "--wait",
    ],
    short: "XFopt",
};

const CACHE: &str = "/var/cache/apk";

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        ["add", ..] => ("add", Action::Install),
        ["fix", ..] => ("fix", Action::Install),
        ["upgrade", ..] => ("upgrade", Action::Upgrade),
        ["fetch", ..] => ("fetch", Action::Download),
        ["update", ..] => ("update", Action::Refresh),
        ["del", ..] => ("del", Action::Remove),
        ["cache", "download", ..] => ("cache download", Action::Download),
        ["cache", "sync", ..] => ("cache sync", Action::Download),
        ["cache", "clean", ..] => ("cache clean", Action::Clean),
        ["cache", "purge", ..] => ("cache purge", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    let (name, action) = verb(&arguments.words())?;
    let (verb_words, packages) = arguments.positionals.split_at(name.split(' ').count());
    let mut command = place.package_command(Manager::Apk, verb_words.last().copied(), name, action);
    command.options = arguments.to_options();
    command.packages = packages.iter().map(|word| package(word)).collect();
    command.location = location(&arguments, name);
    command.cache = cache(place, &arguments);
    if name == "cache clean" && arguments.last(&["--purge"]).is_none() {
        // It removes only what no repository has any more.
        command.cache.directories.clear();
    }
    Some(command)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = Cache::default();
    let mut folder = Some(CACHE);
    if let Some(option) = arguments.last(&["--cache-dir"]) {
        cache.directory_from = Some("--cache-dir");
        folder = option.value.as_deref();
    }
    // The folder is one of the root that is worked on.
    let root = arguments.last(&["--root", "-p"]).map_or(Some("/"), |root| root.value.as_deref());
    if let (Some(root), Some(folder)) = (root, folder) {
        cache.directories.extend(place.folder(&format!("{root}/{folder}")));
    }
    let is_off = |option: &&Given<'_>| option.name == "--no-cache" || option.value.as_deref() == Some("no");
    let off = arguments.all(&["--no-cache", "--cache"]).filter(is_off).last();
    cache.disabled = off.map(|option| CacheDisabled { by: option.name.clone(), span: Some(option.span) });
    cache
}

fn location(arguments: &Arguments<'_>, name: &str) -> Location {
    match name {
        "fetch" => match arguments.last(&["--output", "-o"]) {
            Some(option) => Location::Folder(option.value.clone()),
            None => Location::Folder(Some(".".to_owned())),
        },
        "cache download" | "cache sync" => Location::Cache,
        _ => match arguments.last(&["--root", "-p"]) {
            Some(option) => Location::Folder(option.value.clone()),
            None => Location::System,
        },
    }
}

/// `name`, `name=version` with any of `= < > ~` together, `name@repository`, a file, or a set (`.build-deps`) that
/// `--virtual` made.
fn package(word: &Word) -> Package {
    let text = word.text();
    if text.contains('/') || text.ends_with(".apk") {
        return Package::of(word, PackageSource::Local);
    }
    let at = text.find(['=', '<', '>', '~', '@']);
    let (name, version) = text.split_at(at.unwrap_or(text.len()));
    // The repository's tag is no version.
    let version = version.find(['=', '<', '>', '~']).map_or("", |at| &version[at..]);
    let source = if name.starts_with('.') { PackageSource::Group } else { PackageSource::Registry };
    Package::of(word, source).named(name, version)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown};

    #[test]
    fn packages_with_versions() {
        assert_shown(&[
            (
                "apk add --no-cache curl=8.5.0-r0 'bar~=1' 'baz>2' q@edge 'r@edge>=1' ./x.apk",
                "apk add (Install); curl =8.5.0-r0; bar ~=1; baz >2; q; r >=1; ./x.apk (Local); in System; \
                 cache /var/cache/apk; off --no-cache",
            ),
            (
                "apk -U --repository https://x/edge add -t .build-deps gcc --virtual=more musl-dev=$V",
                "apk add (Install); gcc; musl-dev =${V}; in System; cache /var/cache/apk",
            ),
            (
                "apk del .build-deps gcc",
                "apk del (Remove); .build-deps (Group); gcc; in System; cache /var/cache/apk",
            ),
            ("apk add $PACKAGES", "apk add (Install); $PACKAGES (Unknown); in System; cache /var/cache/apk"),
            ("apk add -qX https://x bash", "apk add (Install); bash; in System; cache /var/cache/apk"),
            ("sudo apk add -- bash", "apk add (Install); bash; in System; cache /var/cache/apk"),
        ]);
    }

    #[test]
    fn verbs_and_places() {
        assert_shown(&[
            ("apk update", "apk update (Refresh); in System; cache /var/cache/apk"),
            ("apk upgrade --cache=no", "apk upgrade (Upgrade); in System; cache /var/cache/apk; off --cache"),
            (
                "apk --cache-dir /c --root /rootfs --initdb add busybox",
                "apk add (Install); busybox; in Folder(Some(\"/rootfs\")); cache /rootfs/c; by --cache-dir",
            ),
            (
                "apk fetch -o /tmp a",
                "apk fetch (Download); a; in Folder(Some(\"/tmp\")); cache /var/cache/apk",
            ),
            ("apk cache clean", "apk cache clean (Clean); in System"),
            ("apk cache purge", "apk cache purge (Clean); in System; cache /var/cache/apk"),
            ("apk cache --purge clean", "apk cache clean (Clean); in System; cache /var/cache/apk"),
        ]);
        assert_nothing(&["apk", "apk info -v", "apk cache", "apk --version", "apk add$X y"]);
    }
}
