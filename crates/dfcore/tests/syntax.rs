//! What the parser makes of each family of instructions, and of a whole file.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use dfcore::syntax::ast::{
    CommandForm, CopySource, Healthcheck, Instruction, InstructionKind, Mount, Pairs, Word, Words,
};
use dfcore::syntax::{Parse, Phase, SyntaxError, parse};
use dfcore::text::{SourceFile, Span};

fn source(text: &str) -> SourceFile {
    SourceFile::new("Dockerfile", text).unwrap()
}

/// The instruction after `FROM a`, and the errors: `kind › error › …`.
fn one(text: &str) -> String {
    let source = source(&format!("FROM a\n{text}"));
    let parsed = parse(&source);
    let kind = parsed
        .dockerfile
        .instructions
        .get(1)
        .map_or_else(String::new, |instruction| kind(instruction, &source));
    let errors = parsed.errors.iter().map(|error| format!(" › {}", short(error)));
    std::iter::once(kind).chain(errors).collect()
}

fn short(error: &SyntaxError) -> String {
    let phase = match error.phase {
        Phase::Parse => "parse: ",
        Phase::Trigger => "trigger: ",
        _ => "",
    };
    let help = error.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("{phase}{}{help}", error.message)
}

fn kind(instruction: &Instruction, source: &SourceFile) -> String {
    let name = instruction.kind.name();
    let text = |word: &Word| format!("‹{}›", word.text(source));
    let list = |words: &Words| {
        let json = if words.json { " json" } else { "" };
        format!(
            "{name}{json}{}",
            words.words.iter().map(|word| format!(" {}", text(word))).collect::<String>()
        )
    };
    match &instruction.kind {
        InstructionKind::From(from) => {
            let image = from.image.as_ref().map_or_else(String::new, |image| format!(" {}", text(image)));
            let alias = from.name.as_ref().map_or_else(String::new, |alias| format!(" as {}", text(alias)));
            format!("{name}{image}{alias}")
        }
        InstructionKind::Add(copy) | InstructionKind::Copy(copy) => {
            let mut out = format!("{name}{}", if copy.json { " json" } else { "" });
            for source in &copy.sources {
                match source {
                    CopySource::Path(word) => write!(out, " {}", text(word)).unwrap(),
                    CopySource::Heredoc { word, index } => write!(out, " {}#{index}", text(word)).unwrap(),
                }
            }
            copy.destination.iter().for_each(|word| write!(out, " → {}", text(word)).unwrap());
            out
        }
        InstructionKind::Arg(pairs) | InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
            format!("{name}{}", self::pairs(pairs, source))
        }
        InstructionKind::Run(run) => {
            let mounts: String =
                run.mounts.iter().map(|mount| format!(" {}", self::mount(mount, source))).collect();
            format!("{name}{mounts} {}", form(&run.command, source))
        }
        InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => {
            format!("{name} {}", form(command, source))
        }
        InstructionKind::Healthcheck(Healthcheck::Cmd { command }) => {
            format!("{name} CMD {}", form(command, source))
        }
        InstructionKind::Healthcheck(Healthcheck::None) => format!("{name} NONE"),
        InstructionKind::Onbuild(onbuild) => {
            format!(
                "{name} {}",
                onbuild.instruction.as_ref().map_or_else(|| "?".to_owned(), |inner| kind(inner, source))
            )
        }
        InstructionKind::Maintainer(argument)
        | InstructionKind::Stopsignal(argument)
        | InstructionKind::User(argument)
        | InstructionKind::Workdir(argument) => {
            format!(
                "{name}{}",
                argument.word.iter().map(|word| format!(" {}", text(word))).collect::<String>()
            )
        }
        InstructionKind::Expose(words) | InstructionKind::Shell(words) | InstructionKind::Volume(words) => {
            list(words)
        }
        _ => format!("{name}?"),
    }
}

