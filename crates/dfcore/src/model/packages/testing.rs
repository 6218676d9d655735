//! Package commands as text, for the tests of all managers.

use super::{Location, ManifestRole, PackageCommand, PackageSource};
use crate::model::Model;
use crate::text::SourceFile;

/// The package commands of a Dockerfile's last instruction, one line each: the verb, then what there is of packages
/// (`name version`, with the source where it is not the registry), manifests, project, location and cache.
pub(super) fn show(dockerfile: &str) -> Vec<String> {
    let source = SourceFile::new("Dockerfile", dockerfile).expect("small");
    let model = Model::new(&source);
    let last = model.dockerfile.instructions.len() - 1;
    model.package_commands(last).iter().map(|command| line(command, &source)).collect()
}

/// The package commands of some shell text, as root on an image that sets nothing.
pub(super) fn show_run(script: &str) -> Vec<String> {
    show(&format!("FROM x\nRUN {script}"))
}

/// Asserts what [`show_run`] says of scripts with one package command each.
pub(super) fn assert_shown(cases: &[(&str, &str)]) {
    for (script, expected) in cases {
        assert_eq!(show_run(script), [*expected], "{script}");
    }
}

/// Asserts that scripts have no package command.
pub(super) fn assert_nothing(scripts: &[&str]) {
    for script in scripts {
        assert_eq!(show_run(script), [""; 0], "{script}");
    }
}

fn line(command: &PackageCommand, source: &SourceFile) -> String {
    let mut parts =
        vec![format!("{} {} ({:?})", command.manager.name(), command.verb.name, command.verb.action)];
    parts.extend(command.packages.iter().map(|package| {
        let name = package.name.as_deref().unwrap_or_else(|| source.slice(package.span));
        let version = package.version.as_deref().map_or(String::new(), |version| format!(" {version}"));
        match package.source {
            PackageSource::Registry => format!("{name}{version}"),
            other => format!("{name}{version} ({other:?})"),
        }
    }));
    parts.extend(command.manifests.iter().map(|manifest| {
        let path = manifest.path.as_deref().unwrap_or("?");
        match manifest.role {
            ManifestRole::Packages => format!("reads {path}"),
            other => format!("reads {path} ({other:?})"),
        }
    }));
    parts.extend(command.project.map(|project| format!("project {}", source.slice(project))));
    parts.extend((command.location != Location::Unknown).then(|| format!("in {:?}", command.location)));
    if !command.cache.directories.is_empty() {
        parts.push(format!("cache {}", command.cache.directories.join(" ")));
    }
    parts.extend(command.cache.directory_from.map(|from| format!("by {from}")));
    parts.extend(command.cache.disabled.as_ref().map(|disabled| format!("off {}", disabled.by)));
    parts.join("; ")
}

/// Any command line gives an answer, also one that its manager refuses.
#[test]
fn no_command_line_panics() {
    let programs = "apk apt-get bun bundle cargo composer conda dnf dotnet gem go gradle microdnf mvn npm nuget pdm pip \
                    pipenv pnpm poetry tdnf uv yarn yum zypper";
    let verbs = "install add get mod global group tool nuget cache clean create-project locals swap";
    let words = [
        "", "-", "--", "-é", "--=", "-=x", "=", "@", ":", "é", "-Dé", "'x y'", "$X", "\"$X\"é", "*", "+", "~",
    ];
    for program in programs.split(' ') {
        for verb in verbs.split_whitespace().chain(words) {
            let pairs = words.iter().flat_map(|first| words.map(|second| format!("{first} {second}")));
            let commands: Vec<_> = pairs.map(|pair| format!("{program} {verb} {pair}")).collect();
            show_run(&commands.join("; "));
        }
    }
}
