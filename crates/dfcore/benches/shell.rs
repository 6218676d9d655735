//! How long the commands of `RUN` instructions take: `cargo bench -p dfcore --bench shell`.

use std::fmt::Write as _;

use dfcore::shell::{self, Dialect, ScriptSource};
use dfcore::syntax::ast::{Instruction, InstructionKind};
use dfcore::text::SourceFile;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// A file as services have it: two stages, package managers, a user, a start command.
const TYPICAL: &str = r#"# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
        build-essential \
        libpq-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip pip install --prefix=/install -r requirements.txt
COPY . .
RUN python -m compileall -q . && find . -name '*.py[co]' -exec chmod 0644 {} +

FROM python:3.12-slim
RUN set -eux; \
    groupadd --system --gid 1000 app; \
    useradd --system --uid 1000 --gid app app; \
    if [ -n "$HTTP_PROXY" ]; then echo "proxy: $HTTP_PROXY" > /etc/proxy; fi
COPY --from=build /install /usr/local
USER app
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
"#;

/// One script of that many lines, in the forms that scripts have.
fn script_of(lines: usize) -> String {
    let mut script = "FROM scratch\nRUN set -e".to_owned();
    for number in 0..lines {
        write!(script, "; \\\n    if [ -d /d{number} ]; then echo \"in $(pwd)\" | tee -a log; fi")
            .expect("a string takes all");
    }
    script
}

/// The instructions' scripts, as a rule asks for them.
fn scripts(source: &SourceFile) -> Vec<ScriptSource> {
    let dockerfile = dfcore::syntax::parse(source).dockerfile;
    dockerfile.instructions.iter().filter_map(|instruction| script(source, instruction)).collect()
}

fn script(source: &SourceFile, instruction: &Instruction) -> Option<ScriptSource> {
    let command = match &instruction.kind {
        InstructionKind::Run(run) => &run.command,
        InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => command,
        _ => return None,
    };
    Some(ScriptSource::new(source, command, &instruction.heredocs, Dialect::Sh))
}

fn source(text: &str) -> SourceFile {
    SourceFile::new("Dockerfile", text).expect("smaller than 4 GiB")
}

#[divan::bench]
fn typical_file(bencher: Bencher<'_, '_>) {
    let scripts = scripts(&source(TYPICAL));
    bencher.bench(|| black_box(&scripts).iter().map(shell::parse).collect::<Vec<_>>());
}

#[divan::bench]
fn sources_of_typical_file(bencher: Bencher<'_, '_>) {
    let source = source(TYPICAL);
    let dockerfile = dfcore::syntax::parse(&source).dockerfile;
    bencher.bench(|| {
        let scripts = dockerfile.instructions.iter().filter_map(|instruction| script(&source, instruction));
        black_box(scripts.collect::<Vec<_>>())
    });
}

/// As long as scripts get that the grammar reads, and long ones that are split.
#[divan::bench(args = [400, 4_000, 40_000], sample_count = 10)]
fn lines(bencher: Bencher<'_, '_>, lines: usize) {
    let text = script_of(lines);
    let scripts = scripts(&source(&text));
    bencher.counter(BytesCount::of_str(&text)).bench(|| shell::parse(black_box(&scripts[0])));
}
