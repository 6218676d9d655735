use crate::context::clutter;
use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule, named_entries};
use crate::text::format_bytes;

/// Data files of this size belong into an ignore file.
const LARGE: u64 = 25_000_000;

declare_rule! {
    /// There is no `.dockerignore`, and the context has things that no image needs.
    ///
    /// No instruction takes them now, and BuildKit then leaves them behind by itself. Other builders (Kaniko, the
    /// classic one, remote contexts) send the whole folder first, and so does the next `COPY . .`. Where a `COPY` takes
    /// them already, `dockerignore-missing-entries` says so instead.
    ///
    /// ## Example
    ///
    /// ```file=.git/config
    /// [core]
    /// ```
    ///
    /// ```file=app.py
    /// print("hello")
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY app.py /app/
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// COPY app.py /app/
    /// ```
    ///
    /// ```file=.dockerignore,fixed
    /// .git
    /// ```
    ///
    /// ## Example
    ///
    /// ```file=app.py
    /// print("hello")
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY app.py /app/
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/concepts/context/#dockerignore-files>
    pub DockerignoreMissing {
        code: "DF6003",
        name: "dockerignore-missing",
        group: Context,
        severity: Info,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

impl Rule for DockerignoreMissing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context.filter(|context| context.ignore_file().is_none()) else { return };
        let uses = cx.model.context_uses();
        let Some(&(span, _)) = uses.iter().flat_map(|found| &found.sources).next() else { return };
        let clutter = clutter(context, LARGE, &named_entries(cx.model, context));
        // A source that only the build knows may take them.
        let takes_some = uses.iter().flat_map(|found| &found.sources).any(|(_, source)| {
            source.as_known().is_none_or(|source| {
                let selection = context.select(source);
                clutter
                    .iter()
                    .flat_map(|clutter| &clutter.paths)
                    .any(|path| selection.is_root() || selection.takes(path))
            })
        });
        if clutter.is_empty() || takes_some {
            return;
        }
        let patterns: Vec<&str> = clutter.iter().map(|clutter| clutter.pattern.as_str()).collect();
        let bytes = clutter.iter().fold(0u64, |bytes, clutter| bytes.saturating_add(clutter.amount.bytes));
        report
            .at(span, "there is no `.dockerignore` beside what this copies")
            .note(format!(
                "`{}` would be sent by builders that send the whole folder ({})",
                patterns.join("`, `"),
                format_bytes(bytes)
            ))
            .help("write one: `dflint context --init`")
            .fix(Fix::safe("write a `.dockerignore`", [Edit::append_ignore_lines(None, &patterns)]));
    }
}