fn form(command: &CommandForm, source: &SourceFile) -> String {
    match command {
        CommandForm::Shell(text) => format!("sh ‹{}›", text.text(source)),
        CommandForm::Exec { words } => {
            format!(
                "exec{}",
                words.iter().map(|word| format!(" ‹{}›", word.text(source))).collect::<String>()
            )
        }
    }
}

fn pairs(pairs: &Pairs, source: &SourceFile) -> String {
    let mut out = String::from(if pairs.legacy { " legacy" } else { "" });
    for pair in &pairs.pairs {
        write!(out, " ‹{}›", pair.key.text(source)).unwrap();
        pair.value.iter().for_each(|value| write!(out, "=‹{}›", value.text(source)).unwrap());
    }
    out
}

fn mount(mount: &Mount, source: &SourceFile) -> String {
    let option = |option: &dfcore::syntax::ast::MountOption| {
        let value =
            option.value.as_ref().map_or_else(String::new, |value| format!("={}", value.text(source)));
        format!("{}{value}", option.key.text(source))
    };
    let options: Vec<_> = mount.options.iter().map(option).collect();
    format!("{:?}({})", mount.mount_type, options.join(" "))
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for &(text, expected) in cases {
        assert_eq!(one(text), expected, "{text}");
    }
}

#[test]
fn from() {
    check(&[
        ("FROM alpine", "FROM ‹alpine›"),
        ("from --platform=$P r.io:5000/a:1@sha256:0 aS x", "FROM ‹r.io:5000/a:1@sha256:0› as ‹x›"),
        (
            "FROM",
            "FROM › `FROM` takes an image and at most a name for the stage (name the image to start from; `scratch` is the empty one)",
        ),
        (
            "FROM a as",
            "FROM ‹a› › `FROM` takes an image and at most a name for the stage (a name must follow `AS`)",
        ),
        (
            "FROM a b",
            "FROM ‹a› › `FROM` takes an image and at most a name for the stage (write `FROM image` or `FROM image AS name`)",
        ),
        (
            "FROM a AS b # c",
            "FROM ‹a› as ‹b› › `FROM` takes an image and at most a name for the stage (write `FROM image` or `FROM image AS name`)",
        ),
        (
            "FROM a AS 1b",
            "FROM ‹a› as ‹1b› › `1b` cannot name a build stage (a name starts with a letter and holds letters, digits, `-`, `_` and `.` only)",
        ),
        (
            "FROM --plattform=x a",
            "FROM ‹a› › unknown flag `--plattform` of `FROM` (did you mean `--platform`?)",
        ),
    ]);
}

