//! Formatting never panics, never gives up for fear of changing the meaning, and formatting twice is formatting once.

#![no_main]

use dfcore::format::{Style, format};
use dfcore::text::SourceFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = SourceFile::new("Dockerfile", bytes) else {
        return;
    };
    let style = Style::default();
    let once = format(&source, &style).expect("the meaning is kept");
    let twice = format(&once, &style).expect("the meaning is kept");
    assert_eq!(once.bytes(), twice.bytes());
});
