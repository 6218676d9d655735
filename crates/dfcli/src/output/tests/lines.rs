//! Documents that are read line by line.

use super::json::reports;
use super::*;
use crate::terminal::printable;

/// A workflow command, as the runner of GitHub Actions reads it.
struct Command {
    name: String,
    properties: Vec<(String, String)>,
    data: String,
}

impl Command {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn command(line: &str) -> Command {
    let (head, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let unescaped =
        |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
    let property = |property: &str| {
        let (key, value) = property.split_once('=').unwrap();
        (key.to_owned(), unescaped(value).replace("%25", "%"))
    };
    Command {
        name: name.to_owned(),
        properties: properties.split(',').map(property).collect(),
        data: data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%"),
    }
}

#[test]
fn github_s_runner_reads_every_line() {
    for report in reports() {
        let document = document(CheckFormat::Github, &report);
        assert_eq!(document.lines().count(), report.findings().count());
        for ((linted, finding), line) in report.findings().zip(document.lines()) {
            let command = command(line);
            assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{line}");
            let keys: Vec<&str> = command.properties.iter().map(|(key, _)| key.as_str()).collect();
            let one_line = ["file", "line", "endLine", "col", "endColumn", "title"];
            let several_lines = ["file", "line", "endLine", "title"];
            assert!(keys == one_line || keys == several_lines, "{line}");
            let (start, end) = place(linted, finding);
            assert_eq!(command.property("line"), Some(start.line.to_string().as_str()));
            assert_eq!(command.property("col").is_some(), start.line == end.line);
        }
    }
}

#[test]
fn github_gets_back_names_and_messages() {
    let document = document(CheckFormat::Github, &sample::special());
    let command = command(document.trim_end_matches('\n'));
    // A carriage return is one in a workflow command; other control characters are made visible.
    let special = sample::SPECIAL.split('\r').map(printable).collect::<Vec<_>>().join("\r");
    assert_eq!(command.property("file"), Some(special.as_str()));
    assert_eq!(command.property("title"), Some("DF9999 an-example"));
    assert_eq!(command.data, format!("{special}\n{special}\nhelp: {special}"));
}

#[test]
fn compilers_lines_are_one_per_finding() {
    for format in [CheckFormat::Concise, CheckFormat::Gnu] {
        for report in reports() {
            let document = document(format, &report);
            assert_eq!(document.lines().count(), report.findings().count());
            for line in document.lines() {
                let severities = ["error", "warning", "info", "style"];
                assert!(severities.iter().any(|word| line.contains(&format!(": {word}: "))), "{line}");
            }
        }
    }
}

#[test]
fn a_table_of_markdown_has_four_cells_a_row() {
    for report in reports() {
        let document = document(CheckFormat::Markdown, &report);
        let Some((_, table)) = document.split_once("|---|---|---|---|\n") else {
            assert_eq!(report.findings().count(), 0);
            continue;
        };
        let rows: Vec<&str> = table.lines().take_while(|line| !line.is_empty()).collect();
        assert_eq!(rows.len(), report.findings().count());
        for row in rows {
            let bars = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
            assert_eq!(bars, 5, "{row}");
        }
    }
}