#[test]
fn commands() {
    check(&[
        ("RUN echo  a \\\n  # c\n\n  b \n", "RUN sh ‹echo  a   b›"),
        ("RUN", "RUN sh ‹›"),
        ("CMD [\"a\", \"b \\\"c\\\"\"]", "CMD exec ‹a› ‹b \"c\"›"),
        ("CMD []", "CMD exec"),
        ("ENTRYPOINT ['a']", "ENTRYPOINT sh ‹['a']›"),
        ("CMD [\"a\", \\\n \"b\\\nc\"]", "CMD exec ‹a› ‹bc›"),
        ("CMD [\"a\"] b", "CMD sh ‹[\"a\"] b›"),
        (
            "CMD [\"a\", 1]",
            "CMD sh ‹[\"a\", 1]› › parse: a JSON list of words must hold strings only (put it in double quotes)",
        ),
        (
            "CMD --help",
            "CMD sh ‹› › unknown flag `--help` of `CMD` (`CMD` takes no flags; put `--` before a first argument that starts with dashes)",
        ),
        ("CMD -- --help", "CMD sh ‹--help›"),
        ("HEALTHCHECK --interval=5s CMD curl -f x", "HEALTHCHECK CMD sh ‹curl -f x›"),
        ("HEALTHCHECK cmd [\"a\"]", "HEALTHCHECK CMD exec ‹a›"),
        ("HEALTHCHECK NONE", "HEALTHCHECK NONE"),
        ("HEALTHCHECK NONE x", "HEALTHCHECK NONE › `HEALTHCHECK NONE` takes no arguments"),
        ("HEALTHCHECK CMD", "HEALTHCHECK CMD sh ‹› › `HEALTHCHECK CMD` needs a command"),
        (
            "HEALTHCHECK curl x",
            "HEALTHCHECK? › unknown type of `HEALTHCHECK`: `curl` (put `CMD` before the command, or write `HEALTHCHECK NONE`)",
        ),
        (
            "HEALTHCHECK --timeout=5 CMD x",
            "HEALTHCHECK CMD sh ‹x› › `5` is no duration (write a number with a unit, such as `30s`, `1m30s` or `500ms`)",
        ),
        (
            "HEALTHCHECK --retries=-1 CMD x",
            "HEALTHCHECK CMD sh ‹x› › `-1` is no number of retries (it is a whole number such as `3`; `0` is the engine's default)",
        ),
        ("SHELL [\"/bin/bash\", \"-c\"]", "SHELL json ‹/bin/bash› ‹-c›"),
        (
            "SHELL bash -c",
            "SHELL ‹bash› ‹-c› › `SHELL` must be a JSON list (write a JSON list with double quotes: `SHELL [\"/bin/bash\", \"-c\"]`)",
        ),
        (
            "SHELL []",
            "SHELL json › `SHELL` needs at least one word (for example `SHELL [\"/bin/bash\", \"-c\"]`)",
        ),
    ]);
}

#[test]
fn run_flags() {
    check(&[
        (
            "RUN --mount=type=cache,target=/root/.cache,sharing=locked --network=none make",
            "RUN Cache(type=cache target=/root/.cache sharing=locked) sh ‹make›",
        ),
        (
            "RUN --mount=target=/src,rw \\\n  --mount=type=secret,id=a ls",
            "RUN Bind(target=/src rw) Secret(type=secret id=a) sh ‹ls›",
        ),
        ("RUN --mount=type='cache',\\\"target=/a,b\\\" ls", "RUN Cache(type=cache target=/a,b) sh ‹ls›"),
        ("RUN --mount=type=$T,required,size=1 ls", "RUN Unknown(type=$T required size=1) sh ‹ls›"),
        (
            "RUN --mount=type=cahce,target=/x ls",
            "RUN Unknown(type=cahce target=/x) sh ‹ls› › unknown mount type `cahce` (did you mean `cache`?)",
        ),
        (
            "RUN --mount=type=cache,targt=/x ls",
            "RUN Cache(type=cache targt=/x) sh ‹ls› › unknown key of `--mount`: `targt` (did you mean `target`?)",
        ),
        (
            "RUN --mount=type=bind,from=$X,target=/x ls",
            "RUN Bind(type=bind from=$X target=/x) sh ‹ls› › variables are not expanded in `from` (give the image a stage of its own (`FROM $image AS name`) and mount from that)",
        ),
        (
            "RUN --mount=type=cache,target ls",
            "RUN Cache(type=cache target) sh ‹ls› › `target` has no value (write `target=…`)",
        ),
        (
            "RUN --mount=type=bind,required ls",
            "RUN Bind(type=bind required) sh ‹ls› › `required` does not go with this type of mount (`required` goes with `type=secret` or `type=ssh`, which must stand before it)",
        ),
        (
            "RUN --mount=type=secret ls",
            "RUN Secret(type=secret) sh ‹ls› › a secret mount does not say which secret (add `id=…`, the name that the build is given the secret under)",
        ),
        (
            "RUN --mount=type=tmpfs,target=/t,size=1x ls",
            "RUN Tmpfs(type=tmpfs target=/t size=1x) sh ‹ls› › `size` is a size such as `64m` or `1g`, not `1x`",
        ),
        (
            "RUN --mount=type=bind,uid=1 ls",
            "RUN Bind(type=bind uid=1) sh ‹ls› › `uid` does not go with this type of mount (it goes with `type=cache`, `type=secret` and `type=ssh`)",
        ),
        (
            "RUN --mount=type=ssh,mode=0888 ls",
            "RUN Ssh(type=ssh mode=0888) sh ‹ls› › `mode` is an octal number such as `0755`, not `0888`",
        ),
        ("RUN --mount= ls", "RUN Bind() sh ‹ls› › an empty list of options"),
        (
            "RUN --mount ls",
            "RUN sh ‹ls› › `--mount` has no value (write `--mount=…`, without blanks around the `=`)",
        ),
        ("RUN --network=nonee ls", "RUN sh ‹ls› › unknown network mode `nonee` (did you mean `none`?)"),
        ("RUN --security=insecure --device=a,required ls", "RUN sh ‹ls›"),
        (
            "RUN --network=none --network=host ls",
            "RUN sh ‹ls› › `--network` is given twice (keep one of them)",
        ),
    ]);
}

