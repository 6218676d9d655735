//! Why one path is sent or is not.

use std::io::{self, Write};

use dfcore::context::{Explanation, IgnoreFile};
use dfcore::dockerignore::Effect;
use serde::Serialize;

use super::{name, shown, write_json};

/// Prints for people why a path is sent or is not.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_explanation_text(
    explanation: &Explanation<'_>,
    file: Option<&IgnoreFile>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = if explanation.path.is_empty() { "the context" } else { &explanation.path };
    let path = name(path, explanation.kind);
    let Some(file) = file else {
        return writeln!(out, "{path} is sent: there is no .dockerignore");
    };
    let file = shown(file.source().name());
    let decides = explanation.steps.iter().find(|step| step.effect == Effect::Decides);
    let why = match decides {
        Some(step) => format!("line {} of {file} decides", step.line.number),
        None => format!("no line of {file} matches it"),
    };
    let fate = match (explanation.is_excluded, explanation.is_carried) {
        (false, _) => "is sent",
        (true, false) => "is kept back",
        (true, true) => "is kept back, but travels for what is brought back in it",
    };
    writeln!(out, "{path} {fate}: {why}")?;
    if explanation.steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nEvery line that matches it, the last one that has a say decides:")?;
    let width =
        explanation.steps.iter().map(|step| shown(step.pattern).chars().count()).max().unwrap_or_default();
    for step in &explanation.steps {
        let mark = if step.effect == Effect::Decides { "→" } else { " " };
        let verb = if step.is_exception { "brings back" } else { "excludes" };
        let matched =
            if step.matched == explanation.path { "it" } else { &format!("{}/", shown(&step.matched)) };
        let effect = match step.effect {
            Effect::Decides => "",
            Effect::Overruled => "; overruled by a later line",
            Effect::Idle if step.is_exception => "; without effect, nothing had excluded it there",
            Effect::Idle => "; without effect, it was excluded already",
        };
        let pattern = shown(step.pattern);
        writeln!(out, "{mark} {file}:{:<4} {pattern:<width$}  {verb} {matched}{effect}", step.line.number)?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonExplanation<'a> {
    path: &'a str,
    kind: dfcore::context::Kind,
    is_sent: bool,
    is_carried: bool,
    ignore_file: Option<&'a str>,
    steps: Vec<JsonStep<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonStep<'a> {
    line: u32,
    pattern: &'a str,
    matched: &'a str,
    is_exception: bool,
    effect: Effect,
}

/// Prints for programs why a path is sent or is not.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_explanation_json(
    explanation: &Explanation<'_>,
    file: Option<&IgnoreFile>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let steps = explanation.steps.iter().map(|step| JsonStep {
        line: step.line.number,
        pattern: step.pattern,
        matched: &step.matched,
        is_exception: step.is_exception,
        effect: step.effect,
    });
    let json = JsonExplanation {
        path: &explanation.path,
        kind: explanation.kind,
        is_sent: !explanation.is_excluded,
        is_carried: explanation.is_carried,
        ignore_file: file.map(|file| file.source().name()),
        steps: steps.collect(),
    };
    write_json(out, &json)
}
