//! How fast the parser is: an ordinary file, and files that are large in one way.

use dfcore::syntax::parse;
use dfcore::text::SourceFile;
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// A stage as people write them.
const ORDINARY: &str = r#"# The application.
FROM --platform=$BUILDPLATFORM python:3.12-slim AS build
ARG VERSION=1.0.0
ENV PYTHONUNBUFFERED=1 \
    PATH="/opt/venv/bin:$PATH"
WORKDIR /srv/app
COPY --chown=1000:1000 requirements.txt pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache/pip \
    # compilers are needed for wheels only
    apt-get update && apt-get install --no-install-recommends -y build-essential=12.9 libpq-dev \
    && pip install -r requirements.txt \
    && rm -rf /var/lib/apt/lists/*
COPY . .
RUN <<EOF
set -eux
python -m compileall src
python -m pytest --quiet
EOF
EXPOSE 8080/tcp
HEALTHCHECK --interval=30s CMD ["curl", "--fail", "http://localhost:8080/health"]
ENTRYPOINT ["python", "-m", "app"]

"#;

const MEGABYTE: usize = 1 << 20;

fn bench(bencher: Bencher<'_, '_>, text: String) {
    let source = SourceFile::new("Dockerfile", text).expect("less than 4 GiB");
    bencher.counter(BytesCount::new(source.len())).bench(|| parse(divan::black_box(&source)));
}

fn repeated(before: &str, unit: &str) -> String {
    format!("{before}{}\n", unit.repeat(MEGABYTE / unit.len()))
}

#[divan::bench]
fn ordinary(bencher: Bencher<'_, '_>) {
    bench(bencher, repeated("", ORDINARY));
}

#[divan::bench]
fn short_instructions(bencher: Bencher<'_, '_>) {
    bench(bencher, repeated("FROM a\n", "USER app\n"));
}

#[divan::bench]
fn continuation_lines(bencher: Bencher<'_, '_>) {
    bench(bencher, repeated("FROM a\nRUN true ", "\\\n    && echo one two three "));
}

#[divan::bench]
fn comments_between_continuation_lines(bencher: Bencher<'_, '_>) {
    bench(bencher, repeated("FROM a\nRUN true ", "\\\n# a comment\n    && echo one "));
}

#[divan::bench]
fn heredocs(bencher: Bencher<'_, '_>) {
    bench(bencher, repeated("FROM a\n", "RUN <<EOF\necho one\necho two\necho three\nEOF\n"));
}

#[divan::bench]
fn one_long_word(bencher: Bencher<'_, '_>) {
    bench(bencher, repeated("FROM a\nENV a=", "x"));
}

#[divan::bench]
fn unknown_instructions(bencher: Bencher<'_, '_>) {
    bench(bencher, repeated("FROM a\n", "RNU true\n"));
}
