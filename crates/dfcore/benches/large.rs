//! Large files, each large in one way: seconds per 100 MB and heap per byte of the file, against limits.
//!
//! ```text
//! cargo bench -p dfcore --bench large           # all of them
//! cargo bench -p dfcore --bench large -- stages # those whose name holds a word
//! ```
//!
//! It ends with 1 when a limit is exceeded. Without `--bench` (that is, under `cargo test --benches`) the files are
//! small and nothing is judged.

mod large_files;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use dfcore::model::Model;
use dfcore::syntax::parse;
use dfcore::text::SourceFile;
use peak_alloc::PeakAlloc;

use large_files::{CASES, Case};

/// Counts what is on the heap. A block that grows counts twice while it grows, as it does where it has to move.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The most seconds for each 100 MB of a file.
const SECONDS_PER_100_MB: f64 = 2.0;

/// The most bytes on the heap for each byte of a file, the file itself among them.
const HEAP_PER_BYTE: f64 = 8.0;

/// The fastest round counts: other programs can only make one slower.
const ROUNDS: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, words): (Vec<_>, Vec<_>) = arguments.iter().partition(|argument| argument.starts_with("--"));
    let is_bench = flags.iter().any(|flag| *flag == "--bench");
    let scale = if is_bench { 1 } else { 1000 };
    let is_wanted =
        |case: &&Case| words.is_empty() || words.iter().any(|word| case.name.contains(word.as_str()));

    println!(
        "limits: {SECONDS_PER_100_MB} s per 100 MB, {HEAP_PER_BYTE} bytes on the heap per byte of the file\n"
    );
    println!("{:<47} {:>8}  {:>12} {:>6}  {:>12} {:>6}", "", "file", "parse", "heap", "with model", "heap");
    let mut is_exceeded = false;
    for case in CASES.iter().filter(is_wanted) {
        let cost = Cost::of(case, scale);
        let is_judged = is_bench && case.is_judged;
        let excess = cost.excess().filter(|_| is_judged);
        let verdict = if is_judged { excess.unwrap_or("ok") } else { "not judged" };
        println!("{}  {verdict}", cost.line(case.name));
        is_exceeded |= excess.is_some();
    }
    ExitCode::from(u8::from(is_exceeded))
}

/// What a file costs.
struct Cost {
    bytes: usize,
    parse: Work,
    /// Parsing and resolving.
    model: Work,
}

impl Cost {
    fn of(case: &Case, scale: usize) -> Self {
        let before = HEAP.current_usage();
        let source = SourceFile::new("Dockerfile", (case.write)(scale)).expect("less than 4 GiB");
        Self {
            bytes: source.text().len(),
            parse: Work::of(before, || parse(&source)),
            model: Work::of(before, || Model::new(&source)),
        }
    }

    /// Which limits it exceeds.
    fn excess(&self) -> Option<&'static str> {
        let works = [&self.parse, &self.model];
        let is_slow = works.iter().any(|work| work.seconds_per_100_mb(self.bytes) > SECONDS_PER_100_MB);
        let is_big = works.iter().any(|work| work.heap_per_byte(self.bytes) > HEAP_PER_BYTE);
        match (is_slow, is_big) {
            (false, false) => None,
            (true, false) => Some("TOO SLOW"),
            (false, true) => Some("TOO BIG"),
            (true, true) => Some("TOO SLOW, TOO BIG"),
        }
    }

    fn line(&self, name: &str) -> String {
        let work = |work: &Work| {
            let (seconds, heap) = (work.seconds_per_100_mb(self.bytes), work.heap_per_byte(self.bytes));
            format!("{seconds:>5.2} s/100MB {heap:>5.1}×")
        };
        format!(
            "{:<47} {:>5.1} MB  {}  {}",
            name,
            self.bytes as f64 / 1e6,
            work(&self.parse),
            work(&self.model),
        )
    }
}

/// The fastest of some rounds, and the most that was on the heap in any.
struct Work {
    time: Duration,
    heap: usize,
}

impl Work {
    /// Measures some work, with the heap above `before`. To free the result is not part of the time.
    fn of<T>(before: usize, work: impl Fn() -> T) -> Self {
        let mut measured = Self { time: Duration::MAX, heap: 0 };
        for _ in 0..ROUNDS {
            HEAP.reset_peak_usage();
            let start = Instant::now();
            let result = black_box(work());
            measured.time = measured.time.min(start.elapsed());
            measured.heap = measured.heap.max(HEAP.peak_usage() - before);
            drop(result);
        }
        measured
    }

    fn seconds_per_100_mb(&self, bytes: usize) -> f64 {
        self.time.as_secs_f64() * 1e8 / bytes as f64
    }

    fn heap_per_byte(&self, bytes: usize) -> f64 {
        self.heap as f64 / bytes as f64
    }
}
