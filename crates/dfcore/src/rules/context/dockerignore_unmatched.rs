use crate::diagnostic::FileRole;
use crate::dockerignore::Glob;
use crate::rule::{Report, Rule, RuleContext, declare_rule, is_generated, nearest_entry};

declare_rule! {
    /// A line of `.dockerignore` names a path that is not there.
    ///
    /// A path that was renamed or misspelled keeps nothing back. Lines with wildcards are left alone, since they are
    /// for what may come, and so are paths that `.gitignore` names, since a build makes them.
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// fixtures/larg
    /// ```
    ///
    /// ```file=fixtures/large/one.json
    /// {}
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// dist
    /// **/*.log
    /// ```
    ///
    /// ```file=.gitignore
    /// dist/
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ## Limits
    ///
    /// Names that projects exclude in advance (`node_modules`, `.venv`, hidden entries) are no mistake when they are
    /// not there.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/concepts/context/#dockerignore-files>
    pub DockerignoreUnmatched {
        code: "DF6004",
        name: "dockerignore-unmatched",
        group: Context,
        severity: Info,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

/// Names that come and go with a tool.
const EXPECTED: [&str; 16] = [
    "bin",
    "build",
    "coverage",
    "dist",
    "Dockerfile",
    "htmlcov",
    "log",
    "logs",
    "node_modules",
    "obj",
    "out",
    "target",
    "temp",
    "tmp",
    "vendor",
    "venv",
];

impl Rule for DockerignoreUnmatched {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        let Some(file) = context.ignore_file() else { return };
        let rules = file.rules();
        for (pattern, line) in rules.matcher().patterns().iter().zip(rules.lines()) {
            let path = pattern.text();
            let name = path.rsplit('/').next().unwrap_or(path);
            if Glob::is_wildcard(path)
                || path.contains('\\')
                || path.starts_with("..")
                || context.exists(path)
            {
                continue;
            }
            if name.starts_with('.') || EXPECTED.contains(&name) || is_generated(context, path) {
                continue;
            }
            let written = file.source().slice(line.span);
            let finding = report
                .at(line.span, format!("`{written}` matches nothing in the build context"))
                .in_file(FileRole::DockerIgnore);
            match nearest_entry(context, path) {
                Some(near) => finding.help(format!("write `{near}`, or delete the line")),
                None => finding.help("correct the path, or delete the line"),
            };
        }
    }
}
