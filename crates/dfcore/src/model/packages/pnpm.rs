//! pnpm, pnpx, from `pnpm VERB --help` of 12.4.2 and `pnpm help VERB` of 10.34.9. The store: `pnpm store path` of 9.15,
//! 10.34 and 12.4 under various settings. Each version has a folder of its own (`v3`, `v10`, `v11`) in the store, which
//! is the cache here.
//!
//! The store has no switch. `pnpm store prune` takes out what no project uses, not all. When the project is on
//! another device than the home directory, pnpm moves the store there, which an image's one file system does not show.
//! Not read: `.npmrc`, `pnpm-workspace.yaml`, and what `pnpm create` downloads.

use super::command::{Action, Cache, Location, ManifestRole, PackageCommand};
use super::options::{Arguments, Given, Options};
use super::place::{Place, implied_in};
use super::{Manager, node};

const OPTIONS: Options = Options {
    long: &[
        "--allow-build",
        "--cache-dir",
        "--changed-files-ignore-pattern",
        "--child-concurrency",
        "--cpu",
        "--depth",
        "--dir",
        "--fetch-timeout",
        "--fetch-warn-timeout-ms",
        "--filter",
        "--filter-prod",
        "--global-bin-dir",
        "--global-dir",
        "--hoist-pattern",
        "--http-proxy",
        "--https-proxy",
        "--libc",
        "--lockfile-dir",
        "--loglevel",
        "--merge-git-branch-lockfiles-branch-pattern",
        "--modules-dir",
        "--network-concurrency",
        "--no-proxy",
        "--node-linker",
        "--npmrc-auth-file",
        "--os",
        "--package",
        "--package-import-method",
        "--pnpr-server",
        "--prefix",
        "--public-hoist-pattern",
        "--registry",
        "--reporter",
        "--save-catalog-name",
        "--save-prefix",
        "--state-dir",
        "--store-dir",
        "--tag",
        "--test-pattern",
        "--trust-policy-exclude",
        "--trust-policy-ignore-after",
        "--user-agent",
        "--virtual-store-dir",
        "--workspace-concurrency",
        "--workspace-packages",
    ],
    short: "CF",
};

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" | "i" => ("install", Action::Install),
        "ci" | "clean-install" | "ic" | "install-clean" => ("ci", Action::Install),
        "install-test" | "it" => ("install-test", Action::Install),
        "add" => ("add", Action::Install),
        "deploy" => ("deploy", Action::Install),
        "dedupe" => ("dedupe", Action::Install),
        "fetch" => ("fetch", Action::Download),
        "update" | "up" | "upgrade" => ("update", Action::Upgrade),
        "remove" | "uninstall" | "rm" | "un" | "uni" => ("remove", Action::Remove),
        "prune" => ("prune", Action::Remove),
        "dlx" => ("dlx", Action::Build),
        "store" => ("store prune", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    if place.program == "pnpx" {
        return Some(execution(place, &OPTIONS.parse_before(place.arguments, 0), None));
    }
    let arguments = OPTIONS.parse(place.arguments);
    let words = match arguments.positionals.as_slice() {
        // `pnpm recursive install` is `pnpm -r install`.
        [first, rest @ ..] if ["recursive", "multi", "m"].iter().any(|alias| first.is(alias)) => rest,
        words => words,
    };
    let (&word, words) = words.split_first()?;
    let (name, action) = verb(word.value.as_deref()?)?;
    if name == "dlx" {
        let before = arguments.positionals.len() - words.len();
        let mut arguments = OPTIONS.parse_before(place.arguments, before);
        arguments.positionals = arguments.positionals.split_off(before.min(arguments.positionals.len()));
        return Some(execution(place, &arguments, Some(word)));
    }
    let mut command = place.package_command(Manager::Pnpm, Some(word), name, action);
    command.cache = cache(place, &arguments);
    command.options = arguments.to_options();
    if action == Action::Clean {
        let is_prune = words.first().is_some_and(|word| word.is("prune"));
        command.cache.directories.clear();
        return is_prune.then_some(command);
    }
    if arguments.last(&["--lockfile-only"]).is_some() {
        command.verb.action = Action::Refresh;
    }
    let is_global = arguments.last(&["-g", "--global"]).is_some();
    match name {
        "add" | "install" | "install-test" | "update" | "remove" => node::targets(&mut command, words),
        // The target is a folder; what is deployed is a package of the workspace with its files.
        "deploy" => command.project = Some(word.span),
        _ => {}
    }
    command.location = match name {
        "fetch" => Location::Cache,
        "deploy" => Location::Folder(words.first().and_then(|word| word.value.clone())),
        _ if is_global => global_location(place, &arguments),
        _ => Location::Project,
    };
    if !is_global && command.packages.is_empty() {
        read_project(&mut command, &arguments);
    }
    Some(command)
}

