#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::syntax::{self, ast};
use crate::text::SourceFile;

struct Case {
    source: SourceFile,
    script: ScriptSource,
}

impl Case {
    /// The script of the `RUN` instruction that has this text after the keyword.
    fn new(text: &str) -> Self {
        let source = SourceFile::new("Dockerfile", format!("FROM scratch\nRUN {text}")).unwrap();
        let dockerfile = syntax::parse(&source).dockerfile;
        let instruction = dockerfile.instructions.get(1);
        let empty = ast::CommandForm::Shell(ast::ShellText::default());
        let (command, heredocs) =
            match instruction.map(|instruction| (&instruction.kind, &instruction.heredocs)) {
                Some((ast::InstructionKind::Run(run), heredocs)) => (&run.command, &**heredocs),
                _ => (&empty, [].as_slice()),
            };
        let script = ScriptSource::new(&source, command, heredocs, Dialect::Sh);
        Self { source, script }
    }

    /// One line for each command: what stands before it, where it is, its parts, what stands after it.
    fn show(&self) -> String {
        let script = parse(&self.script);
        let mut out = format!("{:?}\n", script.dialect);
        for command in &script.commands {
            let Command { before, after, nesting, through, .. } = command;
            let places: Vec<String> = nesting.iter().map(|nesting| format!("{nesting:?}")).collect();
            let wrappers: Vec<String> = through.iter().map(|wrapper| format!("{wrapper:?}")).collect();
            write!(
                out,
                "{}{}: ",
                "  ".repeat(places.len() + wrappers.len()),
                command.name.as_deref().unwrap_or("?")
            )
            .unwrap();
            if command.negated {
                out.push_str("! ");
            }
            for assignment in &command.assignments {
                write!(out, "{}={} ", assignment.name, show_word(&assignment.value)).unwrap();
            }
            for word in &command.words {
                write!(out, "{} ", show_word(word)).unwrap();
            }
            for redirect in &command.redirects {
                write!(out, "<{:?} {}> ", redirect.kind, show_word(&redirect.target)).unwrap();
                if let Some(body) = redirect.body {
                    write!(out, "{:?} ", self.source.slice(body)).unwrap();
                }
            }
            write!(out, "({before:?}..{after:?})").unwrap();
            if !places.is_empty() {
                write!(out, " in {}", places.join(" ")).unwrap();
            }
            if !wrappers.is_empty() {
                write!(out, " through {}", wrappers.join(" ")).unwrap();
            }
            writeln!(
                out,
                "\n{}@ {:?}",
                "  ".repeat(places.len() + wrappers.len()),
                self.source.slice(command.span)
            )
            .unwrap();
        }
        out
    }

    fn names(&self) -> Vec<String> {
        names(&parse(&self.script).commands)
    }

    /// The commands that the splitter finds, whether the grammar is built in or not.
    fn split(&self) -> Vec<Command> {
        let Content::Text(fragment) = &self.script.content else { panic!("an exec form") };
        nested::expand(fallback::split(fragment), Some(fragment))
    }

    fn names_by_splitting(&self) -> Vec<String> {
        names(&self.split())
    }
}

fn names(commands: &[Command]) -> Vec<String> {
    commands.iter().map(|command| command.name.clone().unwrap_or_else(|| "?".to_owned())).collect()
}

fn show_word(word: &Word) -> String {
    word.value.as_ref().map_or_else(|| format!("«{}»", word.raw), |value| format!("{value:?}"))
}

