//! Keeps the rules and everything that is made from them together.
//!
//! Generated files (`src/rules.rs`, `tests/codes.txt`, `docs/rules/*.md`, `df.schema.json`) are compared with
//! what they should be; a stale one is written anew, and the test fails once to say so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dfcore::docs;
use dfcore::rule::{Group, Registered};
use dfcore::rules;

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn workspace() -> PathBuf {
    package().join("../..")
}

/// Whether a generated file was up to date; writes it when it was not.
fn is_fresh(path: &Path, expected: &str) -> bool {
    if fs::read_to_string(path).is_ok_and(|text| text.replace("\r\n", "\n") == expected) {
        return true;
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).expect("the folder can be made");
    }
    fs::write(path, expected).expect("the file can be written");
    false
}

fn assert_fresh(path: &Path, expected: &str) {
    assert!(
        is_fresh(path, expected),
        "{} was stale and is written anew; run the tests again",
        path.display()
    );
}

/// The rule files, as group and module name, sorted.
fn rule_files() -> Vec<(Group, String)> {
    let mut files = Vec::new();
    for group in Group::ALL {
        let Ok(folder) = fs::read_dir(package().join("src/rules").join(group.as_str())) else { continue };
        for entry in folder {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned();
            assert_eq!(
                path.extension().and_then(|end| end.to_str()),
                Some("rs"),
                "{} is no rule",
                path.display()
            );
            files.push((group, name));
        }
    }
    files.sort();
    files
}

fn type_name(module: &str) -> String {
    let capitalized = |word: &str| word[..1].to_uppercase() + &word[1..];
    module.split('_').map(capitalized).collect()
}

#[test]
fn every_rule_file_is_registered() {
    let files = rule_files();
    let mut text = String::from(
        "//! All rules. Written by `tests/registry.rs` from the files under `src/rules/`: to add a rule, add its file and\n\
         //! run the tests.\n\n\
         use crate::rule::Registered;\n",
    );
    for group in Group::ALL {
        let modules: Vec<&String> = files.iter().filter(|file| file.0 == group).map(|file| &file.1).collect();
        if modules.is_empty() {
            continue;
        }
        text.push_str(&format!("\nmod {group} {{\n"));
        for module in modules {
            text.push_str(&format!("    pub(super) mod {module};\n"));
        }
        text.push_str("}\n");
    }
    text.push_str("\nstatic ALL: &[Registered] = &[\n");
    for (group, module) in &files {
        text.push_str(&format!("    Registered::of::<{group}::{module}::{}>(),\n", type_name(module)));
    }
    text.push_str(
        "];\n\n\
         /// All rules, in the order of groups and names.\n\
         #[must_use]\n\
         pub fn all() -> &'static [Registered] {\n    ALL\n}\n\n\
         /// The rule of a code, name or alias, in any case.\n\
         #[must_use]\n\
         pub fn find(name: &str) -> Option<&'static Registered> {\n    \
             let is_code = |rule: &&Registered| rule.meta().code == name;\n    \
             let is_name = |rule: &&Registered| rule.meta().names().any(|other| other.eq_ignore_ascii_case(name));\n    \
             ALL.iter().find(is_code).or_else(|| ALL.iter().find(is_name))\n}\n",
    );
    assert_fresh(&package().join("src/rules.rs"), &text);
}

/// `tests/codes.txt` remembers every code that was ever given away. A rule that is removed leaves its line.
#[test]
fn codes_are_never_used_again() {
    let path = package().join("tests/codes.txt");
    let text = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (code, name) = line.split_once(' ').expect("a line has a code and a name");
        assert_eq!(given.insert(code, name), None, "{code} stands twice in codes.txt");
    }
    for rule in rules::all() {
        let meta = rule.meta();
        let owner = *given.entry(meta.code).or_insert(meta.name);
        assert_eq!(owner, meta.name, "{} belongs to `{owner}`; take the next free code", meta.code);
    }
    let expected: String = given.iter().map(|(code, name)| format!("{code} {name}\n")).collect();
    assert_fresh(&path, &expected);
}

