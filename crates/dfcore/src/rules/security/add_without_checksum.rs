use crate::model::{Model, SourceKind};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// `ADD` downloads a file without saying what it has to be.
    ///
    /// The server, and whoever has taken it over, decides what the image gets, and another day it may be another file: the
    /// build takes it without a word. `--checksum` makes it fail instead. The builder then also knows without asking the
    /// server whether it has the file already.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ADD https://example.com/releases/tool-1.2.tar.gz /tmp/
    /// RUN tar -xzf /tmp/tool-1.2.tar.gz -C /opt
    /// ```
    ///
    /// ```dockerfile,good
    /// # syntax=docker/dockerfile:1
    /// FROM debian:12
    /// ADD --checksum=sha256:24534f6f3b2a0c7ff5b1b6e3b3d5a2c5d8e4b6c0f1a2938475665748392a1b0c \
    ///     https://example.com/releases/tool-1.2.tar.gz /tmp/
    /// ADD https://github.com/example/project.git#v1.2 /project/
    /// ```
    ///
    /// A file that a later step of the stage compares is left alone, as is an answer of GitHub's interface that is only there to
    /// make the builder forget a layer:
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// ADD https://example.com/releases/tool-1.2.tar.gz https://example.com/releases/SHA256SUMS /tmp/
    /// RUN cd /tmp && sha256sum --check --ignore-missing SHA256SUMS
    /// ADD https://api.github.com/repos/example/project/commits?per_page=1 /tmp/commit
    /// ```
    ///
    /// ## Fix safety
    ///
    /// There is no fix: the checksum has to come from where the file is published.
    ///
    /// ## Limits
    ///
    /// The contents of Git repositories are named by their commits and not looked at here. Nor are downloads by `curl` and
    /// `wget`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#add---checksum>, in BuildKit since `docker/dockerfile:1.6`
    pub AddWithoutChecksum {
        code: "DF2010",
        name: "add-without-checksum",
        group: Security,
        severity: Info,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for AddWithoutChecksum {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, instruction) in model.instructions() {
            if !matches!(instruction.kind, InstructionKind::Add(_)) || model.flag(index, "checksum").is_some()
            {
                continue;
            }
            let Some(transfer) = model.transfer(index) else { continue };
            let mut downloads = transfer.sources.iter().filter_map(|source| {
                let SourceKind::Address(address) = &source.kind else { return None };
                is_download(address.text()).then_some((source.span, address))
            });
            let Some((span, address)) = downloads.next() else { continue };
            if is_compared_later(model, index) {
                continue;
            }
            let others: Vec<_> = downloads.map(|(span, _)| span).collect();
            let many = !others.is_empty();
            let mut finding = report
                .at(span, "`ADD` downloads this without knowing what it has to be")
                .labels(others, "and this")
                .note("the build takes whatever the server sends that day");
            if address.text().starts_with("http://") {
                finding = finding.note("without TLS that is whatever anybody on the way sends");
            }
            finding.help(if moves(address.text()) {
                "name a version or commit in the address, and its checksum with `--checksum=sha256:…`"
            } else if many {
                "give each an `ADD` of its own with `--checksum=sha256:…`"
            } else {
                "add `--checksum=sha256:…`"
            });
        }
    }
}

/// Whether an address is that of a file, and one whose content matters.
fn is_download(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    if !matches!(scheme, "http" | "https") || rest.starts_with("api.github.com/") {
        return false;
    }
    let path = rest.split('?').next().unwrap_or_default();
    let path = path.split('#').next().unwrap_or_default();
    !path.ends_with(".git") && !path.contains(".git/")
}

/// Whether what an address names is bound to change.
fn moves(address: &str) -> bool {
    ["/master/", "/main/", "/latest/", "/HEAD/"].iter().any(|part| address.contains(part))
}

fn is_compared_later(model: &Model<'_>, index: usize) -> bool {
    let Some(stage) = model.stage_of(index) else { return false };
    model.body(stage).any(|(later, _)| later > index && model.is_run(later) && model.verifies_files(later))
}
