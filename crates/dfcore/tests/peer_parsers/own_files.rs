//! The Dockerfiles of this project.

use std::fs;
use std::path::Path;

use dfcore::docs;
use dfcore::rules;

/// Their names and texts: the examples, the seeds of the fuzzers, the inputs of dflint's tests, and what the rules' pages
/// show.
pub(crate) fn own_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["examples", "fuzz/seeds", "crates/dfcli/tests/cmd"] {
        collect(&root, folder, &mut files);
    }
    for rule in rules::all() {
        let examples = docs::examples(rule.meta()).expect("the examples can be read");
        let name = |index| format!("{}, example {}", rule.meta().name, index + 1);
        // Bad ones may show what other parsers refuse or misread.
        let good =
            examples.into_iter().enumerate().filter(|(_, example)| example.verdict == docs::Verdict::Good);
        files.extend(good.map(|(index, example)| (name(index), example.dockerfile)));
    }
    files
}

fn collect(root: &Path, folder: &str, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(root.join(folder)).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if entry.file_type().unwrap().is_dir() {
            collect(root, &path, files);
        } else if name.ends_with("Dockerfile") {
            files.push((path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
}
