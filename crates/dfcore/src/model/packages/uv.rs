//! uv. Options: `uv help pip install`, `uv help pip sync` and `uv help sync` of uv 0.13.9.

use super::options::{Arguments, Options};
use super::{Cache, CacheDisabled, Install, Manager, Manifest, Place, pip, truth_value};

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

pub(super) fn install(place: &Place<'_>) -> Option<Install> {
    let arguments = OPTIONS.parse(place.command.arguments());
    let mut positionals = arguments.positionals.iter().copied();
    let first = positionals.next()?;
    let (verb, is_sync) = match first.value.as_deref()? {
        "sync" => (first, true),
        "pip" => (positionals.next()?, false),
        _ => return None,
    };
    let reads_manifest_words = match verb.value.as_deref()? {
        "install" => false,
        "sync" => true,
        _ => return None,
    };
    let mut install = Install {
        manager: Manager::Uv,
        span: place.command.span,
        command: place.index,
        verb: verb.span,
        packages: Vec::new(),
        manifests: pip::manifests(
            &arguments,
            &["-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints"],
        ),
        project: None,
        user_site: None,
        cache: cache(place, &arguments),
    };
    let rest: Vec<_> = positionals.collect();
    if is_sync {
        for file in ["pyproject.toml", "uv.lock"] {
            install.manifests.push(Manifest { span: verb.span, path: Some(file.to_owned()) });
        }
        let without_project = ["--no-install-project", "--no-install-workspace", "--no-install-local"];
        if arguments.last(&without_project).is_none() {
            install.project = Some(verb.span);
        }
    } else if reads_manifest_words {
        // `uv pip sync requirements.txt`
        let files = rest.iter().map(|word| Manifest { span: word.span, path: word.value.clone() });
        install.manifests.extend(files);
    } else {
        pip::targets(&mut install, &rest, arguments.all(&["-e", "--editable"]));
    }
    Some(install)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let mut cache = Cache::default();
    if let Some(option) = arguments.last(&["--cache-dir"]) {
        cache.directory_from = Some("--cache-dir");
        cache.directories.extend(option.value.clone());
    } else if let Some((folder, _)) = place.variable("UV_CACHE_DIR") {
        cache.directory_from = Some("UV_CACHE_DIR");
        cache.directories.push(folder);
    } else {
        cache.directories.extend(place.user_cache("uv"));
    }
    if let Some(option) = arguments.last(&["--no-cache", "--no-cache-dir", "-n"]) {
        cache.disabled = Some(CacheDisabled { by: option.name.clone(), span: Some(option.span) });
    } else if let Some((value, span)) = place.variable("UV_NO_CACHE")
        && truth_value(&value) == Some(true)
    {
        cache.disabled = Some(CacheDisabled { by: format!("UV_NO_CACHE={value}"), span });
    }
    cache
}
