//! yarn, from `yarn VERB --help` of 1.22.22 and 4.18.1. Caches: `yarn cache dir` of the one as root and as a user,
//! `yarn config get cacheFolder` of the other, under various settings; which options only one of them takes was tried
//! out with `yarn install`.
//!
//! The two keep their downloads in different folders, and the file does not say which of them `yarn` is: the project's
//! `packageManager` or `.yarnrc.yml` decides. An option, verb or variable that only one of them knows gives it away;
//! without that the folder is not known. Neither has a switch for its cache. Not read: `.yarnrc`, `.yarnrc.yml`, and
//! what `yarn create` downloads.

use super::command::{Action, Cache, Location, ManifestRole, PackageCommand};
use super::options::{Arguments, Given, Options};
use super::place::{Place, implied_in};
use super::{Manager, node};

const OPTIONS: Options = Options {
    long: &[
        "--cache-folder",
        "--cwd",
        "--exclude",
        "--from",
        "--global-folder",
        "--https-proxy",
        "--include",
        "--jobs",
        "--link-folder",
        "--mode",
        "--modules-folder",
        "--mutex",
        "--network-concurrency",
        "--network-timeout",
        "--otp",
        "--package",
        "--pattern",
        "--preferred-cache-folder",
        "--prefix",
        "--proxy",
        "--registry",
        "--scope",
        "--strategy",
        "--tag",
        "--use-yarnrc",
    ],
    short: "S",
};

/// The same for `yarn dlx`.
const EXECUTION: Options = Options { short: "Sp", ..OPTIONS };

/// Yarn 1 and its successors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Generation {
    Classic,
    Berry,
}

/// Options that only the later ones know; yarn 1 goes on without a word.
const BERRY: &[&str] = &[
    "--all",
    "--check-cache",
    "--check-resolutions",
    "--immutable",
    "--immutable-cache",
    "--inline-builds",
    "--mirror",
    "--mode",
    "--no-time-gate",
    "--refresh-lockfile",
];

/// Options that only yarn 1 knows; the later ones stop with an error.
const CLASSIC: &[&str] = &[
    "--cache-folder",
    "--check-files",
    "--flat",
    "--force",
    "--frozen-lockfile",
    "--global-folder",
    "--ignore-engines",
    "--ignore-optional",
    "--ignore-platform",
    "--ignore-scripts",
    "--link-duplicates",
    "--modules-folder",
    "--mutex",
    "--no-bin-links",
    "--no-lockfile",
    "--non-interactive",
    "--offline",
    "--pattern",
    "--prefer-offline",
    "--preferred-cache-folder",
    "--prod",
    "--pure-lockfile",
];

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        [] | ["install", ..] => ("install", Action::Install),
        ["add", ..] => ("add", Action::Install),
        ["global", "add", ..] => ("global add", Action::Install),
        ["workspaces", "focus", ..] => ("workspaces focus", Action::Install),
        ["dedupe", ..] => ("dedupe", Action::Install),
        ["upgrade", ..] => ("upgrade", Action::Upgrade),
        ["up", ..] => ("up", Action::Upgrade),
        ["global", "upgrade", ..] => ("global upgrade", Action::Upgrade),
        ["remove", ..] => ("remove", Action::Remove),
        ["global", "remove", ..] => ("global remove", Action::Remove),
        ["dlx", ..] => ("dlx", Action::Build),
        ["cache", "clean" | "clear", ..] => ("cache clean", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let mut arguments = OPTIONS.parse(place.arguments);
    // `yarn workspace NAME VERB` works in a folder that only the project knows.
    let is_workspace = arguments.words().first() == Some(&"workspace");
    let skipped = if is_workspace { 2 } else { 0 };
    let words = arguments.words();
    let words = words.get(skipped..).filter(|words| !is_workspace || !words.is_empty())?;
    let (name, action) = verb(words)?;
    let length = if words.is_empty() { 0 } else { skipped + name.split(' ').count() };
    if words.is_empty() && arguments.last(&["-v", "--version", "-h", "--help"]).is_some() {
        return None;
    }
    if name == "dlx" {
        arguments = EXECUTION.parse_before(place.arguments, length);
    }
    let (verb_words, packages) = arguments.positionals.split_at_checked(length)?;
    let mut command = place.package_command(Manager::Yarn, verb_words.last().copied(), name, action);
    let generation = generation(place, &arguments, name);
    command.cache = match generation {
        Some(Generation::Classic) => classic_cache(place, &arguments),
        Some(Generation::Berry) => berry_cache(place),
        None => Cache::default(),
    };
    command.options = arguments.to_options();
    match name {
        "cache clean" => {
            let is_partial = match generation {
                Some(Generation::Classic) => !packages.is_empty() || arguments.last(&["--pattern"]).is_some(),
                // Without `--mirror` or `--all` it is the folder that is in use, the project's or this one.
                _ => arguments.last(&["--all", "--mirror"]).is_none() && keeps_own_cache(place),
            };
            if is_partial {
                command.cache.directories.clear();
            }
            return Some(command);
        }
        "dlx" => {
            let named = arguments.all(&["-p", "--package"]).filter_map(Given::value_as_word);
            command.packages = named.map(|word| node::package(&word)).collect();
            if command.packages.is_empty() {
                command.packages.extend(packages.first().map(|word| node::package(word)));
            }
            command.location = Location::Cache;
            return Some(command);
        }
        "install" | "workspaces focus" | "dedupe" => {}
        _ => node::targets(&mut command, packages),
    }
    command.location = location(&arguments, name);
    if command.packages.is_empty() && !name.starts_with("global") {
        read_project(&mut command, &arguments, is_workspace);
    }
    Some(command)
}

