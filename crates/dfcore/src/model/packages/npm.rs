//! npm and npx, from npm 11.21.2: its option definitions (`@npmcli/config`, all that take a value), its aliases
//! (`lib/utils/cmd-list.js`), and `npm config get cache` and `npm root` under various settings.
//!
//! npm has no switch for its cache. `npm cache clean` empties the part of it that holds packages. Not read: `.npmrc`,
//! and what `npm init` and `npm create` download.

use super::command::{Action, Cache, Location, ManifestRole, PackageCommand};
use super::options::{Arguments, Given, Options};
use super::place::{Place, implied_in, join};
use super::{Manager, node};
use crate::shell::Word;

const OPTIONS: Options = Options { long: LONG, short: "CLcmw" };

/// Those of npx, where `-p` is `--package`.
const NPX: Options = Options { long: LONG, short: "CLcmpw" };

const LONG: &[&str] = &[
    "--_auth",
    "--access",
    "--allow-directory",
    "--allow-file",
    "--allow-git",
    "--allow-remote",
    "--allow-scripts",
    "--also",
    "--audit-level",
    "--auth-type",
    "--before",
    "--ca",
    "--cache",
    "--cache-max",
    "--cache-min",
    "--cafile",
    "--call",
    "--cert",
    "--cidr",
    "--cpu",
    "--depth",
    "--diff",
    "--editor",
    "--expires",
    "--fetch-retries",
    "--fetch-retry-factor",
    "--fetch-retry-maxtimeout",
    "--fetch-retry-mintimeout",
    "--fetch-timeout",
    "--git",
    "--globalconfig",
    "--heading",
    "--https-proxy",
    "--include",
    "--install-strategy",
    "--key",
    "--libc",
    "--local-address",
    "--location",
    "--lockfile-version",
    "--loglevel",
    "--logs-dir",
    "--logs-max",
    "--maxsockets",
    "--message",
    "--min-release-age",
    "--min-release-age-exclude",
    "--node-gyp",
    "--node-options",
    "--noproxy",
    "--omit",
    "--only",
    "--os",
    "--otp",
    "--pack-destination",
    "--package",
    "--prefix",
    "--preid",
    "--proxy",
    "--registry",
    "--replace-registry-host",
    "--save-prefix",
    "--scope",
    "--script-shell",
    "--shell",
    "--tag",
    "--tag-version-prefix",
    "--umask",
    "--user-agent",
    "--userconfig",
    "--viewer",
    "--which",
    "--workspace",
];

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" | "add" | "i" | "in" | "ins" | "inst" | "insta" | "instal" | "isnt" | "isnta"
        | "isntal" | "isntall" => ("install", Action::Install),
        "ci" | "clean-install" | "ic" | "install-clean" | "isntall-clean" => ("ci", Action::Install),
        "install-test" | "it" => ("install-test", Action::Install),
        "install-ci-test" | "cit" | "clean-install-test" | "sit" => ("install-ci-test", Action::Install),
        "dedupe" | "ddp" => ("dedupe", Action::Install),
        "update" | "u" | "up" | "upgrade" | "udpate" => ("update", Action::Upgrade),
        "uninstall" | "unlink" | "remove" | "rm" | "r" | "un" => ("uninstall", Action::Remove),
        "prune" => ("prune", Action::Remove),
        "exec" | "x" => ("exec", Action::Build),
        "cache" => ("cache clean", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    if place.program == "npx" {
        return execution(place, &NPX.parse_before(place.arguments, 0), None);
    }
    let arguments = OPTIONS.parse(place.arguments);
    let word = *arguments.positionals.first()?;
    let (name, action) = verb(word.value.as_deref()?)?;
    if action == Action::Build {
        let mut arguments = OPTIONS.parse_before(place.arguments, 1);
        arguments.positionals = arguments.positionals.split_off(1.min(arguments.positionals.len()));
        return execution(place, &arguments, Some(word));
    }
    let words = &arguments.positionals[1..];
    let mut command = place.package_command(Manager::Npm, Some(word), name, action);
    command.cache = cache(place, &arguments);
    command.options = arguments.to_options();
    if action == Action::Clean {
        let [what, keys @ ..] = words else { return None };
        if !["clean", "clear", "rm"].iter().any(|alias| what.is(alias)) {
            return None;
        }
        // With keys it only takes these out.
        let folders = command.cache.directories.iter().filter(|_| keys.is_empty());
        command.cache.directories = folders.map(|folder| join(folder, "_cacache")).collect();
        return Some(command);
    }
    if arguments.last(&["--package-lock-only"]).is_some() {
        command.verb.action = Action::Refresh;
    }
    let is_global = is_global(place, &arguments);
    let takes_packages = !matches!(name, "ci" | "install-ci-test" | "dedupe");
    if takes_packages {
        node::targets(&mut command, words);
    }
    command.location = if is_global { global_location(place, &arguments) } else { Location::Project };
    if !is_global && command.packages.is_empty() {
        read_project(&mut command, &arguments);
    }
    Some(command)
}

