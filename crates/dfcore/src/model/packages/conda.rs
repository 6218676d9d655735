//! conda, mamba and micromamba. Read, not tried out, since no channel is to be had: the argument parsers of conda
//! (`conda/cli/`, 26.7.1) and `pkgs_dirs` of its `base/context.py`; the command lines of mamba and micromamba
//! (`micromamba/src/`) and their root folder (`libmamba/src/api/configuration.cpp`, after 2.0).
//!
//! Packages are downloaded and unpacked in the `pkgs` folder of the installation, which is known from the program's own
//! path, else from a folder on `PATH` that looks like one, else taken to be `/opt/conda`, where the images of Anaconda
//! and conda-forge have it. micromamba has no such place: only `MAMBA_ROOT_PREFIX` and `-r` tell.
//!
//! There is no switch for the cache. Not read: `.condarc`, and what a file of `env create` says of the environment's name.

use super::command::{
    Action, Cache, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource,
};
use super::options::{Arguments, Options};
use super::place::{Place, implied, join};
use super::{Manager, pip};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--cacert-path",
        "--category",
        "--channel",
        "--channel-alias",
        "--channel-priority",
        "--clone",
        "--console",
        "--cwd",
        "--env-spec",
        "--environment-specifier",
        "--exclude-newer",
        "--experimental",
        "--file",
        "--format",
        "--lock-timeout",
        "--log-level",
        "--name",
        "--platform",
        "--prefix",
        "--rc-file",
        "--relocate-prefix",
        "--repodata-fn",
        "--repodata-ttl",
        "--revision",
        "--root-prefix",
        "--safety-checks",
        "--shortcuts-only",
        "--solver",
        "--ssl-verify",
        "--subdir",
        "--trusted-channels",
    ],
    short: "cfnpr",
};

/// `clean` has other letters, all of them switches.
const CLEAN: Options = Options { long: &["--root-prefix"], short: "r" };

/// `remove -f` is `--force`.
const REMOVE: Options = Options { short: "cnpr", ..OPTIONS };

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        ["install", ..] => ("install", Action::Install),
        ["create", ..] => ("create", Action::Install),
        ["env", "create", ..] => ("env create", Action::Install),
        ["env", "update", ..] => ("env update", Action::Upgrade),
        ["env", "remove", ..] => ("env remove", Action::Remove),
        ["update" | "upgrade", ..] => ("update", Action::Upgrade),
        ["remove" | "uninstall", ..] => ("remove", Action::Remove),
        ["clean", ..] => ("clean", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let mut arguments = OPTIONS.parse(place.arguments);
    let (name, action) = verb(&arguments.words())?;
    match action {
        Action::Clean => arguments = CLEAN.parse(place.arguments),
        Action::Remove => arguments = REMOVE.parse(place.arguments),
        _ => {}
    }
    let (verb_words, words) = arguments.positionals.split_at_checked(name.split(' ').count())?;
    let mut command = place.package_command(Manager::Conda, verb_words.last().copied(), name, action);
    command.cache = cache(place, &arguments);
    command.options = arguments.to_options();
    if action == Action::Clean {
        // Packages that an environment shares with the folder stay, unless they are forced out. None can share a mount.
        let everything = ["-a", "--all", "-f", "--force-pkgs-dirs"];
        if arguments.last(&everything).is_none() {
            command.cache.directories.clear();
        }
        return Some(command);
    }
    if action != Action::Remove {
        command.manifests = pip::manifests(&arguments, &["-f", "--file"], ManifestRole::Packages);
    }
    if name.starts_with("env ") {
        let reads_file = matches!(name, "env create" | "env update");
        // A second file after `-f`, or one without it.
        let files = words.iter().filter(|word| reads_file && is_definition(&word.text()));
        command.manifests.extend(files.map(|word| definition(word)));
        if reads_file && command.manifests.is_empty() {
            command.manifests.push(implied(&command.verb, "environment.yml", ManifestRole::Packages));
        }
    } else {
        command.packages = words.iter().map(|word| package(word)).collect();
    }
    command.location = location(place, &arguments);
    Some(command)
}