#[test]
fn copies() {
    check(&[
        ("COPY a b c/", "COPY ‹a› ‹b› → ‹c/›"),
        ("ADD --chown=a:b --link --keep-git-dir=true https://x.io/y /z", "ADD ‹https://x.io/y› → ‹/z›"),
        ("COPY [\"a b\", \"/c d/\"]", "COPY json ‹a b› → ‹/c d/›"),
        ("COPY \"a b\" /c", "COPY ‹\"a› ‹b\"› → ‹/c›"),
        (
            "COPY a",
            "COPY ‹a› › `COPY` needs at least one source and a destination (a last word is missing: where to put it in the image)",
        ),
        ("COPY", "COPY › `COPY` needs at least one source and a destination"),
        (
            "COPY --from=x --form=y a b",
            "COPY ‹a› → ‹b› › unknown flag `--form` of `COPY` (did you mean `--from`?)",
        ),
        ("COPY --link=yes a b", "COPY ‹a› → ‹b› › `--link` is either `true` or `false`, not `yes`"),
        (
            "COPY --chmod a b",
            "COPY ‹a› → ‹b› › `--chmod` has no value (write `--chmod=…`, without blanks around the `=`)",
        ),
        ("COPY <<A <<-\"B\" c /x\n1\nA\n2\n\tB\n", "COPY ‹<<A›#0 ‹<<-\"B\"›#1 ‹c› → ‹/x›"),
        (
            "COPY a <<A\n1\nA\n",
            "COPY ‹a› → ‹<<A› › the destination of `COPY` cannot be a heredoc (add the path to write it to)",
        ),
        ("ADD [\"<<A\", \"/x\"]", "ADD json ‹<<A› → ‹/x›"),
    ]);
}

#[test]
fn pairs_of_key_and_value() {
    check(&[
        ("ENV a=1 b=\"x y\" c=x\\ y d=", "ENV ‹a›=‹1› ‹b›=‹\"x y\"› ‹c›=‹x\\ y› ‹d›=‹›"),
        ("ENV a b=c \"d", "ENV legacy ‹a›=‹b=c \"d›"),
        ("ENV a=b \\\n  c=d\\\ne", "ENV ‹a›=‹b› ‹c›=‹de›"),
        (
            "ENV a=b c",
            "ENV ‹a›=‹b› › parse: `c` has no `=` (after a first `key=value`, `ENV` takes only such pairs; put a value with blanks in quotes)",
        ),
        ("ENV a", "ENV legacy › parse: `ENV` needs a value (write `ENV a=…`)"),
        ("ENV", "ENV › `ENV` needs at least one `key=value`"),
        ("ENV =b", "ENV ‹›=‹b› › `ENV` with no name before the `=`"),
        ("LABEL \"a b\"=c x.y=z", "LABEL ‹\"a b\"›=‹c› ‹x.y›=‹z›"),
        ("LABEL maintainer me", "LABEL legacy ‹maintainer›=‹me›"),
        ("ARG a b=c d=\"e f\"", "ARG ‹a› ‹b›=‹c› ‹d›=‹\"e f\"›"),
        ("ARG", "ARG › `ARG` needs at least one name"),
        ("ARG =x", "ARG ‹›=‹x› › `ARG` with no name before the `=`"),
        ("ARG --a b", "ARG ‹b›"),
    ]);
}

