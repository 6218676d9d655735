use crate::context::{Amount, BuildContext, Entry, IgnoreFile, Kind};
use crate::diagnostic::FileRole;
use crate::fix::{Edit, Fix};
use crate::model::ContextSource;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::text::format_bytes;

declare_rule! {
    /// A `COPY` of the whole context takes along what no image needs: version control, caches, virtual environments.
    ///
    /// They cost transfer time at every build, end up in a layer, change with every commit or test run (so that
    /// the `COPY` is never cached), and may hold secrets. The rule names only entries that exist in the tree and
    /// that a `COPY` really takes, each with its files and bytes.
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
    }
}

/// Names that are out of place in an image, and whether they are so at any depth.
const NAMES: [(&str, bool); 22] = [
    (".git", false),
    (".hg", false),
    (".svn", false),
    (".env", false),
    (".venv", false),
    ("venv", false),
    ("node_modules", true),
    ("__pycache__", true),
    (".DS_Store", true),
    (".cache", false),
    (".eggs", false),
    (".gradle", false),
    (".idea", false),
    (".mypy_cache", true),
    (".nox", false),
    (".nyc_output", false),
    (".pytest_cache", true),
    (".ruff_cache", true),
    (".terraform", true),
    (".tox", false),
    (".vscode", false),
    ("npm-debug.log", false),
];

/// One line that the ignore file should have, and what it would keep back.
struct Missing {
    pattern: String,
    amount: Amount,
}

impl Rule for DockerignoreMissingEntries {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        // All such COPYs take the same, so the first one is enough.
        let copies = cx.model.instructions().filter_map(|(index, _)| cx.model.context_copy(index));
        let Some(source) = copies.flat_map(|copy| copy.sources).find(ContextSource::is_root) else {
            return;
        };
        let missing = missing(context);
        if missing.is_empty() {
            return;
        }
        let patterns: Vec<&str> = missing.iter().map(|missing| missing.pattern.as_str()).collect();
        let total = missing.iter().fold(0, |bytes, missing| bytes + missing.amount.bytes);
        let ignore_file = context.ignore_file().map(IgnoreFile::source);
        let what = match ignore_file {
            Some(file) => format!("{} does not exclude", file.name()),
            None => "there is no `.dockerignore` to exclude".to_owned(),
        };
        let mut finding = report.at(
            source.span,
            format!("{what} `{}`, which this copies ({})", patterns.join("`, `"), format_bytes(total)),
        );
        for Missing { pattern, amount } in &missing {
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

fn missing(context: &BuildContext) -> Vec<Missing> {
    let mut missing: Vec<Missing> = Vec::new();
    let mut inside: Option<&str> = None;
    for entry in context.listing().sent() {
        let is_inside =
            |folder: &str| entry.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        if inside.is_some_and(is_inside) {
            continue;
        }
        let Some(pattern) = pattern(entry) else { continue };
        inside = Some(&entry.path);
        let amount = context.sent_amount(&entry.path);
        match missing.iter_mut().find(|missing| missing.pattern == pattern) {
            Some(known) => known.amount += amount,
            None => missing.push(Missing { pattern, amount }),
        }
    }
    missing
}

/// The line that would exclude an entry, when it is one of those that no image needs.
fn pattern(entry: &Entry) -> Option<String> {
    let name = entry.name();
    let (_, at_any_depth) = NAMES.iter().find(|(known, _)| *known == name)?;
    // A program may be called `venv`; a folder of that name is an environment.
    if name == "venv" && entry.kind != Kind::Folder {
        return None;
    }
    match (entry.is_top_level(), at_any_depth) {
        (true, false) => Some(name.to_owned()),
        (_, true) => Some(format!("**/{name}")),
        (false, false) => None,
    }
}
