//! pip. Options: `pip install --help` and `pip wheel --help` of pip 26.3, read from its own option parser.

use super::command::{
    Action, Cache, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource,
};
use super::options::{Arguments, Given, Options};
use super::place::is_version;
use super::{Manager, Place, truth_value};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--abi",
        "--all-releases",
        "--build-constraint",
        "--cache-dir",
        "--cert",
        "--client-cert",
        "--config-settings",
        "--constraint",
        "--default-timeout",
        "--dest",
        "--editable",
        "--exists-action",
        "--extra-index-url",
        "--find-links",
        "--global-option",
        "--group",
        "--implementation",
        "--index-url",
        "--install-option",
        "--keyring-provider",
        "--log",
        "--log-file",
        "--no-binary",
        "--only-binary",
        "--only-final",
        "--platform",
        "--prefix",
        "--progress-bar",
        "--proxy",
        "--pypi-url",
        "--python",
        "--python-version",
        "--refresh-package",
        "--report",
        "--requirement",
        "--requirements-from-script",
        "--resume-retries",
        "--retries",
        "--root",
        "--root-user-action",
        "--source",
        "--src",
        "--target",
        "--timeout",
        "--trusted-host",
        "--upgrade-strategy",
        "--uploaded-prior-to",
        "--use-deprecated",
        "--use-feature",
        "--wheel-dir",
    ],
    short: "rcetCifwd",
};

/// Whether a program is pip: `pip`, `pip3`, `pip3.12`.
pub(super) fn is_pip(program: &str) -> bool {
    program.strip_prefix("pip").is_some_and(is_version)
}

fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" => ("install", Action::Install),
        "download" => ("download", Action::Download),
        "wheel" => ("wheel", Action::Download),
        "uninstall" => ("uninstall", Action::Remove),
        "cache" => ("cache purge", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    let (word, positionals) = arguments.positionals.split_first()?;
    let (name, action) = verb(word.value.as_deref()?)?;
    if action == Action::Clean && !positionals.first().is_some_and(|word| word.is("purge")) {
        return None;
    }
    let mut command = place.package_command(Manager::Pip, Some(word), name, action);
    command.cache = cache(place, &arguments);
    command.location = location(place, &arguments, action);
    command.options = arguments.to_options();
    if action != Action::Clean {
        command.manifests = manifests(&arguments, &["-r", "--requirement"], ManifestRole::Packages);
        command.manifests.extend(manifests(&arguments, &["-c", "--constraint"], ManifestRole::Constraints));
        targets(&mut command, positionals, arguments.all(&["-e", "--editable"]));
    }
    Some(command)
}

fn location(place: &Place<'_>, arguments: &Arguments<'_>, action: Action) -> Location {
    if action == Action::Download {
        return Location::Cache;
    }
    if let Some(option) = arguments.last(&["--target", "-t", "--prefix", "--root"]) {
        return Location::Folder(option.value.clone());
    }
    if arguments.last(&["--user"]).is_some() {
        return Location::User;
    }
    super::python::environment(place).map_or(Location::System, |path| Location::Environment(Some(path)))
}

/// Sorts what is to be installed into packages and the project's own tree.
pub(super) fn targets<'a, 'g: 'a>(
    command: &mut PackageCommand,
    positionals: &[&Word],
    editables: impl Iterator<Item = &'a Given<'g>>,
) {
    let editables = editables.filter_map(|option| option.value_word);
    for word in positionals.iter().copied().chain(editables) {
        match word.value.as_deref() {
            Some(text) if is_local_tree(text) => command.project = Some(word.span),
            _ => command.packages.push(package(word)),
        }
    }
}

/// The files that options name.
pub(super) fn manifests(arguments: &Arguments<'_>, names: &[&str], role: ManifestRole) -> Vec<Manifest> {
    let manifest = |option: &Given<'_>| Manifest {
        span: option.value_word.map_or(option.span, |word| word.span),
        path: option.value.clone(),
        role,
    };
    arguments.all(names).map(manifest).collect()
}

/// A requirement as PEP 508 writes it: `name[extras]>=1,<2; marker`, `name @ address`, an address, or a file.
pub(super) fn package(word: &Word) -> Package {
    let text = word.text();
    if text.contains("://") || text.starts_with("git+") {
        let name = text.split_once(" @ ").map_or("", |(name, _)| name);
        return Package::of(word, PackageSource::Address).named(name.trim(), "");
    }
    if text.starts_with(['.', '/']) || has_archive_ending(&text) {
        return Package::of(word, PackageSource::Local);
    }
    let requirement = text.split(';').next().unwrap_or_default().trim();
    let end = requirement.find(['=', '<', '>', '!', '~', ' ', '[', '(']);
    let (name, rest) = requirement.split_at(end.unwrap_or(requirement.len()));
    let extras = if rest.starts_with('[') { rest.find(']').map_or(rest.len(), |at| at + 1) } else { 0 };
    let version = rest[extras..].trim().trim_start_matches('(').trim_end_matches(')');
    Package::of(word, PackageSource::Registry).named(name, version)
}

fn has_archive_ending(text: &str) -> bool {
    [".whl", ".tar.gz", ".zip"].iter().any(|ending| text.ends_with(ending))
}

/// Whether a target is a folder of the build's own tree: `.`, `./lib`, `.[extra]`, `/app`.
pub(super) fn is_local_tree(text: &str) -> bool {
    text.starts_with(['.', '/']) && !has_archive_ending(text)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = place.cache(arguments, &["--cache-dir"], &["PIP_CACHE_DIR"], || place.user_cache("pip"));
    cache.disabled = place
        .disabled_by_option(arguments, &["--no-cache-dir"])
        .or_else(|| place.disabled_by_variable("PIP_NO_CACHE_DIR", switches_pip_cache_off));
    cache
}

/// Whether a value of `PIP_NO_CACHE_DIR` switches pip's cache off. Every truth value does, `0` and `false`
/// too (kept by pip for compatibility); the empty value is ignored; for any other pip stops with an error.
pub(super) fn switches_pip_cache_off(value: &str) -> bool {
    truth_value(value).is_some()
}