#[test]
fn lists() {
    check(&[
        ("EXPOSE 80 443/tcp 8080:8080 $P", "EXPOSE ‹80› ‹443/tcp› ‹8080:8080› ‹$P›"),
        ("EXPOSE", "EXPOSE › `EXPOSE` needs at least one port"),
        ("VOLUME /a /b", "VOLUME ‹/a› ‹/b›"),
        ("VOLUME [\"/a\", \" \"]", "VOLUME json ‹/a› ‹ › › the path of a `VOLUME` is empty"),
        ("WORKDIR /a b ", "WORKDIR ‹/a b›"),
        ("USER", "USER › `USER` needs an argument"),
        ("USER a:b", "USER ‹a:b›"),
        ("STOPSIGNAL --x SIGTERM", "STOPSIGNAL ‹SIGTERM›"),
        ("MAINTAINER me <a@b>", "MAINTAINER ‹me <a@b>›"),
    ]);
}

#[test]
fn onbuild() {
    check(&[
        ("ONBUILD RUN a \\\n b", "ONBUILD RUN sh ‹a  b›"),
        ("ONBUILD COPY <<A /x\n1\nA\n", "ONBUILD COPY ‹<<A›#0 → ‹/x›"),
        ("ONBUILD", "ONBUILD ? › `ONBUILD` needs an instruction"),
        (
            "ONBUILD COPY a",
            "ONBUILD COPY ‹a› › trigger: `COPY` needs at least one source and a destination (a last word is missing: where to put it in the image)",
        ),
        ("ONBUILD ENV a", "ONBUILD ENV legacy › parse: `ENV` needs a value (write `ENV a=…`)"),
        ("ONBUILD FROM a", "ONBUILD FROM ‹a› › `ONBUILD` cannot hold `FROM`"),
        ("ONBUILD maintainer a", "ONBUILD MAINTAINER ‹a› › `ONBUILD` cannot hold `MAINTAINER`"),
        (
            "ONBUILD ONBUILD RUN a",
            "ONBUILD ONBUILD RUN sh ‹a› › `ONBUILD` cannot hold another `ONBUILD` (a trigger runs once, in the next build; there is no way to pass one on)",
        ),
        ("ONBUILD RUNN a", "ONBUILD UNKNOWN? › trigger: unknown instruction `RUNN` (did you mean `RUN`?)"),
    ]);
}

#[test]
fn heredocs() {
    let text = "FROM a\nRUN 3<<-'E' cat <<F \\\n  | sh\n# no comment\n\t\tE\n$x\r\nF\r\n# comment\nUSER x\n";
    let source = source(text);
    let parsed = parse(&source);
    assert_eq!(parsed.errors, []);
    let [_, run, user] = parsed.dockerfile.instructions.as_slice() else { panic!("three instructions") };
    assert_eq!(source.slice(user.span), "USER x");
    assert_eq!(run.arguments.text(&source), "3<<-'E' cat <<F   | sh");
    let heredocs: Vec<_> = run
        .heredocs
        .iter()
        .map(|doc| {
            (
                source.slice(doc.marker),
                &*doc.name,
                doc.expand,
                doc.chomp,
                doc.file_descriptor,
                source.slice(doc.body),
                source.slice(doc.terminator),
            )
        })
        .collect();
    assert_eq!(
        heredocs,
        [
            ("3<<-'E'", "E", false, true, 3, "# no comment\n", "\t\tE"),
            ("<<F", "F", true, false, 0, "$x\r\n", "F")
        ]
    );
    assert_eq!(source.slice(run.span), &text["FROM a\n".len()..text.find("\r\n# comment").unwrap()]);
    assert_eq!(parsed.dockerfile.comments.len(), 1, "the body holds no comment");
}