/// Scripts as people write them, and the programs that they run.
const SCRIPTS: &[(&str, &str)] = &[
    ("apt-get update", "apt-get"),
    ("apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*", "apt-get apt-get rm"),
    ("apt-get update \\\n # comment\n && apt-get install -y \\\n    curl \\\n\n    git", "apt-get apt-get"),
    ("set -eux; apk add --no-cache --virtual .build gcc; make; apk del .build", "set apk make apk"),
    ("curl -fsSL https://example.org/i.sh | sh", "curl sh"),
    ("wget -qO- https://example.org/a.tgz | tar xz -C /opt --strip-components=1", "wget tar"),
    ("(cd /src && make) && ls", "cd make ls"),
    ("{ a; b; } || true", "a b true"),
    ("if [ -f x ]; then pip install x; elif test y; then c; else d; fi && e", "[ pip test c d e"),
    ("for p in a b $(ls); do pip install \"$p\"; done; x", "ls pip x"),
    ("while read -r l; do echo $l; done < file", "read echo"),
    ("until nc -z db 1; do sleep 1; done", "nc sleep"),
    (
        "case \"$(uname -m)\" in x86_64) a=amd64 ;; aarch64|arm64) a=arm64; b ;; *) exit 1 ;; esac; c $a",
        "uname ? ? b exit c",
    ),
    ("f() { echo hi; }; f", "echo f"),
    ("VERSION=1.2 ./configure --prefix=/usr", "configure"),
    ("A=$(curl -s x | jq -r .v) && echo \"$A\"", "? curl jq echo"),
    ("export PATH=/x:$PATH && foo", "export foo"),
    ("/opt/venv/bin/pip install -r requirements.txt", "pip"),
    ("\"$VENV\"/bin/pip install x", "pip"),
    ("$PIP install x", "?"),
    ("python -m pip install 'a b' \"c d\" e\\ f", "python"),
    ("sudo -u app -E pip install x", "sudo pip"),
    ("sudo FOO=1 env BAR=2 nice -n 10 pip install x", "sudo env nice pip"),
    ("exec java -jar app.jar", "exec java"),
    ("time make -j$(nproc)", "time make nproc"),
    ("find . -name '*.pyc' -exec rm -f {} \\; && echo", "find rm echo"),
    ("find . -name '*.pyc' | xargs -0 -n 1 rm -f", "find xargs rm"),
    ("command -v pip && command pip install x", "command command pip"),
    ("timeout 30s curl x || nohup y &", "timeout curl nohup y"),
    ("sh -c 'apt-get update && apt-get install x'", "sh apt-get apt-get"),
    ("bash -euxo pipefail -c \"curl $URL | tar x\"", "bash curl tar"),
    ("bash -lc \"pip install $(cat r.txt)\"", "bash pip cat"),
    ("su - app -c 'npm ci'", "su npm"),
    ("gosu app npm ci", "gosu npm"),
    ("eval 'a; b'", "eval a b"),
    ("[[ -n $X && $Y == z ]] && a", "[[ a"),
    ("(( x > 1 )) && a", "? a"),
    ("! grep -q x f && a", "grep a"),
    ("echo 'a && b' \"c | d\" e\\;f # comment && g", "echo"),
    ("echo a#b", "echo"),
    ("a >/dev/null 2>&1 && b &>log", "a b"),
    ("cat <<EOF > f\nx && y\n$(z)\nEOF", "cat z"),
    ("diff <(a) <(b c)", "diff a b"),
    ("`a`; b `c d`", "? a b c"),
    ("", ""),
    ("   ", ""),
    ("# nothing", ""),
];

#[test]
fn programs_of_real_scripts_are_found() {
    for (script, expected) in SCRIPTS {
        let case = Case::new(script);
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(case.names(), expected, "{script}");
    }
}

#[test]
fn the_splitter_finds_the_same_programs() {
    for (script, expected) in SCRIPTS {
        let case = Case::new(script);
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(case.names_by_splitting(), expected, "{script}");
    }
}

