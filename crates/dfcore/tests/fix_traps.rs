//! What fixes of several rules make of files that are easily damaged: two findings on one line, `ONBUILD`, images without
//! bash, files for Windows, comments between the lines of an instruction.

use dfcore::config::{Config, Selection, Settings};
use dfcore::diagnostic::Severity;
use dfcore::linter::{fix, lint};
use dfcore::text::SourceFile;

/// All rules.
fn settings() -> Settings {
    let config = Config::parse("df.toml", "[lint]\nextend-select = ['*']\n").expect("a valid file");
    Settings::new(&config, &Selection::default()).expect("valid selectors")
}

/// The text after all fixes of these rules, which is what a second run leaves as it is.
fn fixed(text: &str, rules: &[&str]) -> String {
    let source = SourceFile::new("Dockerfile", text).expect("small");
    let settings = settings();
    let once = fix(&source, None, &settings, |finding, _| rules.contains(&finding.name));
    assert!(once.refused.is_empty(), "{:?}", once.refused);
    let twice = fix(&once.dockerfile, None, &settings, |finding, _| rules.contains(&finding.name));
    assert_eq!(twice.dockerfile.text(), once.dockerfile.text(), "a second run changes something");
    let errors = |source: &SourceFile| {
        let findings = lint(source, None, &settings);
        findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    };
    assert!(errors(&once.dockerfile) <= errors(&source), "new errors in\n{}", once.dockerfile.text());
    once.dockerfile.text().to_owned()
}

#[test]
fn a_folder_that_is_left_and_a_relative_one_below_it() {
    let rules = ["cd-in-run", "relative-workdir"];
    // Which folder `opt` is in is known; what the steps below see stays the same.
    assert_eq!(
        fixed("FROM debian:12\nWORKDIR /srv\nRUN cd /tmp && make\nWORKDIR opt\n", &rules),
        "FROM debian:12\nWORKDIR /srv\nWORKDIR /tmp\nRUN make\nWORKDIR /srv\nWORKDIR opt\n"
    );
    assert_eq!(
        fixed("FROM debian:12\nRUN cd /tmp && make\nWORKDIR opt\n", &rules),
        "FROM debian:12\nWORKDIR /tmp\nRUN make\nWORKDIR /opt\n"
    );
    // On an image whose folder nobody knows all stays as it is.
    let text = "FROM example.com/base:1\nRUN cd /tmp && make\nWORKDIR opt\n";
    assert_eq!(fixed(text, &rules), text);
}

#[test]
fn onbuild_stays() {
    let rules = ["cd-in-run", "apt-not-confirmed", "apt-lists-kept", "pipefail-missing", "consecutive-runs"];
    assert_eq!(
        fixed("FROM debian:12\nONBUILD RUN apt-get update && apt-get install curl && cd /x\n", &rules),
        "FROM debian:12\nONBUILD RUN apt-get update && apt-get install -y curl && cd /x && rm -rf /var/lib/apt/lists/*\n"
    );
    let text = "FROM debian:12\nONBUILD RUN cd /src && make\nONBUILD RUN curl x | sh\nONBUILD RUN id\n";
    assert_eq!(fixed(text, &rules), text);
    let text = "FROM python:3.12\nONBUILD RUN pip install flask\n";
    assert_eq!(
        fixed(text, &["pip-cache-kept"]),
        "FROM python:3.12\nONBUILD RUN --mount=type=cache,target=/root/.cache/pip pip install flask\n"
    );
}

#[test]
fn an_image_gets_no_shell_that_it_does_not_have() {
    let rules = ["pipefail-missing"];
    assert_eq!(
        fixed("FROM alpine:3.20\nRUN wget -qO- https://example.com/a | tar x\n", &rules),
        "FROM alpine:3.20\nSHELL [\"/bin/ash\", \"-o\", \"pipefail\", \"-c\"]\nRUN wget -qO- https://example.com/a | tar x\n"
    );
    for image in ["busybox", "gcr.io/distroless/base", "$BASE", "example.com/python:3", "python@sha256:abc"] {
        let text = format!("ARG BASE=debian\nFROM {image}\nRUN wget -qO- https://example.com/a | tar x\n");
        assert_eq!(fixed(&text, &rules), text);
    }
    let chosen = "FROM debian:12\nSHELL [\"/bin/sh\", \"-xc\"]\nRUN curl https://example.com/a | tar x\n";
    assert_eq!(fixed(chosen, &rules), chosen);
}

#[test]
fn one_shell_is_enough_for_a_stage_and_those_on_it() {
    let text = "FROM debian:12 AS a\n# Tools.\nRUN curl x | sh\nRUN curl y | sh\nFROM a\nRUN curl z | sh\n";
    assert_eq!(
        fixed(text, &["pipefail-missing"]),
        "FROM debian:12 AS a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n# Tools.\nRUN curl x | sh\nRUN curl y | sh\nFROM a\nRUN curl z | sh\n"
    );
}

