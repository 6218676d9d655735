//! Composer.
//!
//! Source: `composer list --format=json` of Composer 2.5.5 and, for the aliases since then,
//! <https://getcomposer.org/doc/03-cli.md>. The cache was asked for with `composer config cache-dir` under several
//! variables, versions after names with its own `VersionParser`.

use super::command::{
    Action, Cache, CacheDisabled, Location, ManifestRole, Package, PackageCommand, PackageSource,
};
use super::options::{Arguments, Options};
use super::place::{implied_in, join};
use super::{Manager, Place};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--apcu-autoloader-prefix",
        "--audit-format",
        "--ignore-platform-req",
        "--prefer-install",
        "--repository",
        "--repository-url",
        "--stability",
        "--with",
        "--working-dir",
    ],
    short: "ds",
};

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" | "i" => ("install", Action::Install),
        "reinstall" => ("reinstall", Action::Install),
        "require" | "r" => ("require", Action::Install),
        "create-project" => ("create-project", Action::Install),
        "update" | "u" | "upgrade" => ("update", Action::Upgrade),
        "remove" | "rm" | "uninstall" => ("remove", Action::Remove),
        "clear-cache" | "clearcache" | "cc" => ("clear-cache", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    let is_global = arguments.positionals.first().is_some_and(|word| word.is("global"));
    let (word, rest) = arguments.positionals.get(usize::from(is_global)..)?.split_first()?;
    let (name, action) = verb(word.value.as_deref()?)?;
    let mut command = place.package_command(Manager::Composer, Some(word), name, action);
    command.options = arguments.to_options();
    command.location = location(place, name, rest, is_global);
    command.cache = cache(place, &arguments);
    match name {
        "clear-cache" => {
            if arguments.last(&["--gc"]).is_some() {
                command.cache.directories.clear();
            }
            return Some(command);
        }
        "create-project" => {
            command.packages =
                rest.first().map(|word| package(word, rest.get(2).copied())).into_iter().collect();
            return Some(command);
        }
        _ => command.packages = packages(rest),
    }
    // The global project is not of the build, and a new file is made for what is required.
    if !is_global && name != "require" {
        manifests(place, &mut command, &arguments);
        // The scripts of the project run at the end.
        if action != Action::Remove && arguments.last(&["--no-scripts"]).is_none() {
            command.project = Some(command.verb.span);
        }
    }
    Some(command)
}

fn manifests(place: &Place<'_>, command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let file = place.folder_variable("COMPOSER").unwrap_or_else(|| "composer.json".to_owned());
    let lock = format!("{}.lock", file.strip_suffix(".json").unwrap_or(&file));
    let folder = arguments.last(&["--working-dir", "-d"]);
    let files = [(file, ManifestRole::Packages), (lock, ManifestRole::OptionalLock)];
    command.manifests =
        files.iter().map(|(file, role)| implied_in(folder, &command.verb, file, *role)).collect();
}

fn location(place: &Place<'_>, name: &str, rest: &[&Word], is_global: bool) -> Location {
    if name == "create-project" {
        return match rest {
            [_, folder, ..] => Location::Folder(folder.value.clone()),
            [package] => Location::Folder(package.value.as_deref().and_then(folder_of).map(str::to_owned)),
            [] => Location::Project,
        };
    }
    if is_global {
        let home = place.folder_variable("COMPOSER_HOME");
        return home.map_or(Location::User, |home| Location::Folder(Some(join(&home, "vendor"))));
    }
    let folder = place.folder_variable("COMPOSER_VENDOR_DIR");
    folder.map_or(Location::Project, |folder| Location::Folder(Some(folder)))
}

/// The folder that a new project is made in: `laravel` for `laravel/laravel:^11`.
fn folder_of(package: &str) -> Option<&str> {
    package.split([':', '=', ' ']).next()?.rsplit('/').next()
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = place.cache(arguments, &[], &["COMPOSER_CACHE_DIR"], || default_cache(place));
    cache.disabled = place.disabled_by_option(arguments, &["--no-cache"]).or_else(|| nowhere(place));
    cache
}

/// Below `COMPOSER_HOME`, else where the XDG variables say, of which any makes Composer follow all.
fn default_cache(place: &Place<'_>) -> Option<String> {
    if let Some(home) = place.folder_variable("COMPOSER_HOME") {
        return place.folder(&join(&home, "cache"));
    }
    let follows_xdg = ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"];
    if follows_xdg.iter().any(|name| place.variable(name).is_some()) {
        return place.user_cache("composer");
    }
    Some(join(&place.home()?, ".composer/cache"))
}

/// The null device as the cache, which is what `--no-cache` amounts to.
fn nowhere(place: &Place<'_>) -> Option<CacheDisabled> {
    place.disabled_by_variable("COMPOSER_CACHE_DIR", |folder| folder == "/dev/null")
}

