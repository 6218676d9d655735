//! Walking a context, and judging its paths.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use dfcore::context::{DiskTree, Scope, Tree};
use dfcore::dockerignore::{Matcher, Trail};
use divan::Bencher;
use tempfile::TempDir;

const FOLDERS: usize = 2_000;
const FILES: usize = 50;

/// 100,000 files, half of them in `node_modules`.
fn tree() -> &'static Path {
    static TREE: OnceLock<TempDir> = OnceLock::new();
    let folder = TREE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..FOLDERS {
            let top = if number % 2 == 0 { "node_modules" } else { "src" };
            let inner = folder.path().join(format!("{top}/p{}/m{number}", number % 40));
            fs::create_dir_all(&inner).unwrap();
            for file in 0..FILES {
                fs::write(inner.join(format!("file{file}.js")), "x").unwrap();
            }
        }
        folder
    });
    folder.path()
}

fn main() {
    divan::main();
}

/// The yardstick: what it takes to list the tree at all.
#[divan::bench(sample_count = 5)]
fn plain_walk(bencher: Bencher<'_, '_>) {
    let root = tree();
    bencher.bench(|| {
        let entries = ignore::WalkBuilder::new(root).standard_filters(false).build();
        entries.filter_map(Result::ok).filter_map(|entry| entry.metadata().ok()).map(|m| m.len()).sum::<u64>()
    });
}

/// What most linted projects look like.
#[divan::bench]
fn list_a_small_context(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let inner = folder.path().join(format!("d{}", number % 4));
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join(number.to_string()), "x").unwrap();
    }
    let tree = DiskTree::open(folder.path()).unwrap();
    bencher.bench(|| tree.list(&Matcher::default(), Scope::Sent));
}

#[divan::bench(sample_count = 5)]
fn list_everything(bencher: Bencher<'_, '_>) {
    let tree = DiskTree::open(tree()).unwrap();
    bencher.bench(|| tree.list(&Matcher::default(), Scope::Sent));
}

#[divan::bench(sample_count = 5)]
fn list_without_node_modules(bencher: Bencher<'_, '_>) {
    let tree = DiskTree::open(tree()).unwrap();
    let matcher = Matcher::new(["node_modules", "**/*.log", "**/__pycache__"]).unwrap();
    bencher.bench(|| tree.list(&matcher, Scope::Sent));
}

#[divan::bench(sample_count = 5)]
fn list_with_an_exception(bencher: Bencher<'_, '_>) {
    let tree = DiskTree::open(tree()).unwrap();
    let matcher = Matcher::new(["*", "!src/p1/**/*.js"]).unwrap();
    bencher.bench(|| tree.list(&matcher, Scope::Sent));
}

#[divan::bench]
fn judge_100_000_paths(bencher: Bencher<'_, '_>) {
    let matcher =
        Matcher::new([".git", "**/*.pyc", "**/node_modules", "docs/*", "!docs/*.md", "**/.*", "a*b?c"])
            .unwrap();
    let paths: Vec<String> =
        (0..100_000).map(|n| format!("packages/p{}/source/module{}/file{n}.js", n / 1000, n / 50)).collect();
    bencher.bench(|| {
        let mut trail = Trail::new(&matcher);
        paths.iter().filter(|path| trail.verdict(path).is_excluded).count()
    });
}
