use crate::dockerignore::Glob;
use crate::rule::{Report, Rule, RuleContext, declare_rule, is_generated, nearest_entry};

declare_rule! {
    /// A `COPY` names something that is not in the build context.
    ///
    /// The step fails with "not found". Names are compared with case, also when the linter runs where files are not;
    /// and a path outside of the context (`../shared`) means one inside of it.
    ///
    /// ## Example
    ///
    /// ```file=requirements.txt
    /// flask==3.1.0
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY requirement.txt /app/
    /// ```
    ///
    /// ## Example
    ///
    /// What `.gitignore` names is made by a build, so it may be missing here:
    ///
    /// ```file=.gitignore
    /// /dist
    /// ```
    ///
    /// ```file=requirements.txt
    /// flask==3.1.0
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY requirements.txt dist /app/
    /// ```
    ///
    /// ## Limits
    ///
    /// Whether the folder of the Dockerfile is the context is for the build to say; `--context` tells the linter.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#copy>
    pub CopySourceMissing {
        code: "DF6007",
        name: "copy-source-missing",
        group: Context,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

impl Rule for CopySourceMissing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        // A Dockerfile that was stored alone says nothing about its context.
        if !context.has_sources() {
            return;
        }
        for (index, _) in cx.model.instructions() {
            let Some(copy) = cx.model.context_copy(index) else { continue };
            for source in copy.sources.iter().filter(|source| !source.is_root()) {
                let path = source.path.trim_start_matches("./").trim_matches('/');
                if !context.select(&source.path).is_missing() || is_generated(context, path) {
                    continue;
                }
                let finding = report
                    .at(source.span, format!("`{}` is not in the build context", source.path))
                    .note("the step fails with \"not found\"");
                match nearest_entry(context, path).filter(|_| !Glob::is_wildcard(path)) {
                    Some(near) => finding.help(format!("write `{near}`?")),
                    None => finding.help("correct the path; it is relative to the root of the context"),
                };
            }
        }
    }
}
