use crate::diagnostic::FileRole;
use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A `COPY` names a file that `.dockerignore` keeps back, so the build fails.
    ///
    /// What the ignore file excludes never reaches the builder, and the step ends with "not found" although the
    /// file is there. The finding names the line that excludes it. Patterns are anchored at the root of the
    /// context and the last matching line wins, which is not how `.gitignore` works.
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// # Documentation
    /// *.md
    /// ```
    ///
    /// ```file=README.md
    /// # Service
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COPY README.md /app/
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// COPY README.md /app/
    /// ```
    ///
    /// ```file=.dockerignore,fixed
    /// # Documentation
    /// *.md
    /// !README.md
    /// ```
    ///
    /// ## Example
    ///
    /// A later line brings a file back:
    ///
    /// ```file=.dockerignore
    /// *
    /// !src
    /// ```
    ///
    /// ```file=src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM rust:1.90
    /// COPY src/main.rs /build/
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the file enters the image, as the `COPY` asks; perhaps the `COPY` is wrong and not the ignore
    /// file.
    ///
    /// ## Differs from
    ///
    /// BuildKit's check `CopyIgnoredFile` gives up on an ignore file that has a line with `!`, and looks at patterns alone, not
    /// at files. It reports `COPY . .` where everything is excluded: such a step does not fail, it copies nothing.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/concepts/context/#dockerignore-files>
    /// - `fixtures/dockerignore_cases.json`: what a real engine received for 184 ignore files
    pub CopyExcluded {
        code: "DF6002",
        name: "copy-excluded",
        group: Context,
        severity: Error,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["CopyIgnoredFile"],
    }
}

impl Rule for CopyExcluded {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        // Without an ignore file nothing is excluded, and nobody has to walk the context to know.
        let Some(context) = cx.context.filter(|context| context.ignore_file().is_some()) else { return };
        for (index, _) in cx.model.instructions() {
            let Some(copy) = cx.model.context_copy(index) else { continue };
            for source in &copy.sources {
                let selection = context.select(&source.path);
                let ([], [dropped, ..]) = (selection.named(), selection.dropped()) else { continue };
                let Some(decision) =
                    context.decided_by(&dropped.path).filter(|decision| decision.is_excluded)
                else {
                    continue;
                };
                let file = decision.file.source();
                report
                    .at(source.span, format!("`{}` is excluded by the ignore file", source.path))
                    .label_in(FileRole::DockerIgnore, decision.line.span, "excluded here")
                    .note(format!(
                        "`{}` in line {} of {} keeps `{}` out of the build context, so the step fails with \"not found\"",
                        decision.pattern(),
                        decision.line.number,
                        file.name(),
                        dropped.path
                    ))
                    .help(format!("add the line `!{}` at the end of the ignore file, or copy something else", dropped.path))
                    .fix(Fix::suggested(
                        format!("let `{}` into the build context", dropped.path),
                        [Edit::append_ignore_lines(Some(file), &[&format!("!{}", dropped.path)])],
                    ));
            }
        }
    }
}
