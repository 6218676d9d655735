//! Runs the examples in the rules' documentation.

use dfcore::docs::{Example, Verdict, examples};
use dfcore::rule::{Group, Registered};
use dfcore::rules;
use dfcore::text::SourceFile;

fn for_each_example(check: impl Fn(&Registered, &Example, &str)) {
    for rule in rules::all() {
        let examples = examples(rule.meta()).expect("the examples can be read");
        for (index, example) in examples.iter().enumerate() {
            check(rule, example, &format!("{}, example {}", rule.meta().name, index + 1));
        }
    }
}

#[test]
fn bad_examples_are_found_and_good_ones_are_not() {
    for_each_example(|rule, example, what| {
        let findings = example.lint(rule).expect("the options are valid");
        match example.verdict {
            Verdict::Bad => {
                assert!(!findings.is_empty(), "{what}: nothing is found in\n{}", example.dockerfile);
            }
            Verdict::Good => {
                let shown = example.findings(rule).expect("the options are valid");
                assert!(findings.is_empty(), "{what}: good, but\n{shown}");
            }
        }
    });
}

/// What people see is reviewed as a snapshot per rule.
#[test]
fn findings_read_well() {
    for rule in rules::all() {
        let meta = rule.meta();
        let examples = examples(meta).expect("the examples can be read");
        let bad = examples.iter().filter(|example| example.verdict == Verdict::Bad);
        let shown: Vec<String> = bad
            .map(|example| {
                let findings = example.findings(rule).expect("the options are valid");
                format!("{}---\n{findings}", example.dockerfile)
            })
            .collect();
        insta::with_settings!({
            snapshot_path => "snapshots/rules",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(meta.name, shown.join("\n"));
        });
    }
}

#[test]
fn fixes_do_what_the_page_says() {
    for_each_example(|rule, example, what| {
        let outcome = example.fix(rule).expect("the options are valid");
        assert!(outcome.refused.is_empty(), "{what}: {:?}", outcome.refused);
        let code = rule.meta().code;
        let left = outcome.remaining.iter().filter(|finding| finding.code == code).count();
        match &example.fixed {
            Some(fixed) => {
                assert_eq!(outcome.dockerfile.text(), fixed, "{what}");
                assert_eq!(left, 0, "{what}: findings are left after fixing");
            }
            None => {
                assert_eq!(
                    outcome.dockerfile.text(),
                    example.dockerfile,
                    "{what}: a fix, but no fixed block"
                );
            }
        }
        let ignore_file = outcome.ignore_file.as_ref().map(SourceFile::text);
        let expected = example.fixed_files.first().map(|(_, text)| text.as_str());
        assert_eq!(ignore_file, expected, "{what}: the ignore file");
    });
}

#[test]
fn fixes_keep_the_promise_of_the_metadata() {
    for_each_example(|rule, example, what| {
        let meta = rule.meta();
        for finding in example.lint(rule).expect("the options are valid") {
            let promise = finding.fix.map(|fix| fix.applicability);
            assert!(
                promise.is_none() || promise <= meta.fix,
                "{what}: {promise:?} is worse than {:?}",
                meta.fix
            );
        }
    });
}

/// Fixes keep working on files with other line endings and a byte order mark.
#[test]
fn fixes_keep_line_endings() {
    for_each_example(|rule, example, what| {
        if rule.meta().group == Group::Linter {
            return;
        }
        let Some(fixed) = &example.fixed else { return };
        let mut windows = example.clone();
        windows.dockerfile = format!("\u{FEFF}{}", example.dockerfile.replace('\n', "\r\n"));
        let outcome = windows.fix(rule).expect("the options are valid");
        let expected = format!("\u{FEFF}{}", fixed.replace('\n', "\r\n"));
        assert_eq!(outcome.dockerfile.text(), expected, "{what}");
    });
}
