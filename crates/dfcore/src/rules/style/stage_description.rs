use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// The comment above a stage or an argument does not begin with its name.
    ///
    /// `docker build --call=outline` and `--call=targets` show the comment right above an `ARG` or a named `FROM` as its
    /// description when it begins with the name. Any other comment is not shown. A blank line keeps comments apart that are no
    /// descriptions.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// # The version of the base image.
    /// ARG VERSION=3.20
    /// FROM alpine:${VERSION}
    /// ```
    ///
    /// ```dockerfile,good
    /// # VERSION is that of the base image.
    /// ARG VERSION=3.20
    ///
    /// # Nothing but the tools.
    ///
    /// # tools has what the tests need.
    /// FROM alpine:${VERSION} AS tools
    /// ```
    ///
    /// ## Differs from
    ///
    /// In BuildKit the check is an experiment (`# check=experimental=InvalidDefinitionDescription`). It also reports comments
    /// that are for tools, such as `# hadolint ignore=…` and `# renovate: …`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/invalid-definition-description/>
    /// - `validateDefinitionDescription` of BuildKit, `frontend/dockerfile/instructions/parse.go`
    pub StageDescription {
        code: "DF8009",
        name: "stage-description",
        group: Style,
        severity: Style,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["InvalidDefinitionDescription"],
    }
}

impl Rule for StageDescription {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (_, instruction) in model.instructions() {
            let names: Vec<&str> = match &instruction.kind {
                InstructionKind::Arg(arg) => arg.pairs.iter().map(|pair| model.text(&pair.key)).collect(),
                InstructionKind::From(from) => from.name.iter().map(|name| model.text(name)).collect(),
                _ => continue,
            };
            let Some(first) = names.first() else { continue };
            let Some(comment) = model.dockerfile.comments_before(instruction).last() else { continue };
            let is_above = model.line(comment.span.start) + 1 == model.line(instruction.span.start);
            let text = model.slice(comment.span).trim_start_matches('#').trim();
            let word = text.split_whitespace().next().unwrap_or_default();
            let is_name = names.iter().any(|name| name.eq_ignore_ascii_case(word));
            if !is_above || word.is_empty() || is_name || is_for_a_tool(text) {
                continue;
            }
            report
                .at(
                    comment.span,
                    format!("the comment does not begin with `{first}`, so it is no description"),
                )
                .label(instruction.keyword, "it stands right above this")
                .help(format!("write `# {first} …`, or leave a blank line below the comment"));
        }
    }
}

/// Whether a comment is an order: `hadolint ignore=…`, `check=…`, `renovate: …`.
fn is_for_a_tool(text: &str) -> bool {
    const TOOLS: [&str; 7] = ["hadolint", "dflint", "shellcheck", "tally", "check=", "syntax=", "escape="];
    let word = text.split_whitespace().next().unwrap_or_default();
    word.ends_with(':') || TOOLS.iter().any(|tool| word.starts_with(tool))
}
