//! What `dfcore` says a context sends, beside what BuildKit receives through Docker's own client.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dfcore::context::{BuildContext, Kind};
use e2e::{Numbers, variable};

/// Contexts per build: each is a named one with an ignore file of its own.
const BATCH: usize = 40;

/// As many as the comparison needs to mean something.
const CASES: usize = 400;

/// Few names and many wildcards, so that patterns often meet paths.
const NAMES: [&str; 9] = ["a", "b", "ab", "a.md", "b.md", ".x", "a b", "é", "#c"];
const PIECES: [&str; 22] = [
    "a", "b", "ab", "*", "**", "?", "/", "/", "/", "[ab]", "[^a]", "[a-b]", r"\a", r"\*", ".", "..", "*.md",
    "**/", ".x", "é", " ", "#",
];

fn make_tree(root: &Path, numbers: &mut Numbers) {
    for _ in 0..3 + numbers.below(14) {
        let depth = 1 + numbers.below(4);
        let path: Vec<&str> = (0..depth).map(|_| numbers.pick(&NAMES)).collect();
        let file = root.join(path.join("/"));
        // A file may stand where a folder would be needed: then there is one entry fewer.
        if file.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok()) && !file.exists() {
            let made = match numbers.below(12) {
                0 => fs::create_dir(&file),
                1 => std::os::unix::fs::symlink(numbers.pick(&NAMES), &file),
                _ => fs::write(&file, "x".repeat(numbers.below(50))),
            };
            // Links may lead in circles: then there is one entry fewer as well.
            drop(made);
        }
    }
}

fn ignore_file(numbers: &mut Numbers) -> String {
    let mut text = String::new();
    for _ in 0..1 + numbers.below(6) {
        if numbers.below(3) == 0 {
            text.push('!');
        }
        for _ in 0..1 + numbers.below(5) {
            text.push_str(numbers.pick(&PIECES));
        }
        text.push('\n');
    }
    text
}

