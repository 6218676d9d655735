use crate::model::{ImageReference, Model, Origin, Use, is_template};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, Word};

declare_rule! {
    /// The name of an image is none that a registry could have.
    ///
    /// The build stops before it starts: a repository has no capital letters, a tag no blanks, a digest its full length.
    /// Names that hold variables or the marks of a template (`{{tag}}`, `%%TAG%%`) are left to the build.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM registry.example/Team/App:1.2
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12@sha256:1234
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM registry.example/team/app:1.2
    /// ```
    ///
    /// ## Sources
    ///
    /// - The grammar of references in `distribution/reference`, which Docker, BuildKit and containerd use
    pub InvalidImageReference {
        code: "DF1005",
        name: "invalid-image-reference",
        group: Correctness,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for InvalidImageReference {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            if stage.base.image().is_some()
                && let InstructionKind::From(from) = &model.instruction(stage.from).kind
                && let Some(word) = &from.image
            {
                check(model, word, report);
            }
            for need in model.needs(stage).iter().filter(|need| need.by == Use::Copy) {
                // A bare name is rather that of a stage, misspelled: `copy-from-unknown-stage` reports it.
                if let Origin::External(value) = &need.origin
                    && value.text().contains([':', '@', '/'])
                    && let Some(word) =
                        model.flag(need.instruction, "from").and_then(|flag| flag.value.as_ref())
                {
                    check(model, word, report);
                }
            }
        }
    }
}

fn check(model: &Model<'_>, word: &Word, report: &mut Report<'_>) {
    let text = model.text(word);
    if text.contains(['$', '\'', '"', '\\', '`']) || is_template(text) {
        return;
    }
    let Err(why) = ImageReference::parse(text).check() else { return };
    report
        .at(word.span, format!("`{text}` is not the name of an image"))
        .note(why.to_string())
        .help("write `[registry/]repository[:tag][@digest]`");
}
