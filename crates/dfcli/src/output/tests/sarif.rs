//! SARIF against its official schema, and read as code scanning reads it.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::json::{assert_valid, reports};
use super::*;

fn run(report: &Report) -> Value {
    let mut log: Value = serde_json::from_str(&document(CheckFormat::Sarif, report)).unwrap();
    log["runs"][0].take()
}

fn results(report: &Report) -> Vec<Value> {
    run(report)["results"].as_array().unwrap().clone()
}

#[test]
fn logs_keep_to_the_official_schema() {
    for report in reports() {
        let log = serde_json::from_str(&document(CheckFormat::Sarif, &report)).unwrap();
        assert_valid("fixtures/schemas/sarif-2.1.0.schema.json", &log);
    }
}

/// The byte that a line and a column in UTF-16 code units mean.
fn offset(text: &str, line: &Value, column: &Value) -> usize {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let before: usize = text.split_inclusive('\n').take(number(line) - 1).map(str::len).sum();
    let mut units = number(column) - 1;
    let mut offset = before;
    for c in text[before..].chars() {
        if units == 0 {
            break;
        }
        units = units.checked_sub(c.len_utf16()).unwrap();
        offset += c.len_utf8();
    }
    assert_eq!(units, 0, "behind the end");
    offset
}

fn range(text: &str, region: &Value) -> std::ops::Range<usize> {
    offset(text, &region["startLine"], &region["startColumn"])
        ..offset(text, &region["endLine"], &region["endColumn"])
}

#[test]
fn regions_mean_the_bytes_of_the_findings() {
    for report in reports() {
        for ((linted, finding), result) in report.findings().zip(results(&report)) {
            let place = &result["locations"][0]["physicalLocation"];
            let file = linted.file(finding.file);
            assert_eq!(range(file.text(), &place["region"]), finding.span.range());
            for (label, location) in
                finding.labels.iter().zip(result["relatedLocations"].as_array().into_iter().flatten())
            {
                let text = linted.file(label.file).text();
                assert_eq!(range(text, &location["physicalLocation"]["region"]), label.span.range());
            }
        }
    }
}

#[test]
fn addresses_are_relative_and_give_back_the_path() {
    let report = sample::special();
    let location = &results(&report)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = location["uri"].as_str().unwrap();
    assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
    assert_eq!(percent_decode_str(uri).decode_utf8().unwrap(), sample::SPECIAL);
    assert_eq!(location["uriBaseId"], "%SRCROOT%");
    let inside = std::env::current_dir().unwrap().join("app/Dockerfile");
    let report = sample::report(vec![sample::lint(inside.to_str().unwrap(), "FROM python:latest\n")]);
    let uri = results(&report)[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(uri, "app/Dockerfile");
}

#[test]
fn replacements_do_what_the_fix_does() {
    let mut count = 0;
    for report in reports() {
        for ((linted, finding), result) in report.findings().zip(results(&report)) {
            let Some(fix) = &finding.fix else { continue };
            let changes = result["fixes"][0]["artifactChanges"].as_array().unwrap();
            for change in changes {
                let uri = change["artifactLocation"]["uri"].as_str().unwrap();
                let role = if uri == ".dockerignore" { FileRole::DockerIgnore } else { FileRole::Dockerfile };
                let file = linted.file(role);
                let text = file.text();
                let edits = change["replacements"].as_array().unwrap().iter().map(|replacement| {
                    let range = range(text, &replacement["deletedRegion"]);
                    let span = Span::new(range.start.try_into().unwrap(), range.end.try_into().unwrap());
                    let text = replacement["insertedContent"]["text"].as_str().unwrap();
                    Edit { file: role, ..Edit::replace(span, text) }
                });
                let edits: Vec<Edit> = edits.collect();
                assert_eq!(edited(file, role, &edits), edited(file, role, &fix.edits));
                count += 1;
            }
        }
    }
    assert!(count >= 4, "{count}");
}

#[test]
fn fingerprints_survive_moved_lines() {
    let report = |text| sample::report(vec![sample::lint("Dockerfile", text)]);
    let fingerprints = |text| {
        let results = results(&report(text));
        results.iter().map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    let before = fingerprints("FROM python:latest\nRUN sudo true\n");
    assert!(before.len() >= 2, "{before:?}");
    assert_eq!(fingerprints("# moved\n\nFROM python:latest\n\n\nRUN  sudo true\n"), before);
}

#[test]
fn rules_say_what_code_scanning_wants_to_know() {
    let run = run(&sample::real());
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut has_security = false;
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        let meta = dfcore::rules::find(rule["name"].as_str().unwrap()).unwrap().meta();
        assert!(id == meta.code || meta.checks.iter().any(|check| check.name == id), "{id}");
        assert_eq!(rule["shortDescription"]["text"], meta.summary());
        let description = rule["fullDescription"]["text"].as_str().unwrap();
        assert!(description.starts_with(meta.summary()) && description.len() < 1024, "{description}");
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Example"), "{id}");
        assert_eq!(rule["properties"]["precision"], meta.confidence.as_str());
        let tags = rule["properties"]["tags"].as_array().unwrap();
        assert!(tags.contains(&meta.group.as_str().into()), "{tags:?}");
        let is_security = meta.group == dfcore::rule::Group::Security;
        assert_eq!(rule["properties"].get("security-severity").is_some(), is_security, "{id}");
        has_security |= is_security;
    }
    assert!(has_security && rules.len() > 5, "{rules:#?}");
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn a_run_that_could_not_read_everything_says_so() {
    assert_eq!(run(&sample::unread())["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run(&sample::clean())["invocations"][0]["executionSuccessful"], true);
}
