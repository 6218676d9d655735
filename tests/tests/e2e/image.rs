//! The image of dflint itself: what the repository's Dockerfile ships, built for both platforms.
//!
//! The stage that compiles stands on an image that cannot be counted on here, so that a build context takes its place. It
//! has the program of this machine as a static one, without ShellCheck's checks, which would take minutes to compile;
//! for the other platform a program of Debian's stands in, which shows that each platform gets its own.

use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::{BOTH, BUSYBOX, Project, Tag, dfbuild, elf_machine};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Runs a command that has to succeed, and returns what it prints.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The program of this machine, linked with all that it needs.
fn static_dflint() -> PathBuf {
    let target = format!("{ARCH}-unknown-linux-gnu");
    let folder = root().join("target");
    let flags = format!(r#"target.{target}.rustflags=["-C", "target-feature=+crt-static"]"#);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--package", "dfcli", "--no-default-features", "--target", &target]);
    run(cargo.args(["--config", &flags]).env("CARGO_TARGET_DIR", &folder).current_dir(root()));
    folder.join(target).join("debug/dflint")
}

#[test]
fn the_shipped_stage_has_the_program_of_each_platform_and_runs_it() {
    let (own, other) = if ARCH == "aarch64" { ("arm64", "amd64") } else { ("amd64", "arm64") };
    let compiled = Project::new(&format!("FROM {BUSYBOX}\n"));
    let bases = compiled.file("bases");
    let output = format!("type=local,dest={}", bases.display());
    dfbuild().args(BOTH).args(["--output", &output]).arg(compiled.path()).run().expect(0);
    for (architecture, program) in
        [(own, static_dflint()), (other, bases.join(format!("linux_{other}/bin/busybox")))]
    {
        let folder = compiled.file("build/out").join(architecture);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(program, folder.join("dflint")).unwrap();
    }
    let in_place_of_the_stage = format!("build={}", compiled.file("build").display());
    let build = || {
        let build = dfbuild().args(BOTH).args(["--frontend", "builtin"]);
        build.args(["--build-context", &in_place_of_the_stage]).arg(root())
    };

    let out = compiled.file("out");
    let output = format!("type=local,dest={}", out.display());
    build().args(["--output", &output]).run().expect(0);
    for architecture in [own, other] {
        let files = out.join(format!("linux_{architecture}"));
        let program = fs::read(files.join("usr/bin/dflint")).unwrap();
        assert_eq!(elf_machine(&program), Some(architecture));
        let names = |folder: &Path| {
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&files), ["usr", "work"], "nothing else is shipped");
    }

    let tag = Tag::new("dflint");
    build().args(["-t", tag.name()]).run().expect(0);
    let platform = format!("linux/{own}");
    let version = tag.run(&platform, &["--version"]);
    assert_eq!(version.trim(), format!("dflint {}", env!("CARGO_PKG_VERSION")));
    let user = Command::new("docker")
        .args(["image", "inspect", "--format", "{{.Config.User}}", tag.name()])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&user.stdout).trim(), "65532:65532");

    // As it is used: a project that cannot be written to, and that belongs to somebody else.
    let project = Project::new("FROM alpine:3.20\nUSER 1000\n");
    // Folders of tests are for their owner alone.
    run(Command::new("chmod").arg("755").arg(project.path()));
    let volume = format!("{}:/work:ro", project.path().display());
    let mut docker = Command::new("docker");
    docker.args(["run", "--rm", "--network", "none", "--platform", &platform, "--volume", &volume]);
    assert_eq!(run(docker.arg(tag.name())), "No findings in 1 file.\n");
}
