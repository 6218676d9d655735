//! Documents in JSON against the schemas of their formats.

use std::fs;
use std::path::{Path, PathBuf};

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::*;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Holds a document against a schema below the root of the workspace.
pub(super) fn assert_valid(schema: &str, document: &Value) {
    let text = fs::read_to_string(workspace().join(schema)).unwrap();
    // The official schema of SARIF has a bracket that only JavaScript takes for a character.
    let text = text.replace("-[a-zA-Z]{2}]?$", r"-[a-zA-Z]{2}\\]?$");
    let schema_value: Value = serde_json::from_str(&text).unwrap();
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(&schema_value).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{schema}: {errors:#?}\n{document:#}");
}

/// The samples and what real rules find.
pub(super) fn reports() -> Vec<Report> {
    sample::all().into_iter().map(|(_, report)| report).chain([sample::real()]).collect()
}

fn parsed(format: CheckFormat, report: &Report) -> Value {
    serde_json::from_str(&document(format, report)).unwrap()
}

#[test]
fn the_schema_of_findings_is_fresh() {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Vec<super::super::json::Row<'_>>>();
    schema.insert("title".into(), "Findings of dflint, version 1".into());
    schema.insert(
        "description".into(),
        "What `dflint check --format json` prints; each line of `--format jsonl` is one of the items. Keys may be added; \
         none is removed or changes its meaning within a version."
            .into(),
    );
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    let path = workspace().join("docs/schemas/dflint-findings-v1.schema.json");
    let is_fresh = fs::read_to_string(&path).is_ok_and(|old| old.replace("\r\n", "\n") == text);
    if !is_fresh {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    assert!(is_fresh, "{} was stale and is written anew; run the tests again", path.display());
}

#[test]
fn findings_keep_to_our_schema() {
    for report in reports() {
        let array = parsed(CheckFormat::Json, &report);
        assert_valid("docs/schemas/dflint-findings-v1.schema.json", &array);
        let lines = document(CheckFormat::Jsonl, &report);
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(Value::from(lines), array);
    }
}

#[test]
fn json_gives_back_what_a_finding_says() {
    let array = parsed(CheckFormat::Json, &sample::special());
    for key in ["file", "message", "help"] {
        assert_eq!(array[0][key], sample::SPECIAL, "{key}");
    }
    assert_eq!((&array[0]["line"], &array[0]["column"]), (&1.into(), &13.into()));
}

#[test]
fn gitlab_s_report_keeps_to_its_schema() {
    for report in reports() {
        let issues = parsed(CheckFormat::Gitlab, &report);
        assert_valid("fixtures/schemas/gitlab-code-quality.schema.json", &issues);
    }
}

#[test]
fn fingerprints_differ_within_a_report() {
    let issues = parsed(CheckFormat::Gitlab, &sample::real());
    let mut fingerprints: Vec<&str> =
        issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    let count = fingerprints.len();
    assert!(count > 5);
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), count);
}

#[test]
fn code_climate_s_issues_keep_to_their_schema() {
    for report in reports() {
        let stream = document(CheckFormat::Codeclimate, &report);
        let mut issues: Vec<&str> = stream.split('\0').collect();
        assert_eq!(issues.pop(), Some(""), "the last issue is ended too");
        assert_eq!(issues.len(), report.findings().count());
        for issue in issues {
            let issue = serde_json::from_str(issue).unwrap();
            assert_valid("fixtures/schemas/codeclimate-issue.schema.json", &issue);
        }
    }
}

#[test]
fn reviewdog_s_diagnostics_keep_to_their_schema() {
    for report in reports() {
        let diagnostics = parsed(CheckFormat::Rdjson, &report);
        assert_valid("fixtures/schemas/rdjson.schema.json", &diagnostics);
    }
}

/// The byte that a line and a column in bytes mean.
fn offset(text: &str, position: &Value) -> usize {
    let number = |key: &str| usize::try_from(position[key].as_u64().unwrap()).unwrap();
    let before: usize = text.split_inclusive('\n').take(number("line") - 1).map(str::len).sum();
    before + number("column") - 1
}

#[test]
fn a_suggestion_does_what_the_fix_does() {
    let mut count = 0;
    for report in reports() {
        let document = parsed(CheckFormat::Rdjson, &report);
        for ((linted, finding), diagnostic) in
            report.findings().zip(document["diagnostics"].as_array().unwrap())
        {
            let text = linted.file(finding.file).text();
            let range = &diagnostic["location"]["range"];
            assert_eq!(offset(text, &range["start"]), finding.span.start as usize);
            assert_eq!(offset(text, &range["end"]), finding.span.end as usize);
            let Some(suggestion) = diagnostic.get("suggestions").map(|suggestions| &suggestions[0]) else {
                continue;
            };
            let mut suggested = text.to_owned();
            let range = &suggestion["range"];
            let (start, end) = (offset(text, &range["start"]), offset(text, &range["end"]));
            suggested.replace_range(start..end, suggestion["text"].as_str().unwrap());
            let fix = finding.fix.as_ref().unwrap();
            assert_eq!(suggested, edited(linted.file(finding.file), finding.file, &fix.edits));
            count += 1;
        }
    }
    assert!(count >= 4, "{count}");
}

#[test]
fn sonarqube_s_report_keeps_to_its_schema_and_its_importer_s_rules() {
    for report in reports() {
        let document = parsed(CheckFormat::Sonarqube, &report);
        assert_valid("fixtures/schemas/sonarqube-generic-issues.schema.json", &document);
        // What a schema cannot say: ids of rules are unique, and issues are of rules that are there.
        let ids = |key: &str, id: &str| {
            let objects = document[key].as_array().unwrap().iter();
            objects.map(|object| object[id].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let rules = ids("rules", "id");
        assert!(rules.is_sorted_by(|a, b| a < b), "{rules:?}");
        let issues = ids("issues", "ruleId");
        assert!(issues.iter().all(|id| rules.contains(id)), "{issues:?}");
    }
}

#[test]
fn codacy_s_issues_are_one_a_line() {
    let report = sample::special();
    let lines = document(CheckFormat::Codacy, &report);
    assert_eq!(lines.lines().count(), 1);
    let issue: Value = serde_json::from_str(&lines).unwrap();
    let (message, filename) = (sample::SPECIAL, sample::SPECIAL);
    let expected =
        serde_json::json!({ "filename": filename, "message": message, "patternId": "DF9999", "line": 1 });
    assert_eq!(issue, expected);
}
