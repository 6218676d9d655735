//! Bundler.
//!
//! Source: the command tables of Bundler 2.3.15 (`Bundler::CLI`), asked for the options with a value, and
//! bundle-config(1). Directories and the truth of variables were asked of `Bundler.user_cache`, `Bundler.bundle_path` and
//! `Bundler.settings`. What an earlier `bundle config` has set is not read.

use super::command::{
    Action, Cache, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource,
};
use super::options::{Arguments, Given, Options};
use super::place::{implied, join};
use super::{Manager, Place, gem};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--add-platform",
        "--branch",
        "--cache-path",
        "--gemfile",
        "--git",
        "--github",
        "--jobs",
        "--lockfile",
        "--path",
        "--ref",
        "--remove-platform",
        "--require",
        "--retry",
        "--shebang",
        "--trust-policy",
        "--version",
    ],
    short: "jrv",
};

/// Options that take words up to the next option.
const LISTS: &[&str] =
    &["--group", "-g", "--source", "-s", "--standalone", "--update", "--with", "--without"];
/// Options whose value may be left out.
const OPTIONAL: &[&str] = &["--binstubs", "--bundler"];

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" | "i" => ("install", Action::Install),
        "add" => ("add", Action::Install),
        "pristine" => ("pristine", Action::Install),
        "update" => ("update", Action::Upgrade),
        "cache" | "package" | "pack" => ("cache", Action::Download),
        "lock" => ("lock", Action::Refresh),
        "remove" => ("remove", Action::Remove),
        "clean" => ("clean", Action::Remove),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let mut arguments = OPTIONS.parse(place.arguments);
    arguments.drop_values_of(LISTS, usize::MAX);
    arguments.drop_values_of(OPTIONAL, 1);
    // It installs when nothing else is said.
    let (name, action) = match arguments.positionals.first() {
        Some(word) => verb(word.value.as_deref()?)?,
        None if arguments.last(&["--version", "-v", "--help", "-h"]).is_some() => return None,
        None => ("install", Action::Install),
    };
    let word = arguments.positionals.first().copied();
    let gems = arguments.positionals.get(1..).unwrap_or_default();
    let mut command = place.package_command(Manager::Bundler, word, name, action);
    command.packages = gems.iter().map(|word| package(word, &arguments)).collect();
    command.location = location(place, &arguments, name);
    command.cache = cache(place, &command.location);
    let (manifest, lock) = manifests(place, &arguments, &command);
    command.manifests = vec![manifest, lock];
    command.options = arguments.to_options();
    Some(command)
}

/// `Gemfile` with `Gemfile.lock`, or `gems.rb` with `gems.locked`.
fn manifests(place: &Place<'_>, arguments: &Arguments<'_>, command: &PackageCommand) -> (Manifest, Manifest) {
    let is_frozen = arguments.last(&["--frozen", "--deployment"]).is_some()
        || is_set(place, "BUNDLE_FROZEN")
        || is_set(place, "BUNDLE_DEPLOYMENT");
    let role = if is_frozen { ManifestRole::Lock } else { ManifestRole::OptionalLock };
    let file = place.folder_variable("BUNDLE_GEMFILE").unwrap_or_else(|| "Gemfile".to_owned());
    let mut manifest = implied(&command.verb, file, ManifestRole::Packages);
    if let Some(option) = arguments.last(&["--gemfile"]) {
        manifest.span = option.value_word.map_or(option.span, |word| word.span);
        manifest.path = option.value.clone();
    }
    let lock = |file: &String| match file.strip_suffix("gems.rb") {
        Some(folder) => format!("{folder}gems.locked"),
        None => format!("{file}.lock"),
    };
    let lock = Manifest { span: command.verb.span, path: manifest.path.as_ref().map(lock), role };
    (manifest, lock)
}

/// Whether a variable is set to anything that Bundler does not take for no.
fn is_set(place: &Place<'_>, name: &str) -> bool {
    let is_no =
        |value: &str| matches!(value.to_ascii_lowercase().as_str(), "" | "false" | "f" | "no" | "n" | "0");
    place.variable(name).is_some_and(|(value, _)| !is_no(&value))
}

