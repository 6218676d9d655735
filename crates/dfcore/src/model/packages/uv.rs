//! uv, from `uv help` of its verbs and `uv cache dir`, `uv tool dir` and `uv python dir` of uv 0.13.9; what a relative
//! folder is relative to was tried out with `uv sync --dry-run`.
//!
//! Not read: `uv.toml` and `[tool.uv]`, and the inline metadata of scripts.

use super::command::{
    Action, Cache, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource,
};
use super::options::{Arguments, Given, Options};
use super::place::{implied, join};
use super::{Manager, Place, pip, python, truth_value};
use crate::shell::Word;

/// The options with a value that mean the same for every verb that has them, and more.
macro_rules! long_options {
    ($($more:literal),*) => {
        &[
            "--allow-insecure-host", "--annotation-style", "--bounds", "--branch", "--build-constraint",
            "--build-constraints", "--cache-dir", "--cert", "--color", "--config-file", "--config-setting",
            "--config-setting-package", "--config-settings-package", "--constraint", "--constraints",
            "--custom-compile-command", "--default-index", "--directory", "--env-file", "--exclude-newer",
            "--exclude-newer-package", "--excludes", "--extra", "--extra-index-url", "--find-links",
            "--fork-strategy", "--format", "--from", "--graalpy-mirror", "--group", "--index", "--index-strategy",
            "--index-url", "--install-dir", "--keyring-provider", "--link-mode", "--marker", "--mirror",
            "--no-binary-package", "--no-build-isolation-package", "--no-build-package", "--no-editable-package",
            "--no-emit-package", "--no-extra", "--no-group", "--no-install-package", "--no-sources-package",
            "--only-binary", "--only-group", "--optional", "--out-dir", "--output-file", "--output-format",
            "--override", "--overrides", "--package", "--prefix", "--prerelease", "--prerelease-package",
            "--project", "--prune", "--pyodide-mirror", "--pypy-mirror", "--python", "--python-downloads-json-url",
            "--python-platform", "--python-version", "--refresh-package", "--reinstall-package", "--requirement",
            "--requirements", "--resolution", "--rev", "--tag", "--target", "--torch-backend", "--upgrade-group",
            "--upgrade-package", "--with", "--with-editable", "--with-executables-from", "--with-requirements",
            $($more),*
        ]
    };
}

/// The same options are switches for some verbs.
const PIP: Options = Options { long: long_options!["--editable", "--no-binary"], short: "CPbcefioprt" };
const PROJECT: Options = Options { long: long_options!["--script"], short: "CPbcfimopr" };
const RUN: Options = Options { long: long_options![], short: "CPbcfipw" };
const PYTHON: Options = Options { long: long_options![], short: "ip" };

/// What a verb reads, and with which options.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// The project's `pyproject.toml` and `uv.lock`.
    Project,
    /// The same, for another command that follows.
    ProjectRun,
    /// The packages and files of its command line, as pip does.
    Packages,
    /// The files of its command line: `uv pip sync requirements.txt`.
    Files,
    /// The packages of its command line, for tools with environments of their own.
    Tools,
    /// The first word of its command line, and what follows is another command.
    ToolRun,
    /// Versions of Python.
    Pythons,
    Nothing,
}

impl Reads {
    const fn options(self) -> &'static Options {
        match self {
            Self::Project | Self::Nothing => &PROJECT,
            Self::ProjectRun | Self::Tools | Self::ToolRun => &RUN,
            Self::Packages | Self::Files => &PIP,
            Self::Pythons => &PYTHON,
        }
    }
}