/// `--immutable` fails without a lock; `--frozen-lockfile` of yarn 1 does not.
fn read_project(command: &mut PackageCommand, arguments: &Arguments<'_>, is_workspace: bool) {
    let folder = arguments.last(&["--cwd"]);
    let lock = match arguments.last(&["--immutable"]) {
        Some(_) => ManifestRole::Lock,
        None => ManifestRole::OptionalLock,
    };
    command.manifests.push(implied_in(folder, &command.verb, "package.json", ManifestRole::Packages));
    if arguments.last(&["--no-lockfile"]).is_none() {
        command.manifests.push(implied_in(folder, &command.verb, "yarn.lock", lock));
    }
    if is_workspace {
        for manifest in &mut command.manifests {
            manifest.path = None;
        }
    }
}

fn location(arguments: &Arguments<'_>, name: &str) -> Location {
    if let Some(option) = arguments.last(&["--modules-folder", "--global-folder"]) {
        return Location::Folder(option.value.clone());
    }
    match name.starts_with("global") {
        true => match arguments.last(&["--prefix"]) {
            Some(option) => Location::Folder(option.value.clone()),
            None => Location::System,
        },
        false => Location::Project,
    }
}

/// Which yarn it is, where the command or its surroundings give it away.
fn generation(place: &Place<'_>, arguments: &Arguments<'_>, name: &str) -> Option<Generation> {
    let is_focus = name == "workspaces focus";
    let is_classic_production = arguments.last(&["--production"]).is_some() && !is_focus;
    if is_focus || matches!(name, "dlx" | "up" | "dedupe") || arguments.last(BERRY).is_some() {
        return Some(Generation::Berry);
    }
    if name.starts_with("global")
        || name == "upgrade"
        || arguments.last(CLASSIC).is_some()
        || is_classic_production
    {
        return Some(Generation::Classic);
    }
    if let Some(generation) = launched_generation(place).or_else(|| chosen_generation(place)) {
        return Some(generation);
    }
    let is_berry = ["YARN_GLOBAL_FOLDER", "YARN_ENABLE_GLOBAL_CACHE", "YARN_NODE_LINKER"];
    is_berry.iter().any(|variable| place.variable(variable).is_some()).then_some(Generation::Berry)
}

/// `corepack yarn@4 install`
fn launched_generation(place: &Place<'_>) -> Option<Generation> {
    of_version(place.program_word.value.as_deref()?.split_once('@')?.1)
}

