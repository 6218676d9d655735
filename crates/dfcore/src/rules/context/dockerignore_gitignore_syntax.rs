use crate::context::{Amount, BuildContext, Entry, Kind, excludes_any};
use crate::diagnostic::FileRole;
use crate::dockerignore::{Glob, Pattern};
use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule, named_entries};
use crate::text::{SourceFile, Span, format_bytes};

declare_rule! {
    /// A line of `.dockerignore` is written as for `.gitignore`, and means something else here.
    ///
    /// - `*.pyc` and `node_modules/` match in the root of the context only; at any depth it is `**/*.pyc`.
    /// - `[!a]` matches `!` and `a`; the class that leaves `a` out is `[^a]`.
    /// - `cache # old files` is one pattern: comments have a line of their own and begin in its first column.
    ///
    /// A line without a folder is reported only when files in folders are sent that it would match for Git.
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// *.pyc
    /// ```
    ///
    /// ```file=lib/old.pyc
    /// compiled
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ```file=.dockerignore,fixed
    /// **/*.pyc
    /// ```
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// logs/[!a]*   # all but the archive
    /// ```
    ///
    /// ```file=logs/archive.txt
    /// text
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ```file=.dockerignore,fixed
    /// # all but the archive
    /// logs/[^a]*
    /// ```
    ///
    /// ## Example
    ///
    /// The file in the root is the one that is meant:
    ///
    /// ```file=.dockerignore
    /// # Documentation
    /// README.md
    /// **/*.pyc
    /// ```
    ///
    /// ```file=README.md
    /// # Service
    /// ```
    ///
    /// ```file=lib/README.md
    /// # Library
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: other entries are sent afterwards.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/concepts/context/#syntax>
    /// - <https://git-scm.com/docs/gitignore>
    pub DockerignoreGitignoreSyntax {
        code: "DF6006",
        name: "dockerignore-gitignore-syntax",
        group: Context,
        severity: Warning,
        confidence: Medium,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for DockerignoreGitignoreSyntax {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        let Some(file) = context.ignore_file() else { return };
        let rules = file.rules();
        let needed = named_entries(cx.model, context);
        for (pattern, line) in rules.matcher().patterns().iter().zip(rules.lines()) {
            let written = file.source().slice(line.span);
            if let Some(comment) = comment(written).filter(|_| !context.exists(pattern.text())) {
                report_comment(file.source(), line.span, comment, report);
            } else if written.contains("[!") && !written.contains("\\[!") {
                let right = written.replace("[!", "[^");
                report
                    .at(line.span, "`[!…]` matches the `!` itself and what is after it")
                    .in_file(FileRole::DockerIgnore)
                    .help(format!("write `{right}` for everything but that"))
                    .fix(Fix::suggested(format!("write `{right}`"), [edit(line.span, right)]));
            } else if let Some(missed) = missed(context, pattern, written) {
                let right = format!("**/{}", pattern.text());
                if excludes_any(&right, &needed) {
                    continue;
                }
                let files = if missed.amount.files == 1 { "file" } else { "files" };
                report
                    .at(line.span, format!("`{written}` matches in the root of the context only"))
                    .in_file(FileRole::DockerIgnore)
                    .note(format!(
                        "sent all the same from folders: {} {files} ({}), such as `{}`",
                        missed.amount.files,
                        format_bytes(missed.amount.bytes),
                        missed.example
                    ))
                    .help(format!("write `{right}` to match at any depth"))
                    .fix(Fix::suggested(format!("write `{right}`"), [edit(line.span, right)]));
            }
        }
    }
}

fn edit(span: Span, replacement: String) -> Edit {
    Edit { file: FileRole::DockerIgnore, ..Edit::replace(span, replacement) }
}

/// The place in a line where a comment seems to begin.
fn comment(written: &str) -> Option<usize> {
    if written.starts_with('#') {
        return Some(0);
    }
    [" #", "\t#"].iter().filter_map(|mark| written.find(mark)).min()
}

fn report_comment(source: &SourceFile, span: Span, at: usize, report: &mut Report<'_>) {
    let written = source.slice(span);
    let (pattern, comment) = (written[..at].trim_end(), written[at..].trim_start());
    let (span, text) = if pattern.is_empty() {
        (Span::new(source.line_span(span.start).start, span.end), comment.to_owned())
    } else {
        (span, format!("{comment}{}{pattern}", source.line_ending()))
    };
    report
        .at(span, format!("`{comment}` is a part of the pattern and no comment"))
        .in_file(FileRole::DockerIgnore)
        .help("give it a line of its own, beginning with the `#`")
        .fix(Fix::suggested("give the comment a line of its own", [edit(span, text)]));
}

/// What is sent from folders although a line without a folder would match it for Git.
struct Missed<'c> {
    amount: Amount,
    example: &'c str,
}

fn missed<'c>(context: &'c BuildContext, pattern: &Pattern, written: &str) -> Option<Missed<'c>> {
    let text = pattern.text();
    // A leading slash anchors for Git too, and `*` alone is a list of what is let through.
    if pattern.is_exception()
        || text.contains('/')
        || text.starts_with("**")
        || text == "*"
        || written.starts_with('/')
    {
        return None;
    }
    let entries = context.listing().entries();
    let matches = |entry: &Entry| pattern.matches(entry.name());
    let is_for_root =
        !Glob::is_wildcard(text) && entries.iter().any(|entry| entry.is_top_level() && matches(entry));
    if is_for_root && !matches!(text, "node_modules" | "__pycache__" | ".DS_Store") {
        return None;
    }
    let needs_folder = written.ends_with('/');
    let is_missed = |entry: &&Entry| {
        entry.is_sent()
            && !entry.is_top_level()
            && matches(entry)
            && (!needs_folder || entry.kind == Kind::Folder)
    };
    let mut amount = Amount::default();
    let mut example: Option<&Entry> = None;
    for entry in entries.iter().filter(is_missed) {
        amount += context.sent_amount(&entry.path);
        example.get_or_insert(entry);
    }
    Some(Missed { amount, example: &example.filter(|_| amount.files > 0)?.path })
}
