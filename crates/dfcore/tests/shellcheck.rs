//! Shell scripts in Dockerfiles, and what is said about them.

use std::fmt::Write as _;

use dfcore::config::{Config, Selection, Settings};
use dfcore::linter;
use dfcore::text::SourceFile;

/// The findings of ShellCheck's checks as `line:column SCxxxx text`, one a line.
fn findings_of(text: &str, select: &[&str]) -> String {
    let select = select.iter().map(|&selector| selector.to_owned()).collect();
    let selection = Selection { select: Some(select), ..Selection::default() };
    let settings = Settings::new(&Config::default(), &selection).expect("valid selectors");
    let source = SourceFile::new("Dockerfile", text).expect("small");
    let mut shown = String::new();
    for finding in linter::lint(&source, None, &settings) {
        assert_eq!((finding.code, finding.name), ("DF7100", "shellcheck"));
        let start = source.position(finding.span.start);
        let _ = writeln!(
            shown,
            "{}:{} {} {}",
            start.line,
            start.column,
            finding.id(),
            source.slice(finding.span)
        );
    }
    shown
}

fn findings(text: &str) -> String {
    findings_of(text, &["SC*"])
}

#[test]
fn places_are_those_in_the_dockerfile() {
    for (what, text, expected) in [
        (
            "continuations and comments",
            "FROM a\nRUN true && \\\n    # a comment\n    rm $file && \\\n\n    rm $other\n",
            "4:8 SC2086 $file\n4:8 SC2154 $file\n6:8 SC2086 $other\n6:8 SC2154 $other\n",
        ),
        ("a heredoc that is the script", "FROM a\nRUN <<EOF\n\tcd /a\nEOF\n", "3:2 SC2164 cd /a\n"),
        ("a heredoc without tabs", "FROM a\nRUN <<-EOF\n\t\tcd /a\n\tEOF\n", "3:3 SC2164 cd /a\n"),
        ("ONBUILD", "FROM a\nONBUILD RUN cd /a; ls\n", "2:13 SC2164 cd /a\n"),
        ("CMD", "FROM a\nCMD echo $A\n", "2:10 SC2086 $A\n"),
        ("HEALTHCHECK", "FROM a\nHEALTHCHECK CMD test -f $A\n", "2:25 SC2086 $A\n"),
        ("the exec form", "FROM a\nCMD [\"sh\", \"-c\", \"echo $A\"]\n", ""),
    ] {
        assert_eq!(findings(text), expected, "{what}");
    }
}

#[test]
fn the_shell_decides() {
    let is_double_test = |before: &str| findings(&format!("FROM a\n{before}RUN [[ -f /a ]]\n"));
    assert_eq!(is_double_test(""), "2:5 SC3010 [[ -f /a ]]\n");
    assert_eq!(is_double_test("SHELL [\"/bin/bash\", \"-c\"]\n"), "");
    assert_eq!(findings("FROM a\nRUN <<EOF\n#!/bin/bash\n[[ -f /a ]]\nEOF\n"), "");
    for shell in ["pwsh", "powershell.exe", "cmd", "python3"] {
        let text = format!("FROM a\nSHELL [\"{shell}\", \"-c\"]\nRUN cd C:\\a; echo $a\n");
        assert_eq!(findings(&text), "", "{shell}");
    }
    assert_eq!(findings("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nprint($a)\nEOF\n"), "");
}

#[test]
fn variables_of_the_stage_are_set() {
    let uses = "RUN echo \"$version\"\n";
    assert_eq!(findings(&format!("FROM a\n{uses}")), "2:11 SC2154 $version\n");
    for before in ["ARG version\n", "ENV version=1\n"] {
        assert_eq!(findings(&format!("FROM a\n{before}{uses}")), "", "{before}");
    }
    assert_eq!(findings(&format!("FROM a AS b\nENV version=1\nFROM b\n{uses}")), "");
    // An argument of another stage, and one that is gone at run time.
    assert_eq!(findings(&format!("FROM a AS b\nARG version\nFROM c\n{uses}")), "4:11 SC2154 $version\n");
    assert_eq!(findings("FROM a\nARG version\nCMD echo \"$version\"\n"), "3:11 SC2154 $version\n");
}

#[test]
fn comments_suppress_single_checks() {
    let script = "RUN cd /a; echo $A\n";
    assert_eq!(findings(&format!("FROM a\n{script}")), "2:5 SC2164 cd /a\n2:17 SC2086 $A\n");
    for comment in [
        "# shellcheck disable=SC2086",
        "# hadolint ignore=SC2086",
        "# dflint: ignore=SC2086 one word",
        "# check=skip=sc2086",
    ] {
        assert_eq!(findings(&format!("FROM a\n{comment}\n{script}")), "3:5 SC2164 cd /a\n", "{comment}");
    }
    for comment in
        ["# shellcheck disable=SC2086,SC2164", "# dflint: ignore=shellcheck", "# hadolint ignore=SC*"]
    {
        assert_eq!(findings(&format!("FROM a\n{comment}\n{script}")), "", "{comment}");
    }
    // Above the line of a continuation, and above the command in a heredoc.
    assert_eq!(findings("FROM a\nRUN true; \\\n # shellcheck disable=SC2086\n echo $A\n"), "");
    assert_eq!(findings("FROM a\nRUN <<EOF\n# shellcheck disable=SC2086\necho $A\nEOF\n"), "");
}