/// `yarn set version 4`, `corepack prepare yarn@4 --activate`, `npm install -g yarn@1` or `yarn --immutable` earlier in
/// the script.
fn chosen_generation(place: &Place<'_>) -> Option<Generation> {
    place.earlier().iter().rev().find_map(|command| {
        let words = command.arguments();
        match command.name.as_deref()? {
            "yarn" if command.has_argument("set") && command.has_argument("version") => {
                of_version(words.last()?.value.as_deref()?)
            }
            "yarn" if words.iter().any(|word| CLASSIC.contains(&&*word.raw)) => Some(Generation::Classic),
            "yarn" if words.iter().any(|word| BERRY.contains(&&*word.raw)) => Some(Generation::Berry),
            "corepack" | "npm" => {
                words.iter().find_map(|word| of_version(word.value.as_deref()?.strip_prefix("yarn@")?))
            }
            _ => None,
        }
    })
}

fn of_version(version: &str) -> Option<Generation> {
    match version.trim_start_matches(['^', '~', 'v']).split(['.', '+']).next()? {
        "1" | "classic" => Some(Generation::Classic),
        "2" | "3" | "4" | "5" | "6" | "berry" | "stable" | "canary" => Some(Generation::Berry),
        _ => None,
    }
}

/// Yarn 1 gives root, whatever its home is, a folder of the system.
fn classic_cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let options = ["--cache-folder", "--preferred-cache-folder"];
    place.cache(arguments, &options, &["YARN_CACHE_FOLDER", "yarn_cache_folder"], || {
        let is_moved = place.folder_variable("XDG_CACHE_HOME").is_some();
        match place.is_root() {
            Some(true) if !is_moved => Some("/usr/local/share/.cache/yarn".to_owned()),
            _ => place.user_cache("yarn"),
        }
    })
}

/// The global folder, which is in use by default, and else filled too.
fn berry_cache(place: &Place<'_>) -> Cache {
    let mut cache = Cache::default();
    let folder = if let Some(folder) = place.folder_variable("YARN_GLOBAL_FOLDER") {
        cache.directory_from = Some("YARN_GLOBAL_FOLDER");
        place.folder(&folder)
    } else if let Some(folder) = place.folder_variable("XDG_DATA_HOME") {
        place.folder(&folder).map(|folder| format!("{folder}/yarn/berry"))
    } else {
        place.home().map(|home| format!("{home}/.yarn/berry"))
    };
    cache.directories.extend(folder.map(|folder| format!("{folder}/cache")));
    cache
}

