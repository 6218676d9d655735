//! The files that the bench measures.

use std::fmt::Write as _;

/// One kind of large file.
pub(crate) struct Case {
    /// What it is.
    pub(crate) name: &'static str,
    /// Whether it has to keep to the limits.
    pub(crate) is_judged: bool,
    /// Writes it, or one that is so many times smaller.
    pub(crate) write: fn(scale: usize) -> String,
}

const fn judged(name: &'static str, write: fn(usize) -> String) -> Case {
    Case { name, is_judged: true, write }
}

const fn informative(name: &'static str, write: fn(usize) -> String) -> Case {
    Case { name, is_judged: false, write }
}

pub(crate) const CASES: &[Case] = &[
    judged("1,000,000 instructions", instructions),
    judged("100 MB of one instruction in continuation lines", continuation_lines),
    judged("100 MB of comments in one instruction", comments),
    judged("100 words of 1,000,000 characters", long_words),
    judged("100 words of 1,000,000 characters, continued", continued_words),
    judged("10,000 heredocs", heredocs),
    // Files that nobody has: a name, a stage, a heredoc or an error for every few bytes, which take more room than those.
    informative("1,000,000 ENV with distinct names", distinct_names),
    informative("250,000 stages", stages),
    informative("10,000 heredocs of one instruction", heredocs_of_one_instruction),
    informative("100 MB of lines that are no instructions", unknown_instructions),
    informative("1,000,000 tiny instructions", tiny_instructions),
];

const MILLION: usize = 1_000_000;

/// `before`, then `unit` again and again up to a size.
fn filled(before: &str, unit: &str, bytes: usize) -> String {
    format!("{before}{}\n", unit.repeat(bytes / unit.len()))
}

/// Instructions as people write them, 40 to 100 bytes each.
fn instructions(scale: usize) -> String {
    const STAGE: &str = r#"FROM --platform=$BUILDPLATFORM python:3.12-slim AS build
ARG APPLICATION_VERSION=1.0.0-production
ENV PYTHONUNBUFFERED=1 PATH="/opt/venv/bin:$PATH"
WORKDIR /srv/application/components/backend
COPY --chown=1000:1000 requirements.txt pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache/pip pip install --requirement requirements.txt
RUN apt-get update && apt-get install --no-install-recommends --yes build-essential libpq-dev
LABEL org.opencontainers.image.source="https://git.example/team/application"
HEALTHCHECK --interval=30s CMD ["curl", "--fail", "http://localhost:8080/health"]
ENTRYPOINT ["python", "-m", "application", "--listen", "0.0.0.0:8080"]
"#;
    STAGE.repeat(MILLION / scale / STAGE.lines().count())
}

fn distinct_names(scale: usize) -> String {
    let mut text = String::from("FROM alpine\n");
    for number in 0..MILLION / scale {
        _ = writeln!(text, "ENV NAME_{number}=value");
    }
    text
}

/// Every stage but the first stands on the one before it.
fn stages(scale: usize) -> String {
    let mut text = String::from("FROM alpine:3.20 AS stage0\n");
    for number in 1..250_000 / scale {
        _ = writeln!(text, "FROM stage{} AS stage{number}\nUSER user{number}", number - 1);
    }
    text
}

fn continuation_lines(scale: usize) -> String {
    filled("FROM alpine\nRUN true ", "\\\n    && echo one two three ", 100 * MILLION / scale)
}

fn comments(scale: usize) -> String {
    filled(
        "FROM alpine\nRUN true ",
        "\\\n# why this is needed\n    && echo one two three ",
        100 * MILLION / scale,
    )
}

/// On lines that BuildKit refuses for their length.
fn long_words(scale: usize) -> String {
    let word = "x".repeat(MILLION / scale);
    format!("FROM alpine\n{}", format!("ENV NAME={word}\n").repeat(100))
}

/// On lines that BuildKit reads.
fn continued_words(scale: usize) -> String {
    let word = ("x".repeat(99) + "\\\n").repeat(10_000 / scale);
    format!("FROM alpine\n{}", format!("ENV NAME={word}x\n").repeat(100))
}

/// 10 kB each.
fn heredocs(scale: usize) -> String {
    let body = "    echo 'one line of a script'\n".repeat(312);
    format!("FROM alpine\n{}", format!("RUN <<EOF\n{body}EOF\n").repeat(10_000 / scale))
}

fn heredocs_of_one_instruction(scale: usize) -> String {
    let count = 10_000 / scale;
    let mut text = String::from("FROM alpine\nCOPY ");
    for number in 0..count {
        _ = writeln!(text, "<<FILE{number} \\");
    }
    text.push_str("/target/\n");
    for number in 0..count {
        _ = writeln!(text, "one line of a file\nFILE{number}");
    }
    text
}

fn unknown_instructions(scale: usize) -> String {
    filled(
        "FROM alpine\n",
        "this line is a sentence and no instruction of a Dockerfile\n",
        100 * MILLION / scale,
    )
}

fn tiny_instructions(scale: usize) -> String {
    filled("FROM alpine\n", "USER app\n", 9 * MILLION / scale)
}
