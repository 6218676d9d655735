//! Dockerfiles that a peer and we must read alike.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

/// Texts of one kind.
type Text = BoxedStrategy<String>;

/// With whom a grammar is shared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// No flag without `=`, none of `RUN`; no heredoc, no JSON list of paths, one `ARG` each, no blank line in an
    /// instruction, no other escape character.
    DockerfileParser,
    /// Heredocs right behind the flags of `RUN`, or as a source of `COPY` and `ADD`.
    ParseDockerfile,
}

/// Whole files.
pub(crate) fn dockerfiles(peer: Peer) -> Text {
    let arguments = prop::collection::vec(argument(peer), 0..2);
    let body = prop::collection::vec((filler(), instruction(peer)), 0..12);
    let stages = prop::collection::vec((filler(), from(peer), body), 1..4);
    (directive(peer), arguments, stages, any::<bool>())
        .prop_map(|(directive, arguments, stages, has_crlf)| {
            let mut text: String = arguments.iter().map(|argument| format!("{argument}\n")).collect();
            for (number, (filler, from, body)) in stages.into_iter().enumerate() {
                // No name is there twice.
                text += &format!("{filler}{}\n", from.replace("STAGE", &format!("stage{number}")));
                text.extend(body.into_iter().map(|(filler, instruction)| format!("{filler}{instruction}\n")));
            }
            if directive.contains('`') {
                text = text.replace("\\\n", "`\n").replace("\\  \n", "`  \n");
            }
            let text = directive + &text;
            if has_crlf { text.replace('\n', "\r\n") } else { text }
        })
        .boxed()
}

fn directive(peer: Peer) -> Text {
    match peer {
        Peer::DockerfileParser => one_of(&["", "# syntax=docker/dockerfile:1\n"]),
        Peer::ParseDockerfile => one_of(&[
            "",
            "# syntax=docker/dockerfile:1\n",
            "#check=skip=all\n",
            "# EsCaPe = `\n",
            "# escape=\\\n",
        ]),
    }
}

/// What stands before an instruction: nothing, blanks, blank lines, comments.
fn filler() -> Text {
    one_of(&["", "", "", "  ", "\t", "\n", "  \n\n", "# a comment\n", "  # RUN not\\\n\n"])
}

fn instruction(peer: Peer) -> Text {
    let mut kinds = vec![
        argument(peer),
        label(peer),
        env(peer),
        run(peer),
        keyword_and("CMD", peer, command()),
        keyword_and("ENTRYPOINT", peer, command()),
        copy("COPY", peer),
        copy("ADD", peer),
        healthcheck(peer),
        shell(peer),
        onbuild(peer),
        keyword_and("EXPOSE", peer, spaced(one_of(&["80", "443/tcp", "$PORT", "8000-8010"]), peer, 1..4)),
        keyword_and("MAINTAINER", peer, spaced(word(), peer, 1..3)),
        keyword_and("STOPSIGNAL", peer, word()),
        keyword_and("USER", peer, one_of(&["app", "1000:1000", "${user}"])),
        keyword_and("VOLUME", peer, spaced(word(), peer, 1..3)),
        keyword_and("WORKDIR", peer, one_of(&["/app", "a b", "$HOME/x", "C:/x"])),
    ];
    if peer == Peer::ParseDockerfile {
        kinds.push(keyword_and("VOLUME", peer, json_list(1..3)));
    }
    Union::new(kinds).boxed()
}

fn from(peer: Peer) -> Text {
    let flag = one_of(&["", "", "--platform=linux/amd64", "--platform=$BUILDPLATFORM"]);
    let image = one_of(&[
        "alpine",
        "alpine:3.20",
        "team/app:1",
        "registry.example:5000/team/app:${TAG}",
        "localhost/app",
        "alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "$BASE",
        "scratch",
        "stage0",
        "stage1",
    ]);
    let name = one_of(&["", "AS STAGE", "as STAGE", "As STAGE"]);
    joined("FROM", peer, vec![flag, image, name])
}

