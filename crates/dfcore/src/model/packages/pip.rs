//! pip. Options: `pip install --help` and `pip wheel --help` of pip 26.3, read from its own option parser.

use super::options::{Arguments, Given, Options};
use super::{Cache, CacheDisabled, Install, Manager, Manifest, Package, Place, truth_value};
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

/// Whether a program is Python: `python`, `python3`, `python3.12`.
pub(super) fn is_python(program: &str) -> bool {
    program.strip_prefix("python").is_some_and(is_version)
}

fn is_version(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

pub(super) fn install(place: &Place<'_>) -> Option<Install> {
    let mut words = place.command.arguments();
    if is_python(place.program()?) {
        // `python -m pip …`; switches such as `-u` may stand before it.
        let module = words.iter().position(|word| word.value.as_deref() == Some("-m"))?;
        if words.get(module + 1)?.value.as_deref() != Some("pip") {
            return None;
        }
        words = &words[module + 2..];
    }
    let arguments = OPTIONS.parse(words);
    let (verb, positionals) = arguments.positionals.split_first()?;
    if !matches!(verb.value.as_deref(), Some("install" | "wheel" | "download")) {
        return None;
    }
    let mut install = Install {
        manager: Manager::Pip,
        span: place.command.span,
        command: place.index,
        verb: verb.span,
        packages: Vec::new(),
        manifests: manifests(&arguments, &["-r", "--requirement", "-c", "--constraint"]),
        project: None,
        user_site: arguments.last(&["--user"]).map(|option| option.span),
        cache: cache(place, &arguments),
    };
    targets(&mut install, positionals, arguments.all(&["-e", "--editable"]));
    Some(install)
}

/// Sorts what is to be installed into packages and the project's own tree.
pub(super) fn targets<'a, 'g: 'a>(
    install: &mut Install,
    positionals: &[&Word],
    editables: impl Iterator<Item = &'a Given<'g>>,
) {
    let editables = editables.filter_map(|option| option.value_word);
    for word in positionals.iter().copied().chain(editables) {
        match word.value.as_deref() {
            Some(text) if is_local_tree(text) => install.project = Some(word.span),
            text => install.packages.push(Package { span: word.span, text: text.map(str::to_owned) }),
        }
    }
}

/// The files that options name.
pub(super) fn manifests(arguments: &Arguments<'_>, names: &[&str]) -> Vec<Manifest> {
    let manifest = |option: &Given<'_>| Manifest {
        span: option.value_word.map_or(option.span, |word| word.span),
        path: option.value.clone(),
    };
    arguments.all(names).map(manifest).collect()
}

/// Whether a target is a folder of the build's own tree: `.`, `./lib`, `.[extra]`, `/app`.
pub(super) fn is_local_tree(text: &str) -> bool {
    let is_path = text.starts_with(['.', '/']);
    is_path && ![".whl", ".tar.gz", ".zip"].iter().any(|ending| text.ends_with(ending))
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = Cache::default();
    if let Some(option) = arguments.last(&["--cache-dir"]) {
        cache.directory_from = Some("--cache-dir");
        cache.directories.extend(option.value.clone());
    } else if let Some((folder, _)) = place.variable("PIP_CACHE_DIR").filter(|(folder, _)| !folder.is_empty())
    {
        cache.directory_from = Some("PIP_CACHE_DIR");
        cache.directories.push(folder);
    } else {
        cache.directories.extend(place.user_cache("pip"));
    }
    if let Some(option) = arguments.last(&["--no-cache-dir"]) {
        cache.disabled = Some(CacheDisabled { by: "--no-cache-dir".to_owned(), span: Some(option.span) });
    } else if let Some((value, span)) = place.variable("PIP_NO_CACHE_DIR")
        && switches_pip_cache_off(&value)
    {
        cache.disabled = Some(CacheDisabled { by: format!("PIP_NO_CACHE_DIR={value}"), span });
    }
    cache
}

/// Whether a value of `PIP_NO_CACHE_DIR` switches pip's cache off. Every truth value does, `0` and `false`
/// too (kept by pip for compatibility); the empty value is ignored; for any other pip stops with an error.
pub(super) fn switches_pip_cache_off(value: &str) -> bool {
    truth_value(value).is_some()
}
