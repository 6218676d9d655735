//! PDM, from the argument parser of pdm 2.29.4, `pdm config cache_dir` under various settings, and its sources for what
//! its variables do (`cli/options.py`, `project/core.py`). `pdm sync` and `pdm install --check` were tried without a
//! lock.
//!
//! Not read: `pdm.toml`, `pdm self`, `pdm python install`, and a workspace's lock above the project.

use super::command::{Action, Cache, Location, ManifestRole, PackageCommand};
use super::options::{Arguments, Options};
use super::place::{Place, implied_in, join};
use super::{Manager, pip, python};

const OPTIONS: Options = Options {
    long: &[
        "--config",
        "--config-setting",
        "--dest",
        "--editable",
        "--exclude-newer",
        "--group",
        "--implementation",
        "--lockfile",
        "--override",
        "--platform",
        "--project",
        "--python",
        "--skip",
        "--strategy",
        "--venv",
        "--with",
        "--without",
    ],
    short: "CGLSceKkpd",
};

/// The same for the verbs where `-d` is `--dev`.
const INSTALLING: Options = Options { short: "CGLSceKkp", ..OPTIONS };

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        ["install", ..] => ("install", Action::Install),
        ["sync", ..] => ("sync", Action::Install),
        ["add", ..] => ("add", Action::Install),
        ["update", ..] => ("update", Action::Upgrade),
        ["remove", ..] => ("remove", Action::Remove),
        ["lock", ..] => ("lock", Action::Refresh),
        ["build", ..] => ("build", Action::Build),
        ["cache", "clear", ..] => ("cache clear", Action::Clean),
        ["cache", "remove", ..] => ("cache remove", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let mut arguments = INSTALLING.parse(place.arguments);
    let (name, action) = verb(&arguments.words())?;
    if action == Action::Build {
        arguments = OPTIONS.parse(place.arguments);
    }
    let (verb_words, words) = arguments.positionals.split_at_checked(name.split(' ').count())?;
    let mut command = place.package_command(Manager::Pdm, verb_words.last().copied(), name, action);
    command.cache = cache(place, &arguments);
    command.options = arguments.to_options();
    if action == Action::Clean {
        if !words.is_empty() {
            command.cache.directories.clear();
        }
        return Some(command);
    }
    match name {
        "add" => pip::targets(&mut command, words, arguments.all(&["-e", "--editable"])),
        "update" | "remove" => command.packages = words.iter().map(|word| pip::package(word)).collect(),
        _ => {}
    }
    read_project(place, &mut command, &arguments);
    command.location = match action {
        Action::Refresh => Location::Cache,
        _ => location(place, &arguments),
    };
    Some(command)
}

fn read_project(place: &Place<'_>, command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let folder = arguments.last(&["-p", "--project"]);
    command.manifests.push(implied_in(folder, &command.verb, "pyproject.toml", ManifestRole::Packages));
    if command.verb.name == "build" {
        command.project = Some(command.verb.span);
        return;
    }
    let needs_lock = command.verb.name == "sync" || arguments.last(&["--check"]).is_some();
    let role = if needs_lock { ManifestRole::Lock } else { ManifestRole::OptionalLock };
    let mut lock = implied_in(folder, &command.verb, "pdm.lock", role);
    if let Some(option) = arguments.last(&["-L", "--lockfile"]) {
        lock.path.clone_from(&option.value);
    } else if let Some(name) = place.folder_variable("PDM_LOCKFILE") {
        lock.path = Some(name);
    }
    command.manifests.push(lock);
    if folder.is_none()
        && let Some(folder) = place.folder_variable("PDM_PROJECT")
    {
        for manifest in &mut command.manifests {
            manifest.path = manifest.path.as_deref().map(|path| join(&folder, path));
        }
    }
    let without_project = arguments.last(&["--no-self"]).is_some() || is_set(place, "PDM_NO_SELF");
    if matches!(command.verb.action, Action::Install | Action::Upgrade) && !without_project {
        command.project = Some(command.verb.span);
    }
}

/// The active environment, else `.venv` in the project.
fn location(place: &Place<'_>, arguments: &Arguments<'_>) -> Location {
    if arguments.last(&["-g", "--global"]).is_some() {
        return Location::System;
    }
    if arguments.last(&["--venv"]).is_some() {
        return Location::Environment(None);
    }
    let is_ignored = place.variable("PDM_IGNORE_ACTIVE_VENV").is_some_and(|(value, _)| is_yes(&value));
    if let Some(path) = python::active_environment(place).filter(|_| !is_ignored) {
        return Location::Environment(Some(path));
    }
    let is_off = |name: &str| place.variable(name).is_some_and(|(value, _)| !is_yes(&value));
    let folder = match arguments.last(&["-p", "--project"]) {
        Some(option) => option.value.clone(),
        None => Some(place.folder_variable("PDM_PROJECT").unwrap_or_else(|| ".".to_owned())),
    };
    if is_off("PDM_USE_VENV") {
        return Location::Folder(folder.map(|folder| join(&folder, "__pypackages__")));
    }
    if is_off("PDM_VENV_IN_PROJECT") {
        return Location::Environment(None);
    }
    Location::Environment(folder.and_then(|folder| place.absolute(&join(&folder, ".venv"))))
}