/// What a command without packages reads. `npm install name` reads the same files but does without them.
fn read_project(command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let folder = arguments.last(&["--prefix", "-C"]);
    let lock = match command.verb.name {
        "ci" | "install-ci-test" => ManifestRole::Lock,
        _ => ManifestRole::OptionalLock,
    };
    command.manifests.push(implied_in(folder, &command.verb, "package.json", ManifestRole::Packages));
    if arguments.last(&["--no-package-lock"]).is_none() {
        // `npm-shrinkwrap.json` may stand in its place.
        command.manifests.push(implied_in(folder, &command.verb, "package-lock.json", lock));
    }
}

/// `npx` and `npm exec`: what runs is taken from the project when it has it, else downloaded.
fn execution(
    place: &Place<'_>,
    arguments: &Arguments<'_>,
    verb_word: Option<&Word>,
) -> Option<PackageCommand> {
    if arguments
        .last(&["--no-install", "--no", "--offline", "-n", "--version", "-v", "--help", "-h"])
        .is_some()
    {
        return None;
    }
    let mut command = place.package_command(Manager::Npm, verb_word, "exec", Action::Build);
    command.cache = cache(place, arguments);
    command.options = arguments.to_options();
    let names: &[&str] = if place.program == "npx" { &["--package", "-p"] } else { &["--package"] };
    let named = arguments.all(names).filter_map(Given::value_as_word);
    command.packages = named.map(|word| node::package(&word)).collect();
    let runs_script = arguments.last(&["--call", "-c"]).is_some();
    if command.packages.is_empty() && !runs_script {
        command.packages.extend(arguments.positionals.first().map(|word| node::package(word)));
    }
    command.location = Location::Cache;
    Some(command)
}

fn is_global(place: &Place<'_>, arguments: &Arguments<'_>) -> bool {
    let location = arguments.last(&["--location", "-L"]).and_then(|option| option.value.as_deref());
    arguments.last(&["-g", "--global"]).is_some_and(|option| option.value.as_deref() != Some("false"))
        || location == Some("global")
        || setting(place, "global").is_some_and(|value| value == "true")
        || setting(place, "location").is_some_and(|value| value == "global")
}

fn global_location(place: &Place<'_>, arguments: &Arguments<'_>) -> Location {
    match arguments.last(&["--prefix", "-C"]) {
        Some(option) => Location::Folder(option.value.clone()),
        None => match setting(place, "prefix") {
            Some(folder) => Location::Folder(Some(folder)),
            None => Location::System,
        },
    }
}

