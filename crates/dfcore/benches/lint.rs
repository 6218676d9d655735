//! The whole pipeline: parse, resolve, run all rules; and what of it is parsing and resolving.
//!
//! `cargo bench -p dfcore --bench lint`

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

#[divan::bench(args = SIZES)]
fn lint(bencher: Bencher<'_, '_>, times: usize) {
    let source = source(times);
    let settings = Settings::default();
    bencher.counter(BytesCount::new(source.len() as usize)).bench(|| linter::lint(&source, None, &settings));
}
