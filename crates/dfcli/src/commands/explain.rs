//! `dflint explain`: the documentation of one rule.

use std::io::Write;

use anyhow::{Result, bail};
use dfcore::rule::Registered;
use dfcore::{docs, rules};
use serde::Serialize;

use super::rules::Row;
use crate::Exit;
use crate::cli::{ExplainArgs, PageFormat};
use crate::output::markdown;
use crate::terminal::Terminal;

/// A rule with its documentation, for programs.
#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    row: Row,
    url: Option<&'static str>,
    checks: Vec<&'static str>,
    /// The schemas of its options, by name; `null` when there are none.
    options: serde_json::Value,
    /// In Markdown.
    documentation: String,
}

pub(super) fn run(args: &ExplainArgs, terminal: &mut Terminal) -> Result<Exit> {
    let by_check = || {
        let has = |rule: &&Registered| {
            rule.meta().checks.iter().any(|check| check.name.eq_ignore_ascii_case(&args.rule))
        };
        rules::all().iter().find(has)
    };
    let Some(rule) = rules::find(&args.rule).or_else(by_check) else {
        bail!("there is no rule `{}`; {}", args.rule, way_out(&args.rule));
    };
    match args.format {
        PageFormat::Text if terminal.is_colored() => {
            markdown::write_styled(&docs::explain(rule), terminal)?;
        }
        PageFormat::Text | PageFormat::Markdown => terminal.write_all(docs::explain(rule).as_bytes())?,
        PageFormat::Json => {
            let page = Page {
                row: rule.meta().into(),
                url: rule.meta().first_source(),
                checks: rule.meta().checks.iter().map(|check| check.name).collect(),
                options: rule.options_schema()["properties"].clone(),
                documentation: rule.meta().documentation(),
            };
            serde_json::to_writer_pretty(&mut *terminal, &page)?;
            writeln!(terminal)?;
        }
    }
    Ok(Exit::Clean)
}

/// The most similar name, or where the names are.
fn way_out(wanted: &str) -> String {
    let wanted = wanted.to_lowercase();
    let names = rules::all().iter().flat_map(|rule| rule.meta().selectors());
    let similar = names.map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name));
    match similar.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((similarity, name)) if similarity > 0.8 => format!("did you mean `{name}`?"),
        _ => "`dflint rules` lists them all".to_owned(),
    }
}