/// What a command without packages reads; `pnpm fetch` needs the lock alone.
fn read_project(command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let folder = arguments.last(&["-C", "--dir", "--prefix"]);
    let lock_folder = arguments.last(&["--lockfile-dir"]).or(folder);
    let is_fixed = matches!(command.verb.name, "ci" | "fetch")
        || arguments.last(&["--frozen-lockfile", "--no-frozen-lockfile"]).is_some_and(|option| {
            option.name == "--frozen-lockfile" && option.value.as_deref() != Some("false")
        });
    let lock = if is_fixed { ManifestRole::Lock } else { ManifestRole::OptionalLock };
    if command.verb.name != "fetch" {
        command.manifests.push(implied_in(folder, &command.verb, "package.json", ManifestRole::Packages));
    }
    if arguments.last(&["--no-lockfile"]).is_none() {
        command.manifests.push(implied_in(lock_folder, &command.verb, "pnpm-lock.yaml", lock));
    }
}

/// `pnpm dlx` and `pnpx`
fn execution(
    place: &Place<'_>,
    arguments: &Arguments<'_>,
    verb_word: Option<&crate::shell::Word>,
) -> PackageCommand {
    let mut command = place.package_command(Manager::Pnpm, verb_word, "dlx", Action::Build);
    command.cache = cache(place, arguments);
    command.options = arguments.to_options();
    let named = arguments.all(&["--package"]).filter_map(Given::value_as_word);
    command.packages = named.map(|word| node::package(&word)).collect();
    if command.packages.is_empty() {
        command.packages.extend(arguments.positionals.first().map(|word| node::package(word)));
    }
    command.location = Location::Cache;
    command
}

/// Global packages are below `PNPM_HOME`, which is by default in the user's home.
fn global_location(place: &Place<'_>, arguments: &Arguments<'_>) -> Location {
    match arguments.last(&["--global-dir"]) {
        Some(option) => Location::Folder(option.value.clone()),
        None => match place.folder_variable("PNPM_HOME") {
            Some(folder) => Location::Folder(Some(folder)),
            None => Location::User,
        },
    }
}