#[test]
fn commands_tell_their_places_and_surroundings() {
    let shown = [
        Case::new(
            "set -e; \\\n    apt-get update && \\\n    # the compiler\n    apt-get install -y --no-install-recommends g++ \\\n    && (cd /src; make) || exit 1",
        ),
        Case::new(
            "if ! command -v pip; then { curl -sS \"$U\" | python3 -; } 2>&1; fi; for x in 1 2; do PIP_X=$x A= /usr/bin/pip install \"a${x}b\"; done",
        ),
        Case::new("PIP_NO_CACHE_DIR=1 sudo -H FOO='a b' env -u X BAR=2 pip install --upgrade pip>/dev/null"),
        Case::new(
            "bash -c 'set -e; \\\n  pip install a && \\\n  pip install b' && su app -c \"npm ci --cache \\\"/c\\\"\"",
        ),
        Case::new("<<EOF\npip install x\necho \"a\n b\" &\nEOF\n"),
        Case::new("<<-EOF\n\t#!/bin/bash\n\tpip install x\n\t\techo y\n\tEOF\n"),
        Case::new("<<EOF\n#!/usr/bin/env python3\nprint()\nEOF\n"),
        Case::new("bash -e <<'EOF' && done_\npip install $(cat r)\nEOF\n"),
        Case::new("cat <<EOF | sh > /log\npip install $(cat r)\nEOF\n"),
        Case::new(r#"["tini", "--", "sh", "-c", "a && b $X", "/opt/venv/bin/pip"]"#),
        Case::new(r#"["sh", "-c", "echo \"hi\" $X"]"#),
    ];
    let shown: Vec<String> = shown.iter().map(Case::show).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

/// Words, operators and openers of the shell, put together without sense.
fn shell_like() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => proptest::sample::select(vec![
            "pip", "install", "sudo", "-u", "env", "A=1", "B+=x", "C[1]=2", "sh", "-c", "bash", "if", "then", "else", "elif",
            "fi", "for", "in", "do", "done", "while", "case", "esac", "{", "}", "!", "time", "function", "f()", "[[", "]]",
            "find", "-exec", "xargs", "eval", "su", "timeout", "command", "é", "\u{1A}", "$x", "${x:-1}", "$'a\\n'", "~/x", "*.deb", "a{1,2}",
        ]),
        4 => proptest::sample::select(vec![" ", " ", " ", " && ", " || ", "; ", " | ", " & ", ";;", "|&", "\\\n", "\\\r\n", "\\\n# c\n", "\t"]),
        2 => proptest::sample::select(vec!["'", "\"", "\\", "`", "$(", "${", "$((", "<(", "(", ")", "((", "))", "}", "#", "$", "=", "<<<", "<<E", ">", ">>", "2>&1", "<", "&>", "$'", "[", "*"]),
    ];
    proptest::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

/// Commands that every shell reads the same.
fn simple_script() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "install",
        "-y",
        "a=b",
        "'a b && c'",
        "\"x; y\"",
        "a\\ b",
        "\"$X\"",
        "${Y}",
        "$(date +%s)",
        "*.deb",
        "#x\\#",
        "\"$(cat 'f;g')\"",
        ">f",
        "2>&1",
        "<g",
    ]);
    let word = word.prop_filter("a comment", |word| !word.starts_with('#'));
    let simple = (
        proptest::sample::select(vec!["", "", "A=1 ", "A='x y' B= "]),
        proptest::sample::select(vec![
            "apt-get",
            "/usr/bin/pip",
            "sudo make",
            "env B=2 go",
            "exec",
            "[",
            "echo",
        ]),
        proptest::collection::vec(word, 0..4),
    )
        .prop_map(|(assignments, program, words)| format!("{assignments}{program} {}", words.join(" ")));
    simple.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (
                inner.clone(),
                proptest::sample::select(vec![" && ", " || ", "; ", " | ", " & ", " && \\\n  "]),
                inner.clone()
            )
                .prop_map(|(left, operator, right)| format!("{left}{operator}{right}")),
            inner.clone().prop_map(|inner| format!("( {inner})")),
            inner.clone().prop_map(|inner| format!("{{ {inner}; }}")),
            (inner.clone(), inner.clone())
                .prop_map(|(test, branch)| format!("if {test}; then {branch}; else x; fi")),
            inner.clone().prop_map(|inner| format!("for i in 1 2 3; do {inner}; done")),
            inner.clone().prop_map(|inner| format!("while read -r l; do {inner}; done")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("case $x in a|b) {a} ;; (*) {b};; esac")),
        ]
    })
}

/// Every place is inside the instruction, and a word's place holds its text unless something fell out.
fn assert_places(case: &Case, commands: &[Command]) -> Result<(), TestCaseError> {
    for command in commands {
        prop_assert!(command.span.end <= case.source.len());
        for word in &command.words {
            prop_assert!(command.span.contains(word.span), "{command:#?}");
            if word.span.len() as usize == word.raw.len() {
                prop_assert_eq!(case.source.slice(word.span), &word.raw);
            }
            let literal = word
                .parts()
                .iter()
                .map(|part| match part {
                    WordPart::Literal(text) => Some(text.clone()),
                    _ => None,
                })
                .collect::<Option<String>>();
            prop_assert_eq!(literal, word.value.clone());
        }
    }
    Ok(())
}

/// Instructions whose script has such text in its line, in a heredoc that is the script, or in one beside it.
fn any_script() -> impl Strategy<Value = String> {
    let line_ending = proptest::sample::select(vec!["\n", "\r\n"]);
    let form = proptest::sample::select(vec![
        "TEXT",
        "<<E\nTEXT\nE\n",
        "<<-E\n\tTEXT\n\t\tx\n\tE\n",
        "cat <<E | sh\nTEXT\nE",
        "a <<'E' && b <<-F\nTEXT\nE\n\tTEXT\nF",
    ]);
    (shell_like(), form, line_ending)
        .prop_map(|(text, form, line_ending)| form.replace("TEXT", &text).replace('\n', line_ending))
}

