//! Documents in XML, read by a parser that refuses what is not well-formed.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::Event;

use super::json::reports;
use super::*;
use crate::terminal::printable;

/// An element: how deep it is, its name, its attributes, and the text in it.
#[derive(Debug)]
struct Element {
    depth: usize,
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        let Some((_, value)) = found else { panic!("no {name} in {self:?}") };
        value
    }
}

/// The elements of a document.
fn elements(document: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(document);
    reader.config_mut().enable_all_checks(true);
    let mut elements: Vec<Element> = Vec::new();
    let mut open = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
                    (attribute.key.as_ref().to_owned(), value)
                });
                let attributes = attributes.collect();
                let name = start.name().as_ref().to_owned();
                elements.push(Element { depth: open.len(), name, attributes, text: String::new() });
                if matches!(event, Event::Start(_)) {
                    open.push(elements.len() - 1);
                }
            }
            Event::End(_) => {
                open.pop().unwrap();
            }
            Event::Text(text) => {
                if let Some(&index) = open.last() {
                    elements[index].text.push_str(text.as_ref());
                }
            }
            Event::GeneralRef(reference) => {
                let reference: &str = reference.as_ref();
                let reference = format!("&{reference};");
                let text = quick_xml::escape::unescape(&reference).unwrap().into_owned();
                elements[*open.last().unwrap()].text.push_str(&text);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    elements
}

#[test]
fn checkstyle_s_files_have_errors() {
    for report in reports() {
        let elements = elements(&document(CheckFormat::Checkstyle, &report));
        assert_eq!((elements[0].depth, elements[0].name.as_str()), (0, "checkstyle"));
        let files = elements.iter().filter(|element| element.depth == 1 && element.name == "file");
        let names: Vec<&str> = files.map(|file| file.attribute("name")).collect();
        let expected: Vec<String> = report.by_file().iter().map(|(name, _)| printable(name)).collect();
        assert_eq!(names, expected);
        let errors: Vec<&Element> = elements.iter().filter(|element| element.depth == 2).collect();
        assert_eq!(errors.len(), report.findings().count());
        for error in errors {
            assert_eq!(error.name, "error");
            assert!(["error", "warning", "info"].contains(&error.attribute("severity")));
            for number in ["line", "column"] {
                assert!(error.attribute(number).parse::<u32>().unwrap() > 0);
            }
        }
    }
    let elements = elements(&document(CheckFormat::Checkstyle, &sample::special()));
    assert_eq!(elements[2].attribute("message"), printable(sample::SPECIAL));
    assert_eq!(elements[2].attribute("source"), "DF9999");
}

#[test]
fn junit_s_numbers_are_those_of_its_tests() {
    for report in reports() {
        let elements = elements(&document(CheckFormat::Junit, &report));
        let (root, below) = elements.split_first().unwrap();
        assert_eq!((root.depth, root.name.as_str()), (0, "testsuites"));
        let count =
            |elements: &[Element], name| elements.iter().filter(|element| element.name == name).count();
        assert_eq!(root.attribute("tests"), count(below, "testcase").to_string());
        assert_eq!(root.attribute("failures"), report.findings().count().to_string());
        let starts: Vec<usize> =
            (0..below.len()).filter(|&index| below[index].name == "testsuite").chain([below.len()]).collect();
        for bounds in starts.windows(2) {
            let suite = &below[bounds[0]..bounds[1]];
            assert_eq!(suite[0].attribute("tests"), count(suite, "testcase").to_string());
            assert_eq!(suite[0].attribute("failures"), count(suite, "failure").to_string());
            let tests = suite.iter().filter(|element| element.name == "testcase");
            let mut names: Vec<&str> = tests.map(|test| test.attribute("name")).collect();
            assert!(!names.is_empty());
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{names:?}");
        }
    }
    let elements = elements(&document(CheckFormat::Junit, &sample::special()));
    let failure = elements.iter().find(|element| element.name == "failure").unwrap();
    assert_eq!(failure.attribute("message"), printable(sample::SPECIAL));
    let special = printable(sample::SPECIAL);
    assert_eq!(failure.text, format!("{special}:1:13: {special}\n{special}\nhelp: {special}"));
}

/// What a schema says of an element: the elements that it stands in, the attributes that it needs, and those that it may have.
type Rule = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// What `junit-10.xsd` of Jenkins' xUnit plugin accepts, as far as dflint has use for it. The schemas themselves are not
/// here: one is for Jenkins alone, the other under a licence that this repository does not have.
const JUNIT: [Rule; 4] = [
    ("testsuites", "", &[], &["name", "tests", "failures", "errors"]),
    ("testsuite", "testsuites", &["name", "tests", "failures", "errors"], &["skipped", "file"]),
    ("testcase", "testsuite", &["name"], &["classname"]),
    ("failure", "testcase", &[], &["type", "message"]),
];

/// What `checkstyle-report-1.0.0.xsd` of Checkstyle accepts, likewise.
const CHECKSTYLE: [Rule; 3] = [
    ("checkstyle", "", &[], &["version"]),
    ("file", "checkstyle", &["name"], &[]),
    ("error", "file", &[], &["line", "column", "severity", "message", "source"]),
];

#[test]
fn documents_have_what_the_schemas_of_their_readers_accept() {
    for (format, rules) in [(CheckFormat::Junit, &JUNIT[..]), (CheckFormat::Checkstyle, &CHECKSTYLE)] {
        for report in reports().into_iter().chain([sample::special()]) {
            let mut above: Vec<String> = Vec::new();
            for element in elements(&document(format, &report)) {
                above.truncate(element.depth);
                let rule = rules.iter().find(|(name, ..)| *name == element.name);
                let (_, parent, needed, allowed) = rule.unwrap_or_else(|| panic!("{element:?}"));
                assert_eq!(above.last().map_or("", String::as_str), *parent, "{element:?}");
                let names: Vec<&str> = element.attributes.iter().map(|(name, _)| name.as_str()).collect();
                assert!(needed.iter().all(|name| names.contains(name)), "{element:?}");
                assert!(
                    names.iter().all(|name| needed.contains(name) || allowed.contains(name)),
                    "{element:?}"
                );
                above.push(element.name.clone());
            }
        }
    }
}