/// Whether a later yarn is told to use the project's own `.yarn/cache`.
fn keeps_own_cache(place: &Place<'_>) -> bool {
    place
        .variable("YARN_ENABLE_GLOBAL_CACHE")
        .is_some_and(|(value, _)| matches!(value.as_str(), "0" | "false"))
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    #[test]
    fn projects() {
        let project = "reads package.json; reads yarn.lock (OptionalLock); in Project";
        let locked = "reads package.json; reads yarn.lock (Lock); in Project";
        let classic = "cache /usr/local/share/.cache/yarn";
        let berry = "cache /root/.yarn/berry/cache";
        for (run, expected) in [
            ("yarn", format!("yarn install (Install); {project}")),
            ("yarn install --silent --network-timeout 1000", format!("yarn install (Install); {project}")),
            ("yarn --frozen-lockfile", format!("yarn install (Install); {project}; {classic}")),
            ("yarnpkg install --production=true", format!("yarn install (Install); {project}; {classic}")),
            ("yarn --prod --no-lockfile", format!("yarn install (Install); reads package.json; in Project; {classic}")),
            ("yarn install --immutable --mode skip-build", format!("yarn install (Install); {locked}; {berry}")),
            ("yarn workspaces focus --production api", format!("yarn workspaces focus (Install); {project}; {berry}")),
            ("corepack yarn@4.1.0 install", format!("yarn install (Install); {project}; {berry}")),
            ("corepack yarn@1 install", format!("yarn install (Install); {project}; {classic}")),
            ("yarn up", format!("yarn up (Upgrade); {project}; {berry}")),
            (
                "yarn --cwd web install",
                "yarn install (Install); reads web/package.json; reads web/yarn.lock (OptionalLock); in Project".to_owned(),
            ),
            (
                "yarn workspace api install --frozen-lockfile",
                format!("yarn install (Install); reads ?; reads ? (OptionalLock); in Project; {classic}"),
            ),
        ] {
            assert_shown(&[(run, &expected)]);
        }
        assert_nothing(&[
            "yarn -v",
            "yarn --help",
            "yarn build",
            "yarn run install",
            "yarn workspace api build",
            "yarn workspace",
            "yarn workspaces",
            "yarn global bin",
            "yarn cache dir",
            "corepack enable",
            "corepack",
            "yarn $X",
        ]);
    }

    #[test]
    fn packages() {
        assert_shown(&[
            (
                "yarn add -D react@^18 --registry x ./lib",
                "yarn add (Install); react @^18; ./lib (Local); project ./lib; in Project",
            ),
            (
                "yarn global add serve@14",
                "yarn global add (Install); serve @14; in System; cache /usr/local/share/.cache/yarn",
            ),
            (
                "yarn global add x --prefix /p",
                "yarn global add (Install); x; in Folder(Some(\"/p\")); cache /usr/local/share/.cache/yarn",
            ),
            ("yarn workspace api add left-pad@1", "yarn add (Install); left-pad @1; in Project"),
            ("yarn remove a", "yarn remove (Remove); a; in Project"),
            (
                "yarn dlx -p typescript tsc -p x",
                "yarn dlx (Build); typescript; in Cache; cache /root/.yarn/berry/cache",
            ),
            (
                "yarn dlx -q cowsay@1 hi --package y",
                "yarn dlx (Build); cowsay @1; in Cache; cache /root/.yarn/berry/cache",
            ),
        ]);
    }

    #[test]
    fn caches() {
        let shown = |above: &str, run: &str| {
            let shown = show(&format!("FROM x\n{above}\nRUN {run}"));
            shown
                .iter()
                .filter_map(|line| Some(line.split_once("in Project")?.1.to_owned()))
                .collect::<Vec<_>>()
        };
        for (above, run, expected) in [
            ("ENV HOME=/h", "yarn --prod", "; cache /usr/local/share/.cache/yarn"),
            ("ENV XDG_CACHE_HOME=/x", "yarn --prod", "; cache /x/yarn"),
            ("USER node", "yarn --prod", "; cache /home/node/.cache/yarn"),
            ("USER 5", "yarn --prod", ""),
            ("ENV YARN_CACHE_FOLDER=/c", "yarn --prod", "; cache /c; by YARN_CACHE_FOLDER"),
            ("ENV YARN_CACHE_FOLDER=/c", "yarn --prod --cache-folder /d", "; cache /d; by --cache-folder"),
            ("ENV YARN_CACHE_FOLDER=/c", "yarn --immutable", "; cache /root/.yarn/berry/cache"),
            ("ENV YARN_GLOBAL_FOLDER=/g", "yarn", "; cache /g/cache; by YARN_GLOBAL_FOLDER"),
            ("ENV XDG_DATA_HOME=/x", "yarn --immutable", "; cache /x/yarn/berry/cache"),
            ("USER node", "yarn set version stable && yarn", "; cache /home/node/.yarn/berry/cache"),
            ("USER root", "corepack prepare yarn@4.2 --activate && yarn", "; cache /root/.yarn/berry/cache"),
        ] {
            assert_eq!(shown(above, run), [expected], "{above} {run}");
        }
        assert_shown(&[
            ("yarn cache clean", "yarn cache clean (Clean)"),
            ("yarn cache clean --all", "yarn cache clean (Clean); cache /root/.yarn/berry/cache"),
        ]);
        assert_eq!(
            show("FROM x\nRUN yarn --prod && yarn cache clean")[1],
            "yarn cache clean (Clean); cache /usr/local/share/.cache/yarn"
        );
    }
}
