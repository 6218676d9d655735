//! Pipenv, from `pipenv VERB --help` of pipenv 2026.10.3, and its sources for the cache (`environments.py`; pip is run
//! with `PIP_CACHE_DIR` set to pipenv's folder and the variables that it finds, `utils/pip.py`). Which verb needs which
//! file was tried out.
//!
//! The cache has no switch but that of pip. Where a named package is added to a Pipfile, it is made if there is none.

use super::command::{Action, Cache, Location, ManifestRole, PackageCommand};
use super::options::{Arguments, Options};
use super::place::{Place, implied};
use super::{Manager, pip, python};

const OPTIONS: Options = Options {
    long: &[
        "--backend",
        "--categories",
        "--config-settings",
        "--editable",
        "--extra-pip-args",
        "--extras",
        "--index",
        "--pypi-mirror",
        "--python",
        "--requirements",
        "--resolver",
    ],
    short: "eir",
};

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" => ("install", Action::Install),
        "sync" => ("sync", Action::Install),
        "update" => ("update", Action::Upgrade),
        "upgrade" => ("upgrade", Action::Upgrade),
        "uninstall" => ("uninstall", Action::Remove),
        "clean" => ("clean", Action::Remove),
        "lock" => ("lock", Action::Refresh),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    let Some((word, words)) = arguments.positionals.split_first() else { return clearing(place, &arguments) };
    let (name, action) = verb(word.value.as_deref()?)?;
    let mut command = place.package_command(Manager::Pipenv, Some(word), name, action);
    command.cache = cache(place, &arguments);
    command.options = arguments.to_options();
    command.manifests = pip::manifests(&arguments, &["-r", "--requirements"], ManifestRole::Packages);
    if matches!(name, "install" | "update" | "upgrade" | "uninstall") {
        pip::targets(&mut command, words, arguments.all(&["-e", "--editable"]));
    }
    if command.packages.is_empty() && command.manifests.is_empty() && command.project.is_none() {
        read_project(place, &mut command, &arguments);
    }
    command.location = match action {
        Action::Refresh => Location::Cache,
        _ => location(place, &arguments),
    };
    Some(command)
}

/// `pipenv --clear`, which has no verb.
fn clearing(place: &Place<'_>, arguments: &Arguments<'_>) -> Option<PackageCommand> {
    arguments.last(&["--clear"])?;
    let mut command = place.package_command(Manager::Pipenv, None, "clear", Action::Clean);
    command.cache = cache(place, arguments);
    command.options = arguments.to_options();
    Some(command)
}

fn read_project(place: &Place<'_>, command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let pipfile = place.folder_variable("PIPENV_PIPFILE").unwrap_or_else(|| "Pipfile".to_owned());
    let lock = format!("{pipfile}.lock");
    let takes_lock_alone = command.verb.name == "sync";
    let takes_no_lock = arguments.last(&["--skip-lock"]).is_some();
    if command.verb.name != "sync" {
        command.manifests.push(implied(&command.verb, pipfile, ManifestRole::Packages));
    }
    if !takes_no_lock {
        // `--deploy` insists that a lock fits the Pipfile, not that there is one.
        let role = if takes_lock_alone { ManifestRole::Lock } else { ManifestRole::OptionalLock };
        command.manifests.push(implied(&command.verb, lock, role));
    }
}

fn location(place: &Place<'_>, arguments: &Arguments<'_>) -> Location {
    if arguments.last(&["--system"]).is_some() {
        return python::found_location(place);
    }
    if let Some(path) = python::active_environment(place)
        && !place.is_switched_on("PIPENV_IGNORE_VIRTUALENVS")
    {
        return Location::Environment(Some(path));
    }
    let path = if place.is_switched_on("PIPENV_VENV_IN_PROJECT") { place.absolute(".venv") } else { None };
    Location::Environment(path)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = place.cache(arguments, &[], &["PIPENV_CACHE_DIR"], || place.user_cache("pipenv"));
    cache.disabled = place.disabled_by_variable("PIP_NO_CACHE_DIR", pip::switches_pip_cache_off);
    cache
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    const CACHE: &str = "cache /root/.cache/pipenv";

    #[test]
    fn projects_and_packages() {
        let files = "reads Pipfile; reads Pipfile.lock (OptionalLock)";
        for (run, expected) in [
            ("pipenv install --system --deploy", format!("pipenv install (Install); {files}; in System")),
            (
                "pipenv install --skip-lock",
                "pipenv install (Install); reads Pipfile; in Environment(None)".to_owned(),
            ),
            (
                "pipenv --python 3.12 sync",
                "pipenv sync (Install); reads Pipfile.lock (Lock); in Environment(None)".to_owned(),
            ),
            (
                "PIPENV_PIPFILE=/p/Pipfile pipenv sync",
                "pipenv sync (Install); reads /p/Pipfile.lock (Lock); in Environment(None)".to_owned(),
            ),
            (
                "pipenv install --categories dev 'flask>=3' -i x requests[security]",
                "pipenv install (Install); flask >=3; requests; in Environment(None)".to_owned(),
            ),
            ("pipenv install -e .", "pipenv install (Install); project .; in Environment(None)".to_owned()),
            (
                "pipenv install -r r.txt",
                "pipenv install (Install); reads r.txt; in Environment(None)".to_owned(),
            ),
            ("pipenv update", format!("pipenv update (Upgrade); {files}; in Environment(None)")),
            (
                "pipenv uninstall x --skip-lock",
                "pipenv uninstall (Remove); x; in Environment(None)".to_owned(),
            ),
            ("pipenv lock", format!("pipenv lock (Refresh); {files}; in Cache")),
            ("pipenv --clear", "pipenv clear (Clean)".to_owned()),
        ] {
            assert_shown(&[(run, &format!("{expected}; {CACHE}"))]);
        }
        assert_nothing(&[
            "pipenv",
            "pipenv --version",
            "pipenv run install",
            "pipenv requirements",
            "pipenv shell",
        ]);
    }

    #[test]
    fn environments_and_caches() {
        let shown = |above: &str, run: &str| {
            let shown = show(&format!("FROM x\nWORKDIR /w\n{above}\nRUN {run}"));
            shown.iter().map(|line| line.replace("pipenv install (Install); x; ", "")).collect::<Vec<_>>()
        };
        for (above, run, expected) in [
            (
                "ENV PIPENV_VENV_IN_PROJECT=1",
                "pipenv install x",
                "in Environment(Some(\"/w/.venv\")); cache /root/.cache/pipenv",
            ),
            (
                "ENV VIRTUAL_ENV=/v",
                "pipenv install x",
                "in Environment(Some(\"/v\")); cache /root/.cache/pipenv",
            ),
            (
                "ENV VIRTUAL_ENV=/v PIPENV_IGNORE_VIRTUALENVS=1",
                "pipenv install x",
                "in Environment(None); cache /root/.cache/pipenv",
            ),
            (
                "ENV PIPENV_CACHE_DIR=c",
                "pipenv install x --system",
                "in System; cache /w/c; by PIPENV_CACHE_DIR",
            ),
            ("ENV PIP_CACHE_DIR=/c", "pipenv install x", "in Environment(None); cache /root/.cache/pipenv"),
            (
                "ENV PIP_NO_CACHE_DIR=1",
                "pipenv install x",
                "in Environment(None); cache /root/.cache/pipenv; off PIP_NO_CACHE_DIR=1",
            ),
        ] {
            assert_eq!(shown(above, run), [expected], "{above} {run}");
        }
    }
}