#[test]
fn checks_are_selected_one_by_one() {
    let text = "FROM a\nRUN cd /a; echo $A `ls`\n";
    assert_eq!(findings_of(text, &["SC2164"]), "2:5 SC2164 cd /a\n");
    assert!(findings_of(text, &["SC*"]).contains("SC2006"));
    assert!(!findings_of(text, &["shellcheck"]).contains("SC2006"), "style is off");
}

#[test]
fn what_docker_accepts_is_no_error() {
    // BuildKit cuts blanks after a continuation, and takes blank lines and comments in between.
    assert_eq!(findings("FROM a\nRUN echo a && \\  \n\n# b\n  echo c\n"), "");
    // What does not parse is left alone.
    assert_eq!(findings("FROM a\nRUN if true; then echo $A\n"), "");
}

#[test]
fn the_same_script_says_the_same_every_time() {
    let text = "FROM a\nRUN echo $A\nRUN echo $A\nFROM b\nRUN echo $A\n";
    let expected = "2:10 SC2086 $A\n3:10 SC2086 $A\n5:10 SC2086 $A\n";
    assert_eq!(findings(text), expected);
    assert_eq!(findings(text), expected);
}

/// Scripts that keep a grammar busy cost no more than their length.
#[test]
fn large_scripts_are_left_alone() {
    for script in [
        " && echo $A".repeat(800),
        "; for a in $A; do echo $a; done".repeat(65),
        "; a() { exit; }; a".repeat(65),
    ] {
        assert_eq!(findings(&format!("FROM a\nRUN true{script}\n")), "");
    }
}

#[test]
fn checks_of_single_commands() {
    for (id, script, place) in [
        ("SC2174", "mkdir -p -m 755 /a/b", "-m"),
        ("SC2174", "mkdir -pm755 \"$HOME\"", "-pm755"),
        ("SC2174", "mkdir --parents --mode=755 a b/c", "--mode=755"),
        ("SC2174", "mkdir -pm 755 a", ""),
        ("SC2174", "mkdir -p -m755 ../../a ./b", ""),
        ("SC2174", "mkdir -m 755 a/b && mkdir -p a/b", ""),
        ("SC2185", "find -L -name a", "find"),
        ("SC2185", "find . -name a && find -H . && find \"$HOME\" && find --help", ""),
        ("SC2226", "ln -sf \"$HOME\"", "ln"),
        ("SC2226", "ln --symbolic a", "ln"),
        ("SC2226", "ln -s a b; ln -t a b; ln -s \"$@\"; ln -s a*; ln --help; ln -s $HOME", ""),
        ("SC2227", "find . -exec cat {} > a \\;", "> a"),
        ("SC2227", "find . 2>/dev/null -name a", "2>/dev/null"),
        ("SC2227", "find . -exec cat {} \\; > a", ""),
        ("SC2251", "set -e; ! true; true", "true"),
        ("SC2251", "set -o errexit; for i in a b; do ! test -f $i; echo; done", "test -f $i"),
        ("SC2251", "set -ex; ! grep a b | grep c; true", "grep a b"),
        ("SC2251", "! true; true", ""),
        ("SC2251", "set -e; if ! true; then a; fi; ! a && b; ! c || d; e && ! f; ( ! g ); $(! h); ! i", ""),
        ("SC2283", "A = b", "="),
        ("SC2283", "a =\"$HOME\"", "=\"$HOME\""),
        ("SC2283", "a '=' b; a == b; [ a = b ]; a=b; sudo a = b", ""),
    ] {
        let expected = if place.is_empty() { String::new() } else { format!(" {id} {place}\n") };
        let found = findings_of(&format!("FROM a\nRUN {script}\n"), &[id]);
        assert_eq!(found.find(' ').map_or("", |at| &found[at..]), expected, "{script}");
    }
}

#[test]
fn comments_of_shellcheck_suppress_lists_ranges_and_all() {
    let of = |comment: &str| {
        findings_of(
            &format!("FROM a\n# shellcheck {comment}\nRUN rm $file `id`\n"),
            &["SC2086", "SC2046", "SC2006"],
        )
    };
    assert!(of("shell=sh").contains("SC2086") && of("shell=sh").contains("SC2046"));
    for comment in ["disable=all", "disable=SC2000-SC2999", "disable=2046,SC2086,SC2006 # as meant"] {
        assert_eq!(of(comment), "", "{comment}");
    }
    assert!(!of("disable=SC2086").contains("SC2086") && of("disable=SC2086").contains("SC2046"));

    let inside = "FROM a\nRUN true && \\\n  # shellcheck disable=SC2086\n  rm $a && \\\n  rm $b\n";
    assert_eq!(findings_of(inside, &["SC2086"]), "5:6 SC2086 $b\n");
    let script = "FROM a\nRUN <<EOF\n# shellcheck disable=SC2086\nrm $a\nrm $b\nEOF\nRUN rm $c\n";
    assert_eq!(findings_of(script, &["SC2086"]), "7:8 SC2086 $c\n");
}

#[test]
fn a_comment_says_in_which_language_scripts_are() {
    let of = |comment: &str| {
        let text = format!("FROM a\n# {comment}\nRUN rm $file\nSHELL [\"sh\", \"-c\"]\nRUN rm $x\n");
        findings_of(&text, &["SC2086"])
    };
    assert_eq!(of("hadolint shell=powershell"), "5:8 SC2086 $x\n");
    assert_eq!(of("tally shell=cmd"), "5:8 SC2086 $x\n");
    assert_eq!(of("hadolint shell=bash"), "3:8 SC2086 $file\n5:8 SC2086 $x\n");
}