fn is_definition(text: &str) -> bool {
    [".yml", ".yaml", ".toml", ".txt", ".lock"].iter().any(|ending| text.ends_with(ending))
}

fn definition(word: &Word) -> Manifest {
    Manifest { span: word.span, path: word.value.clone(), role: ManifestRole::Packages }
}

/// `name`, `name=1.2`, `name=1.2=build`, `name>=1`, `'name 1.2.*'`, `channel::name[version='>1']`, a file or an address.
fn package(word: &Word) -> Package {
    let text = word.text();
    let is_file = [".conda", ".tar.bz2"].iter().any(|ending| text.ends_with(ending));
    if text.contains("://") {
        return Package::of(word, PackageSource::Address);
    }
    if is_file || text.starts_with(['/', '.', '~']) {
        return Package::of(word, PackageSource::Local);
    }
    let specification = text.rsplit("::").next().unwrap_or(&text).trim();
    let end = specification.find(['=', '<', '>', '!', '~', ' ', '[']);
    let (name, version) = specification.split_at(end.unwrap_or(specification.len()));
    Package::of(word, PackageSource::Registry).named(name, version.trim())
}

fn location(place: &Place<'_>, arguments: &Arguments<'_>) -> Location {
    if let Some(option) = arguments.last(&["-p", "--prefix"]) {
        return Location::Environment(option.value.as_deref().and_then(|path| place.folder(path)));
    }
    let root = root(place, arguments);
    let named = |name: &str| match name {
        "base" | "root" => root.clone(),
        name => root.as_deref().map(|root| format!("{root}/envs/{name}")),
    };
    if let Some(option) = arguments.last(&["-n", "--name"]) {
        return Location::Environment(option.value.as_deref().and_then(named));
    }
    // The active environment; a new one is named by the file.
    let active = place.folder_variable("CONDA_PREFIX");
    Location::Environment(active.filter(|_| !matches!(arguments.words().as_slice(), ["env" | "create", ..])))
}

/// The folder of the installation.
fn root(place: &Place<'_>, arguments: &Arguments<'_>) -> Option<String> {
    if let Some(option) = arguments.last(&["-r", "--root-prefix"]) {
        return place.folder(option.value.as_deref()?);
    }
    if place.program != "conda"
        && let Some(folder) = place.folder_variable("MAMBA_ROOT_PREFIX")
    {
        return place.folder(&folder);
    }
    if place.program == "micromamba" {
        return None;
    }
    let lookup = |name: &str| Some(place.variable(name)?.0);
    if let Some(path) = place.program_word.resolve(lookup)
        && let Some((root, _)) = path.rsplit_once("/bin/").or_else(|| path.rsplit_once("/condabin/"))
    {
        return place.absolute(root);
    }
    match on_path(place) {
        Some(folder) => (!folder.contains('$')).then_some(folder),
        None => Some("/opt/conda".to_owned()),
    }
}