/// A setting that a variable makes, whose name npm reads in small and capital letters.
fn setting(place: &Place<'_>, name: &str) -> Option<String> {
    place
        .folder_variable(&format!("npm_config_{name}"))
        .or_else(|| place.folder_variable(&format!("NPM_CONFIG_{}", name.to_ascii_uppercase())))
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    place.cache(arguments, &["--cache"], &["npm_config_cache", "NPM_CONFIG_CACHE"], || {
        Some(format!("{}/.npm", place.home()?))
    })
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    #[test]
    fn projects() {
        for (run, expected) in [
            ("npm ci", "npm ci (Install); reads package.json; reads package-lock.json (Lock)"),
            (
                "npm clean-install --omit dev",
                "npm ci (Install); reads package.json; reads package-lock.json (Lock)",
            ),
            ("npm i", "npm install (Install); reads package.json; reads package-lock.json (OptionalLock)"),
            (
                "npm install --production false",
                "npm install (Install); reads package.json; reads package-lock.json (OptionalLock)",
            ),
            (
                "npm --prefix web ci",
                "npm ci (Install); reads web/package.json; reads web/package-lock.json (Lock)",
            ),
            ("npm ci -C \"$DIR\"", "npm ci (Install); reads ?; reads ? (Lock)"),
            ("npm install --no-package-lock", "npm install (Install); reads package.json"),
            (
                "npm i --package-lock-only",
                "npm install (Refresh); reads package.json; reads package-lock.json (OptionalLock)",
            ),
            ("npm cit", "npm install-ci-test (Install); reads package.json; reads package-lock.json (Lock)"),
            ("npm up", "npm update (Upgrade); reads package.json; reads package-lock.json (OptionalLock)"),
            (
                "npm prune --omit=dev",
                "npm prune (Remove); reads package.json; reads package-lock.json (OptionalLock)",
            ),
            (
                "npm add react@^18 @s/x@1 ./lib git+https://h/x a@npm:b@2 --registry http://r -w app --tag next",
                "npm install (Install); react @^18; @s/x @1; ./lib (Local); git+https://h/x (Address); b @2; project ./lib",
            ),
            ("npm rm -D react", "npm uninstall (Remove); react"),
        ] {
            assert_shown(&[(run, &format!("{expected}; in Project; cache /root/.npm"))]);
        }
        assert_nothing(&[
            "npm",
            "npm run build",
            "npm -v",
            "npm init -y",
            "npm config set cache /c",
            "npm cache verify",
            "npm cache",
            "npm $VERB x",
            "npx --no-install tsc",
        ]);
    }

    #[test]
    fn global_packages() {
        for (run, expected) in [
            ("npm i -g pnpm@9 npm@$V", "npm install (Install); pnpm @9; npm @${V}; in System"),
            ("npm install --location=global x", "npm install (Install); x; in System"),
            ("npm install --global=false x", "npm install (Install); x; in Project"),
            ("NPM_CONFIG_PREFIX=/n npm i -g x", "npm install (Install); x; in Folder(Some(\"/n\"))"),
            ("npm i -g --prefix /n x", "npm install (Install); x; in Folder(Some(\"/n\"))"),
            ("npm_config_global=true npm i x", "npm install (Install); x; in System"),
            ("npm i -g .", "npm install (Install); . (Local); project .; in System"),
        ] {
            assert_shown(&[(run, &format!("{expected}; cache /root/.npm"))]);
        }
    }

    #[test]
    fn execution() {
        for (run, expected) in [
            ("npx -y create-app@1 my-app --package x", "npm exec (Build); create-app @1"),
            ("npx --package=typescript@5 --package x tsc -p y", "npm exec (Build); typescript @5; x"),
            ("npx -p typescript tsc", "npm exec (Build); typescript"),
            ("npm exec --yes -- cowsay hi", "npm exec (Build); cowsay"),
            ("npx -c 'a b'", "npm exec (Build)"),
        ] {
            assert_shown(&[(run, &format!("{expected}; in Cache; cache /root/.npm"))]);
        }
    }

    #[test]
    fn caches() {
        for (above, expected) in [
            ("ENV HOME=/h", "cache /h/.npm"),
            ("ENV XDG_CACHE_HOME=/x", "cache /root/.npm"),
            ("USER node", "cache /home/node/.npm"),
            ("ENV npm_config_cache=/c NPM_CONFIG_CACHE=/d", "cache /c; by npm_config_cache"),
            ("WORKDIR /w\nENV NPM_CONFIG_CACHE=c", "cache /w/c; by NPM_CONFIG_CACHE"),
        ] {
            let shown = show(&format!("FROM x\n{above}\nRUN npm i x"));
            assert_eq!(shown, [format!("npm install (Install); x; in Project; {expected}")], "{above}");
        }
        assert_shown(&[
            ("npm i x --cache /k", "npm install (Install); x; in Project; cache /k; by --cache"),
            ("npm cache clean --force", "npm cache clean (Clean); cache /root/.npm/_cacache"),
            ("npm cache rm x", "npm cache clean (Clean)"),
        ]);
    }
}
