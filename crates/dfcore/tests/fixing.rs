//! What holds whatever is fixed: fixing twice is fixing once, no fix is refused as a mistake, nothing else is touched.

#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use dfcore::config::{Config, Selection, Settings};
use dfcore::fix::Applicability;
use dfcore::linter::{FixOutcome, fix};
use dfcore::syntax::parse;
use dfcore::text::SourceFile;
use proptest::prelude::*;

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let everything = Selection { select: Some(vec!["*".to_owned()]), ..Selection::default() };
    Settings::new(&Config::default(), &everything).unwrap()
});

fn source(text: impl Into<Vec<u8>>) -> SourceFile {
    SourceFile::new("Dockerfile", text).unwrap()
}

fn fixed(source: &SourceFile, limit: Applicability) -> FixOutcome {
    fix(source, None, &SETTINGS, |_, fix| fix.applicability <= limit)
}

/// Fixes, and checks all that holds for any input.
fn check(before: &SourceFile) {
    for limit in [Applicability::Safe, Applicability::Suggested, Applicability::Unsafe] {
        let outcome = fixed(before, limit);
        let after = &outcome.dockerfile;
        let what = || format!("{:?} became {:?} by {:?}", before.text(), after.text(), outcome.applied);
        assert!(!outcome.refused.iter().any(|refused| refused.is_bug), "{:?}: {}", outcome.refused, what());
        let again = fixed(after, limit);
        assert_eq!(again.dockerfile.text(), after.text(), "fixing twice is fixing once: {}", what());
        assert!(parse(after).errors.len() <= parse(before).errors.len(), "{}", what());
        assert!(is_same_form(before.text(), after.text()), "{}", what());
        if outcome.applied.iter().all(|fix| fix.name != "unused-suppression") {
            let (old, new) = (comments(before), comments(after));
            assert!(old.iter().all(|comment| new.contains(comment)), "{}", what());
        }
    }
}

fn comments(source: &SourceFile) -> Vec<String> {
    let comments = parse(source).dockerfile.comments;
    comments.iter().map(|comment| source.slice(comment.span).trim().to_owned()).collect()
}

/// Marks and endings stay what they are.
fn is_same_form(before: &str, after: &str) -> bool {
    let has_unix = |text: &str| text.replace("\r\n", "").contains('\n');
    before.starts_with('\u{feff}') == after.starts_with('\u{feff}')
        && before.ends_with('\n') == after.ends_with('\n')
        && (!has_unix(after) || has_unix(before))
        && (!after.contains("\r\n") || before.contains("\r\n"))
}

/// Instructions that rules have something to say about.
const INSTRUCTIONS: &[&str] = &[
    "FROM python:3.13 AS base",
    "FROM debian:12",
    "from alpine:3.20 as Tool",
    "FROM base",
    "FROM node AS tool",
    "FROM scratch",
    "ARG PIP_NO_CACHE_DIR=1",
    "ENV PIP_NO_CACHE_DIR=1",
    "ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1",
    "ENV LANG C.UTF-8",
    "RUN pip install -r requirements.txt",
    "RUN pip install --no-cache-dir flask",
    "RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir flask",
    "RUN PIP_NO_CACHE_DIR=1 pip install flask",
    "RUN apt-get update && apt-get install -y curl",
    "RUN apt-get update \\\n    # for the tests\n    && apt-get install -y --no-install-recommends git \\\n    && rm -rf /var/lib/apt/lists/*",
    "RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install git && apt-get clean",
    "RUN apk add git",
    "RUN npm ci",
    "RUN go build ./...",
    "RUN cargo build --release",
    "RUN python -m venv /opt/venv && /opt/venv/bin/pip install flask",
    "RUN curl -s https://example.com/x | sh",
    "RUN cd /x && make",
    "RUN sudo make install",
    "RUN useradd -u 100000 app",
    "RUN <<EOF\npip install flask\n# inside\nEOF",
    "COPY . .",
    "COPY --from=base /x /x",
    "COPY --from=Tool /x /x",
    "ADD a.txt /a.txt",
    "ADD --chown=1:1 b /b/",
    "WORKDIR app",
    "WORKDIR /opt",
    "MAINTAINER somebody",
    "CMD flask run",
    "CMD [\"flask\", \"run\"]",
    "ENTRYPOINT exec /x",
    "HEALTHCHECK CMD curl -f http://localhost",
    "USER root",
    "USER app",
    "EXPOSE 80",
    "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]",
    "ONBUILD RUN pip install --no-cache-dir flask",
    "ONBUILD ADD x /x",
    "LABEL a b",
    "VOLUME /data",
    "STOPSIGNAL SIGTERM",
    "RNU broken",
    "COPY broken",
    "# a comment",
    "# dflint: ignore=latest-tag",
    "# dflint: ignore=latest-tag,untagged-image why",
    "# hadolint ignore=DL3008",
    "# check=skip=all",
    "# syntax=docker/dockerfile:1.2",
    "",
];

prop_compose! {
    /// A file of these instructions in some layout.
    fn layouts()(
        lines in prop::collection::vec(prop::sample::select(INSTRUCTIONS), 0..14),
        starts_with_from in any::<bool>(),
        has_mark in any::<bool>(),
        is_windows in any::<bool>(),
        is_open in any::<bool>(),
        indentation in prop::sample::select(&["", "", "  ", "\t"][..]),
        has_backticks in prop::bool::weighted(0.1),
    ) -> String {
        let mut text = String::new();
        if has_mark {
            text.push('\u{feff}');
        }
        if has_backticks {
            text.push_str("# escape=`\n");
        }
        if starts_with_from {
            text.push_str("FROM python:3.13\n");
        }
        for line in lines {
            let line = if has_backticks { line.replace('\\', "`") } else { line.to_owned() };
            text.push_str(indentation);
            text.push_str(&line);
            text.push('\n');
        }
        if is_open {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if is_windows { text.replace('\n', "\r\n") } else { text }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn any_layout(text in layouts()) {
        check(&source(text));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut text = b"FROM a\nRUN pip install --no-cache-dir ".to_vec();
        text.extend(bytes);
        check(&source(text));
    }
}
