//! What holds for every `.dockerignore` and every tree.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use dfcore::dockerignore::{DockerIgnore, Glob, Matcher, Pattern, Trail};
use dfcore::text::SourceFile;
use proptest::prelude::*;

/// Few names and many wildcards, so that patterns often meet paths.
fn pattern() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "ab", "*", "**", "?", "/", "/", "[ab]", "[^a]", "[a-b]", r"\a", r"\b", r"\.", ".", "..",
        "^", "[*]",
    ]);
    ("!?", prop::collection::vec(piece, 1..7)).prop_map(|(exception, pieces)| exception + &pieces.concat())
}

fn tree() -> impl Strategy<Value = BTreeSet<String>> {
    let path = prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "ba", "."]), 1..5);
    prop::collection::btree_set(path, 1..24).prop_map(|paths| {
        let names = |parts: Vec<&str>| parts.iter().map(|part| part.replace('.', ".x")).collect::<Vec<_>>();
        let with_folders = paths.into_iter().map(names).flat_map(|parts| {
            (1..=parts.len()).map(move |depth| parts[..depth].join("/")).collect::<Vec<_>>()
        });
        with_folders.collect()
    })
}

fn walk(paths: &BTreeSet<String>, matcher: &Matcher) -> Vec<String> {
    let mut trail = Trail::new(matcher);
    paths.iter().filter(|path| !trail.verdict(path).is_excluded).cloned().collect()
}

fn pruned_walk(paths: &BTreeSet<String>, matcher: &Matcher) -> Vec<String> {
    let mut trail = Trail::new(matcher);
    let mut pruned: Vec<String> = Vec::new();
    let mut sent = Vec::new();
    for path in paths {
        if pruned.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let verdict = trail.verdict(path);
        if matcher.can_prune(path, verdict) {
            pruned.push(format!("{path}/"));
        }
        if !verdict.is_excluded {
            sent.push(path.clone());
        }
    }
    sent
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_and_keep_their_lines(bytes in prop::collection::vec(any::<u8>(), 0..200), path in "\\PC{0,20}") {
        let file = SourceFile::new(".dockerignore", bytes).unwrap();
        let ignore = DockerIgnore::parse(&file);
        prop_assert_eq!(ignore.lines().len(), ignore.matcher().patterns().len());
        for line in ignore.lines().iter().copied().chain(ignore.errors().iter().map(|error| error.line)) {
            prop_assert_eq!(file.position(line.span.start).line, line.number);
            prop_assert!(!file.slice(line.span).is_empty());
        }
        let _ = ignore.matcher().verdict(&path);
    }

    #[test]
    fn wild_patterns_never_panic(pattern in r"[\[\]\\^*?!a-c/:QE1x -]{0,16}", path in "[a-c/^*\\]]{0,12}") {
        if let Ok(matcher) = Matcher::new([pattern.as_str()]) {
            let verdict = matcher.verdict(&path);
            let _ = matcher.can_prune(&path, verdict);
        }
        let _ = Glob::new(&pattern).map(|glob| glob.matches(&path));
    }

    #[test]
    fn pruning_changes_nothing(patterns in prop::collection::vec(pattern(), 1..6), paths in tree()) {
        let patterns: Vec<_> = patterns.iter().filter(|pattern| Matcher::new([pattern.as_str()]).is_ok()).collect();
        let matcher = Matcher::new(patterns.into_iter().map(String::as_str)).unwrap();
        prop_assert_eq!(pruned_walk(&paths, &matcher), walk(&paths, &matcher));
    }

    #[test]
    fn may_match_below_never_denies_a_match(pattern in pattern(), paths in tree()) {
        let Ok(matcher) = Matcher::new([pattern.as_str()]) else { return Ok(()) };
        for pattern in matcher.patterns() {
            for path in &paths {
                let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
                if pattern.matches(path) {
                    for folder in folders {
                        prop_assert!(pattern.may_match_below(folder), "{:?} matches {path}", pattern.text());
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_sent_to_buildkit_says_the_same(patterns in prop::collection::vec(pattern(), 1..6), paths in tree()) {
        let ignore = DockerIgnore::parse(&SourceFile::new(".dockerignore", patterns.join("\n")).unwrap());
        let sent: Vec<String> = ignore.patterns_to_send().collect();
        let again = Matcher::new(sent.iter().map(String::as_str)).unwrap();
        prop_assert_eq!(ignore.matcher().patterns().iter().map(Pattern::text).collect::<Vec<_>>(),
            again.patterns().iter().map(Pattern::text).collect::<Vec<_>>());
        prop_assert_eq!(walk(&paths, ignore.matcher()), walk(&paths, &again));
    }
}
