//! Builds that fail say where and why.

use std::time::Duration;

use e2e::{BUSYBOX, Project, Tag, dfbuild, unique};

#[test]
fn a_failing_step_is_named_with_its_line_exit_code_and_last_words() {
    let tag = Tag::new("failing");
    let word = unique("last-words");
    let dockerfile = format!("FROM {BUSYBOX}\n\n# Fails on purpose.\nRUN echo {word} && \\\n    exit 7\n");
    let project = Project::new(&dockerfile);
    let outcome = dfbuild().args(["-t", tag.name()]).arg(project.path()).run().expect(1);

    let outcome = outcome.says("Dockerfile:4").says("exit code 7").says(&format!("RUN echo {word}"));
    let logged = outcome.stderr.lines().filter(|line| line.contains(&word) && !line.contains("RUN")).count();
    assert!(logged > 0, "the log of the step is shown:\n{}", outcome.stderr);
    assert!(!tag.exists(), "nothing half-built is left");
}

#[test]
fn a_step_that_fails_on_one_platform_names_the_platform() {
    let dockerfile = format!("FROM {BUSYBOX}\nRUN echo {} && [ $(uname -m) = x86_64 ]\n", unique("step"));
    let project = Project::new(&dockerfile);
    dfbuild().args(e2e::BOTH).arg(project.path()).run().expect(1).says("linux/arm64").says("Dockerfile:2");
}

#[test]
fn a_broken_dockerfile_is_refused_with_every_error() {
    let project = Project::new("FROM local/busybox\nRUNN true\nCOPY onlyone\n");
    let outcome = dfbuild().arg(project.path()).run().expect(2);
    outcome.says("RUNN").says(":2").says(":3");
}

#[test]
fn a_missing_dockerfile_is_reported_with_what_was_tried_and_what_is_near() {
    let project = Project::empty();
    project.write("Dockerfil", "FROM local/busybox\n");
    let outcome = dfbuild().arg(project.path()).run().expect(2);
    outcome.says(&project.file("Dockerfile").display().to_string()).says("Dockerfil");
}

#[test]
fn an_unknown_platform_is_answered_with_the_list() {
    let project = Project::new("FROM local/busybox\n");
    let outcome = dfbuild().args(["--platform", "linux/amd46"]).arg(project.path()).run().expect(2);
    outcome.says("linux/amd46").says("linux/amd64").says("linux/arm64");
}

#[test]
fn no_engine_is_one_sentence_with_two_ways_to_get_one() {
    let project = Project::new("FROM local/busybox\n");
    let socket = project.file("no-such.sock");
    let outcome = dfbuild()
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .arg(project.path())
        .run()
        .expect(2);
    let outcome = outcome.says("start Docker").says("cargo xtask engine up");
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert!(outcome.elapsed < Duration::from_secs(5));
}

#[test]
fn a_wrong_flag_is_answered_with_the_right_one() {
    dfbuild().args(["--platfrom", "linux/amd64"]).run().expect(2).says("--platform");
}