#[test]
fn heredocs_without_an_end() {
    let errors =
        |text: &str| one(text).split(" › ").skip(1).map(str::to_owned).collect::<Vec<_>>().join(" › ");
    assert_eq!(
        errors("RUN <<E\na\nRUN b"),
        "parse: the heredoc `E` has no end (end it with a line that holds `E` and nothing else)"
    );
    assert_eq!(
        errors("RUN <<E\n  E\n"),
        "parse: the heredoc `E` has no end (no blanks may stand around `E`; `<<-` allows tabs before it)"
    );
    assert_eq!(
        errors("RUN <<-E\n\tE \n"),
        "parse: the heredoc `E` has no end (only tabs may stand before `E`, and nothing after it)"
    );
    assert_eq!(
        errors("CMD cat <<E\nE"),
        "unknown instruction `E` (if it belongs to the instruction above, that one's last line must end with the escape character)"
    );
}

#[test]
fn words_point_to_the_source_across_continuations() {
    let text = "FROM a\nCO\\\nPY --fr\\\nom=b \\\n  x\\\n# c\ny z\n";
    let source = source(text);
    let parsed = parse(&source);
    let copy = &parsed.dockerfile.instructions[1];
    assert_eq!(parsed.errors, []);
    assert_eq!(parsed.dockerfile.keyword_text(copy, &source), "COPY");
    assert_eq!(source.slice(copy.keyword), "CO\\\nPY");
    let from = copy.flag("from", &source).unwrap();
    assert_eq!((source.slice(from.name.span), from.value.as_ref().unwrap().text(&source)), ("fr\\\nom", "b"));
    let InstructionKind::Copy(kind) = &copy.kind else { panic!("a COPY") };
    let [CopySource::Path(path)] = &*kind.sources else { panic!("one source") };
    assert_eq!((path.text(&source), source.slice(path.span)), ("xy", "x\\\n# c\ny"));
    assert_eq!(kind.destination, Some(Word::plain(Span::new(text.len() as u32 - 2, text.len() as u32 - 1))));
}

#[test]
fn directives() {
    let read = |text: &str| {
        let source = source(text);
        let Parse { dockerfile, errors } = parse(&source);
        let directives: Vec<_> =
            dockerfile.directives.iter().map(|directive| source.slice(directive.value)).collect();
        let errors: Vec<_> = errors.iter().map(|error| &*error.message).collect();
        format!(
            "{} {:?} {} {}",
            directives.join("|"),
            dockerfile.escape,
            dockerfile.comments.len(),
            errors.join("|")
        )
    };
    assert_eq!(read("# syntax=a\n#ESCAPE=`\nFROM a"), "a|` Backtick 0 ");
    assert_eq!(read("\u{feff}# escape = ` \nFROM a `\n as b"), "` Backtick 0 ");
    assert_eq!(read("# c\n# escape=`\nFROM a"), " Backslash 2 ");
    assert_eq!(read("\n# escape=`\nFROM a"), " Backslash 1 ");
    assert_eq!(read("# escape=x\nFROM a"), "x Backslash 0 `x` cannot be the escape character");
    assert_eq!(read("# check=a\n# check=b\nFROM a"), "a|b Backslash 0 the directive `check` is there twice");
}

