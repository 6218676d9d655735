//! dotnet and nuget.
//!
//! Source: the pages of <https://learn.microsoft.com/dotnet/core/tools/> for .NET 10 and those of
//! <https://learn.microsoft.com/nuget/reference/nuget-exe-cli-reference>; neither tool could be tried out. The cache is the
//! folder of global packages, which `NUGET_PACKAGES` moves; `--no-http-cache` only switches off another one, in which
//! packages are looked for that are not there.

use super::command::{
    Action, Cache, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource,
};
use super::options::{Arguments, Given};
use super::place::{implied, join};
use super::single_dash::SingleDashOptions;
use super::{Manager, Place};
use crate::shell::Word;

/// All that take a value, but `-f`, which is a switch of `restore`.
const DOTNET_OPTIONS: &[&str] = &[
    "-a",
    "-c",
    "-d",
    "-e",
    "-l",
    "-o",
    "-p",
    "-r",
    "-s",
    "-v",
    "--add-source",
    "--arch",
    "--artifacts-path",
    "--blame-crash-dump-type",
    "--blame-hang-dump-type",
    "--blame-hang-timeout",
    "--collect",
    "--configfile",
    "--configuration",
    "--diag",
    "--environment",
    "--filter",
    "--framework",
    "--from-rollback-file",
    "--launch-profile",
    "--lock-file-path",
    "--logger",
    "--manifest",
    "--os",
    "--output",
    "--package-directory",
    "--packages",
    "--project",
    "--property",
    "--results-directory",
    "--runtime",
    "--settings",
    "--source",
    "--temp-dir",
    "--test-adapter-path",
    "--tool-manifest",
    "--tool-path",
    "--verbosity",
    "--version",
    "--version-suffix",
    // At the end, so that the rest is the table of `restore`.
    "-f",
];
const OPTIONS: SingleDashOptions = SingleDashOptions {
    with_value: DOTNET_OPTIONS,
    with_attached: &[],
    separators: &['=', ':'],
    ignores_case: false,
};
const RESTORE_OPTIONS: SingleDashOptions =
    SingleDashOptions { with_value: DOTNET_OPTIONS.split_at(DOTNET_OPTIONS.len() - 1).0, ..OPTIONS };

/// Those of nuget.
const NUGET_OPTIONS: SingleDashOptions = SingleDashOptions {
    with_value: &[
        "-configfile",
        "-dependencyversion",
        "-fallbacksource",
        "-fileconflictaction",
        "-framework",
        "-id",
        "-lockfilepath",
        "-msbuildpath",
        "-msbuildversion",
        "-o",
        "-outputdirectory",
        "-packagesavemode",
        "-packagesdirectory",
        "-project2projecttimeout",
        "-repositorypath",
        "-solutiondirectory",
        "-source",
        "-verbosity",
        "-version",
    ],
    with_attached: &[],
    separators: &[],
    ignores_case: true,
};

/// What the words after a verb are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// The project or solution that is worked on, and whether the verb needs its source.
    Project {
        source: bool,
    },
    /// Packages.
    Packages,
    /// A package, or the file that lists some.
    PackagesOrFile,
    Nothing,
}

