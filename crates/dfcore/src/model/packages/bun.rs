//! bun and bunx, from `bun VERB --help` and `bun pm cache` of bun 1.4.4, both under various settings.
//!
//! `--no-cache` only makes bun ask again for what is known of packages; the packages are kept and used as before, so it
//! does not switch the cache off. No verb fails without a lock. Not read: `bunfig.toml`, and what `bun create`
//! downloads.

use super::command::{Action, Cache, Location, ManifestRole, PackageCommand};
use super::options::{Arguments, Given, Options};
use super::place::{Place, implied_in};
use super::{Manager, node};

const OPTIONS: Options = Options {
    long: &[
        "--backend",
        "--ca",
        "--cache-dir",
        "--cafile",
        "--catalog",
        "--concurrent-scripts",
        "--config",
        "--cpu",
        "--cwd",
        "--env-file",
        "--filter",
        "--libc",
        "--linker",
        "--minimum-release-age",
        "--minimum-release-age-excludes",
        "--network-concurrency",
        "--omit",
        "--os",
        "--package",
        "--registry",
    ],
    short: "cF",
};

/// The same for `bun x`.
const EXECUTION: Options = Options { short: "cFp", ..OPTIONS };

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        ["install" | "i", ..] => ("install", Action::Install),
        ["add" | "a", ..] => ("add", Action::Install),
        ["ci", ..] => ("ci", Action::Install),
        ["update" | "up", ..] => ("update", Action::Upgrade),
        ["remove" | "rm" | "r" | "uninstall", ..] => ("remove", Action::Remove),
        ["x", ..] => ("x", Action::Build),
        ["pm", "cache", "rm", ..] => ("pm cache rm", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    if place.program == "bunx" {
        return execution(place, &EXECUTION.parse_before(place.arguments, 0), None);
    }
    let arguments = OPTIONS.parse(place.arguments);
    let (name, action) = verb(&arguments.words())?;
    if action == Action::Build {
        let mut arguments = EXECUTION.parse_before(place.arguments, 1);
        let words = arguments.positionals.split_off(1.min(arguments.positionals.len()));
        let word = std::mem::replace(&mut arguments.positionals, words).pop();
        return execution(place, &arguments, word);
    }
    let (verb_words, words) = arguments.positionals.split_at(name.split(' ').count());
    let mut command = place.package_command(Manager::Bun, verb_words.last().copied(), name, action);
    command.cache = cache(place, &arguments);
    command.options = arguments.to_options();
    if action == Action::Clean {
        return Some(command);
    }
    if arguments.last(&["--lockfile-only"]).is_some() {
        command.verb.action = Action::Refresh;
    }
    let is_global = arguments.last(&["-g", "--global"]).is_some();
    if name != "ci" {
        node::targets(&mut command, words);
    }
    command.location = match place.folder_variable("BUN_INSTALL_GLOBAL_DIR").filter(|_| is_global) {
        Some(folder) => Location::Folder(Some(folder)),
        None if is_global => Location::User,
        None => Location::Project,
    };
    if !is_global && command.packages.is_empty() {
        let folder = arguments.last(&["--cwd"]);
        command.manifests.push(implied_in(folder, &command.verb, "package.json", ManifestRole::Packages));
        // `bun.lockb` before 1.2.
        for lock in ["bun.lock", "bun.lockb"] {
            command.manifests.push(implied_in(folder, &command.verb, lock, ManifestRole::OptionalLock));
        }
    }
    Some(command)
}

/// `bunx` and `bun x`: what runs is taken from the project when it has it, else downloaded.
fn execution(
    place: &Place<'_>,
    arguments: &Arguments<'_>,
    verb_word: Option<&crate::shell::Word>,
) -> Option<PackageCommand> {
    if arguments.last(&["--no-install", "--help"]).is_some() {
        return None;
    }
    let mut command = place.package_command(Manager::Bun, verb_word, "x", Action::Build);
    command.cache = cache(place, arguments);
    command.options = arguments.to_options();
    let named = arguments.all(&["--package", "-p"]).filter_map(Given::value_as_word);
    command.packages = named.map(|word| node::package(&word)).collect();
    if command.packages.is_empty() {
        command.packages.extend(arguments.positionals.first().map(|word| node::package(word)));
    }
    command.location = Location::Cache;
    Some(command)
}

