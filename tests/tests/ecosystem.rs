//! The ways in which other tools start dflint: a wheel, pre-commit, npm, GitHub's runner.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const DOCKERFILE: &str = "FROM python:latest\nRUN pip install flask\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Runs a command that has to succeed.
fn run(command: &mut Command) -> String {
    let output = outcome(command);
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    text(&output)
}

fn outcome(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A program of the Python environment that `cargo xtask test` makes.
fn python_program(name: &str) -> Command {
    let program = Path::new(&e2e::variable("DFTEST_PYTHON")).with_file_name(name);
    assert!(program.is_file(), "{} is missing: `cargo xtask test` installs it", program.display());
    Command::new(program)
}

/// A copy of what is committed and of what is not yet, as a repository of its own.
fn clone(folder: &Path) -> PathBuf {
    let clone = folder.join("clone");
    fs::create_dir(&clone).unwrap();
    let git = || {
        let mut command = Command::new("git");
        command.current_dir(&clone);
        command
    };
    let listed = run(Command::new("git").current_dir(root()).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]));
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let (from, to) = (root().join(path), clone.join(path));
        // Deleted and not yet committed.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
    run(git().args(["init", "--quiet"]));
    run(git().args(["add", "--all"]));
    run(git().args([
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "commit",
        "--quiet",
        "--message",
        "all",
    ]));
    clone
}

/// Builds that share what is compiled already; the settings are those of maturin and cargo.
fn build_settings(command: &mut Command) -> &mut Command {
    command.env("CARGO_TARGET_DIR", root().join("target")).env("MATURIN_PEP517_ARGS", "--profile dev")
}

#[test]
fn the_wheel_installs_and_pre_commit_runs_its_hooks() {
    let folder = tempfile::tempdir().unwrap();
    let clone = clone(folder.path());

    let wheels = folder.path().join("wheels");
    let mut maturin = python_program("maturin");
    run(build_settings(
        maturin.args(["build", "--profile", "dev", "--out"]).arg(&wheels).current_dir(&clone),
    ));
    let wheel = fs::read_dir(&wheels).unwrap().next().unwrap().unwrap().path();
    let venv = folder.path().join("venv");
    run(python_program("python").args(["-m", "venv"]).arg(&venv));
    run(Command::new(venv.join("bin/pip"))
        .args(["install", "--quiet", "--no-index", "--no-deps"])
        .arg(&wheel));
    let version = run(Command::new(venv.join("bin/dflint")).arg("--version"));
    assert_eq!(version.trim(), format!("dflint {}", env!("CARGO_PKG_VERSION")));

    let project = folder.path().join("project");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("Dockerfile"), DOCKERFILE).unwrap();
    fs::write(project.join("other.txt"), "FROM nothing\n").unwrap();
    run(Command::new("git").current_dir(&project).args(["init", "--quiet"]));
    run(Command::new("git").current_dir(&project).args(["add", "--all"]));
    let mut pre_commit = python_program("pre-commit");
    pre_commit.args(["try-repo", "--all-files"]).arg(&clone).arg("dflint").current_dir(&project);
    pre_commit.env("PRE_COMMIT_HOME", folder.path().join("hooks"));
    let output = outcome(build_settings(&mut pre_commit));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("latest-tag") && said.contains("Failed"), "{said}");
    assert!(!said.contains("other.txt"), "{said}");
}

/// A program of Node.js, in a folder, with nothing of the user's settings.
fn node_program(name: &str, folder: &Path) -> Command {
    let mut command = python_program(name);
    if name == "node" {
        // The program itself: what the Python package puts in front of it keeps signals to itself.
        let path = run(command.args(["--print", "process.execPath"]));
        command = Command::new(path.trim());
    }
    let programs = Path::new(&e2e::variable("DFTEST_PYTHON")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::iter::once(programs).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(path).unwrap()).env("HOME", folder).current_dir(folder);
    command.env("npm_config_cache", folder.join("npm-cache")).env_remove("DFLINT_BINARY");
    command
}

/// An empty project of Node.js with these packages, installed from files and without a network.
fn node_project(folder: &Path, packages: &[PathBuf], more: &[&str]) -> PathBuf {
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("package.json"), "{ \"private\": true }\n").unwrap();
    fs::write(folder.join("Dockerfile"), DOCKERFILE).unwrap();
    let mut install = node_program("npm", folder);
    install.args(["install", "--offline", "--no-audit", "--no-fund"]).args(more).args(packages);
    run(&mut install);
    folder.join("node_modules/.bin/dflint")
}

