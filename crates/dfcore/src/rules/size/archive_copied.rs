use rustc_hash::FxHashMap;

use crate::model::{Model, SourceKind, Stage, TransferSource};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::Command;
use crate::syntax::ast::InstructionKind;
use crate::text::Span;

declare_rule! {
    /// An archive is copied into the image and unpacked there, so that the image has its content twice.
    ///
    /// The layer of the `COPY` keeps the archive, also when a later `RUN` removes it. `ADD` unpacks tar archives of the
    /// build context by itself, and a bind mount lends the archive to the command that unpacks it.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY site.tar.gz /tmp/
    /// RUN tar -xzf /tmp/site.tar.gz -C /srv && rm /tmp/site.tar.gz
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY app-1.2.tgz /tmp/app.tgz
    /// RUN tar xzf /tmp/app.tgz --strip-components=1 -C /srv
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// ADD site.tar.gz /srv/
    /// RUN --mount=type=bind,source=app-1.2.tgz,target=/tmp/app.tgz \
    ///     tar -xzf /tmp/app.tgz --strip-components=1 -C /srv
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint proposes `ADD` for `unzip` and `gunzip` too, which it cannot replace, overlooks options without a dash
    /// (`tar xf`), and reports the last stage only. Here stages that do not ship are left out.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives>
    /// - [hadolint DL3010](https://github.com/hadolint/hadolint/wiki/DL3010)
    pub ArchiveCopied {
        code: "DF4011",
        name: "archive-copied",
        group: Size,
        severity: Info,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3010"],
    }
}

/// How the names of archives end that `ADD` unpacks.
const TAR: [&str; 11] =
    [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz", ".tbz", ".tbz2", ".tb2", ".txz", ".tzst"];

/// Options of `tar` that `ADD` has nothing for.
const ONLY_TAR: [&str; 5] = ["--strip", "--exclude", "--transform", "--xform", "--wildcards"];

struct Archive {
    span: Span,
    /// The path in the image, where it is known.
    path: Option<String>,
    is_reported: bool,
}

impl Rule for ArchiveCopied {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for stage in cx.model.stages().iter().filter(|stage| cx.speaks_of(stage)) {
            check(cx.model, stage, report);
        }
    }
}

fn check(model: &Model<'_>, stage: &Stage, report: &mut Report<'_>) {
    // The last archive of each name so far.
    let mut archives: FxHashMap<String, Archive> = FxHashMap::default();
    for (index, instruction) in model.body(stage) {
        match &instruction.kind {
            InstructionKind::Copy(_) => archives.extend(copied(model, index)),
            InstructionKind::Run(_) if !archives.is_empty() => {
                for command in &model.script(index).commands {
                    unpacked(command, &mut archives, report);
                }
            }
            _ => {}
        }
    }
}

/// The archives that a `COPY` takes from the build context, by their names in the image.
fn copied(model: &Model<'_>, index: usize) -> Vec<(String, Archive)> {
    let Some(transfer) = model.transfer(index).filter(|transfer| transfer.origin.is_none()) else {
        return Vec::new();
    };
    let archive = |source: &TransferSource| {
        let SourceKind::Path(written) = &source.kind else { return None };
        let is_tar = |name: &&str| TAR.iter().any(|end| name.ends_with(end));
        let path = transfer.landing(source).filter(|path| is_tar(&path.as_str()));
        // Else the destination is a folder, maybe one that is not written as such.
        let name = file_name(path.as_deref().or(written.as_known()).filter(is_tar)?).to_owned();
        Some((name, Archive { span: source.span, path, is_reported: false }))
    };
    transfer.sources.iter().filter_map(archive).collect()
}

/// Reports the archives that a command unpacks.
fn unpacked(command: &Command, archives: &mut FxHashMap<String, Archive>, report: &mut Report<'_>) {
    if !extracts(command) {
        return;
    }
    let needs_tar =
        command.arguments().iter().any(|word| ONLY_TAR.iter().any(|option| word.raw.starts_with(option)));
    for word in command.arguments() {
        let Some(path) = word.value.as_deref() else { continue };
        // `--file=archive`
        let path = path.strip_prefix("--file=").unwrap_or(path);
        let Some(archive) = archives.get_mut(file_name(path)) else { continue };
        let is_another =
            path.starts_with('/') && archive.path.as_deref().is_some_and(|landing| landing != path);
        if is_another || archive.is_reported {
            continue;
        }
        archive.is_reported = true;
        report
            .at(archive.span, "the archive stays in the image beside what is unpacked from it")
            .label(word.span, "unpacked here")
            .note("the layer of the `COPY` keeps it, even if it is removed later")
            .help(if needs_tar {
                "lend it to the command with `RUN --mount=type=bind,source=…,target=…`"
            } else {
                "let `ADD` unpack it, or lend it to the command with `RUN --mount=type=bind,source=…,target=…`"
            });
    }
}

/// Whether it is a `tar` that extracts.
fn extracts(command: &Command) -> bool {
    let is_cluster =
        |word: &str| word.bytes().take_while(|byte| !matches!(byte, b'f' | b'C')).any(|byte| byte == b'x');
    let option = |(place, word): (usize, &crate::shell::Word)| match word.raw.strip_prefix('-') {
        Some("-extract" | "-get") => true,
        Some(cluster) => !cluster.starts_with('-') && is_cluster(cluster),
        // The first argument needs no dash.
        None => {
            place == 0 && word.raw.bytes().all(|byte| byte.is_ascii_alphabetic()) && is_cluster(&word.raw)
        }
    };
    (command.is("tar") || command.is("bsdtar")) && command.arguments().iter().enumerate().any(option)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