#[test]
fn files_as_a_whole() {
    let errors = |text: &str| parse(&source(text)).errors.iter().map(short).collect::<Vec<_>>().join(" › ");
    assert_eq!(errors(""), "parse: the file has no instructions (a Dockerfile starts with `FROM image`)");
    assert_eq!(
        errors("# c\n\n"),
        "parse: the file has no instructions (a Dockerfile starts with `FROM image`)"
    );
    assert_eq!(
        errors("ARG a"),
        "the file has no `FROM`, so there is nothing to build (start a build stage with `FROM image`; `scratch` is the empty image)"
    );
    assert_eq!(errors("ARG a\nFROM a"), "");
    assert_eq!(
        errors("RUN a\nUSER b\nFROM a"),
        "`RUN` stands before the first `FROM`, in no build stage (only `ARG` may stand there; move it below)"
    );
    assert_eq!(errors("FROM a\nRUN a \\\n"), "");
}

#[test]
fn comments_before_an_instruction() {
    let source = source("# syntax=x\n# a\nFROM a\n# b\n\n  # c\nRUN x \\\n  # d\n  y\nUSER z\n");
    let dockerfile = parse(&source).dockerfile;
    let comments = |index: usize| -> Vec<_> {
        dockerfile
            .comments_before(&dockerfile.instructions[index])
            .iter()
            .map(|comment| source.slice(comment.span))
            .collect()
    };
    assert_eq!(comments(0), ["# a"]);
    assert_eq!(comments(1), ["# b", "# c"]);
    assert_eq!(comments(2), Vec::<&str>::new());
    assert_eq!(source.slice(dockerfile.directive("syntax", &source).unwrap().value), "x");
    assert!(dockerfile.directive("escape", &source).is_none());
}

/// One of everything, with its tokens.
const RICH: &str = r#"# syntax=docker/dockerfile:1
# escape=\

# The base.
ARG VERSION=3.12
FROM --platform=$BUILDPLATFORM python:${VERSION}-slim AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN --mount=type=cache,target=/root/.cache/pip \
    --network=none \
    # why
    pip install \

      "flask" && \
    echo done
COPY --chown=1000:1000 <<-"EOF" app.py /srv/
	print("$HOME")
	EOF
ENV A=1 \
    B="two words"
HEALTHCHECK --interval=30s CMD ["curl", "-f", "http://localhost"]
ONBUILD ADD --link . /src
RNU true
	USER  app  
"#;

#[test]
fn tokens_of_a_whole_file() {
    let source = source(RICH);
    let parsed = parse(&source);
    let mut out = String::new();
    for token in &parsed.dockerfile.tokens {
        writeln!(
            out,
            "{:>9} {:<17} {:?}",
            token.span.to_string(),
            format!("{:?}", token.kind),
            source.slice(token.span)
        )
        .unwrap();
    }
    insta::assert_snapshot!("tokens", out);
}

#[test]
fn tree_of_a_whole_file() {
    let source = source(RICH);
    let parsed = parse(&source);
    let mut out = String::new();
    for instruction in &parsed.dockerfile.instructions {
        let (start, end) = (source.position(instruction.span.start), source.position(instruction.span.end));
        writeln!(
            out,
            "{}:{}-{}:{} {}",
            start.line,
            start.column,
            end.line,
            end.column,
            kind(instruction, &source)
        )
        .unwrap();
        for flag in &instruction.flags {
            let value =
                flag.value.as_ref().map_or_else(String::new, |value| format!(" = {}", value.text(&source)));
            writeln!(out, "    flag {}{value}", flag.name.text(&source)).unwrap();
        }
        for piece in instruction.arguments.pieces() {
            writeln!(out, "    piece {piece} {:?}", source.slice(*piece)).unwrap();
        }
        for heredoc in &instruction.heredocs {
            writeln!(out, "    heredoc {} {:?}", heredoc.name, source.slice(heredoc.body)).unwrap();
        }
    }
    for error in &parsed.errors {
        let at = source.position(error.span.start);
        writeln!(out, "error {}:{} {}", at.line, at.column, short(error)).unwrap();
    }
    insta::assert_snapshot!("tree", out);
}