fn buildx(arguments: &[String]) -> Output {
    let program = variable("DFTEST_BUILDX");
    let mut command = Command::new(&program);
    command
        .args(["build", "--progress", "plain"])
        .args(arguments)
        .env("DOCKER_HOST", variable("DOCKER_HOST"));
    command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// What arrives of each context.
fn received(contexts: &[&Path], scratch: &Path) -> Result<Vec<BTreeSet<String>>, String> {
    let dockerfile: String = (0..contexts.len()).map(|at| format!("COPY --from=c{at} . /{at}/\n")).collect();
    fs::write(scratch.join("Dockerfile"), format!("FROM scratch\n{dockerfile}")).unwrap();
    let archive = scratch.join("received.tar");
    let mut arguments = vec!["--output".to_owned(), format!("type=tar,dest={}", archive.display())];
    for (at, context) in contexts.iter().enumerate() {
        arguments.push(format!("--build-context=c{at}={}", context.display()));
    }
    arguments.push(scratch.display().to_string());
    let output = buildx(&arguments);
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut received = vec![BTreeSet::new(); contexts.len()];
    for entry in tar::Archive::new(fs::File::open(&archive).unwrap()).entries().unwrap() {
        let entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().trim_start_matches('/').to_owned();
        let (at, path) = path.split_once('/').unwrap_or((&path, ""));
        if !entry.header().entry_type().is_dir() && !path.is_empty() {
            received[at.parse::<usize>().unwrap()].insert(path.to_owned());
        }
    }
    Ok(received)
}

/// What we say is sent; `None` when we say that the build fails.
fn expected(context: &Path) -> Option<BTreeSet<String>> {
    let context = BuildContext::open(context, None).unwrap();
    let fails = context.ignore_file().is_some_and(|file| {
        file.rules().errors().iter().any(dfcore::dockerignore::LineError::fails_every_build)
    });
    if fails || context.listing().broken().is_some() {
        return None;
    }
    let sent = context.listing().sent().filter(|entry| entry.kind != Kind::Folder);
    Some(sent.map(|entry| entry.path.clone()).collect())
}

#[test]
fn context_of_generated_trees_is_what_buildkit_receives() {
    let folder = tempfile::tempdir().unwrap();
    let mut numbers = Numbers::new(0x9E37_79B9_7F4A_7C15);
    let mut good = Vec::new();
    let mut broken = Vec::new();
    for number in 0..CASES {
        let root = folder.path().join(format!("case{number}"));
        fs::create_dir(&root).unwrap();
        make_tree(&root, &mut numbers);
        fs::write(root.join(".dockerignore"), ignore_file(&mut numbers)).unwrap();
        match expected(&root) {
            Some(files) => good.push((root, files)),
            None => broken.push(root),
        }
    }
    let scratch = folder.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    let mut differences = Vec::new();
    for batch in good.chunks(BATCH) {
        let roots: Vec<&Path> = batch.iter().map(|(root, _)| root.as_path()).collect();
        let received = received(&roots, &scratch).unwrap_or_else(|error| panic!("{error}"));
        for ((root, expected), received) in batch.iter().zip(received) {
            if *expected != received {
                let patterns = fs::read_to_string(root.join(".dockerignore")).unwrap();
                let missing: Vec<_> = received.difference(expected).collect();
                let wrong: Vec<_> = expected.difference(&received).collect();
                differences.push(format!("{patterns:?}: not expected {missing:?}, not received {wrong:?}"));
            }
        }
    }
    for root in &broken {
        if let Ok(received) = received(&[root], &scratch) {
            let patterns = fs::read_to_string(root.join(".dockerignore")).unwrap();
            differences.push(format!("{patterns:?} builds: {received:?}"));
        }
    }
    eprintln!("{} trees compared, {} of them fail the build", CASES, broken.len());
    assert!(differences.is_empty(), "{} of {CASES}:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn context_bytes_are_those_that_buildkit_transfers() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("Dockerfile"), "FROM scratch\nCOPY . /\n").unwrap();
    fs::write(root.join(".dockerignore"), "skipped\n**/*.log\n").unwrap();
    let mut numbers = Numbers::new(42);
    for number in 0..200 {
        let inner =
            root.join(if number % 3 == 0 { "skipped" } else { "kept" }).join((number % 7).to_string());
        fs::create_dir_all(&inner).unwrap();
        let end = if number % 5 == 0 { "log" } else { "bin" };
        // What an earlier run left in the engine is not transferred again.
        let salt = e2e::unique("bytes");
        let content = salt.repeat((100_000 + numbers.below(200_000)) / salt.len());
        fs::write(inner.join(format!("{number}.{end}")), content).unwrap();
    }
    let transferred = transferred(&root.join("Dockerfile"), root);
    let ours = BuildContext::open(root, None).unwrap().sent_amount("").bytes;
    assert_near(transferred, ours);
}

/// What BuildKit says it transferred of a context that it has not seen yet.
pub(super) fn transferred(dockerfile: &Path, context: &Path) -> u64 {
    let file = format!("--file={}", dockerfile.display());
    let output = buildx(&["--output=type=cacheonly".to_owned(), file, context.display().to_string()]);
    let progress = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{progress}");
    progress
        .lines()
        .filter_map(|line| line.split_once("transferring context: ")?.1.split(' ').next())
        .filter_map(dfcore::text::parse_bytes)
        .max()
        .unwrap()
}

/// Insists that we say what BuildKit says, within one of a hundred parts.
pub(super) fn assert_near(transferred: u64, ours: u64) {
    let difference = transferred.abs_diff(ours) as f64 / transferred as f64;
    eprintln!("BuildKit transferred {transferred} bytes, we say {ours}: {:.3} % apart", difference * 100.0);
    assert!(difference < 0.01, "{transferred} and {ours}");
}
