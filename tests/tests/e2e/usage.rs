//! Flags of `dfbuild` that need an engine to show what they do.

use e2e::{BUSYBOX, Project, Tag, dfbuild, unique};

#[test]
fn the_engines_own_frontend_builds_a_file_with_a_syntax_line() {
    let tag = Tag::new("frontend");
    let dockerfile = format!(
        "# syntax=registry.invalid/no/such:frontend\nFROM {BUSYBOX}\nRUN echo {} > /built\n",
        unique("step")
    );
    let project = Project::new(&dockerfile);
    dfbuild().args(["--frontend", "builtin", "-t", tag.name()]).arg(project.path()).run().expect(0);
    assert!(tag.exists());
}

#[test]
fn lines_are_counted_as_in_the_file_with_the_engines_own_frontend() {
    let dockerfile = format!("# syntax=registry.invalid/no/such:frontend\nFROM {BUSYBOX}\nRUN exit 9\n");
    let project = Project::new(&dockerfile);
    dfbuild().args(["--frontend", "builtin"]).arg(project.path()).run().expect(1).says("Dockerfile:3");
}

#[test]
fn arguments_target_and_ignored_files_reach_the_build() {
    let tag = Tag::new("arguments");
    let dockerfile = format!(
        "FROM {BUSYBOX} AS first\nARG WORD=default\nCOPY . /app\nRUN echo $WORD > /word\nFROM first AS second\nRUN exit 1\n"
    );
    let project = Project::new(&dockerfile);
    project.write("kept.txt", "kept");
    project.write("dropped.txt", "dropped");
    project.write(".dockerignore", "dropped.txt\n");
    let run = dfbuild().args(["--target", "first", "--build-arg", "WORD=given", "-t", tag.name()]);
    run.arg(project.path()).run().expect(0);
    assert_eq!(tag.run("linux/amd64", &["cat", "/word"]).trim(), "given");
    let files = tag.run("linux/amd64", &["ls", "/app"]);
    assert!(files.contains("kept.txt") && !files.contains("dropped.txt"), "{files}");
}

#[test]
fn a_secret_is_there_for_the_step_and_nowhere_else() {
    let tag = Tag::new("secret");
    let secret = unique("secret");
    // A secret is no part of a step's key in the cache, and an engine may be kept from run to run.
    let step = unique("step");
    let project = Project::new(&format!(
        "FROM {BUSYBOX}\nRUN --mount=type=secret,id=token echo {step} && wc -c < /run/secrets/token > /length\n"
    ));
    project.write("token", &secret);
    let source = format!("id=token,src={}", project.file("token").display());
    let outcome = dfbuild().args(["--secret", &source, "-t", tag.name()]).arg(project.path()).run().expect(0);
    assert_eq!(tag.run("linux/amd64", &["cat", "/length"]).trim(), secret.len().to_string());
    assert!(!outcome.stderr.contains(&secret) && !outcome.stdout.contains(&secret));
}

#[test]
fn lint_error_refuses_before_the_build() {
    let tag = Tag::new("lint");
    let project = Project::new(&format!("FROM {BUSYBOX}:latest\nRUN echo {}\n", unique("step")));
    dfbuild()
        .args(["--lint", "error", "-t", tag.name()])
        .arg(project.path())
        .run()
        .expect(5)
        .says("latest-tag");
    assert!(!tag.exists());
    dfbuild()
        .args(["--lint", "warn", "-t", tag.name()])
        .arg(project.path())
        .run()
        .expect(0)
        .says("latest-tag");
    assert!(tag.exists());
}
