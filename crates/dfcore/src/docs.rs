//! Documentation for people, made from the rules themselves: `dflint explain`, and a page per rule.

mod example;
mod markdown;
mod render;

use std::fmt::Write as _;

use crate::rule::{Registered, RuleMeta};

pub use example::{Example, ExampleError, Verdict, examples};
pub use render::render;

use markdown::{Part, parts};

/// A rule's documentation in Markdown: a heading, its facts, the doc comment and the options.
///
/// ```
/// let rule = dfcore::rules::find("latest-tag").expect("a rule of that name");
/// let text = dfcore::docs::explain(rule);
/// assert!(text.starts_with("# latest-tag (DF5001)\n"));
/// ```
#[must_use]
pub fn explain(rule: &Registered) -> String {
    let mut text = heading(rule.meta());
    for part in parts(&rule.meta().documentation()) {
        text.push_str(&part.to_string());
    }
    text + &options(rule)
}

/// A rule's page: what [`explain`] says, what people see below each bad example, and where the source is.
///
/// # Errors
/// What is wrong with one of the examples.
pub fn page(rule: &Registered) -> Result<String, ExampleError> {
    let meta = rule.meta();
    let mut text = heading(meta);
    let examples = examples(meta)?;
    let mut bad = examples.iter().filter(|example| example.verdict == Verdict::Bad);
    for part in parts(&meta.documentation()) {
        text.push_str(&part.to_string());
        if matches!(&part, Part::Block { info, .. } if info == "dockerfile,bad")
            && let Some(example) = bad.next()
        {
            let _ = write!(text, "\n```text\n{}```\n", example.findings(rule)?);
        }
    }
    text.push_str(&options(rule));
    // Pages lie two folders below the root of the workspace.
    let _ = writeln!(text, "\n[Source](../../{}#L{})", meta.file, meta.line);
    Ok(text)
}

fn heading(meta: &RuleMeta) -> String {
    let mut text = format!("# {} ({})\n\n", meta.name, meta.code);
    let fix = meta.fix.map_or("none", |applicability| applicability.as_str());
    let default = match (meta.preview, meta.is_pedantic()) {
        (true, _) => "in preview, off by default",
        (false, true) => "off by default, on with `--pedantic`",
        (false, false) => "on by default",
    };
    let _ = writeln!(
        text,
        "{} · {} · {} confidence · fix: {fix} · {default}",
        meta.group, meta.severity, meta.confidence
    );
    let _ = write!(text, "\nSince {}.", meta.since);
    if !meta.aliases.is_empty() {
        let aliases: Vec<String> = meta.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = write!(text, " Known elsewhere as {}.", aliases.join(", "));
    }
    text.push_str("\n\n");
    text
}

/// The section about the options, from their schema; empty when there are none.
fn options(rule: &Registered) -> String {
    let schema = rule.options_schema();
    let Some(properties) = schema["properties"].as_object().filter(|properties| !properties.is_empty())
    else {
        return String::new();
    };
    let mut text = format!("\n## Options\n\nIn `df.toml` under `[lint.rules.{}]`:\n\n", rule.meta().name);
    for (name, option) in properties {
        let description = option["description"].as_str().unwrap_or_default().replace('\n', " ");
        let default =
            option.get("default").map(|default| format!(" (default `{default}`)")).unwrap_or_default();
        let _ = writeln!(text, "- `{name}`{default}: {description}");
    }
    text
}
