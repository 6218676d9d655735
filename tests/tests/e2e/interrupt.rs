//! Ctrl-C.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use e2e::{BUSYBOX, Project, dfbuild};

#[test]
fn an_interrupt_stops_the_build_in_the_engine_within_a_second() {
    // A number that makes the step's process findable among all that run on the machine.
    let seconds = 500_000 + std::process::id();
    let project = Project::new(&format!("FROM {BUSYBOX}\nRUN echo started && sleep {seconds}\n"));
    let report = project.file("report.json");
    let running =
        dfbuild().args(["--progress", "plain", "--no-cache", "--report"]).arg(&report).arg(project.path());
    let running = running.spawn();
    let sleep = ["sleep".to_owned(), seconds.to_string()];
    wait_until(Duration::from_mins(1), || is_running(&sleep));

    running.signal("INT");
    let interrupted = Instant::now();
    let outcome = running.finish().expect(130);
    assert!(interrupted.elapsed() < Duration::from_secs(1), "it took {:?}", interrupted.elapsed());
    wait_until(Duration::from_secs(1), || !is_running(&sleep));
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    let left: Vec<_> =
        fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "Dockerfile" || name == "report.json"), "left behind: {left:?}");
}

#[track_caller]
fn wait_until(limit: Duration, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + limit;
    while !condition() {
        assert!(Instant::now() < deadline, "not within {limit:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Whether some process, in whatever container, has exactly this command line.
fn is_running(arguments: &[String]) -> bool {
    let wanted = arguments.join("\0") + "\0";
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .any(|line| line == wanted.as_bytes())
}
