//! uv. Options: `uv help pip install`, `uv help pip sync` and `uv help sync` of uv 0.13.9.

use super::command::{Action, Cache, Location, Manifest, ManifestRole, PackageCommand};
use super::options::{Arguments, Options};
use super::place::implied;
use super::{Manager, Place, pip, python, truth_value};

const OPTIONS: Options = Options {
    long: &[
        "--allow-insecure-host",
        "--build-constraint",
        "--build-constraints",
        "--cache-dir",
        "--cert",
        "--color",
        "--config-file",
        "--config-setting",
        "--config-settings-package",
        "--constraint",
        "--constraints",
        "--default-index",
        "--directory",
        "--editable",
        "--exclude-newer",
        "--exclude-newer-package",
        "--excludes",
        "--extra",
        "--extra-index-url",
        "--find-links",
        "--fork-strategy",
        "--group",
        "--index",
        "--index-strategy",
        "--index-url",
        "--keyring-provider",
        "--link-mode",
        "--no-binary",
        "--no-binary-package",
        "--no-build-isolation-package",
        "--no-build-package",
        "--no-editable-package",
        "--no-extra",
        "--no-group",
        "--no-install-package",
        "--no-sources-package",
        "--only-binary",
        "--only-group",
        "--output-format",
        "--override",
        "--overrides",
        "--package",
        "--prefix",
        "--prerelease",
        "--prerelease-package",
        "--project",
        "--python",
        "--python-platform",
        "--python-version",
        "--refresh-package",
        "--reinstall-package",
        "--requirement",
        "--requirements",
        "--resolution",
        "--script",
        "--target",
        "--torch-backend",
        "--upgrade-group",
        "--upgrade-package",
    ],
    short: "recbtifPCp",
};

/// What a verb reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// The project's `pyproject.toml` and `uv.lock`.
    Project,
    /// The packages and files of its command line, as pip does.
    Packages,
    /// The files of its command line: `uv pip sync requirements.txt`.
    Files,
    Nothing,
}

fn verb(words: &[&str]) -> Option<(&'static str, Action, Reads)> {
    Some(match words {
        ["sync", ..] => ("sync", Action::Install, Reads::Project),
        ["pip", "install", ..] => ("pip install", Action::Install, Reads::Packages),
        ["pip", "sync", ..] => ("pip sync", Action::Install, Reads::Files),
        ["pip", "uninstall", ..] => ("pip uninstall", Action::Remove, Reads::Packages),
        ["cache", "clean", ..] => ("cache clean", Action::Clean, Reads::Nothing),
        ["cache", "prune", ..] => ("cache prune", Action::Clean, Reads::Nothing),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    let words: Vec<&str> =
        arguments.positionals.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
    let (name, action, reads) = verb(&words)?;
    let (verb_words, rest) = arguments.positionals.split_at(name.split(' ').count());
    let mut command = place.package_command(Manager::Uv, verb_words.last().copied(), name, action);
    command.cache = cache(place, &arguments);
    command.location = location(place, &arguments, reads);
    command.options = arguments.to_options();
    command.manifests =
        pip::manifests(&arguments, &["-r", "--requirement", "--requirements"], ManifestRole::Packages);
    command.manifests.extend(pip::manifests(
        &arguments,
        &["-c", "--constraint", "--constraints"],
        ManifestRole::Constraints,
    ));
    match reads {
        Reads::Project => {
            command.manifests.push(implied(&command.verb, "pyproject.toml", ManifestRole::Packages));
            command.manifests.push(implied(&command.verb, "uv.lock", ManifestRole::Lock));
            let without_project = ["--no-install-project", "--no-install-workspace", "--no-install-local"];
            if arguments.last(&without_project).is_none() {
                command.project = Some(command.verb.span);
            }
        }
        Reads::Files => {
            let file = |word: &&crate::shell::Word| Manifest {
                span: word.span,
                path: word.value.clone(),
                role: ManifestRole::Packages,
            };
            command.manifests.extend(rest.iter().map(file));
        }
        Reads::Packages => pip::targets(&mut command, rest, arguments.all(&["-e", "--editable"])),
        Reads::Nothing => {}
    }
    Some(command)
}

fn location(place: &Place<'_>, arguments: &Arguments<'_>, reads: Reads) -> Location {
    if reads == Reads::Project {
        let path = place.folder_variable("UV_PROJECT_ENVIRONMENT").unwrap_or_else(|| ".venv".to_owned());
        return Location::Environment(place.state.absolute(&path));
    }
    if let Some(option) = arguments.last(&["--target", "--prefix"]) {
        return Location::Folder(option.value.clone());
    }
    let is_system =
        place.variable("UV_SYSTEM_PYTHON").is_some_and(|(value, _)| truth_value(&value) == Some(true));
    if is_system || arguments.last(&["--system", "--break-system-packages"]).is_some() {
        return Location::System;
    }
    python::environment(place).map_or(Location::Unknown, |path| Location::Environment(Some(path)))
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = place.cache(arguments, &["--cache-dir"], &["UV_CACHE_DIR"], || place.user_cache("uv"));
    cache.disabled = place
        .disabled_by_option(arguments, &["--no-cache", "--no-cache-dir", "-n"])
        .or_else(|| place.disabled_by_variable("UV_NO_CACHE", |value| truth_value(value) == Some(true)));
    cache
}
