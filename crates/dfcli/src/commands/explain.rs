//! `dflint explain`: the documentation of one rule.

use std::io::Write;

use anyhow::{Result, bail};
use dfcore::rule::Registered;
use dfcore::{docs, rules};

use crate::Exit;
use crate::cli::ExplainArgs;
use crate::output::markdown;
use crate::terminal::Terminal;

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
    let text = docs::explain(rule);
    if terminal.is_colored() {
        markdown::write_styled(&text, terminal)?;
    } else {
        terminal.write_all(text.as_bytes())?;
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