fn packages(words: &[&Word]) -> Vec<Package> {
    let mut packages = Vec::new();
    let mut words = words.iter().copied().peekable();
    while let Some(word) = words.next() {
        let version = words.next_if(|next| !word.text().contains(' ') && is_version(&next.text()));
        packages.push(package(word, version));
    }
    packages
}

/// Whether a word is the version of the name before it; names hold a slash unless they stand for the platform.
fn is_version(text: &str) -> bool {
    let is_platform =
        text == "php" || ["php-", "ext-", "lib-", "composer"].iter().any(|start| text.starts_with(start));
    !text.contains('/') && !is_platform
}

/// `vendor/name`, `vendor/name:^1`, `vendor/name=1.0`, `"vendor/name ^1"`, or `vendor/name` with the version after it.
fn package(word: &Word, version: Option<&Word>) -> Package {
    let text = word.text();
    let (name, own) = text.split_at(text.find([':', '=', ' ']).unwrap_or(text.len()));
    let version = version.map_or(own.trim().into(), Word::text);
    Package::of(word, PackageSource::Registry).named(name, &version)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    const CACHE: &str = "cache /root/.composer/cache";

    #[test]
    fn packages() {
        for (script, expected) in [
            (
                "composer require a/b:^2 c/d=1.0 'e/f ^3' g/h '~4' i/j ext-zip k/l:$V",
                "composer require (Install); a/b :^2; c/d =1.0; e/f ^3; g/h ~4; i/j; ext-zip; k/l :${V}; in Project",
            ),
            (
                "php composer.phar r --dev --ignore-platform-req ext-x a/b",
                "composer require (Install); a/b; in Project",
            ),
            ("composer global require a/b", "composer require (Install); a/b; in User"),
            (
                "composer create-project -s dev laravel/laravel app ^11",
                "composer create-project (Install); laravel/laravel ^11; in Folder(Some(\"app\"))",
            ),
            (
                "composer create-project a/b:1 --no-dev",
                "composer create-project (Install); a/b :1; in Folder(Some(\"b\"))",
            ),
        ] {
            assert_shown(&[(script, &format!("{expected}; {CACHE}"))]);
        }
    }

    #[test]
    fn projects() {
        for (script, expected) in [
            (
                "composer install --no-dev --prefer-dist",
                "composer install (Install); reads composer.json; reads composer.lock (OptionalLock); project install; \
                 in Project",
            ),
            (
                "composer i -d sub --no-scripts --no-autoloader",
                "composer install (Install); reads sub/composer.json; reads sub/composer.lock (OptionalLock); in Project",
            ),
            (
                "COMPOSER=alt.json COMPOSER_VENDOR_DIR=/v composer u --with a/b:1 c/d --no-scripts",
                "composer update (Upgrade); c/d; reads alt.json; reads alt.lock (OptionalLock); in Folder(Some(\"/v\"))",
            ),
            (
                "composer remove a/b",
                "composer remove (Remove); a/b; reads composer.json; reads composer.lock (OptionalLock); in Project",
            ),
            ("composer clear-cache", "composer clear-cache (Clean); in Project"),
        ] {
            assert_shown(&[(script, &format!("{expected}; {CACHE}"))]);
        }
        assert_shown(&[("composer cc --gc", "composer clear-cache (Clean); in Project")]);
        assert_nothing(&[
            "composer",
            "composer global",
            "composer dump-autoload -o",
            "composer -d install",
            "composer $X",
        ]);
    }

    #[test]
    fn caches() {
        for (above, run, cache) in [
            ("FROM composer:2", "composer cc", "cache /tmp/cache"),
            ("FROM x\nENV COMPOSER_HOME=/h", "composer cc", "cache /h/cache"),
            ("FROM x\nENV XDG_CONFIG_HOME=/x", "composer cc", "cache /root/.cache/composer"),
            ("FROM x\nENV XDG_CACHE_HOME=/x", "composer cc", "cache /x/composer"),
            ("FROM x\nENV COMPOSER_CACHE_DIR=/c", "composer cc", "cache /c; by COMPOSER_CACHE_DIR"),
            ("FROM x", "composer cc --no-cache", "cache /root/.composer/cache; off --no-cache"),
            (
                "FROM x\nENV COMPOSER_CACHE_DIR=/dev/null",
                "composer cc",
                "cache /dev/null; by COMPOSER_CACHE_DIR; off COMPOSER_CACHE_DIR=/dev/null",
            ),
        ] {
            let shown = show(&format!("{above}\nRUN {run}"));
            assert_eq!(shown, [format!("composer clear-cache (Clean); in Project; {cache}")], "{above}");
        }
    }
}