#[test]
fn the_packages_for_npm_install_and_run_as_the_program_does() {
    let folder = tempfile::tempdir().unwrap();
    let platform = if std::env::consts::ARCH == "aarch64" { "linux-arm64" } else { "linux-x64" };
    let made = folder.path().join("made");
    let program = format!("{platform}={}", e2e::variable("DFTEST_DFLINT"));
    let make = root().join("npm/make.mjs");
    run(node_program("node", folder.path()).arg(make).arg(&made).arg(program));
    let about: serde_json::Value =
        serde_json::from_slice(&fs::read(made.join("dflint/package.json")).unwrap()).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(about["version"], version);
    assert_eq!(about["optionalDependencies"][format!("@dflint/cli-{platform}")], version);
    let pack = |name: &str, file: String| {
        run(node_program("npm", folder.path()).args(["pack", "--silent"]).arg(made.join(name)));
        folder.path().join(file)
    };
    let wrapper = pack("dflint", format!("dflint-{version}.tgz"));
    let binary = pack(&format!("cli-{platform}"), format!("dflint-cli-{platform}-{version}.tgz"));

    let project = folder.path().join("project");
    let dflint = node_project(&project, &[wrapper.clone(), binary], &[]);
    let npx = || {
        let mut command = node_program("npx", &project);
        command.args(["--offline", "dflint"]);
        command
    };
    let said = run(npx().arg("--version"));
    assert!(said.lines().any(|line| line == format!("dflint {version}")), "{said}");
    let output = outcome(npx().args(["check", "--format", "concise"]));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("Dockerfile:1:6: warning: "), "{}", text(&output));
    let output = outcome(npx().args(["check", "missing"]));
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));

    // Standard input reaches the program.
    let node = |project: &Path| {
        let mut command = node_program("node", project);
        command.arg(&dflint);
        command
    };
    let input = fs::File::open(project.join("Dockerfile")).unwrap();
    let output = outcome(node(&project).args(["check", "-", "--format", "concise"]).stdin(input));
    assert!(text(&output).contains("<stdin>:1:6: warning: "), "{}", text(&output));

    // A signal to the wrapper ends the program too: nobody holds its output any more.
    let mut watch = node(&project);
    watch.args(["check", "--watch", "--format", "concise"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = watch.spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    run(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(15), "{rest}");

    // Without the program's package it says what to do, and takes another program.
    let project = folder.path().join("without");
    let dflint = node_project(&project, &[wrapper], &["--omit=optional"]);
    let node = || {
        let mut command = node_program("node", &project);
        command.arg(&dflint);
        command
    };
    let output = outcome(node().arg("--version"));
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let expected =
        format!("error: the package @dflint/cli-{platform}, which has the program, is not installed; ");
    assert!(
        text(&output).starts_with(&expected) && text(&output).contains("npm install"),
        "{}",
        text(&output)
    );
    let said = run(node().arg("--version").env("DFLINT_BINARY", e2e::variable("DFTEST_DFLINT")));
    assert_eq!(said.trim(), format!("dflint {version}"));
    let output = outcome(node().arg("--version").env("DFLINT_BINARY", "/nowhere/dflint"));
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("/nowhere/dflint cannot be started"), "{}", text(&output));
}

#[test]
fn a_release_is_packed_where_cargo_binstall_looks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = outcome(
        Command::new(cargo).args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root()),
    );
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let platforms = fs::read_to_string(root().join("npm/platforms.json")).unwrap();
    let platforms: serde_json::Value = serde_json::from_str(&platforms).unwrap();
    for (package, program) in [("dfcli", "dflint"), ("dfbuild", "dfbuild")] {
        let mut packages = metadata["packages"].as_array().unwrap().iter();
        let package = packages.find(|one| one["name"] == package).unwrap();
        let binstall = &package["metadata"]["binstall"];
        assert_eq!(binstall["pkg-fmt"], "tgz");
        for target in platforms.as_object().unwrap().values().map(|target| target.as_str().unwrap()) {
            let extension = if target.contains("windows") { ".exe" } else { "" };
            let rendered = |key: &str| {
                let template = binstall[key].as_str().unwrap();
                let version = package["version"].as_str().unwrap();
                let text = template.replace("{ version }", version).replace("{ target }", target);
                let text = text.replace("{ bin }", program).replace("{ binary-ext }", extension);
                assert!(!text.contains('{'), "{text}");
                text
            };
            let binary = folder.path().join(format!("{program}{extension}"));
            fs::write(&binary, "a program").unwrap();
            let out = folder.path().join("out");
            run(Command::new(root().join(".github/release/pack.sh")).arg(binary).arg(target).arg(&out));
            let url = rendered("pkg-url");
            let archive = out.join(url.rsplit('/').next().unwrap());
            let listed = run(Command::new("tar").args(["--list", "--gzip", "--file"]).arg(&archive));
            let program = rendered("bin-dir");
            assert!(listed.lines().any(|line| line == program), "{url}: {program} is not in {listed}");
        }
    }
}