fn argument(peer: Peer) -> Text {
    let one = prop_oneof![name(), pair(name(), value())].boxed();
    match peer {
        Peer::DockerfileParser => keyword_and("ARG", peer, one),
        Peer::ParseDockerfile => keyword_and("ARG", peer, spaced(one, peer, 1..3)),
    }
}

fn env(peer: Peer) -> Text {
    // For dockerfile-parser a value that starts with a quote ends with it.
    let legacy = (name(), shell_text()).prop_map(|(name, text)| format!("{name} some {text}"));
    keyword_and("ENV", peer, prop_oneof![4 => spaced(pair(name(), value()), peer, 1..4), 1 => legacy].boxed())
}

fn label(peer: Peer) -> Text {
    let key = one_of(&["a", "org.example.title", "\"a key\"", "v-1"]);
    let legacy = (name(), word()).prop_map(|(name, word)| format!("{name} {word}"));
    keyword_and("LABEL", peer, prop_oneof![4 => spaced(pair(key, value()), peer, 1..4), 1 => legacy].boxed())
}

fn run(peer: Peer) -> Text {
    if peer == Peer::DockerfileParser {
        return keyword_and("RUN", peer, command());
    }
    let flags = one_of(&[
        "",
        "",
        "--mount=type=cache,target=/root/.cache",
        "--network=none",
        "--mount=type=secret,id=a --mount=type=ssh",
    ]);
    let heredoc = (flags.clone(), heredoc()).prop_map(|(flags, (marker, body))| {
        let gap = if flags.is_empty() { "" } else { " " };
        format!("RUN {flags}{gap}{marker}\n{body}")
    });
    prop_oneof![3 => joined("RUN", peer, vec![flags, command()]), 1 => heredoc].boxed()
}

fn copy(keyword: &'static str, peer: Peer) -> Text {
    let flags: &[&str] = match (peer, keyword) {
        // ADD is a text without parts for it.
        (Peer::DockerfileParser, "ADD") => &[""],
        (Peer::DockerfileParser, _) => &["", "--from=stage0", "--chown=1000:1000 --chmod=755"],
        (Peer::ParseDockerfile, _) => &["", "--link", "--from=stage0 --link", "--chown=$user:app"],
    };
    let words = joined(keyword, peer, vec![one_of(flags), spaced(word(), peer, 2..5)]);
    if peer == Peer::DockerfileParser {
        return words;
    }
    let json = joined(keyword, peer, vec![one_of(flags), json_list(2..4)]);
    let heredoc = (one_of(flags), heredoc(), word()).prop_map(move |(flags, (marker, body), target)| {
        let gap = if flags.is_empty() { "" } else { " " };
        format!("{keyword} {flags}{gap}{marker} {target}\n{body}")
    });
    prop_oneof![3 => words, 1 => json, 1 => heredoc].boxed()
}

fn healthcheck(peer: Peer) -> Text {
    let flags: &[&str] = match peer {
        Peer::DockerfileParser => &[""],
        Peer::ParseDockerfile => &["", "--interval=30s", "--interval=1m --retries=3"],
    };
    let check = joined("HEALTHCHECK", peer, vec![one_of(flags), one_of(&["CMD"]), command()]);
    prop_oneof![4 => check, 1 => Just("HEALTHCHECK NONE".to_owned())].boxed()
}

fn shell(peer: Peer) -> Text {
    keyword_and("SHELL", peer, json_list(1..4))
}

fn onbuild(peer: Peer) -> Text {
    let inner = prop_oneof![keyword_and("RUN", peer, command()), keyword_and("USER", peer, word())];
    keyword_and("ONBUILD", peer, inner.boxed())
}

/// The marker, and the body with its end.
fn heredoc() -> BoxedStrategy<(String, String)> {
    let line =
        one_of(&["echo one\n", "\techo $two\n", "\n", "# no comment\n", "RUN no instruction\n", "a \\\n"]);
    let lines = prop::collection::vec(line, 0..4).prop_map(|lines| lines.concat());
    let kind = select(vec![("<<EOF", "EOF"), ("<<-EOF", "\tEOF"), ("<<\"EOF\"", "EOF"), ("<<'x'", "x")]);
    (kind, lines).prop_map(|((marker, end), lines)| (marker.to_owned(), format!("{lines}{end}"))).boxed()
}

