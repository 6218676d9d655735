//! Maven.
//!
//! Source: `mvn --help` of Maven 3.8.7; how options take values and where the repository is (`mvn -X validate`) was tried
//! out with it. `$HOME` counts for nothing, the account's home does. `MAVEN_ARGS` came with Maven 3.9. A
//! repository that `settings.xml` or `.mvn/maven.config` names is not known.

use super::command::{
    Action, Cache, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource,
};
use super::options::{Arguments, Given};
use super::place::{implied, join};
use super::single_dash::SingleDashOptions;
use super::{Manager, Place, java};
use crate::shell::Word;

const OPTIONS: SingleDashOptions = SingleDashOptions {
    with_value: &[
        "-D",
        "-P",
        "-T",
        "-b",
        "-emp",
        "-ep",
        "-f",
        "-gs",
        "-gt",
        "-l",
        "-pl",
        "-rf",
        "-s",
        "-t",
        "--activate-profiles",
        "--builder",
        "--color",
        "--define",
        "--encrypt-master-password",
        "--encrypt-password",
        "--file",
        "--global-settings",
        "--global-toolchains",
        "--log-file",
        "--projects",
        "--resume-from",
        "--settings",
        "--threads",
        "--toolchains",
    ],
    with_attached: &["-D", "-P", "-T"],
    separators: &['='],
    ignores_case: false,
};

/// The phases of the lifecycles that people name.
const PHASES: [&str; 15] = [
    "validate",
    "generate-sources",
    "process-resources",
    "compile",
    "process-classes",
    "test-compile",
    "test",
    "prepare-package",
    "package",
    "integration-test",
    "verify",
    "install",
    "deploy",
    "site",
    "clean",
];

/// A goal that only downloads, by its last part: `dependency:go-offline`,
/// `org.apache.maven.plugins:maven-dependency-plugin:3.6.0:go-offline`.
fn download(goal: &str) -> Option<&'static str> {
    Some(match goal.rsplit_once(':')?.1 {
        "go-offline" => "dependency:go-offline",
        "resolve" => "dependency:resolve",
        "resolve-plugins" => "dependency:resolve-plugins",
        "copy-dependencies" => "dependency:copy-dependencies",
        "resolve-dependencies" => "go-offline:resolve-dependencies",
        "get" if goal.contains("dependency") => "dependency:get",
        _ => return None,
    })
}