/// A folder of `PATH` that a conda installation would add, without `/bin`: `/opt/miniconda3`. Variables may be in it.
fn on_path(place: &Place<'_>) -> Option<String> {
    let own = place.variable("PATH").map(|(path, _)| path);
    let path = own.or_else(|| Some(place.state.scope.run_environment("PATH")?.text().to_owned()))?;
    let root = |folder: &str| {
        let root = folder.strip_suffix("/bin").or_else(|| folder.strip_suffix("/condabin"))?;
        let name = root.rsplit('/').next()?.to_ascii_lowercase();
        let is_installation = ["conda", "mamba", "miniforge"].iter().any(|part| name.contains(part));
        is_installation.then(|| root.to_owned())
    };
    path.split(':').find_map(root)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    if let Some(folders) = place.folder_variable("CONDA_PKGS_DIRS") {
        // The first that can be written is used; the others are only looked into.
        let first = folders.split(',').next().unwrap_or_default().trim();
        return Cache {
            directories: place.folder(first).into_iter().collect(),
            directory_from: Some("CONDA_PKGS_DIRS"),
            disabled: None,
        };
    }
    let directories = root(place, arguments).map(|root| join(&root, "pkgs")).into_iter().collect();
    Cache { directories, ..Cache::default() }
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    #[test]
    fn packages_and_files() {
        for (run, expected) in [
            (
                "conda install -y -c conda-forge python=3.11 'numpy>=1' conda-forge::x nodefaults/linux-64::y==1=b 'z 1.2.*' w[version='>1'] ./l.conda /l.tar.bz2 https://h/x.conda v=$V",
                "conda install (Install); python =3.11; numpy >=1; x; y ==1=b; z 1.2.*; w [version=>1]; ./l.conda (Local); /l.tar.bz2 (Local); https://h/x.conda (Address); v =${V}; in Environment(None)",
            ),
            (
                "mamba install --file a.txt --channel x -f b.txt",
                "conda install (Install); reads a.txt; reads b.txt; in Environment(None)",
            ),
            (
                "conda create -n app --solver libmamba python",
                "conda create (Install); python; in Environment(Some(\"/opt/conda/envs/app\"))",
            ),
            ("conda env create", "conda env create (Install); reads environment.yml; in Environment(None)"),
            (
                "conda env create -f a.yml -p /env",
                "conda env create (Install); reads a.yml; in Environment(Some(\"/env\"))",
            ),
            (
                "conda env update -n base --file a.yml --prune",
                "conda env update (Upgrade); reads a.yml; in Environment(Some(\"/opt/conda\"))",
            ),
            ("conda upgrade --all", "conda update (Upgrade); in Environment(None)"),
            ("conda remove -f x", "conda remove (Remove); x; in Environment(None)"),
            (
                "conda uninstall --name a x",
                "conda remove (Remove); x; in Environment(Some(\"/opt/conda/envs/a\"))",
            ),
            (
                "conda env remove -n a",
                "conda env remove (Remove); in Environment(Some(\"/opt/conda/envs/a\"))",
            ),
            ("conda clean -afy", "conda clean (Clean)"),
            ("conda clean --all --yes", "conda clean (Clean)"),
        ] {
            assert_shown(&[(run, &format!("{expected}; cache /opt/conda/pkgs"))]);
        }
        assert_shown(&[("conda clean -tipy", "conda clean (Clean)")]);
        assert_nothing(&[
            "conda",
            "conda --version",
            "conda run -n x pip install y",
            "conda init bash",
            "conda config --add channels x",
            "conda env",
            "conda env list",
            "conda activate x",
        ]);
    }

    #[test]
    fn installations() {
        for (run, expected) in [
            ("/root/miniconda3/bin/conda install x", "in Environment(None); cache /root/miniconda3/pkgs"),
            (
                "/opt/c/condabin/conda install -n a x",
                "in Environment(Some(\"/opt/c/envs/a\")); cache /opt/c/pkgs",
            ),
            (
                "PATH=/usr/bin:/opt/miniforge3/bin:/bin conda install x",
                "in Environment(None); cache /opt/miniforge3/pkgs",
            ),
            ("CONDA_PKGS_DIRS=/p,/q conda install x", "in Environment(None); cache /p; by CONDA_PKGS_DIRS"),
            ("CONDA_PREFIX=/e conda install x", "in Environment(Some(\"/e\")); cache /opt/conda/pkgs"),
            (
                "MAMBA_ROOT_PREFIX=/m micromamba install -n base x",
                "in Environment(Some(\"/m\")); cache /m/pkgs",
            ),
            ("micromamba install -r /m -n a x", "in Environment(Some(\"/m/envs/a\")); cache /m/pkgs"),
            ("micromamba install -n a x", "in Environment(None)"),
        ] {
            assert_shown(&[(run, &format!("conda install (Install); x; {expected}"))]);
        }
        for (path, expected) in [
            ("/opt/miniconda3/bin:$PATH", "; cache /opt/miniconda3/pkgs"),
            ("$CONDA_DIR/bin:$PATH", ""),
            ("/app/bin:$PATH", "; cache /opt/conda/pkgs"),
        ] {
            let shown = show(&format!("FROM x\nARG CONDA_DIR\nENV PATH={path}\nRUN conda install x"));
            assert_eq!(
                shown,
                [format!("conda install (Install); x; in Environment(None){expected}")],
                "{path}"
            );
        }
    }
}
