use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// The builder refuses the file.
    ///
    /// The message says what BuildKit stumbles over. All errors of a file are reported, since reading goes on
    /// at the next instruction; other rules look at the instructions that could be read. Fixes leave an
    /// instruction with a syntax error alone.
    ///
    /// A file that names a frontend other than Docker's behind `//` or in JSON (`// syntax=image`) is no Dockerfile:
    /// BuildKit hands it over unread, and it is not linted.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COYP . /app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ## Sources
    ///
    /// - The [reference](https://docs.docker.com/reference/dockerfile/), and where it leaves a question open
    ///   BuildKit's parser, `frontend/dockerfile/parser` and `frontend/dockerfile/instructions`.
    pub SyntaxError {
        code: "DF0001",
        name: "syntax-error",
        group: Linter,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL1000"],
    }
}

impl Rule for SyntaxError {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for error in &cx.model.errors {
            let finding = report.at(error.span, &error.message);
            if let Some(help) = &error.help {
                finding.help(help);
            }
        }
    }
}
