//! A repository without a `.dockerignore`, from the first report to a context below its budget.

use e2e::{Image, Project, dfbuild, dflint, unique};

use crate::context::{assert_near, transferred};

/// The folders that nobody wants to send.
const CLUTTER: [&str; 3] = [".git", ".venv", "__pycache__"];

fn is_clutter(path: &str) -> bool {
    path.split('/').any(|part| CLUTTER.contains(&part))
}

/// A small service with 120 MB of packages beside it, of content that no engine has seen.
fn repository() -> Project {
    let project =
        Project::new("FROM scratch\nWORKDIR /app\nCOPY requirements.txt ./\nCOPY app/main.py app/\n");
    project.write("whole.Dockerfile", "FROM scratch\nWORKDIR /app\nCOPY . .\n");
    let salt = unique("seed");
    let content = |bytes: usize| salt.repeat(bytes / salt.len() + 1);
    for number in 0..30 {
        project.write(&format!(".venv/lib/package{number}/module.so"), &content(4_000_000));
    }
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    project.write(".git/objects/pack/pack-1.pack", &content(2_000_000));
    project.write("__pycache__/main.cpython-312.pyc", &content(10_000));
    project.write("tests/__pycache__/test_main.cpython-312.pyc", &content(10_000));
    project.write("tests/test_main.py", &content(200_000));
    project.write("requirements.txt", "flask==3.0.0\n");
    project.write("app/main.py", &content(300_000));
    project
}

fn image(project: &Project, dockerfile: &str) -> Image {
    let out = Project::empty();
    let archive = out.file("image.tar");
    let output = format!("type=oci,dest={}", archive.display());
    let file = project.file(dockerfile);
    let build = dfbuild().args(["--lint", "off", "--no-gate", "--output", &output]).arg("--file").arg(file);
    build.arg(project.path()).run().expect(0);
    Image::read(&archive)
}

/// What we say is sent when everything is taken.
fn sent(project: &Project, expected: i32) -> u64 {
    let file = project.file("whole.Dockerfile");
    let run = dflint().args(["context", "--budget", "50MB", "--format", "json", "-f"]).arg(file);
    let outcome = run.arg(project.path()).run().expect(expected);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    report["sent"]["bytes"].as_u64().unwrap()
}

#[test]
fn the_context_of_a_repository_without_an_ignore_file_is_reported_and_fixed() {
    let project = repository();
    let whole = |project: &Project| transferred(&project.file("whole.Dockerfile"), project.path());

    let found = dflint().arg("check").arg(project.path()).run().expect(1).stdout;
    assert!(found.contains("dockerignore-missing-entries"), "{found}");
    for name in CLUTTER {
        assert!(found.contains(name), "{name} in {found}");
    }
    let before = sent(&project, 1);
    assert!(before > 120_000_000, "{before}");
    assert_near(whole(&project), before);
    let named_before = image(&project, "Dockerfile");
    let whole_before = image(&project, "whole.Dockerfile");

    let _ = dflint().args(["fix", "--suggested"]).arg(project.path()).run().expect(0);
    let after = sent(&project, 0);
    assert!(after < 1_000_000, "{after}");
    // BuildKit transfers what changed since it last saw a folder, so it gets one that it has not seen.
    let fresh = repository();
    fresh.write(".dockerignore", &project.read(".dockerignore"));
    assert_near(whole(&fresh), sent(&fresh, 0));

    let differences = named_before.differences(&image(&project, "Dockerfile"));
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(named_before.files.contains_key("app/app/main.py"), "{:?}", named_before.files.keys());
    let whole_after =
        image(&project, "whole.Dockerfile").without_files(|path| path.ends_with(".dockerignore"));
    let differences = whole_before.without_files(is_clutter).differences(&whole_after);
    assert!(differences.is_empty(), "{differences:#?}");
}
