//! Poetry, from the command definitions of poetry 2.5.1 and `poetry config` under various settings.
//!
//! Its cache folder holds its virtual environments too, which no cache mount may hide: the directories here are the two
//! below it that hold downloads. Not read: `poetry.toml`, settings of an earlier `RUN`, `poetry self`, and commands of
//! plugins (`poetry export`), which download nothing.

use super::command::{Action, Cache, Location, ManifestRole, PackageCommand};
use super::options::{Arguments, Options};
use super::place::{Place, implied_in, join};
use super::{Manager, pip, python, truth_value};

const OPTIONS: Options = Options {
    long: &[
        "--config-settings",
        "--directory",
        "--extras",
        "--format",
        "--group",
        "--local-version",
        "--markers",
        "--only",
        "--optional",
        "--output",
        "--platform",
        "--project",
        "--python",
        "--source",
        "--with",
        "--without",
    ],
    short: "CEGP",
};

/// The same for `poetry build`.
const BUILD: Options = Options { short: "CPcflo", ..OPTIONS };

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
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let mut arguments = OPTIONS.parse(place.arguments);
    let (name, action) = verb(&arguments.words())?;
    if action == Action::Build {
        arguments = BUILD.parse(place.arguments);
    }
    let (verb_words, words) = arguments.positionals.split_at_checked(name.split(' ').count())?;
    let mut command = place.package_command(Manager::Poetry, verb_words.last().copied(), name, action);
    command.cache = cache(place, &arguments);
    command.options = arguments.to_options();
    if action == Action::Clean {
        let is_all = arguments.last(&["--all"]).is_some() && words.iter().all(|word| word.is("."));
        command.cache.directories.retain(|folder| is_all && folder.ends_with("repositories"));
        return Some(command);
    }
    match name {
        "add" => pip::targets(&mut command, words, std::iter::empty()),
        "remove" => command.packages = words.iter().map(|word| pip::package(word)).collect(),
        // The words are packages of the lock, to be updated alone.
        "update" => command.packages = words.iter().map(|word| pip::package(word)).collect(),
        _ => {}
    }
    if arguments.last(&["--lock"]).is_some() {
        command.verb.action = Action::Refresh;
    }
    read_project(&mut command, &arguments);
    command.location = location(place, &arguments);
    if command.verb.action == Action::Refresh {
        command.location = Location::Cache;
    }
    Some(command)
}

fn read_project(command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let base = arguments.last(&["-C", "--directory"]);
    let folder = arguments.last(&["-P", "--project"]);
    for (file, role) in
        [("pyproject.toml", ManifestRole::Packages), ("poetry.lock", ManifestRole::OptionalLock)]
    {
        if command.verb.action == Action::Build && role == ManifestRole::OptionalLock {
            continue;
        }
        let mut manifest = implied_in(folder.or(base), &command.verb, file, role);
        if let (Some(base), Some(_)) = (base, folder) {
            let path = manifest.path.zip(base.value.as_deref());
            manifest.path = path.map(|(path, base)| join(base, &path));
        }
        command.manifests.push(manifest);
    }
    let installs_project = match command.verb.name {
        "install" | "sync" => arguments.last(&["--no-root"]).is_none(),
        "build" => true,
        _ => false,
    };
    if installs_project {
        command.project = Some(command.verb.span);
    }
}

/// The active environment, else that of the project, whose name depends on its path; the system's folders when
/// poetry is told not to make one.
fn location(place: &Place<'_>, arguments: &Arguments<'_>) -> Location {
    if let Some(path) = python::active_environment(place) {
        return Location::Environment(Some(path));
    }
    let is_on = |name: &str| setting(place, name).and_then(|value| truth_value(&value));
    if is_on("virtualenvs.create") == Some(false) {
        return python::found_location(place);
    }
    let is_elsewhere = arguments.last(&["-C", "--directory", "-P", "--project"]).is_some();
    if is_on("virtualenvs.in-project") == Some(true) && !is_elsewhere {
        return Location::Environment(place.absolute(".venv"));
    }
    Location::Environment(None)
}

