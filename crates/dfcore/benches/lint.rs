//! The whole pipeline: parse, resolve, run all rules; and what of it is parsing and resolving.
//!
//! `cargo bench -p dfcore --bench lint`; `cargo xtask bench FOLDER` names the files for `parse_and_resolve_files`.

use dfcore::config::Settings;
use dfcore::linter;
use dfcore::model::Model;
use dfcore::text::SourceFile;
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// A service in two stages with a dozen instructions, as people write them.
const TYPICAL: &str = include_str!("../../../examples/python-pip/Dockerfile");

/// How often the typical file is repeated.
const SIZES: [usize; 3] = [1, 10, 100];

fn source(times: usize) -> SourceFile {
    SourceFile::new("Dockerfile", TYPICAL.repeat(times)).expect("a small file")
}

#[divan::bench(args = SIZES)]
fn parse_and_resolve(bencher: Bencher<'_, '_>, times: usize) {
    let source = source(times);
    bencher.counter(BytesCount::new(source.len() as usize)).bench(|| Model::new(&source));
}

/// The files whose names stand in a list, a line each: real ones, since their mix of short and long lines decides.
#[divan::bench(sample_count = 20)]
fn parse_and_resolve_files(bencher: Bencher<'_, '_>) {
    let Some(list) = std::env::var_os("DFLINT_BENCH_FILES") else { return };
    let list = std::fs::read_to_string(list).expect("a list of files");
    let read =
        |file: &str| SourceFile::new(file, std::fs::read(file).expect("a file")).expect("a small file");
    let files: Vec<SourceFile> = list.lines().map(read).collect();
    let bytes = files.iter().map(|file| file.len() as usize).sum::<usize>();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for file in &files {
            divan::black_box(Model::new(file));
        }
    });
}

#[divan::bench(args = SIZES)]
fn lint(bencher: Bencher<'_, '_>, times: usize) {
    let source = source(times);
    let settings = Settings::default();
    bencher.counter(BytesCount::new(source.len() as usize)).bench(|| linter::lint(&source, None, &settings));
}