/// The store. npm's variables are read up to pnpm 10, pnpm's own from 11 on.
fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    const VARIABLES: &[&str] =
        &["npm_config_store_dir", "NPM_CONFIG_STORE_DIR", "pnpm_config_store_dir", "PNPM_CONFIG_STORE_DIR"];
    let mut cache = place.cache(arguments, &["--store-dir"], VARIABLES, || None);
    if cache.directory_from.is_some() {
        return cache;
    }
    let folder = if let Some(folder) = place.folder_variable("PNPM_HOME") {
        cache.directory_from = Some("PNPM_HOME");
        place.folder(&folder)
    } else if let Some(folder) = place.folder_variable("XDG_DATA_HOME") {
        place.folder(&folder).map(|folder| format!("{folder}/pnpm"))
    } else {
        place.home().map(|home| format!("{home}/.local/share/pnpm"))
    };
    cache.directories.extend(folder.map(|folder| format!("{folder}/store")));
    cache
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    const STORE: &str = "cache /root/.local/share/pnpm/store";

    #[test]
    fn projects() {
        let optional = "reads package.json; reads pnpm-lock.yaml (OptionalLock)";
        let locked = "reads package.json; reads pnpm-lock.yaml (Lock)";
        for (run, expected) in [
            ("pnpm i", format!("pnpm install (Install); {optional}; in Project")),
            ("pnpm install --frozen-lockfile --prod", format!("pnpm install (Install); {locked}; in Project")),
            ("pnpm install --frozen-lockfile=false", format!("pnpm install (Install); {optional}; in Project")),
            ("pnpm install --prod false", format!("pnpm install (Install); {optional}; in Project")),
            ("corepack pnpm@9 install --reporter append-only", format!("pnpm install (Install); {optional}; in Project")),
            ("pnpm recursive install", format!("pnpm install (Install); {optional}; in Project")),
            ("pnpm --filter api -r install", format!("pnpm install (Install); {optional}; in Project")),
            ("pnpm ci", format!("pnpm ci (Install); {locked}; in Project")),
            ("pnpm fetch --prod", "pnpm fetch (Download); reads pnpm-lock.yaml (Lock); in Cache".to_owned()),
            (
                "pnpm -C web install --lockfile-dir .",
                "pnpm install (Install); reads web/package.json; reads pnpm-lock.yaml (OptionalLock); in Project".to_owned(),
            ),
            (
                "pnpm --filter=api --prod deploy /out",
                format!("pnpm deploy (Install); {optional}; project deploy; in Folder(Some(\"/out\"))"),
            ),
            ("pnpm install --lockfile-only", format!("pnpm install (Refresh); {optional}; in Project")),
        ] {
            assert_shown(&[(run, &format!("{expected}; {STORE}"))]);
        }
        assert_nothing(&[
            "pnpm",
            "pnpm -v",
            "pnpm run install",
            "pnpm build",
            "pnpm exec x",
            "pnpm store path",
            "pnpm store",
            "pnpm -r",
            "pnpm recursive",
        ]);
    }

    #[test]
    fn packages() {
        for (run, expected) in [
            (
                "pnpm add -D react@^18 -F api ./x.tgz",
                "pnpm add (Install); react @^18; ./x.tgz (Local); in Project",
            ),
            ("pnpm add -g turbo@2", "pnpm add (Install); turbo @2; in User"),
            ("pnpm uni a", "pnpm remove (Remove); a; in Project"),
            ("pnpm dlx --package=typescript tsc --package x", "pnpm dlx (Build); typescript; in Cache"),
            ("pnpx cowsay@1 hi", "pnpm dlx (Build); cowsay @1; in Cache"),
            ("pnpm dlx --reporter silent cowsay hi", "pnpm dlx (Build); cowsay; in Cache"),
        ] {
            assert_shown(&[(run, &format!("{expected}; {STORE}"))]);
        }
        assert_shown(&[("pnpm store prune", "pnpm store prune (Clean)")]);
    }

    #[test]
    fn stores() {
        for (above, expected) in [
            (
                "ENV PNPM_HOME=/pnpm XDG_DATA_HOME=/x",
                "in Folder(Some(\"/pnpm\")); cache /pnpm/store; by PNPM_HOME",
            ),
            ("ENV XDG_DATA_HOME=/x", "in User; cache /x/pnpm/store"),
            (
                "ENV npm_config_store_dir=/s PNPM_HOME=/p",
                "in Folder(Some(\"/p\")); cache /s; by npm_config_store_dir",
            ),
            ("USER node", "in User; cache /home/node/.local/share/pnpm/store"),
        ] {
            let shown = show(&format!("FROM x\n{above}\nRUN pnpm add -g x"));
            assert_eq!(shown, [format!("pnpm add (Install); x; {expected}")], "{above}");
        }
        assert_shown(&[(
            "pnpm add x --store-dir /s",
            "pnpm add (Install); x; in Project; cache /s; by --store-dir",
        )]);
    }
}
