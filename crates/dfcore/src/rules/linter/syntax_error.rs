use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::text::Span;

declare_rule! {
    /// The builder refuses the file.
    ///
    /// The message says what BuildKit stumbles over. All errors of a file are reported, since reading goes on
    /// at the next instruction; other rules look at the instructions that could be read. Fixes leave an
    /// instruction with a syntax error alone.
    ///
    /// A template is reported once: a line that begins with `{{`, `{%`, `{#` or `<%` is for another program, which makes the
    /// Dockerfile of it.
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
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// {{ if .debug }}
    /// RUN apk add --no-cache gdb
    /// {{ else }}
    /// CMD ["/app"]
    /// {{ end }}
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
        let tag = cx.model.errors.iter().find_map(|error| Some((error.span, template_tag(cx, error.span)?)));
        if let Some((span, tag)) = tag {
            report
                .at(span, format!("the file is a template: `{tag}` stands where an instruction should"))
                .help("lint the Dockerfile that is made of it");
            return;
        }
        for error in &cx.model.errors {
            let finding = report.at(error.span, &error.message);
            if let Some(help) = &error.help {
                finding.help(help);
            }
        }
    }
}

/// What opens a tag of a template engine at the start of the line of an error; no instruction begins so.
fn template_tag(cx: &RuleContext<'_>, error: Span) -> Option<&'static str> {
    const TAGS: [&str; 4] = ["{{", "{%", "{#", "<%"];
    let source = cx.model.source;
    let line = source.slice(source.line_span(error.start)).trim_start();
    TAGS.into_iter().find(|tag| line.starts_with(tag))
}
