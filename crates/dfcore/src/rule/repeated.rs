use super::{Report, RuleContext};
use crate::text::Span;

/// Reports each instruction of a kind that takes the place of one before it in the same stage. All stages are looked at:
/// an instruction that does nothing is a mistake in any of them.
pub(crate) fn report_repeated(cx: &RuleContext<'_>, keyword: &str, note: &str, report: &mut Report<'_>) {
    let model = cx.model;
    for stage in model.stages() {
        let mut before: Option<Span> = None;
        for (_, instruction) in model.body(stage).filter(|(_, other)| other.kind.name() == keyword) {
            if let Some(before) = before {
                let finding = if cx.follows_buildkit() {
                    let line = model.line(instruction.keyword.start);
                    report
                        .at(before, format!("`{keyword}` has no effect, because of the one on line {line}"))
                        .label(instruction.keyword, "this one takes its place")
                } else {
                    let line = model.line(before.start);
                    report
                        .at(
                            instruction.keyword,
                            format!("`{keyword}` takes the place of the one on line {line}"),
                        )
                        .label(before, "this one has no effect")
                };
                finding.note(note).help(format!("keep one `{keyword}` in the stage"));
            }
            before = Some(instruction.keyword);
        }
    }
}
