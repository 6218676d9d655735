//! Nothing leaves the machine before Trivy has seen it.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::Duration;

use e2e::{BOTH, BUSYBOX, Project, Repository, Tag, dfbuild, unique, variable};

/// What Trivy reads a Python package's name and version from.
const METADATA: &str = "lib/python3.11/site-packages/flask.dist-info/METADATA";

fn with_flask(version: &str) -> Project {
    let dockerfile = format!("FROM {BUSYBOX}\nRUN echo {}\nCOPY lib /usr/local/lib\n", unique("step"));
    let project = Project::new(&dockerfile);
    project.write(METADATA, &format!("Metadata-Version: 2.1\nName: Flask\nVersion: {version}\n"));
    project
}

/// A key that looks like one and never was one; put together here, so that the source of this test holds none.
fn key() -> String {
    ["AKIA", "QX7JD4RT2M", "NB5KLW"].concat()
}

#[test]
fn a_known_vulnerability_is_refused_and_nothing_is_pushed() {
    let repository = Repository::new("vulnerable");
    let project = with_flask("2.2.4");
    let outcome = dfbuild().args(["-t", &repository.tag(), "--push"]).arg(project.path()).run().expect(3);
    outcome.says("CVE-2023-30861").says("HIGH").says("2.2.5");
    assert!(repository.is_empty());
}

#[test]
fn a_planted_key_is_refused_and_never_printed() {
    let repository = Repository::new("key");
    let project = Project::new(&format!("FROM {BUSYBOX}\nCOPY settings.ini /app/settings.ini\n"));
    project.write("settings.ini", &format!("[default]\naws_access_key_id = {}\n", key()));
    let outcome = dfbuild().args(["-t", &repository.tag(), "--push"]).arg(project.path()).run().expect(3);
    let outcome = outcome.says("CRITICAL").says("settings.ini");
    assert!(!outcome.stderr.contains(&key()) && !outcome.stdout.contains(&key()), "{}", outcome.stderr);
    assert!(repository.is_empty());
}

#[test]
fn a_finding_on_one_platform_refuses_both() {
    let repository = Repository::new("one-platform");
    let project = Project::new(&format!(
        "FROM {BUSYBOX}\nARG TARGETARCH\nCOPY ${{TARGETARCH}} /usr/local/lib\nRUN echo {}\n",
        unique("step")
    ));
    for (architecture, version) in [("amd64", "3.1.3"), ("arm64", "2.2.4")] {
        let path = METADATA.trim_start_matches("lib/");
        project.write(
            &format!("{architecture}/{path}"),
            &format!("Metadata-Version: 2.1\nName: Flask\nVersion: {version}\n"),
        );
    }
    let outcome =
        dfbuild().args(BOTH).args(["-t", &repository.tag(), "--push"]).arg(project.path()).run().expect(3);
    outcome.says("linux/arm64").says("CVE-2023-30861");
    assert!(repository.is_empty());
}

#[test]
fn a_clean_image_is_pushed_as_it_was_scanned() {
    let repository = Repository::new("clean");
    let project = with_flask("3.1.3");
    let report = project.file("report.json");
    let run = dfbuild().args(BOTH).args(["-t", &repository.tag(), "--push", "--report"]).arg(&report);
    run.arg(project.path()).run().expect(0);

    let report = project.json("report.json");
    assert_eq!(report["gate"]["status"], "passed", "{report:#}");
    assert_eq!(report["image"]["digest"], repository.digest(), "{report:#}");
}

#[test]
fn a_scanner_that_is_busy_with_another_build_is_waited_for() {
    let tag = Tag::new("busy");
    let project = with_flask("3.1.3");
    let cache = Project::empty();
    let database = Path::new(&variable("TRIVY_CACHE_DIR")).join("db");
    std::os::unix::fs::symlink(database, cache.file("db")).unwrap();
    // Trivy locks this file for as long as it scans; so do we, for longer than it waits.
    cache.write("fanal/fanal.db", "");
    let lock = File::options().write(true).open(cache.file("fanal/fanal.db")).unwrap();
    lock.lock().unwrap();

    let run = dfbuild().args(["-t", tag.name(), "--gate"]).env("TRIVY_CACHE_DIR", cache.path());
    let running = run.arg(project.path()).spawn();
    running.wait_for("scanning");
    thread::sleep(Duration::from_secs(7));
    lock.unlock().unwrap();
    let _ = running.finish().expect(0);
}

#[test]
fn a_severity_below_the_threshold_passes() {
    let tag = Tag::new("medium");
    let project = Project::new(&format!("FROM {BUSYBOX}\nCOPY lib /usr/local/lib\n"));
    project.write(
        "lib/python3.11/site-packages/jinja2.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: Jinja2\nVersion: 3.1.3\n",
    );
    dfbuild().args(["-t", tag.name(), "--gate"]).arg(project.path()).run().expect(0);
}

#[test]
fn a_required_gate_without_trivy_is_an_error_before_the_build() {
    let project = slow_project();
    let run =
        dfbuild().args(["--gate", "-t", "never:1"]).env("PATH", path_without_trivy()).arg(project.path());
    let outcome = run.run().expect(2).says("Trivy");
    assert!(outcome.elapsed < Duration::from_secs(10), "it took {:?}", outcome.elapsed);
}

#[test]
fn a_required_gate_without_a_database_is_an_error_before_the_build() {
    let project = slow_project();
    let cache = Project::empty();
    let run =
        dfbuild().args(["--gate", "-t", "never:1"]).env("TRIVY_CACHE_DIR", cache.path()).arg(project.path());
    let outcome = run.run().expect(2).says("database");
    assert!(outcome.elapsed < Duration::from_secs(10), "it took {:?}", outcome.elapsed);
}

#[test]
fn the_gate_is_required_on_ci() {
    let project = slow_project();
    let run = dfbuild().args(["-t", "never:1"]).env("CI", "true").env("PATH", path_without_trivy());
    let _ = run.arg(project.path()).run().expect(2).says("Trivy");
}

#[test]
fn a_local_build_without_trivy_stands_and_says_that_it_was_not_scanned() {
    let tag = Tag::new("unscanned");
    let project = with_flask("2.2.4");
    let report = project.file("report.json");
    let run = dfbuild().args(["-t", tag.name(), "--report"]).arg(&report).env("PATH", path_without_trivy());
    let _ = run.arg(project.path()).run().expect(0).says("not scanned");
    assert!(tag.exists());
    assert_eq!(project.json("report.json")["gate"]["status"], "not-scanned");
}

/// A project whose build takes longer than an error may.
fn slow_project() -> Project {
    Project::new(&format!("FROM {BUSYBOX}\nRUN echo {} && sleep 60\n", unique("step")))
}

fn path_without_trivy() -> String {
    let has_trivy = |folder: &&str| fs::exists(Path::new(folder).join("trivy")).unwrap();
    variable("PATH").split(':').filter(|folder| !has_trivy(folder)).collect::<Vec<_>>().join(":")
}
