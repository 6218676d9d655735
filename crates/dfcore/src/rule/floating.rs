use super::{Report, RuleContext};
use crate::model::{Base, ImageReference};
use crate::syntax::ast::InstructionKind;

/// Reports the base images without a fixed version for which `floats` holds, with `what` as the message. Those in `allow`
/// may float.
pub(crate) fn report_floating(
    cx: &RuleContext<'_>,
    allow: &[String],
    floats: impl Fn(ImageReference<'_>) -> bool,
    what: &str,
    report: &mut Report<'_>,
) {
    let model = cx.model;
    for stage in model.stages() {
        let (Base::Image(value), Some(reference)) = (&stage.base, stage.base.image_of_known_version()) else {
            continue;
        };
        let InstructionKind::From(from) = &model.instruction(stage.from).kind else { continue };
        let Some(word) = &from.image else { continue };
        if reference.digest.is_some() || !floats(reference) || reference.is_among(allow) {
            continue;
        }
        let written = model.text(word);
        // hadolint leaves a version to the variables of the text.
        if cx.follows_hadolint() && written.contains('$') && !written.ends_with(":latest") {
            continue;
        }
        let mut finding = report.at(word.span, format!("`{written}` {what}"));
        if let Some(image) = value.as_known().filter(|image| *image != written) {
            finding = finding.note(format!("with the defaults of its arguments it is `{image}`"));
        }
        finding
            .note("another day or another machine builds on another image")
            .help(format!("name a version: `{}:<version>`", reference.repository()));
    }
}
