use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{Instruction, InstructionKind};

declare_rule! {
    /// `MAINTAINER` is deprecated.
    ///
    /// It sets a field of the image that few tools show. A label says the same, can be read with `docker inspect` and the
    /// API of registries, and has company: version, source, licence.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// MAINTAINER Ada <ada@example.com>
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.authors="Ada <ada@example.com>"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.authors="Ada <ada@example.com>"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image has a label instead of the field. There is no fix when the stage has that label already.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#maintainer-deprecated>
    /// - [hadolint DL4000](https://github.com/hadolint/hadolint/wiki/DL4000), BuildKit's check
    ///   [MaintainerDeprecated](https://docs.docker.com/reference/build-checks/maintainer-deprecated/)
    pub MaintainerDeprecated {
        code: "DF8001",
        name: "maintainer-deprecated",
        group: Style,
        severity: Info,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL4000", "MaintainerDeprecated"],
    }
}

impl Rule for MaintainerDeprecated {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, instruction) in cx.model.instructions() {
            if let InstructionKind::Maintainer(argument) = &instruction.kind {
                let name = argument.word.as_ref().map_or("…", |word| without_quotes(cx.model.text(word)));
                let finding = report
                    .at(instruction.keyword, "`MAINTAINER` is deprecated")
                    .help(format!("write `LABEL {LABEL}=\"{name}\"`"));
                if let Some(fix) = fix(cx.model, index, instruction, name) {
                    finding.fix(fix);
                }
            }
        }
    }
}

/// The text without quotes around all of it, which `MAINTAINER` keeps and a label would not.
fn without_quotes(text: &str) -> &str {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(text)
}

const LABEL: &str = "org.opencontainers.image.authors";

/// Writes the label in place of the instruction.
fn fix(model: &Model<'_>, index: usize, instruction: &Instruction, name: &str) -> Option<Fix> {
    let stage = model.stage_of(index)?;
    let is_labelled = model.body(stage).any(|(_, other)| match &other.kind {
        InstructionKind::Label(pairs) => pairs.pairs.iter().any(|pair| model.text(&pair.key) == LABEL),
        _ => false,
    });
    // A comment line may stand between its lines.
    if is_labelled || model.slice(instruction.span).contains('\n') {
        return None;
    }
    let escape = model.dockerfile.escape.as_char();
    let mut value = String::new();
    for character in name.chars() {
        if matches!(character, '"' | '$') || character == escape {
            value.push(escape);
        }
        value.push(character);
    }
    let is_lower = model.slice(instruction.keyword).starts_with('m');
    let keyword = if is_lower { "label" } else { "LABEL" };
    let label = format!("{keyword} {LABEL}=\"{value}\"");
    Some(Fix::suggested("write a label instead", [Edit::replace(instruction.span, label)]))
}