fn location(place: &Place<'_>, arguments: &Arguments<'_>, name: &str) -> Location {
    if name == "cache" {
        let option = arguments.last(&["--cache-path"]).map(|folder| folder.value.clone());
        return Location::Folder(option.unwrap_or_else(|| Some("vendor/cache".to_owned())));
    }
    if let Some(folder) = arguments.last(&["--path"]) {
        return Location::Folder(folder.value.clone());
    }
    if let Some(folder) = place.folder_variable("BUNDLE_PATH") {
        return Location::Folder(Some(folder));
    }
    if arguments.last(&["--deployment"]).is_some() || is_set(place, "BUNDLE_DEPLOYMENT") {
        return Location::Folder(Some("vendor/bundle".to_owned()));
    }
    gem::home(place).map_or(Location::System, |home| Location::Folder(Some(home)))
}

/// The user's cache, and that of RubyGems where the gems go there and it is known.
fn cache(place: &Place<'_>, location: &Location) -> Cache {
    let mut cache = Cache::default();
    let home = gem::home(place);
    if matches!(location, Location::Folder(folder) if *folder == home) {
        cache.directories.extend(home.and_then(|home| place.folder(&join(&home, "cache"))));
    }
    let user = match place.folder_variable("BUNDLE_USER_CACHE") {
        Some(folder) => {
            cache.directory_from = Some("BUNDLE_USER_CACHE");
            Some(folder)
        }
        None => {
            let user_home = place.folder_variable("BUNDLE_USER_HOME");
            let user_home = user_home.or_else(|| Some(join(&place.home()?, ".bundle")));
            user_home.map(|folder| join(&folder, "cache"))
        }
    };
    cache.directories.extend(user.and_then(|folder| place.folder(&folder)));
    cache
}

/// A name; the version and the place of a gem that is added are options.
fn package(word: &Word, arguments: &Arguments<'_>) -> Package {
    let version = arguments.last(&["--version", "-v"]).and_then(Given::value_text);
    let is_repository = arguments.last(&["--git", "--github"]).is_some();
    let source = match arguments.last(&["--path"]) {
        Some(_) => PackageSource::Local,
        None if is_repository => PackageSource::Address,
        None => PackageSource::Registry,
    };
    Package::of(word, source).named(&word.text(), version.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    const FILES: &str = "reads Gemfile; reads Gemfile.lock (OptionalLock)";

    #[test]
    fn verbs() {
        for (script, verb) in [
            ("bundle", "install (Install)"),
            ("bundle -j4 --retry 3", "install (Install)"),
            ("bundle install --jobs 4 --without development test", "install (Install)"),
            ("bundle update rails rack --group dev test --jobs 2", "update (Upgrade); rails; rack"),
            ("bundle add rack --version '~> 2' -g dev", "add (Install); rack ~> 2"),
            ("bundle add x --git https://x/y", "add (Install); x (Address)"),
            ("bundle lock --add-platform x86_64-linux", "lock (Refresh)"),
            ("bundle clean --force", "clean (Remove)"),
        ] {
            assert_shown(&[(
                script,
                &format!("bundler {verb}; {FILES}; in System; cache /root/.bundle/cache"),
            )]);
        }
        assert_nothing(&[
            "bundle --version",
            "bundle config set --local path vendor",
            "bundle exec rake",
            "bundle $X",
            "bundler help",
        ]);
    }

    #[test]
    fn folders_and_locks() {
        for (above, run, expected) in [
            (
                "FROM ruby:3.4",
                "bundle install",
                "reads Gemfile; reads Gemfile.lock (OptionalLock); in Folder(Some(\"/usr/local/bundle\")); \
                 cache /usr/local/bundle/cache /root/.bundle/cache",
            ),
            (
                "FROM ruby:3.4\nENV BUNDLE_PATH=/b BUNDLE_DEPLOYMENT=1",
                "bundle install",
                "reads Gemfile; reads Gemfile.lock (Lock); in Folder(Some(\"/b\")); cache /root/.bundle/cache",
            ),
            (
                "FROM x\nENV BUNDLE_USER_HOME=/u BUNDLE_FROZEN=false",
                "bundle install --gemfile=sub/gems.rb --path v",
                "reads sub/gems.rb; reads sub/gems.locked (OptionalLock); in Folder(Some(\"v\")); cache /u/cache",
            ),
            (
                "FROM x\nENV BUNDLE_USER_CACHE=/c BUNDLE_GEMFILE=g/Gemfile",
                "bundle install --deployment",
                "reads g/Gemfile; reads g/Gemfile.lock (Lock); in Folder(Some(\"vendor/bundle\")); cache /c; \
                 by BUNDLE_USER_CACHE",
            ),
        ] {
            let shown = show(&format!("{above}\nRUN {run}"));
            assert_eq!(shown, [format!("bundler install (Install); {expected}")], "{above}");
        }
    }
}
