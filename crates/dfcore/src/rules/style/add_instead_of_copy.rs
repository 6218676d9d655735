use crate::model::{SourceKind, Value};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// `ADD` is used where `COPY` does the same.
    ///
    /// `ADD` also downloads and unpacks, and which of the three it does depends on what the source turns out to be. `COPY`
    /// always copies. Where nothing is downloaded or unpacked, it says so.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// ADD requirements.txt src /app/
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// ARG DATA
    /// COPY requirements.txt src /app/
    /// ADD rootfs.tar.xz /
    /// ADD https://example.com/data.bin /data/
    /// ADD git@github.com:example/project.git#v1.2 /project/
    /// ADD $DATA /data/
    /// ```
    ///
    /// ## Limits
    ///
    /// Archives are told by their names. One with another name is unpacked too, which the rule does not see.
    ///
    /// ## Differs from
    ///
    /// hadolint reports addresses of repositories (`git@…`) and sources that are variables; here defaults are filled in, and
    /// nothing is said about what only the build knows.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/best-practices/#add-or-copy>
    /// - [hadolint DL3020](https://github.com/hadolint/hadolint/wiki/DL3020)
    pub AddInsteadOfCopy {
        code: "DF8003",
        name: "add-instead-of-copy",
        group: Style,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3020"],
    }
}

/// How the names of files end that may be archives, compressed or not.
const ARCHIVES: [&str; 18] = [
    ".tar", ".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma", ".z", ".tgz", ".tbz", ".tbz2", ".tb2", ".txz",
    ".tlz", ".tpz", ".tz", ".tzst", ".taz",
];

impl Rule for AddInsteadOfCopy {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, instruction) in cx.model.instructions() {
            if !matches!(instruction.kind, InstructionKind::Add(_)) {
                continue;
            }
            let Some(transfer) = cx.model.transfer(index) else { continue };
            let is_plain = |kind: &SourceKind| match kind {
                SourceKind::Path(path) => is_plain_file(path),
                SourceKind::Heredoc { .. } => true,
                SourceKind::Address(_) => false,
            };
            let plain = transfer.sources.iter().filter(|source| is_plain(&source.kind)).count();
            if plain == 0 {
                continue;
            }
            let finding = report
                .at(instruction.keyword, "`ADD` has nothing to download or to unpack")
                .note("what it does depends on what the source turns out to be; `COPY` always copies");
            finding.help(if plain == transfer.sources.len() {
                "write `COPY`"
            } else {
                "copy the files in a `COPY` of their own"
            });
        }
    }
}

/// Whether a source is known to be neither an archive nor an address.
fn is_plain_file(path: &Value) -> bool {
    let text = path.text().to_ascii_lowercase();
    let is_known = path.as_known().is_some();
    // Only the build knows how it begins or ends.
    if !is_known && (text.starts_with('$') || text.ends_with('}')) {
        return false;
    }
    let is_repository = text.ends_with(".git") || text.contains(".git#");
    let may_be_archive = ARCHIVES.iter().any(|end| text.ends_with(end)) || text.contains(".tar");
    !is_repository && !may_be_archive
}