#[test]
fn a_cache_mount_never_hides_what_is_built() {
    let text = "FROM rust:1.90\nRUN cargo build --release\nCMD [\"./target/release/app\"]\n";
    let all = settings();
    let source = SourceFile::new("Dockerfile", text).expect("small");
    let result = fix(&source, None, &all, |_, _| true);
    assert!(!result.dockerfile.text().contains("target=/target"), "{}", result.dockerfile.text());
    assert!(!result.dockerfile.text().contains("/target,"), "{}", result.dockerfile.text());
}

#[test]
fn a_cache_mount_belongs_to_the_user() {
    let text = "FROM node:24\nUSER node\nRUN yarn install\n";
    // Nobody knows the number of `node`.
    assert_eq!(fixed(text, &["yarn-cache-kept"]), text);
    let text = "FROM python:3.12\nUSER 1000:1000\nENV HOME=/home/app\nRUN pip install flask\n";
    assert_eq!(
        fixed(text, &["pip-cache-kept"]),
        "FROM python:3.12\nUSER 1000:1000\nENV HOME=/home/app\nRUN --mount=type=cache,target=/home/app/.cache/pip,uid=1000,gid=1000 pip install flask\n"
    );
}

#[test]
fn a_folder_is_not_made_up() {
    let text = "FROM node:24\nCOPY .npmrc .\nRUN npm ci\n";
    let source = SourceFile::new("Dockerfile", text).expect("small");
    let result = fix(&source, None, &settings(), |_, _| true);
    assert!(!result.dockerfile.text().contains("WORKDIR"), "{}", result.dockerfile.text());
}

#[test]
fn credentials_and_downloads_stay_where_they_are() {
    let text = "FROM debian:12\nRUN git clone https://user:pass@example.com/a.git\nRUN curl -O https://example.com/b\n";
    let source = SourceFile::new("Dockerfile", text).expect("small");
    let result = fix(&source, None, &settings(), |_, _| true);
    let text = result.dockerfile.text();
    assert!(!text.contains("ADD") && !text.contains("curlrc") && !text.contains("CURL_HOME"), "{text}");
}

#[test]
fn files_for_windows_keep_their_lines() {
    let text = "# escape=`\r\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\r\nSHELL [\"powershell\", \"-Command\"]\r\n\
                RUN cd C:\\src; `\r\n\r\n    make | more\r\nRUN apt-get install curl\r\nCMD ping -t localhost\r\n\
                COPY a b C:\\app\r\ncmd cmd /c dir\r\n";
    let result = fixed_with_all(text);
    let expected = "# escape=`\r\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\r\nSHELL [\"powershell\", \"-Command\"]\r\n\
                    RUN cd C:\\src; `\r\n    make | more\r\nRUN apt-get install curl\r\n\
                    COPY a b C:\\app\r\nCMD cmd /c dir\r\n";
    assert_eq!(result, expected);
    assert_eq!(fixed_with_all(&result), result);
}

fn fixed_with_all(text: &str) -> String {
    let source = SourceFile::new("Dockerfile", text).expect("small");
    fix(&source, None, &settings(), |_, _| true).dockerfile.text().to_owned()
}

#[test]
fn comments_tabs_and_the_byte_order_mark_stay() {
    let text = "\u{FEFF}FROM debian:12\n\tRUN apt-get update && \\\n\t\t# For the health check.\n\t\tapt-get install curl && \\\n\n\t\t# For scripts.\n\t\tapt-get install jq\n";
    let rules = ["apt-not-confirmed", "apt-lists-kept", "empty-continuation", "apt-recommends-installed"];
    let expected = "\u{FEFF}FROM debian:12\n\tRUN apt-get update && \\\n\t\t# For the health check.\n\t\tapt-get install -y --no-install-recommends curl && \\\n\t\t# For scripts.\n\t\tapt-get install -y --no-install-recommends jq && \\\n\t\trm -rf /var/lib/apt/lists/*\n";
    assert_eq!(fixed(text, &rules), expected);
}

#[test]
fn a_command_with_a_comment_in_it_is_not_rewritten() {
    for text in [
        "FROM python:3.12\nCMD gunicorn \\\n    # All addresses.\n    --bind 0.0.0.0 \\\n    app:app\n",
        "FROM python:3.12\nCMD [\"a\"] \\\n# Why.\n\nCMD [\"b\"]\n",
        "FROM debian:12\nRUN sudo \\\n  # Why.\n  apt-get update\n",
        "FROM debian:12\nRUN mkdir /a # Why.\nRUN mkdir /b\n",
    ] {
        let rules = ["shell-form-command", "multiple-cmd", "sudo-used", "consecutive-runs"];
        assert_eq!(fixed(text, &rules), text);
    }
}