/// In shell or exec form.
fn command() -> Text {
    prop_oneof![3 => shell_text(), 1 => json_list(1..4)].boxed()
}

fn shell_text() -> Text {
    let first = one_of(&["echo", "[ -e a ] &&", "set -e;", "\"quoted\"", "true"]);
    let rest =
        one_of(&["one", "&&", "'a b'", "\"c # d\"", "$(date)", "${x:-y}", "\\;", "| sh", "é", "--flag"]);
    // Neither what could continue a line or start a comment or heredoc.
    let rest = prop_oneof![3 => rest, 1 => "[!-\"$-;=-\\[\\]-_a-~]{1,8}"];
    let gap = one_of(&[" ", " ", "  ", " \\\n    ", " \\  \n", " \\\n# a comment\n  # another\n    "]);
    (first, prop::collection::vec((gap, rest), 0..5))
        .prop_map(|(first, rest)| {
            rest.into_iter().fold(first, |text, (gap, word)| format!("{text}{gap}{word}"))
        })
        .boxed()
}

fn json_list(size: std::ops::Range<usize>) -> Text {
    let item = one_of(&["a", "b c", "", "--flag", "\\\"", "\\\\", "\\n\\t", "é", "$x", "it's"]);
    let separator = one_of(&[",", ", ", " ,  "]);
    (prop::collection::vec(item, size), separator)
        .prop_map(|(items, separator)| {
            let items: Vec<_> = items.into_iter().map(|item| format!("\"{item}\"")).collect();
            format!("[{}]", items.join(&separator))
        })
        .boxed()
}

fn word() -> Text {
    let usual = one_of(&["a", "b.txt", "./src/", "/app", "*.rs", "$x", "${x:-y}", "é", "c-d_e", "\"q\""]);
    prop_oneof![3 => usual, 1 => "[a-zA-Z0-9.$/@*][a-zA-Z0-9.$/@*?!%+:;,~_-]{0,9}"].boxed()
}

fn name() -> Text {
    one_of(&["A", "VERSION", "some_name", "X1"])
}

/// The value of a pair.
fn value() -> Text {
    one_of(&["1", "a/b:c", "$A", "${A:-b}", "\"b c\"", "'d e'", "\"\"", "é", "x=y"])
}

fn pair(key: Text, value: Text) -> Text {
    (key, value).prop_map(|(key, value)| format!("{key}={value}")).boxed()
}

/// What may stand between two words.
fn gap(peer: Peer) -> Text {
    let mut gaps = vec![" ", " ", " ", "  ", "\t", " \\\n    ", " \\  \n    ", " \\\n# a comment\n    "];
    if peer == Peer::ParseDockerfile {
        gaps.push(" \\\n\n   # a comment\n\n    ");
    }
    one_of(&gaps)
}

/// Some texts with gaps between them.
fn spaced(text: Text, peer: Peer, size: std::ops::Range<usize>) -> Text {
    (prop::collection::vec(text, size), gap(peer)).prop_map(|(texts, gap)| texts.join(&gap)).boxed()
}

fn keyword_and(keyword: &'static str, peer: Peer, rest: Text) -> Text {
    joined(keyword, peer, vec![rest])
}

/// A keyword in some case and the parts behind it that are not empty, with gaps between them.
fn joined(keyword: &'static str, peer: Peer, parts: Vec<Text>) -> Text {
    let keyword = prop_oneof![4 => Just(keyword.to_owned()), 1 => Just(keyword.to_lowercase())];
    (keyword, parts, gap(peer))
        .prop_map(|(keyword, parts, gap)| {
            let parts = parts.into_iter().filter(|part| !part.is_empty());
            parts.enumerate().fold(keyword, |text, (index, part)| {
                // A comment between keyword and command makes dockerfile-parser give up.
                let gap = if index == 0 { " " } else { gap.as_str() };
                format!("{text}{gap}{part}")
            })
        })
        .boxed()
}

fn one_of(texts: &[&str]) -> Text {
    select(texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).boxed()
}