/// `BUN_INSTALL_CACHE_DIR`, else `install/cache` below `BUN_INSTALL`, else below `.bun` of `XDG_CACHE_HOME` or home.
fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = place.cache(arguments, &["--cache-dir"], &["BUN_INSTALL_CACHE_DIR"], || None);
    if cache.directory_from.is_some() {
        return cache;
    }
    let folder = if let Some(folder) = place.folder_variable("BUN_INSTALL") {
        cache.directory_from = Some("BUN_INSTALL");
        place.folder(&folder)
    } else if let Some(folder) = place.folder_variable("XDG_CACHE_HOME") {
        place.folder(&folder).map(|folder| format!("{folder}/.bun"))
    } else {
        place.home().map(|home| format!("{home}/.bun"))
    };
    cache.directories.extend(folder.map(|folder| format!("{folder}/install/cache")));
    cache
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    const CACHE: &str = "cache /root/.bun/install/cache";

    #[test]
    fn projects_and_packages() {
        let project =
            "reads package.json; reads bun.lock (OptionalLock); reads bun.lockb (OptionalLock); in Project";
        for (run, expected) in [
            ("bun install", format!("bun install (Install); {project}")),
            ("bun i --frozen-lockfile --production --no-cache", format!("bun install (Install); {project}")),
            ("bun ci --registry x", format!("bun ci (Install); {project}")),
            ("bun install --lockfile-only", format!("bun install (Refresh); {project}")),
            (
                "bun install --cwd api",
                "bun install (Install); reads api/package.json; reads api/bun.lock (OptionalLock); reads api/bun.lockb (OptionalLock); in Project".to_owned(),
            ),
            ("bun a -d zod@3 @s/x ./lib -F api", "bun add (Install); zod @3; @s/x; ./lib (Local); project ./lib; in Project".to_owned()),
            ("bun add -g turbo", "bun add (Install); turbo; in User".to_owned()),
            ("bun rm zod", "bun remove (Remove); zod; in Project".to_owned()),
            ("bun up zod", "bun update (Upgrade); zod; in Project".to_owned()),
            ("bunx -p @angular/cli@17 ng new -p x", "bun x (Build); @angular/cli @17; in Cache".to_owned()),
            ("bun x --bun vite@5 dev --package y", "bun x (Build); vite @5; in Cache".to_owned()),
            ("bun pm cache rm", "bun pm cache rm (Clean)".to_owned()),
        ] {
            assert_shown(&[(run, &format!("{expected}; {CACHE}"))]);
        }
        assert_nothing(&[
            "bun",
            "bun run install",
            "bun index.ts",
            "bun pm",
            "bun pm cache",
            "bun build ./a.ts",
            "bunx --no-install x",
        ]);
    }

    #[test]
    fn caches() {
        for (above, expected) in [
            ("ENV HOME=/h", "cache /h/.bun/install/cache"),
            ("ENV XDG_CACHE_HOME=/x", "cache /x/.bun/install/cache"),
            ("ENV BUN_INSTALL=/b XDG_CACHE_HOME=/x", "cache /b/install/cache; by BUN_INSTALL"),
            ("ENV BUN_INSTALL=/b BUN_INSTALL_CACHE_DIR=/c", "cache /c; by BUN_INSTALL_CACHE_DIR"),
            ("USER bun", "cache /home/bun/.bun/install/cache"),
        ] {
            let shown = show(&format!("FROM x\n{above}\nRUN bun add x"));
            assert_eq!(shown, [format!("bun add (Install); x; in Project; {expected}")], "{above}");
        }
        assert_shown(&[(
            "bun add x --cache-dir=/c",
            "bun add (Install); x; in Project; cache /c; by --cache-dir",
        )]);
    }
}
