//! Fixing never panics, is never refused as a mistake, ends, makes no syntax error and loses no comment that no fix is about.

#![no_main]

use std::sync::LazyLock;

use dfcore::config::{Config, Selection, Settings};
use dfcore::fix::Applicability;
use dfcore::linter::{FixOutcome, fix};
use dfcore::syntax::parse;
use dfcore::text::SourceFile;
use libfuzzer_sys::fuzz_target;

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let everything = Selection { select: Some(vec!["*".to_owned()]), ..Selection::default() };
    Settings::new(&Config::default(), &everything).expect("a valid selector")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = SourceFile::new("Dockerfile", bytes) else {
        return;
    };
    for limit in [Applicability::Safe, Applicability::Suggested, Applicability::Unsafe] {
        let once = fixed(&source, limit);
        let twice = fixed(&once.dockerfile, limit);
        assert_eq!(once.dockerfile.bytes(), twice.dockerfile.bytes(), "fixing twice is fixing once");
        let mistake = once.refused.iter().find(|refused| refused.is_bug);
        assert_eq!(mistake, None);
        let (before, after) = (parse(&source), parse(&once.dockerfile));
        assert!(after.errors.len() <= before.errors.len(), "{:?}", after.errors);
        // Only fixes about comments may lose some.
        if once.applied.iter().all(|fix| fix.name != "unused-suppression") {
            let count = |parse: &dfcore::syntax::Parse| parse.dockerfile.comments.len();
            assert!(count(&after) >= count(&before), "comments are kept");
        }
    }
});

fn fixed(source: &SourceFile, limit: Applicability) -> FixOutcome {
    fix(source, None, &SETTINGS, |_, fix| fix.applicability <= limit)
}