fn dotnet_verb(words: &[&str]) -> Option<(&'static str, Action, Words)> {
    let build = |name| (name, Action::Build, Words::Project { source: true });
    Some(match words {
        ["restore", ..] => ("restore", Action::Download, Words::Project { source: false }),
        ["build", ..] => build("build"),
        ["publish", ..] => build("publish"),
        ["pack", ..] => build("pack"),
        ["test", ..] => build("test"),
        ["run", ..] => build("run"),
        ["msbuild", ..] => build("msbuild"),
        ["tool", "install", ..] => ("tool install", Action::Install, Words::Packages),
        ["tool", "update", ..] => ("tool update", Action::Upgrade, Words::Packages),
        ["tool", "restore", ..] => ("tool restore", Action::Download, Words::Nothing),
        ["tool", "uninstall", ..] => ("tool uninstall", Action::Remove, Words::Packages),
        ["package", "add", ..] => ("package add", Action::Install, Words::Packages),
        ["package", "remove", ..] => ("package remove", Action::Remove, Words::Packages),
        ["package", "update", ..] => ("package update", Action::Upgrade, Words::Packages),
        ["workload", "install", ..] => ("workload install", Action::Install, Words::Packages),
        ["workload", "update", ..] => ("workload update", Action::Upgrade, Words::Nothing),
        ["workload", "restore", ..] => {
            ("workload restore", Action::Install, Words::Project { source: false })
        }
        ["workload", "uninstall", ..] => ("workload uninstall", Action::Remove, Words::Packages),
        ["nuget", "locals", ..] => ("nuget locals", Action::Clean, Words::Nothing),
        // Until .NET 9 the project stood between: `dotnet add app.csproj package X`.
        ["add", "package", ..] | ["add", _, "package", ..] => {
            ("package add", Action::Install, Words::Packages)
        }
        ["remove", "package", ..] | ["remove", _, "package", ..] => {
            ("package remove", Action::Remove, Words::Packages)
        }
        _ => return None,
    })
}

