//! Keeps `docs/cli.md` equal to what `--help` prints; a stale one is written anew, and the test fails once to say
//! so.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

fn help(subcommands: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dflint"));
    command.args(subcommands).arg("--help").env_remove("COLUMNS").env_remove("CLICOLOR_FORCE");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The names in the list of subcommands.
fn subcommands(help: &str) -> Vec<String> {
    let list = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let lines = list.into_iter().flat_map(str::lines);
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Adds a subcommand with those below it.
fn describe(path: &[&str], page: &mut String) {
    let help = help(path);
    write!(page, "\n## dflint {}\n\n```text\n{help}\n```\n", path.join(" ")).unwrap();
    for subcommand in subcommands(&help) {
        describe(&[path, &[&subcommand]].concat(), page);
    }
}

#[test]
fn the_reference_is_what_help_prints() {
    let main = help(&[]);
    let mut page = String::from("# The command line of dflint\n\n");
    page.push_str("This page is written by a test from what `--help` prints.\n\n");
    write!(page, "```text\n{main}\n```\n").unwrap();
    let subcommands = subcommands(&main);
    assert!(subcommands.iter().any(|name| name == "check"), "{subcommands:?}");
    for subcommand in subcommands {
        describe(&[&subcommand], &mut page);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let is_fresh = fs::read_to_string(&path).is_ok_and(|text| text.replace("\r\n", "\n") == page);
    if !is_fresh {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, page).unwrap();
    }
    assert!(is_fresh, "docs/cli.md was stale and is written anew; run the tests again");
}