#[test]
fn metadata_is_in_order() {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let files = rule_files();
    for rule in rules::all() {
        let meta = rule.meta();
        let (name, group, module) = (meta.name, meta.group, meta.name.replace('-', "_"));
        assert!(
            files.contains(&(group, module.clone())),
            "{name}: there is no src/rules/{group}/{module}.rs"
        );
        let number = meta.code.strip_prefix(group.code_prefix());
        let is_number = |rest: &str| rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
        assert!(number.is_some_and(is_number), "{name}: {} is no code of its group", meta.code);
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(name.bytes().all(is_name), "{name} is lower case with dashes");
        assert!(meta.file.ends_with(&format!("{group}/{module}.rs")), "{name}: {}", meta.file);
        for other_name in meta.names() {
            // A check of BuildKit may be several rules here.
            let before = taken.insert(other_name.to_lowercase(), name);
            let is_check = meta.aliases.contains(&other_name) && dfcore::rule::is_buildkit_name(other_name);
            assert!(before.is_none() || is_check, "`{other_name}` means two rules");
        }
    }
}

#[test]
fn documentation_is_in_order() {
    const SECTIONS: [&str; 6] =
        ["## Example", "## Options", "## Fix safety", "## Limits", "## Differs from", "## Sources"];
    for rule in rules::all() {
        let meta = rule.meta();
        let (name, text) = (meta.name, meta.documentation());
        let summary = meta.summary();
        let begins = |first: char| first.is_uppercase() || first == '`';
        assert!(summary.starts_with(begins) && summary.ends_with('.'), "{name}: `{summary}` is no sentence");
        let fences = text.lines().filter(|line| line.starts_with("```")).count();
        assert_eq!(fences % 2, 0, "{name}: a fenced block has no end");
        let sections: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        for section in &sections {
            assert!(SECTIONS.contains(section), "{name}: `{section}` is none of {SECTIONS:?}");
        }
        assert!(sections.contains(&"## Example"), "{name} has no `## Example`");
        if meta.group != Group::Linter {
            assert!(sections.contains(&"## Sources"), "{name} has no `## Sources`");
        }
        let examples = docs::examples(meta).expect("the examples can be read");
        let count = |verdict| examples.iter().filter(|example| example.verdict == verdict).count();
        assert!(count(docs::Verdict::Bad) > 0, "{name} has no bad example");
        assert!(count(docs::Verdict::Good) > 0, "{name} has no good example");
        let fixed = examples.iter().any(|example| example.fixed.is_some() || !example.fixed_files.is_empty());
        assert_eq!(fixed, meta.fix.is_some(), "{name}: a fixed example for a rule with fixes, and only then");
    }
}

#[test]
fn every_rule_has_a_page() {
    let folder = workspace().join("docs/rules");
    let mut stale = Vec::new();
    let mut pages = BTreeSet::from(["README.md".to_owned()]);
    for rule in rules::all() {
        let page = docs::page(rule).expect("the examples work");
        let file = format!("{}.md", rule.meta().name);
        if !is_fresh(&folder.join(&file), &page) {
            stale.push(file.clone());
        }
        pages.insert(file);
    }
    if !is_fresh(&folder.join("README.md"), &index(rules::all())) {
        stale.push("README.md".to_owned());
    }
    for entry in fs::read_dir(&folder).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let file = entry.file_name().into_string().expect("a name in UTF-8");
        if !pages.contains(&file) {
            fs::remove_file(entry.path()).expect("the page of no rule can be removed");
            stale.push(file);
        }
    }
    assert!(stale.is_empty(), "docs/rules: {} written anew; run the tests again", stale.join(", "));
}

/// The list of all rules.
fn index(rules: &[Registered]) -> String {
    let mut text = String::from("# Rules\n");
    for group in Group::ALL {
        let mut rules: Vec<&Registered> = rules.iter().filter(|rule| rule.meta().group == group).collect();
        if rules.is_empty() {
            continue;
        }
        rules.sort_by_key(|rule| rule.meta().code);
        text.push_str(&format!(
            "\n## {}\n\n| Code | Rule | Severity | Fix | |\n|---|---|---|---|---|\n",
            type_name(group.as_str())
        ));
        for rule in rules {
            let meta = rule.meta();
            let fix = meta.fix.map_or("", |applicability| applicability.as_str());
            let (code, name, severity, summary) = (meta.code, meta.name, meta.severity, meta.summary());
            text.push_str(&format!("| {code} | [{name}]({name}.md) | {severity} | {fix} | {summary} |\n"));
        }
    }
    text
}

#[test]
fn the_schema_is_fresh() {
    let mut text = serde_json::to_string_pretty(&dfcore::config::schema()).expect("JSON");
    text.push('\n');
    assert_fresh(&workspace().join("df.schema.json"), &text);
}