/// pdm takes every value but a few for yes.
fn is_yes(value: &str) -> bool {
    !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "no" | "false")
}

/// Some variables count whatever their value is, also `0`.
fn is_set(place: &Place<'_>, name: &str) -> bool {
    place.folder_variable(name).is_some()
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = place.cache(arguments, &[], &["PDM_CACHE_DIR"], || place.user_cache("pdm"));
    cache.disabled = place
        .disabled_by_option(arguments, &["--no-cache"])
        .or_else(|| place.disabled_by_variable("PDM_NO_CACHE", |value| !value.is_empty()));
    cache
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    const CACHE: &str = "cache /root/.cache/pdm";

    #[test]
    fn projects_and_packages() {
        let files = "reads pyproject.toml; reads pdm.lock (OptionalLock)";
        let locked = "reads pyproject.toml; reads pdm.lock (Lock)";
        for (run, expected) in [
            ("pdm install", format!("pdm install (Install); {files}; project install; in Environment(None)")),
            (
                "pdm install --check --prod --no-editable --no-self",
                format!("pdm install (Install); {locked}; in Environment(None)"),
            ),
            ("pdm sync -d -G test --no-self", format!("pdm sync (Install); {locked}; in Environment(None)")),
            ("PDM_NO_SELF=0 pdm sync", format!("pdm sync (Install); {locked}; in Environment(None)")),
            (
                "pdm sync --no-self -p api -L api/x.lock",
                "pdm sync (Install); reads api/pyproject.toml; reads api/x.lock (Lock); in Environment(None)"
                    .to_owned(),
            ),
            ("pdm -c /etc/pdm.toml lock", format!("pdm lock (Refresh); {files}; in Cache")),
            (
                "pdm add -dG test 'pytest>=8' -e ./lib 'x @ https://h/x.whl' --venv y",
                format!(
                    "pdm add (Install); pytest >=8; x (Address); {files}; project add; in Environment(None)"
                ),
            ),
            (
                "pdm update --no-self requests",
                format!("pdm update (Upgrade); requests; {files}; in Environment(None)"),
            ),
            ("pdm remove requests", format!("pdm remove (Remove); requests; {files}; in Environment(None)")),
            (
                "pdm build -d out",
                "pdm build (Build); reads pyproject.toml; project build; in Environment(None)".to_owned(),
            ),
            ("pdm cache clear", "pdm cache clear (Clean)".to_owned()),
        ] {
            assert_shown(&[(run, &format!("{expected}; {CACHE}"))]);
        }
        assert_shown(&[("pdm cache clear wheels", "pdm cache clear (Clean)")]);
        assert_nothing(&[
            "pdm",
            "pdm --version",
            "pdm run install",
            "pdm config cache_dir /c",
            "pdm cache info",
            "pdm export -o r.txt",
        ]);
    }

    #[test]
    fn environments_and_caches() {
        for (above, run, expected) in [
            ("USER root", "pdm remove x", "in Environment(Some(\"/w/.venv\")); cache /root/.cache/pdm"),
            ("ENV VIRTUAL_ENV=/v", "pdm remove x", "in Environment(Some(\"/v\")); cache /root/.cache/pdm"),
            (
                "ENV VIRTUAL_ENV=/v PDM_IGNORE_ACTIVE_VENV=1",
                "pdm remove x",
                "in Environment(Some(\"/w/.venv\")); cache /root/.cache/pdm",
            ),
            (
                "ENV PDM_USE_VENV=false",
                "pdm remove x",
                "in Folder(Some(\"__pypackages__\")); cache /root/.cache/pdm",
            ),
            (
                "ENV PDM_NO_CACHE=0",
                "pdm remove -g x",
                "in System; cache /root/.cache/pdm; off PDM_NO_CACHE=0",
            ),
            (
                "ENV PDM_CACHE_DIR=c",
                "pdm --no-cache remove -g x",
                "in System; cache /w/c; by PDM_CACHE_DIR; off --no-cache",
            ),
        ] {
            let shown = show(&format!("FROM x\nWORKDIR /w\n{above}\nRUN {run}"));
            let expected = format!(
                "pdm remove (Remove); x; reads pyproject.toml; reads pdm.lock (OptionalLock); {expected}"
            );
            assert_eq!(shown, [expected], "{above} {run}");
        }
    }
}