fn nuget_verb(words: &[&str]) -> Option<(&'static str, Action, Words)> {
    Some(match words {
        ["install", ..] => ("install", Action::Install, Words::PackagesOrFile),
        ["restore", ..] => ("restore", Action::Download, Words::Project { source: false }),
        ["update", ..] => ("update", Action::Upgrade, Words::Project { source: false }),
        ["locals", ..] => ("locals", Action::Clean, Words::Nothing),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let is_dotnet = place.program == "dotnet";
    let mut arguments = match place.arguments.first() {
        _ if !is_dotnet => NUGET_OPTIONS.parse(place.arguments),
        Some(verb) if verb.is("restore") => RESTORE_OPTIONS.parse(place.arguments),
        _ => OPTIONS.parse(place.arguments),
    };
    // `/p:Name=value` is an option of MSBuild; `--self-contained false` has a value that may be left out.
    arguments
        .positionals
        .retain(|word| !is_msbuild_option(&word.text()) && !word.is("true") && !word.is("false"));
    let words = arguments.words();
    let (name, action, kind) = if is_dotnet { dotnet_verb(&words)? } else { nuget_verb(&words)? };
    let last = name.rsplit(' ').next().unwrap_or(name);
    let is_old_form = matches!(words.first(), Some(&("add" | "remove")));
    let end = words.iter().position(|word| *word == if is_old_form { "package" } else { last })? + 1;
    let (verb_words, rest) = arguments.positionals.split_at(end);
    let mut command = place.package_command(Manager::Nuget, verb_words.last().copied(), name, action);
    command.location = location(&arguments, name, action);
    command.cache = cache(place, &arguments);
    match kind {
        Words::Project { source } => {
            command.manifests = manifests(&arguments, rest.first().copied(), &command, name);
            command.project = source.then_some(command.verb.span);
        }
        Words::PackagesOrFile if rest.first().is_some_and(|word| word.text().ends_with(".config")) => {
            command.manifests = rest.iter().map(|word| file(word)).collect();
        }
        Words::Packages | Words::PackagesOrFile => command.packages = packages(&arguments, rest),
        Words::Nothing => {}
    }
    match name {
        "tool restore" => {
            let path = ".config/dotnet-tools.json";
            command.manifests.push(implied(&command.verb, path, ManifestRole::Packages));
        }
        "locals" | "nuget locals" => {
            arguments.last(&["--clear", "-c", "-clear"])?;
            command.cache.directories = cleaned(place, rest);
        }
        _ => {}
    }
    command.options = arguments.to_options();
    Some(command)
}

fn is_msbuild_option(text: &str) -> bool {
    let name = text.strip_prefix('/').and_then(|rest| rest.split_once(':'));
    name.is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn file(word: &Word) -> Manifest {
    Manifest { span: word.span, path: word.value.clone(), role: ManifestRole::Packages }
}

/// The project or solution, and the lock that may lie beside a project. Without one named it is the only one in the working
/// directory, whatever its name.
fn manifests(
    arguments: &Arguments<'_>,
    named: Option<&Word>,
    command: &PackageCommand,
    verb: &str,
) -> Vec<Manifest> {
    let named = if verb == "run" { None } else { named };
    let named = named.or_else(|| arguments.last(&["--project"]).and_then(|option| option.value_word));
    let role = match arguments.last(&["--locked-mode", "-lockedmode"]) {
        Some(_) => ManifestRole::Lock,
        None => ManifestRole::OptionalLock,
    };
    let lock = |path: &str| implied(&command.verb, path, role);
    let Some(word) = named else { return vec![lock("packages.lock.json")] };
    let mut manifests = vec![file(word)];
    let text = word.value.as_deref().unwrap_or_default();
    if text.ends_with("proj") {
        let folder = text.rsplit_once('/').map_or(".", |(folder, _)| folder);
        manifests.push(lock(&join(folder, "packages.lock.json")));
    }
    manifests
}

/// `name`, or `name@version` for a tool; else the version is an option.
fn packages(arguments: &Arguments<'_>, words: &[&Word]) -> Vec<Package> {
    let version = arguments.last(&["--version", "-v", "-version"]).filter(|_| words.len() == 1);
    let version = version.and_then(Given::value_text).unwrap_or_default();
    let package = |word: &&Word| {
        let text = word.text();
        let (name, own) = text.split_at(text.find('@').unwrap_or(text.len()));
        Package::of(word, PackageSource::Registry).named(name, if own.is_empty() { &version } else { own })
    };
    words.iter().map(package).collect()
}

fn location(arguments: &Arguments<'_>, verb: &str, action: Action) -> Location {
    let folder =
        ["--tool-path", "--packages", "--package-directory", "-packagesdirectory", "-outputdirectory", "-o"];
    match verb {
        _ if action == Action::Build => Location::Project,
        "workload install" | "workload update" | "workload restore" | "workload uninstall" => {
            Location::System
        }
        _ => match arguments.last(&folder) {
            Some(option) => Location::Folder(option.value.clone()),
            None if verb.starts_with("tool") && arguments.last(&["-g", "--global"]).is_some() => {
                Location::User
            }
            None if action == Action::Download => Location::Cache,
            None => Location::Project,
        },
    }
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let default = || Some(join(&place.home()?, ".nuget/packages"));
    place.cache(arguments, &["--packages", "--package-directory"], &["NUGET_PACKAGES"], default)
}

/// What `locals --clear` empties.
fn cleaned(place: &Place<'_>, names: &[&Word]) -> Vec<String> {
    let packages = || {
        let set = place.folder_variable("NUGET_PACKAGES");
        place.folder(&set.or_else(|| Some(join(&place.home()?, ".nuget/packages")))?)
    };
    let http = || {
        let data =
            || place.folder_variable("XDG_DATA_HOME").or_else(|| Some(join(&place.home()?, ".local/share")));
        let set = place.folder_variable("NUGET_HTTP_CACHE_PATH");
        place.folder(&set.or_else(|| Some(join(&data()?, "NuGet/v3-cache")))?)
    };
    let folders = match names.first().and_then(|word| word.value.as_deref()) {
        Some("all") => [packages(), http()],
        Some("global-packages") => [packages(), None],
        Some("http-cache") => [None, http()],
        _ => [None, None],
    };
    folders.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    const CACHE: &str = "cache /root/.nuget/packages";

    #[test]
    fn dotnet() {
        for (script, expected) in [
            (
                "dotnet restore src/App/App.csproj -f -r linux-x64 --locked-mode",
                "nuget restore (Download); reads src/App/App.csproj; reads src/App/packages.lock.json (Lock); in Cache",
            ),
            ("dotnet restore", "nuget restore (Download); reads packages.lock.json (OptionalLock); in Cache"),
            (
                "dotnet publish -c Release -o /app --no-restore --self-contained false -p:A=b /p:C=d app.sln",
                "nuget publish (Build); reads app.sln; project publish; in Project",
            ),
            (
                "dotnet build \"./App.csproj\" -c $CONFIGURATION -f net8.0 -v:m -nologo",
                "nuget build (Build); reads ./App.csproj; reads packages.lock.json (OptionalLock); project build; in Project",
            ),
            (
                "dotnet run --project src/App -- restore x",
                "nuget run (Build); reads src/App; project run; in Project",
            ),
            (
                "dotnet tool install -g dotnet-ef --version 8.*",
                "nuget tool install (Install); dotnet-ef 8.*; in User",
            ),
            (
                "dotnet tool install --tool-path=/t x@1.2 -v q",
                "nuget tool install (Install); x @1.2; in Folder(Some(\"/t\"))",
            ),
            (
                "dotnet tool restore",
                "nuget tool restore (Download); reads .config/dotnet-tools.json; in Cache",
            ),
            (
                "dotnet add src/A.csproj package X -v $V -s https://y",
                "nuget package add (Install); X ${V}; in Project",
            ),
            ("dotnet package add X@1 --project A", "nuget package add (Install); X @1; in Project"),
            ("dotnet workload install wasm-tools", "nuget workload install (Install); wasm-tools; in System"),
        ] {
            assert_shown(&[(script, &format!("{expected}; {CACHE}"))]);
        }
        assert_nothing(&[
            "dotnet",
            "dotnet --info",
            "dotnet app.dll",
            "dotnet add x reference y",
            "dotnet nuget locals all --list",
            "dotnet nuget add source https://x",
            "dotnet ef database update",
        ]);
    }

    #[test]
    fn nuget() {
        for (script, expected) in [
            (
                "nuget install NUnit -version 3.1 -OutputDirectory packages -NonInteractive",
                "nuget install (Install); NUnit 3.1; in Folder(Some(\"packages\"))",
            ),
            (
                "mono /nuget.exe --version || nuget install packages.config -o p",
                "nuget install (Install); reads packages.config; in Folder(Some(\"p\"))",
            ),
            (
                "nuget restore App.sln -PackagesDirectory p -Source",
                "nuget restore (Download); reads App.sln; in Folder(Some(\"p\"))",
            ),
        ] {
            assert_shown(&[(script, &format!("{expected}; {CACHE}"))]);
        }
        assert_nothing(&["nuget", "nuget locals all -list", "nuget sources Add -Name x"]);
    }

    #[test]
    fn folders() {
        for (above, run, expected) in [
            (
                "ENV NUGET_PACKAGES=/n",
                "dotnet restore a.sln",
                "restore (Download); reads a.sln; in Cache; cache /n; by NUGET_PACKAGES",
            ),
            (
                "USER app",
                "dotnet restore a.sln --packages p",
                "restore (Download); reads a.sln; in Folder(Some(\"p\")); by --packages",
            ),
            (
                "USER app",
                "dotnet nuget locals all --clear",
                "nuget locals (Clean); in Project; cache /home/app/.nuget/packages /home/app/.local/share/NuGet/v3-cache",
            ),
            (
                "USER app",
                "nuget locals http-cache -Clear",
                "locals (Clean); in Project; cache /home/app/.local/share/NuGet/v3-cache",
            ),
            ("USER app", "dotnet nuget locals temp -c", "nuget locals (Clean); in Project"),
        ] {
            assert_eq!(
                show(&format!("FROM x\n{above}\nRUN {run}")),
                [format!("nuget {expected}")],
                "{above} {run}"
            );
        }
    }
}