#[test]
fn the_steps_of_the_action_lint_annotate_and_summarize() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    for script in ["install.sh", "check.sh", "advice.sh"] {
        let is_step = action.contains(&format!("$GITHUB_ACTION_PATH/.github/action/{script}"));
        assert!(is_step || script == "advice.sh", "{script}");
        let mode = root().join(".github/action").join(script).metadata().unwrap().permissions().mode();
        assert!(mode & 0o111 != 0, "{script} can be run");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // A program that is there already is not installed again.
    fs::create_dir_all(path("dflint/bin")).unwrap();
    std::os::unix::fs::symlink(e2e::variable("DFTEST_DFLINT"), path("dflint/bin/dflint")).unwrap();
    fs::create_dir_all(path("repository/a b")).unwrap();
    fs::write(path("repository/Dockerfile"), DOCKERFILE).unwrap();
    // Two languages; the third is in what a package manager has downloaded.
    for manifest in ["a b/requirements-dev.txt", "go.mod", "node_modules/x/package.json"] {
        fs::create_dir_all(path("repository").join(manifest).parent().unwrap()).unwrap();
        fs::write(path("repository").join(manifest), "").unwrap();
    }
    let step = |script: &str| {
        let mut command = Command::new(root().join(".github/action").join(script));
        command
            .current_dir(path("repository"))
            .env("GITHUB_ACTION_PATH", root())
            .env("RUNNER_TEMP", folder.path());
        command.env("GITHUB_PATH", path("path")).env("GITHUB_OUTPUT", path("output"));
        command.env("GITHUB_STEP_SUMMARY", path("summary.md"));
        command
            .env_remove("GITHUB_SERVER_URL")
            .env("DFLINT_ACTION_REPOSITORY", "owner/dflint")
            .env("DFLINT_ACTION_REF", "v1");
        let programs = std::env::var_os("PATH").unwrap();
        let programs = std::iter::once(path("dflint/bin")).chain(std::env::split_paths(&programs));
        command.env("PATH", std::env::join_paths(programs).unwrap());
        command
    };
    run(&mut step("install.sh"));
    let mut check = step("check.sh");
    check
        .env("INPUT_PATHS", ".")
        .env("INPUT_SARIF_FILE", "dflint.sarif")
        .env("INPUT_ARGUMENTS", "--select latest-tag *");
    let output = outcome(&mut check);
    // The star is no file: nothing expands it.
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    fs::remove_file(path("summary.md")).unwrap();
    check.env("INPUT_ARGUMENTS", "--select latest-tag");
    let output = outcome(&mut check);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("::warning file=Dockerfile,line=1,"), "{}", text(&output));
    let sarif: serde_json::Value =
        serde_json::from_slice(&fs::read(path("repository/dflint.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    let summary = fs::read_to_string(path("summary.md")).unwrap();
    assert!(summary.contains("latest-tag"), "{summary}");
    let advice: Vec<_> = summary.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(advice.len(), 2, "{summary}");
    assert!(advice[0].starts_with("- Python (`a b/requirements-dev.txt`): [source-before-dependencies]("));
    assert!(advice[1].starts_with("- Go (`go.mod`): "), "{summary}");
    assert!(advice[0].contains("](https://github.com/owner/dflint/blob/v1/docs/rules/pip-no-cache-dir.md)"));
    // Each rule of each language has its page.
    let script = fs::read_to_string(root().join(".github/action/advice.sh")).unwrap();
    let languages = script.lines().filter(|line| line.starts_with("    \"")).map(str::trim);
    let rules = languages.flat_map(|line| line.trim_matches('"').rsplit('|').next().unwrap().split(' '));
    let mut count = 0;
    for rule in rules {
        count += 1;
        assert!(root().join("docs/rules").join(format!("{rule}.md")).is_file(), "there is no rule {rule}");
    }
    assert!(count > 20, "{script}");
    let outputs = fs::read_to_string(path("output")).unwrap();
    assert!(outputs.contains("sarif-file=dflint.sarif\n") && outputs.ends_with("exit-code=1\n"), "{outputs}");
    check.env("INPUT_FAIL_ON", "never");
    run(&mut check);
}
