//! The parser never panics, its tokens are the source, and its instructions are in order.

#![no_main]

use dfcore::syntax::{commands, parse};
use dfcore::text::SourceFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = SourceFile::new("Dockerfile", bytes) else {
        return;
    };
    let parsed = parse(&source);
    let dockerfile = &parsed.dockerfile;

    let mut end = 0;
    for token in &dockerfile.tokens {
        assert_eq!(token.span.start, end);
        end = token.span.end;
    }
    assert_eq!(end, source.len());

    let mut end = 0;
    for instruction in &dockerfile.instructions {
        assert!(instruction.span.start >= end);
        assert!(instruction.span.contains(instruction.arguments.span));
        end = instruction.span.end;
    }
    assert_eq!(commands::commands(dockerfile, &source).len(), dockerfile.instructions.len());
});
