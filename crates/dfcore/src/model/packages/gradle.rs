//! Gradle.
//!
//! Source: Gradle's own option classes, which its `--help` is written from, up to version 9: `StartParameterBuildOptions`,
//! `DaemonBuildOptions`, `LoggingConfigurationBuildOptions`, `BuildLayoutParametersBuildOptions`,
//! `ParallelismBuildOptions`; of the tasks, `Test` (`--tests`), `JavaExec` (`--args`) and the dependency reports
//! (`--configuration`, `--dependency`). Gradle's own folder, which has the downloads and the wrapper's distributions, was
//! tried out with 4.4.1: `$HOME` counts for nothing, the account's home does. Which build files there are (`build.gradle`,
//! `build.gradle.kts`, those of subprojects) the command does not say.

use super::command::{Action, Cache, Location, Manifest, ManifestRole, PackageCommand};
use super::options::{Arguments, Options};
use super::place::{implied_in, join};
use super::{Manager, Place, java};

const OPTIONS: Options = Options {
    long: &[
        "--args",
        "--build-file",
        "--configuration",
        "--configuration-cache-problems",
        "--console",
        "--console-unicode",
        "--dependency",
        "--dependency-verification",
        "--exclude-task",
        "--gradle-user-home",
        "--include-build",
        "--init-script",
        "--max-workers",
        "--priority",
        "--project-cache-dir",
        "--project-dir",
        "--project-prop",
        "--settings-file",
        "--system-prop",
        "--tests",
        "--update-locks",
        "--warning-mode",
        "--write-verification-metadata",
    ],
    short: "bcDgIpPxFM",
};

/// A task by its last part: `build` of `:app:build`. Most tasks are the project's own.
fn verb(task: &str) -> (&'static str, Action) {
    const BUILDING: [&str; 12] = [
        "build",
        "assemble",
        "check",
        "test",
        "classes",
        "jar",
        "bootJar",
        "war",
        "shadowJar",
        "installDist",
        "run",
        "clean",
    ];
    const DOWNLOADING: [&str; 2] = ["dependencies", "buildEnvironment"];
    let task = task.rsplit(':').next().unwrap_or(task);
    if let Some(name) = DOWNLOADING.iter().find(|name| **name == task) {
        return (name, Action::Download);
    }
    (BUILDING.iter().find(|name| **name == task).unwrap_or(&"task"), Action::Build)
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    if arguments.last(&["-v", "--version", "-h", "-?", "--help", "--stop", "--status"]).is_some() {
        return None;
    }
    let tasks = || arguments.positionals.iter().copied();
    let text = |word: &crate::shell::Word| verb(word.value.as_deref().unwrap_or_default());
    // The last task that builds says what the command is for.
    let building = tasks().rev().find(|task| !matches!(text(task), ("clean", _) | (_, Action::Download)));
    let word = building.or_else(|| tasks().next())?;
    let (name, action) = text(word);
    let mut command = place.package_command(Manager::Gradle, Some(word), name, action);
    command.options = arguments.to_options();
    command.cache = cache(place, &arguments);
    command.location = if action == Action::Download { Location::Cache } else { Location::Project };
    if let Some(option) = arguments.last(&["-b", "--build-file"]) {
        let span = option.value_word.map_or(option.span, |word| word.span);
        command.manifests.push(Manifest { span, path: option.value.clone(), role: ManifestRole::Packages });
    }
    let folder = arguments.last(&["-p", "--project-dir"]);
    let lock = implied_in(folder, &command.verb, "gradle.lockfile", ManifestRole::OptionalLock);
    command.manifests.push(lock);
    if action == Action::Build {
        command.project = Some(command.verb.span);
    }
    Some(command)
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let option = ["-g", "--gradle-user-home"];
    let define = ["-D", "--system-prop"];
    if arguments.last(&option).is_none()
        && let Some((folder, from)) =
            java::property(place, arguments, &define, &["GRADLE_OPTS", "JAVA_OPTS"], "gradle.user.home")
    {
        let directories = place.folder(&folder).into_iter().collect();
        return Cache { directories, directory_from: Some(from), disabled: None };
    }
    let account = || Some(join(&place.state.account_home()?, ".gradle"));
    place.cache(arguments, &option, &["GRADLE_USER_HOME"], account)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    const LOCK: &str = "reads gradle.lockfile (OptionalLock)";

    #[test]
    fn tasks() {
        for (script, expected) in [
            (
                "gradle --no-daemon clean build -x test -Pversion=1 -Dfoo=bar",
                format!("gradle build (Build); {LOCK}; project build; in Project"),
            ),
            ("./gradlew :app:bootJar --info", format!("gradle bootJar (Build); {LOCK}; project :app:bootJar; in Project")),
            (
                "gradle --console-unicode disable -F lenient -M sha256 --priority low --update-locks a:b jar",
                format!("gradle jar (Build); {LOCK}; project jar; in Project"),
            ),
            ("gradle test --tests build", format!("gradle test (Build); {LOCK}; project test; in Project")),
            ("gradle dependencies --configuration x", format!("gradle dependencies (Download); {LOCK}; in Cache")),
            ("gradle clean dependencies", format!("gradle clean (Build); {LOCK}; project clean; in Project")),
            ("gradle resolveAll", format!("gradle task (Build); {LOCK}; project resolveAll; in Project")),
            (
                "gradle -p sub -b sub/b.gradle jar",
                "gradle jar (Build); reads sub/b.gradle; reads sub/gradle.lockfile (OptionalLock); project jar; in Project"
                    .to_owned(),
            ),
        ] {
            assert_shown(&[(script, &format!("{expected}; cache /root/.gradle"))]);
        }
        assert_nothing(&["gradle", "gradle --version", "gradle --stop", "gradle -p build", "./gradlew"]);
    }

    #[test]
    fn folders() {
        for (above, run, cache) in [
            ("USER app", "gradle jar", "cache /home/app/.gradle"),
            ("ENV HOME=/h", "gradle jar", "cache /root/.gradle"),
            ("ENV GRADLE_USER_HOME=/g", "gradle jar", "cache /g; by GRADLE_USER_HOME"),
            ("ENV GRADLE_OPTS=\"-Xmx1g -Dgradle.user.home=/o\"", "gradle jar", "cache /o; by GRADLE_OPTS"),
            ("ENV GRADLE_USER_HOME=/g", "gradle -g /h jar", "cache /h; by -g"),
            ("ENV GRADLE_USER_HOME=/g", "gradle -Dgradle.user.home=/h jar", "cache /h; by -D"),
        ] {
            let shown = show(&format!("FROM x\n{above}\nRUN {run}"));
            assert_eq!(
                shown,
                [format!("gradle jar (Build); {LOCK}; project jar; in Project; {cache}")],
                "{above} {run}"
            );
        }
    }
}
