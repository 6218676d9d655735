use crate::context::{BuildContext, Clutter, IgnoreFile, clutter};
use crate::diagnostic::FileRole;
use crate::fix::{Edit, Fix};
use crate::model::ContextSource;
use crate::rule::{Report, Rule, RuleContext, declare_rule, named_entries};
use crate::text::format_bytes;

declare_rule! {
    /// A `COPY` takes along what no image needs: version control, caches, virtual environments, dumps.
    ///
    /// They cost transfer time at every build, end up in a layer, change with every commit or test run (so that
    /// the `COPY` is never cached), and may hold secrets. The rule names only entries that exist in the tree and
    /// that a `COPY` really takes, each with its files and bytes, and no line that would keep back what a `COPY` names.
    ///
    /// ## Example
    ///
    /// ```file=.git/config
    /// [core]
    /// ```
    ///
    /// ```file=lib/__pycache__/app.cpython-312.pyc
    /// compiled
    /// ```
    ///
    /// ```file=lib/app.py
    /// print("hello")
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
    /// .git
    /// **/__pycache__
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// # Nothing but this folder is sent, so the rest is not missed in the ignore file.
    /// COPY lib/app.py /app/
    /// ```
    ///
    /// ## Options
    ///
    /// `large-data-mb` is the size from which on archives, dumps and tables count too:
    ///
    /// ```toml,options
    /// [lint.rules.dockerignore-missing-entries]
    /// large-data-mb = 0
    /// ```
    ///
    /// ```file=data/dump.sql
    /// INSERT INTO customers VALUES (1);
    /// ```
    ///
    /// ```file=data/seed.sql
    /// INSERT INTO countries VALUES (1);
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM postgres:17
    /// COPY data /docker-entrypoint-initdb.d/
    /// COPY data/seed.sql /seed/
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM postgres:17
    /// COPY data /docker-entrypoint-initdb.d/
    /// COPY data/seed.sql /seed/
    /// ```
    ///
    /// ```file=.dockerignore,fixed
    /// data/dump.sql
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image loses these files. A build that asks Git for its version needs `.git`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/concepts/context/#dockerignore-files>
    pub DockerignoreMissingEntries {
        code: "DF6001",
        name: "dockerignore-missing-entries",
        group: Context,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
        options: {
            /// The megabytes from which on archives, dumps and tables (`.zip`, `.sql`, `.csv` and so on) count too.
            large_data_mb: u64 = 25,
        },
    }
}

impl Rule for DockerignoreMissingEntries {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        let copies = cx.model.instructions().filter_map(|(index, _)| cx.model.context_copy(index));
        let sources: Vec<ContextSource> = copies.flat_map(|copy| copy.sources).collect();
        if sources.is_empty() {
            return;
        }
        let needed = named_entries(cx.model, context);
        let large = self.large_data_mb.saturating_mul(1_000_000);
        let mut missing = clutter(context, large, &needed);
        missing.retain(|clutter| !is_meant(context, &clutter.pattern));
        // All COPYs of the whole context take the same, so the first one is enough.
        let source = match sources.iter().find(|source| source.is_root()) {
            Some(source) => source,
            None => {
                let takes = |source: &ContextSource, clutter: &Clutter| {
                    let selection = context.select(&source.path);
                    clutter.paths.iter().any(|path| selection.takes(path))
                };
                let takes_any =
                    |source: &&ContextSource| missing.iter().any(|clutter| takes(source, clutter));
                let Some(source) = sources.iter().find(takes_any) else { return };
                missing.retain(|clutter| takes(source, clutter));
                source
            }
        };
        if missing.is_empty() {
            return;
        }
        let patterns: Vec<&str> = missing.iter().map(|missing| missing.pattern.as_str()).collect();
        let total = missing.iter().fold(0u64, |bytes, missing| bytes.saturating_add(missing.amount.bytes));
        let ignore_file = context.ignore_file().map(IgnoreFile::source);
        let what = match ignore_file {
            Some(file) => format!("{} does not exclude", file.name()),
            None => "there is no `.dockerignore` to exclude".to_owned(),
        };
        let mut finding = report.at(
            source.span,
            format!("{what} `{}`, which this copies ({})", patterns.join("`, `"), format_bytes(total)),
        );
        for Clutter { pattern, amount, .. } in &missing {
            let files = if amount.files == 1 { "file" } else { "files" };
            finding = finding.note(format!(
                "`{pattern}`: {} {files}, {}",
                amount.files,
                format_bytes(amount.bytes)
            ));
        }
        let last_line =
            ignore_file.and_then(|file| Some((file, context.ignore_file()?.rules().lines().last()?.span)));
        if let Some((_, span)) = last_line {
            finding = finding.label_in(FileRole::DockerIgnore, span, "add them below");
        }
        finding.help(format!("add the lines `{}` to the ignore file", patterns.join("`, `"))).fix(
            Fix::suggested(
                "exclude them from the build context",
                [Edit::append_ignore_lines(ignore_file, &patterns)],
            ),
        );
    }
}

/// Whether a line of the ignore file means the same and is written as for Git; what to do about that is another matter.
fn is_meant(context: &BuildContext, pattern: &str) -> bool {
    let Some(file) = context.ignore_file() else { return false };
    let at_any_depth = |text: &str| pattern.strip_prefix("**/") == Some(text);
    file.rules().matcher().patterns().iter().any(|known| !known.is_exception() && at_any_depth(known.text()))
}