fn verb(words: &[&str]) -> Option<(&'static str, Action, Reads)> {
    Some(match words {
        ["sync", ..] => ("sync", Action::Install, Reads::Project),
        ["add", ..] => ("add", Action::Install, Reads::Project),
        ["remove", ..] => ("remove", Action::Remove, Reads::Project),
        ["lock", ..] => ("lock", Action::Refresh, Reads::Project),
        ["export", ..] => ("export", Action::Refresh, Reads::Project),
        ["build", ..] => ("build", Action::Build, Reads::Project),
        ["run", ..] => ("run", Action::Build, Reads::ProjectRun),
        ["pip", "install", ..] => ("pip install", Action::Install, Reads::Packages),
        ["pip", "sync", ..] => ("pip sync", Action::Install, Reads::Files),
        ["pip", "compile", ..] => ("pip compile", Action::Refresh, Reads::Files),
        ["pip", "uninstall", ..] => ("pip uninstall", Action::Remove, Reads::Packages),
        ["tool", "install", ..] => ("tool install", Action::Install, Reads::Tools),
        ["tool", "upgrade", ..] => ("tool upgrade", Action::Upgrade, Reads::Tools),
        ["tool", "uninstall", ..] => ("tool uninstall", Action::Remove, Reads::Tools),
        ["tool", "run", ..] => ("tool run", Action::Build, Reads::ToolRun),
        ["python", "install", ..] => ("python install", Action::Install, Reads::Pythons),
        ["python", "upgrade", ..] => ("python upgrade", Action::Upgrade, Reads::Pythons),
        ["python", "uninstall", ..] => ("python uninstall", Action::Remove, Reads::Pythons),
        ["cache", "clean", ..] => ("cache clean", Action::Clean, Reads::Nothing),
        ["cache", "prune", ..] => ("cache prune", Action::Clean, Reads::Nothing),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    if place.program == "uvx" {
        let arguments = RUN.parse_before(place.arguments, 0);
        return Some(command(place, &arguments, None, ("tool run", Action::Build, Reads::ToolRun)));
    }
    let found = verb(&PIP.parse(place.arguments).words())?;
    let (name, _, reads) = found;
    let verb_words = name.split(' ').count();
    let before_command = matches!(reads, Reads::ProjectRun | Reads::ToolRun);
    let limit = if before_command { verb_words } else { usize::MAX };
    let mut arguments = reads.options().parse_before(place.arguments, limit);
    let rest = arguments.positionals.split_off(verb_words.min(arguments.positionals.len()));
    let verb_word = std::mem::replace(&mut arguments.positionals, rest).pop();
    let offline = match name {
        "run" => &["--no-sync"][..],
        "export" => &["--frozen"],
        _ => &[],
    };
    arguments.last(offline).is_none().then(|| command(place, &arguments, verb_word, found))
}

/// The command of a verb; the words of `arguments` are those after it.
fn command(
    place: &Place<'_>,
    arguments: &Arguments<'_>,
    verb_word: Option<&Word>,
    (name, action, reads): (&'static str, Action, Reads),
) -> PackageCommand {
    let folders = Folders::new(place, arguments);
    let mut command = place.package_command(Manager::Uv, verb_word, name, action);
    command.cache = cache(place, arguments, &folders, reads);
    command.location = location(place, arguments, &folders, reads, action);
    command.options = arguments.to_options();
    let words = &arguments.positionals;
    if reads == Reads::Nothing {
        if name == "cache prune" || !words.is_empty() {
            command.cache.directories.clear();
        }
        return command;
    }

    let requirements = ["-r", "--requirement", "--requirements", "--with-requirements"];
    let constraints =
        ["-c", "--constraint", "--constraints", "-b", "--build-constraint", "--build-constraints"];
    command.manifests = pip::manifests(arguments, &requirements, ManifestRole::Packages);
    command.manifests.extend(pip::manifests(arguments, &constraints, ManifestRole::Constraints));
    if matches!(reads, Reads::Packages | Reads::Files) {
        command.manifests.extend(pip::groups(arguments));
    }
    match reads {
        Reads::Project | Reads::ProjectRun => project(place, &mut command, arguments, words),
        Reads::Packages => pip::targets(&mut command, words, arguments.all(&["-e", "--editable"])),
        Reads::Files => command.manifests.extend(words.iter().map(|word| file(word))),
        Reads::Tools => pip::targets(&mut command, words, std::iter::empty()),
        Reads::ToolRun => {
            let from = arguments.last(&["--from"]).and_then(Given::value_as_word);
            let tool = from.or_else(|| words.first().map(|word| (*word).clone()));
            command.packages.extend(tool.map(|word| pip::package(&word)));
        }
        Reads::Pythons => command.packages.extend(words.iter().map(|word| python_version(word))),
        Reads::Nothing => {}
    }
    if matches!(reads, Reads::ProjectRun | Reads::Tools | Reads::ToolRun) {
        let with = arguments.all(&["--with", "-w"]).filter_map(Given::value_as_word);
        command.packages.extend(with.map(|word| pip::package(&word)));
    }
    for manifest in &mut command.manifests {
        manifest.path = manifest.path.as_deref().and_then(|path| folders.path(path));
    }
    command
}

/// What a verb of the project reads, and whether it installs the project itself.
fn project(place: &Place<'_>, command: &mut PackageCommand, arguments: &Arguments<'_>, words: &[&Word]) {
    if command.verb.name == "add" {
        pip::targets(command, words, std::iter::empty());
    } else if command.verb.name == "remove" {
        command.packages = words.iter().map(|word| pip::package(word)).collect();
    }
    if arguments.last(&["--no-project"]).is_some() {
        return;
    }
    if let Some(script) = arguments.last(&["--script"])
        && script.value_word.is_some()
    {
        command.manifests.extend(pip::manifests(arguments, &["--script"], ManifestRole::Packages));
        return;
    }
    let folder = arguments.last(&["--project"]).map(|option| option.value.clone());
    let folder =
        folder.or_else(|| place.folder_variable("UV_PROJECT").map(Some)).unwrap_or(Some(".".to_owned()));
    let is_fixed = arguments.last(&["--locked", "--frozen", "--check"]).is_some()
        || place.is_switched_on("UV_LOCKED")
        || place.is_switched_on("UV_FROZEN");
    let lock = if is_fixed { ManifestRole::Lock } else { ManifestRole::OptionalLock };
    for (file, role) in [("pyproject.toml", ManifestRole::Packages), ("uv.lock", lock)] {
        if command.verb.name == "build" && file == "uv.lock" {
            continue;
        }
        let path = folder.as_deref().map(|folder| join(folder, file));
        command.manifests.push(Manifest { path, ..implied(&command.verb, file, role) });
    }
    let without_project = [
        "--no-install-local",
        "--no-install-project",
        "--no-install-workspace",
        "--no-sync",
        "--only-dev",
        "--only-group",
    ];
    let installs = matches!(command.verb.action, Action::Install | Action::Remove | Action::Build);
    if installs
        && arguments.last(&without_project).is_none()
        && !place.is_switched_on("UV_NO_INSTALL_PROJECT")
        && !place.is_switched_on("UV_NO_INSTALL_LOCAL")
    {
        command.project = Some(command.verb.span);
    }
}

/// A file of the command line.
fn file(word: &Word) -> Manifest {
    Manifest { span: word.span, path: word.value.clone(), role: ManifestRole::Packages }
}

/// `3.12`, `cpython@3.12`, `pypy3.10`: the versions of Python that uv installs.
fn python_version(word: &Word) -> Package {
    let text = word.text();
    let at = text.find(|c: char| c.is_ascii_digit() || matches!(c, '@' | '<' | '>' | '=' | '~' | '$'));
    let (name, version) = text.split_at(at.unwrap_or(text.len()));
    let name = if name.is_empty() { "python" } else { name };
    Package::of(word, PackageSource::Registry).named(name, version)
}

/// The folders that relative paths are relative to.
struct Folders {
    /// That of `--directory`, which uv changes to first; `None` inside when it is not known.
    directory: Option<Option<String>>,
    /// That of `--project`.
    project: Option<Option<String>>,
}

impl Folders {
    fn new(place: &Place<'_>, arguments: &Arguments<'_>) -> Self {
        let folder = |option: &str, variable: &str| {
            let given = arguments.last(&[option]).map(|option| option.value.clone());
            given.or_else(|| place.folder_variable(variable).map(Some))
        };
        Self {
            directory: folder("--directory", "UV_WORKING_DIR"),
            project: folder("--project", "UV_PROJECT"),
        }
    }

    /// A path of the command line as the command's own folder sees it.
    fn path(&self, path: &str) -> Option<String> {
        match &self.directory {
            None => Some(path.to_owned()),
            Some(folder) => folder.as_deref().map(|folder| join(folder, path)),
        }
    }

    /// The same of a path in the project.
    fn project_path(&self, path: &str) -> Option<String> {
        match &self.project {
            None => self.path(path),
            Some(folder) => self.path(&join(folder.as_deref()?, path)),
        }
    }
}

fn location(
    place: &Place<'_>,
    arguments: &Arguments<'_>,
    folders: &Folders,
    reads: Reads,
    action: Action,
) -> Location {
    let home_of = |variable: &str| match place.folder_variable(variable) {
        Some(folder) => Location::Folder(Some(folder)),
        None => Location::User,
    };
    match reads {
        _ if action == Action::Refresh => return Location::Cache,
        Reads::Nothing => return Location::Unknown,
        Reads::Tools => return home_of("UV_TOOL_DIR"),
        Reads::ToolRun => return Location::Cache,
        Reads::Pythons => {
            return match arguments.last(&["--install-dir", "-i"]) {
                Some(option) => Location::Folder(option.value.clone()),
                None => home_of("UV_PYTHON_INSTALL_DIR"),
            };
        }
        Reads::Project | Reads::ProjectRun => {
            if arguments.last(&["--active"]).is_some()
                && let Some(path) = python::active_environment(place)
            {
                return Location::Environment(Some(path));
            }
            let path = place.folder_variable("UV_PROJECT_ENVIRONMENT").unwrap_or_else(|| ".venv".to_owned());
            let path = folders.project_path(&path);
            return Location::Environment(path.and_then(|path| place.absolute(&path)));
        }
        Reads::Packages | Reads::Files => {}
    }
    if let Some(option) = arguments.last(&["--target", "-t", "--prefix"]) {
        return Location::Folder(option.value.clone());
    }
    let python = arguments.last(&["--python", "-p"]).map(|option| option.value.clone());
    if let Some(python) = python.or_else(|| place.folder_variable("UV_PYTHON").map(Some))
        && python.as_deref().is_none_or(|python| python.contains('/'))
    {
        return python::named_location(place, python.as_deref());
    }
    let is_system = arguments.last(&["--system", "--break-system-packages"]).is_some();
    if is_system || place.is_switched_on("UV_SYSTEM_PYTHON") {
        return Location::System;
    }
    python::environment(place).map_or(Location::Unknown, |path| Location::Environment(Some(path)))
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>, folders: &Folders, reads: Reads) -> Cache {
    if reads == Reads::Pythons {
        // Archives of Python are kept only where a variable says so.
        return place.cache(arguments, &[], &["UV_PYTHON_CACHE_DIR"], || None);
    }
    let mut cache = place.cache(arguments, &["--cache-dir"], &["UV_CACHE_DIR"], || place.user_cache("uv"));
    if cache.directory_from.is_some() && folders.directory.is_some() {
        let named = arguments.last(&["--cache-dir"]).map(|option| option.value.clone());
        let named = named.unwrap_or_else(|| place.folder_variable("UV_CACHE_DIR"));
        let path = named.and_then(|named| folders.path(&named)).and_then(|path| place.folder(&path));
        cache.directories = path.into_iter().collect();
    }
    cache.disabled = place
        .disabled_by_option(arguments, &["--no-cache", "--no-cache-dir", "-n"])
        .or_else(|| place.disabled_by_variable("UV_NO_CACHE", |value| truth_value(value) == Some(true)));
    cache
}

#[cfg(test)]
mod tests {
    use crate::model::packages::testing::{assert_nothing, assert_shown, show};

    const CACHE: &str = "cache /root/.cache/uv";

    #[test]
    fn projects() {
        for (run, expected) in [
            (
                "uv sync",
                "uv sync (Install); reads pyproject.toml; reads uv.lock (OptionalLock); project sync; in Environment(None)",
            ),
            (
                "uv sync --locked --no-install-project --group x --extra y -p 3.12",
                "uv sync (Install); reads pyproject.toml; reads uv.lock (Lock); in Environment(None)",
            ),
            (
                "UV_FROZEN=1 UV_PROJECT_ENVIRONMENT=/venv uv sync",
                "uv sync (Install); reads pyproject.toml; reads uv.lock (Lock); project sync; in Environment(Some(\"/venv\"))",
            ),
            (
                "VIRTUAL_ENV=/v uv sync --active --no-install-workspace",
                "uv sync (Install); reads pyproject.toml; reads uv.lock (OptionalLock); in Environment(Some(\"/v\"))",
            ),
            (
                "uv add --optional web 'flask>=3' uvicorn[standard]@0.30 -r more.txt -m 'python_version > \"3\"'",
                "uv add (Install); flask >=3; uvicorn @0.30; reads more.txt; reads pyproject.toml; reads uv.lock (OptionalLock); project add; in Environment(None)",
            ),
            ("uv add --script s.py six", "uv add (Install); six; reads s.py; in Environment(None)"),
            (
                "uv remove --group dev six",
                "uv remove (Remove); six; reads pyproject.toml; reads uv.lock (OptionalLock); project remove; in Environment(None)",
            ),
            (
                "uv lock --project api",
                "uv lock (Refresh); reads api/pyproject.toml; reads api/uv.lock (OptionalLock); in Cache",
            ),
            (
                "uv export --locked -o requirements.txt",
                "uv export (Refresh); reads pyproject.toml; reads uv.lock (Lock); in Cache",
            ),
            (
                "uv build --wheel -o dist libs/x",
                "uv build (Build); reads pyproject.toml; project build; in Environment(None)",
            ),
        ] {
            assert_shown(&[(run, &format!("{expected}; {CACHE}"))]);
        }
    }

    #[test]
    fn commands_after_run_are_not_read() {
        for (run, expected) in [
            (
                "uv run --with a==1 -w b pytest -k c --with d",
                "uv run (Build); a ==1; b; reads pyproject.toml; reads uv.lock (OptionalLock); project run; in Environment(None)",
            ),
            ("uv run --no-project --with=a x.py", "uv run (Build); a; in Environment(None)"),
            (
                "uv run -m http.server",
                "uv run (Build); reads pyproject.toml; reads uv.lock (OptionalLock); project run; in Environment(None)",
            ),
            ("uvx ruff@0.6 check --with x", "uv tool run (Build); ruff @0.6; in Cache"),
            ("uv tool run --from 'black[d]==24' blackd", "uv tool run (Build); black ==24; in Cache"),
            (
                "uv --no-progress tool install -p 3.12 'poetry>=2' --with poetry-plugin-export",
                "uv tool install (Install); poetry >=2; poetry-plugin-export; in User",
            ),
            (
                "UV_TOOL_DIR=/t uv tool install -e .",
                "uv tool install (Install); project .; in Folder(Some(\"/t\"))",
            ),
        ] {
            assert_shown(&[(run, &format!("{expected}; {CACHE}"))]);
        }
        assert_nothing(&[
            "uv",
            "uv --version",
            "uv venv",
            "uv tree",
            "uv run --no-sync x",
            "uv export --frozen",
            "uv pip",
            "uv pip list",
            "uv cache dir",
            "uvicorn app",
        ]);
    }

    #[test]
    fn pip_interface() {
        for (run, expected) in [
            (
                "uv pip install --system -r r.txt --no-binary x -e libs/y -p 3.12 z",
                "uv pip install (Install); z; reads r.txt; project libs/y; in System",
            ),
            (
                "uv pip install --python /opt/venv/bin/python a",
                "uv pip install (Install); a; in Environment(Some(\"/opt/venv\"))",
            ),
            (
                "uv pip install -p /opt/venv a",
                "uv pip install (Install); a; in Environment(Some(\"/opt/venv\"))",
            ),
            (
                "uv pip install -t /t --group dev",
                "uv pip install (Install); reads pyproject.toml; in Folder(Some(\"/t\"))",
            ),
            ("uv pip sync r.txt -c c.txt", "uv pip sync (Install); reads c.txt (Constraints); reads r.txt"),
            (
                "uv pip compile pyproject.toml -o r.txt",
                "uv pip compile (Refresh); reads pyproject.toml; in Cache",
            ),
            ("uv pip uninstall a", "uv pip uninstall (Remove); a"),
        ] {
            assert_shown(&[(run, &format!("{expected}; {CACHE}"))]);
        }
    }

    #[test]
    fn pythons_and_caches() {
        assert_shown(&[
            (
                "uv python install 3.12 pypy3.10 cpython@3.13",
                "uv python install (Install); python 3.12; pypy 3.10; cpython @3.13; in User",
            ),
            (
                "uv python install -i /p 3.12",
                "uv python install (Install); python 3.12; in Folder(Some(\"/p\"))",
            ),
            ("uv cache clean", "uv cache clean (Clean); cache /root/.cache/uv"),
            ("uv cache clean ruff", "uv cache clean (Clean)"),
            ("uv cache prune --ci", "uv cache prune (Clean)"),
            ("UV_NO_CACHE=0 uv pip install a", "uv pip install (Install); a; cache /root/.cache/uv"),
            (
                "UV_NO_CACHE=1 uv pip install a",
                "uv pip install (Install); a; cache /root/.cache/uv; off UV_NO_CACHE=1",
            ),
        ]);
        let work = |run: &str| show(&format!("FROM x\nWORKDIR /w\nRUN {run}"));
        assert_eq!(
            work("cd a && uv --directory b --cache-dir c sync --project d"),
            [
                "uv sync (Install); reads b/d/pyproject.toml; reads b/d/uv.lock (OptionalLock); project sync; in Environment(Some(\"/w/a/b/d/.venv\")); cache /w/a/b/c; by --cache-dir"
            ]
        );
        assert_eq!(
            work("uv sync --directory $D"),
            [
                "uv sync (Install); reads ?; reads ? (OptionalLock); project sync; in Environment(None); cache /root/.cache/uv"
            ]
        );
    }
}