/// The goal that says what a command is for: the last that builds, else the first; `clean` only when it is alone.
fn verb<'a>(goals: &[&'a Word]) -> Option<(&'a Word, &'static str, Action)> {
    let named = || goals.iter().filter(|goal| !goal.is("clean"));
    let download = |goal: &Word| download(goal.value.as_deref()?);
    let building = named().rev().find(|goal| download(goal).is_none());
    let goal = *building.or_else(|| named().next()).or(goals.first())?;
    Some(match download(goal) {
        Some(name) => (goal, name, Action::Download),
        None => {
            let phase = PHASES.iter().find(|phase| goal.is(phase));
            (goal, phase.unwrap_or(&"goal"), Action::Build)
        }
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let arguments = OPTIONS.parse(place.arguments);
    if arguments.last(&["-v", "--version", "-h", "--help"]).is_some() {
        return None;
    }
    let (word, name, action) = verb(&arguments.positionals)?;
    let mut command = place.package_command(Manager::Maven, Some(word), name, action);
    command.options = arguments.to_options();
    command.cache = cache(place, &arguments);
    command.location = if action == Action::Download { Location::Cache } else { Location::Project };
    if name == "dependency:get" {
        command.packages = packages(&arguments);
        return Some(command);
    }
    command.manifests.push(manifest(&arguments, &command));
    if action == Action::Build {
        command.project = Some(command.verb.span);
    }
    Some(command)
}

/// `pom.xml`, or what `--file` names: a file or its folder.
fn manifest(arguments: &Arguments<'_>, command: &PackageCommand) -> Manifest {
    let Some(option) = arguments.last(&["-f", "--file"]) else {
        return implied(&command.verb, "pom.xml", ManifestRole::Packages);
    };
    let path = option.value.as_deref().map(|path| match path.ends_with(".xml") {
        true => path.to_owned(),
        false => join(path, "pom.xml"),
    });
    let span = option.value_word.map_or(option.span, |word| word.span);
    Manifest { span, path, role: ManifestRole::Packages }
}

/// `-Dartifact=group:name:version`
fn packages(arguments: &Arguments<'_>) -> Vec<Package> {
    let package = |option: &Given<'_>| {
        let value = option.value_text()?;
        let mut parts = value.strip_prefix("artifact=")?.splitn(3, ':');
        let name = format!("{}:{}", parts.next()?, parts.next()?);
        let package = Package::of(option.value_word?, PackageSource::Registry);
        Some(package.named(&name, parts.next().unwrap_or_default()))
    };
    arguments.all(&["-D", "--define"]).filter_map(package).collect()
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>) -> Cache {
    let define = ["-D", "--define"];
    let set = java::property(place, arguments, &define, &["MAVEN_ARGS", "MAVEN_OPTS"], "maven.repo.local");
    let directory_from = set.as_ref().map(|(_, from)| *from);
    let folder = match set {
        Some((folder, _)) => place.folder(&folder),
        None => place.state.account_home().map(|home| join(&home, ".m2/repository")),
    };
    Cache { directories: folder.into_iter().collect(), directory_from, disabled: None }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    #[test]
    fn goals() {
        for (script, expected) in [
            (
                "mvn -B -ntp clean package -DskipTests -P prod -T 1C -pl app -am",
                "maven package (Build); reads pom.xml; project package; in Project",
            ),
            (
                "./mvnw -s settings.xml -f sub/pom.xml verify -D test=x",
                "maven verify (Build); reads sub/pom.xml; project verify; in Project",
            ),
            (
                "mvn --file=sub install",
                "maven install (Build); reads sub/pom.xml; project install; in Project",
            ),
            ("mvn clean", "maven clean (Build); reads pom.xml; project clean; in Project"),
            ("mvn spring-boot:run", "maven goal (Build); reads pom.xml; project spring-boot:run; in Project"),
            (
                "mvn dependency:go-offline -B",
                "maven dependency:go-offline (Download); reads pom.xml; in Cache",
            ),
            (
                "mvn clean org.apache.maven.plugins:maven-dependency-plugin:3.6.0:resolve -f $X",
                "maven dependency:resolve (Download); reads ?; in Cache",
            ),
            (
                "mvn dependency:go-offline compile",
                "maven compile (Build); reads pom.xml; project compile; in Project",
            ),
            ("mvn dependency:get -Dartifact=g:a:1.2", "maven dependency:get (Download); g:a 1.2; in Cache"),
        ] {
            assert_shown(&[(script, &format!("{expected}; cache /root/.m2/repository"))]);
        }
        assert_nothing(&["mvn", "mvn -v", "mvn -B", "mvn -f package", "mvn --version clean"]);
    }

    #[test]
    fn repositories() {
        for (above, run, cache) in [
            ("USER app", "mvn test", "cache /home/app/.m2/repository"),
            ("ENV HOME=/h", "mvn test", "cache /root/.m2/repository"),
            ("ENV MAVEN_OPTS='-Xmx1g -Dmaven.repo.local=/o'", "mvn test", "cache /o; by MAVEN_OPTS"),
            ("WORKDIR /w", "mvn -Dmaven.repo.local=.m2 test", "cache /w/.m2; by -D"),
        ] {
            let shown = show(&format!("FROM x\n{above}\nRUN {run}"));
            let expected = format!("maven test (Build); reads pom.xml; project test; in Project; {cache}");
            assert_eq!(shown, [expected], "{above}");
        }
    }
}