proptest! {
    #[test]
    fn any_text_is_read(text in any_script()) {
        let case = Case::new(&text);
        assert_places(&case, &parse(&case.script).commands)?;
        assert_places(&case, &case.split())?;
    }

    #[test]
    fn every_byte_of_a_script_is_found_in_the_file(text in any_script()) {
        let case = Case::new(&text);
        let Content::Text(fragment) = &case.script.content else { unreachable!("it is no JSON") };
        prop_assert_eq!(fragment.map.len(), fragment.text.len());
        for (at, byte) in fragment.text.bytes().enumerate() {
            let span = fragment.map.span(at..at + 1);
            prop_assert_eq!(&case.source.bytes()[span.range()], &[byte]);
            prop_assert_eq!(fragment.map.joined(span), Some(at..at + 1));
        }
    }

    #[test]
    fn splitter_and_grammar_agree_on_simple_scripts(text in simple_script()) {
        let case = Case::new(&text);
        let script = parse(&case.script);
        #[cfg(feature = "shell")]
        prop_assert_eq!(script.status, ScriptStatus::Parsed);
        prop_assert_eq!(script.commands, case.split());
    }
}

#[test]
fn heredocs_without_an_end_are_in_the_map_once() {
    for text in ["<<E <<E\\\n", "<<E <<E <<E\n", "a <<E <<-F\nE"] {
        let case = Case::new(text);
        let Content::Text(fragment) = &case.script.content else { panic!("it is no JSON") };
        for at in 0..fragment.text.len() {
            assert_eq!(fragment.map.joined(fragment.map.span(at..at + 1)), Some(at..at + 1), "{text:?}");
        }
    }
}

#[test]
fn the_status_tells_how_a_script_was_read() {
    let status = |text| parse(&Case::new(text).script).status;
    let parsed = if cfg!(feature = "shell") { ScriptStatus::Parsed } else { ScriptStatus::FellBack };
    assert_eq!(status("a && b"), parsed);
    assert_eq!(status("a && {{ b }} && ("), ScriptStatus::FellBack);
    let python = Case::new("<<EOF\n#!/usr/bin/env python3\nprint()\nEOF\n");
    assert_eq!(parse(&python.script).status, ScriptStatus::Opaque);
    let exec = Case::new(r#"["a"]"#);
    assert_eq!(parse(&exec.script).status, ScriptStatus::Parsed);
}

#[test]
fn broken_scripts_keep_their_commands() {
    let cases = [
        ("apt-get update && apt-get install -y 'curl", "apt-get apt-get"),
        ("if a; then b; c", "a b c"),
        ("{{ cookiecutter.install }} && pip install x", "{{ pip"),
        ("a && && b; | c", "a b c"),
        ("a $(b; c", "a b c"),
        ("a) ; fi; done; } b", "a b"),
        ("for x in 1 2; a; done", "a"),
        ("case x in", ""),
        ("cat <<E\nfoo && bar", "cat"),
    ];
    for (script, expected) in cases {
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(Case::new(script).names_by_splitting(), expected, "{script}");
    }
}

/// Scripts made to make a parser slow, or to make it overflow its stack.
#[test]
fn hostile_scripts_are_split() {
    let nested = |open: &str, count: usize, close: &str| open.repeat(count) + "a" + &close.repeat(count);
    let scripts = [
        nested("$((", 12_000, "))"),
        nested("${a//x/", 150, "}"),
        nested("${a%\"", 4_000, "\"}"),
        nested("${a:-", 10_000, ""),
        nested("$(<", 150, ")"),
        nested("{a,", 10_000, ""),
        nested("time ", 5_000, ""),
        nested("coproc ", 5_000, ""),
        nested("(", 60_000, ")"),
        nested("if ", 20_000, "; then b; fi"),
    ];
    for script in scripts {
        let start: String = script.chars().take(20).collect();
        assert_eq!(parse(&Case::new(&script).script).status, ScriptStatus::FellBack, "{start}");
    }
    // Long, but simple: these need no grammar.
    for script in [nested("sh -c \"", 5_000, "\""), nested("a && ", 200_000, "")] {
        let start: String = script.chars().take(20).collect();
        assert_eq!(parse(&Case::new(&script).script).status, ScriptStatus::Parsed, "{start}");
    }
}