/// A setting that a variable makes, or `poetry config NAME VALUE` earlier in the script.
fn setting(place: &Place<'_>, name: &str) -> Option<String> {
    let variable = format!("POETRY_{}", name.to_ascii_uppercase().replace(['.', '-'], "_"));
    if let Some((value, _)) = place.variable(&variable) {
        return Some(value);
    }
    place.earlier().iter().rev().filter(|command| command.is("poetry")).find_map(|command| {
        let words = OPTIONS.parse(command.arguments()).words();
        match words.as_slice() {
            ["config", key, value] if *key == name => Some((*value).to_owned()),
            _ => None,
        }
    })
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = place.cache(arguments, &[], &["POETRY_CACHE_DIR"], || {
        setting(place, "cache-dir")
            .and_then(|folder| place.folder(&folder))
            .or_else(|| place.user_cache("pypoetry"))
    });
    let parts = |folder: String| [join(&folder, "cache/repositories"), join(&folder, "artifacts")];
    cache.directories = cache.directories.into_iter().flat_map(parts).collect();
    cache.disabled = place.disabled_by_option(arguments, &["--no-cache"]);
    cache
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    const FILES: &str = "reads pyproject.toml; reads poetry.lock (OptionalLock)";
    const CACHE: &str = "cache /root/.cache/pypoetry/cache/repositories /root/.cache/pypoetry/artifacts";

    #[test]
    fn projects() {
        for (run, expected) in [
            ("poetry install", format!("poetry install (Install); {FILES}; project install; in Environment(None)")),
            ("poetry install --no-root --only main --no-interaction", format!("poetry install (Install); {FILES}; in Environment(None)")),
            ("python -m poetry sync --without dev,docs --no-root", format!("poetry sync (Install); {FILES}; in Environment(None)")),
            ("poetry lock", format!("poetry lock (Refresh); {FILES}; in Cache")),
            ("poetry add x --lock", format!("poetry add (Refresh); x; {FILES}; in Cache")),
            ("poetry update django", format!("poetry update (Upgrade); django; {FILES}; in Environment(None)")),
            ("poetry remove -G dev x", format!("poetry remove (Remove); x; {FILES}; in Environment(None)")),
            ("poetry build -f wheel -o out", "poetry build (Build); reads pyproject.toml; project build; in Environment(None)".to_owned()),
            (
                "poetry -C api install --no-root",
                "poetry install (Install); reads api/pyproject.toml; reads api/poetry.lock (OptionalLock); in Environment(None)".to_owned(),
            ),
            (
                "poetry -C a -P $B install --no-root",
                "poetry install (Install); reads ?; reads ? (OptionalLock); in Environment(None)".to_owned(),
            ),
            (
                "poetry add 'requests[security]@^2' flask==3 'x (>2)' git+https://h/x.git ./lib -E y --source z --python 3.12",
                format!("poetry add (Install); requests @^2; flask ==3; x >2; git+https://h/x.git (Address); {FILES}; project ./lib; in Environment(None)"),
            ),
        ] {
            assert_shown(&[(run, &format!("{expected}; {CACHE}"))]);
        }
        assert_nothing(&[
            "poetry",
            "poetry --version",
            "poetry run pip install x",
            "poetry export -f requirements.txt",
            "poetry cache list",
            "poetry cache",
            "poetry config installer.max-workers 10",
            "poetry $V",
        ]);
    }

    #[test]
    fn environments() {
        let location = |above: &str, run: &str| {
            let shown = show(&format!("FROM x\nWORKDIR /w\n{above}\nRUN {run}"));
            let last = shown.last().cloned().unwrap_or_default();
            last.split("; ").find_map(|part| Some(part.strip_prefix("in ")?.to_owned())).unwrap_or_default()
        };
        let install = "poetry install --no-root";
        for (above, before, expected) in [
            ("ENV POETRY_VIRTUALENVS_CREATE=false", "", "System"),
            ("ENV POETRY_VIRTUALENVS_CREATE=0", "", "System"),
            ("ENV POETRY_VIRTUALENVS_CREATE=true", "", "Environment(None)"),
            ("ENV VIRTUAL_ENV=/v POETRY_VIRTUALENVS_CREATE=false", "", "Environment(Some(\"/v\"))"),
            ("ENV POETRY_VIRTUALENVS_IN_PROJECT=1", "", "Environment(Some(\"/w/.venv\"))"),
            ("ENV POETRY_VIRTUALENVS_IN_PROJECT=1", "cd a && ", "Environment(Some(\"/w/a/.venv\"))"),
            ("USER root", "poetry config virtualenvs.create false && ", "System"),
            (
                "USER root",
                "poetry config --local virtualenvs.in-project true && ",
                "Environment(Some(\"/w/.venv\"))",
            ),
        ] {
            assert_eq!(location(above, &format!("{before}{install}")), expected, "{above} {before}");
        }
    }

    #[test]
    fn caches() {
        let add = format!("poetry add (Install); x; {FILES}; in Environment(None)");
        assert_shown(&[
            ("poetry add x --no-cache", &format!("{add}; {CACHE}; off --no-cache")),
            (
                "POETRY_CACHE_DIR=/c poetry add x",
                &format!("{add}; cache /c/cache/repositories /c/artifacts; by POETRY_CACHE_DIR"),
            ),
            (
                "XDG_CACHE_HOME=/x poetry add x",
                &format!("{add}; cache /x/pypoetry/cache/repositories /x/pypoetry/artifacts"),
            ),
            (
                "poetry cache clear --all .",
                "poetry cache clear (Clean); cache /root/.cache/pypoetry/cache/repositories",
            ),
            ("poetry cache clear PyPI --all", "poetry cache clear (Clean)"),
            ("poetry cache clear pypi:x:1", "poetry cache clear (Clean)"),
        ]);
    }
}
