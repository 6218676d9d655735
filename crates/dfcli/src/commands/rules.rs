//! `dflint rules`: what there is to check.

use std::io::{self, Write};

use anyhow::Result;
use dfcore::fix::Applicability;
use dfcore::rule::RuleMeta;
use dfcore::rules;
use serde::Serialize;

use crate::Exit;
use crate::cli::{DataFormat, RulesArgs};
use crate::output::quantity::counted;
use crate::terminal::Terminal;

/// What there is to know of a rule at a glance.
#[derive(Serialize)]
pub(super) struct Row {
    code: &'static str,
    name: &'static str,
    group: &'static str,
    severity: &'static str,
    confidence: &'static str,
    fix: Option<&'static str>,
    default: bool,
    preview: bool,
    since: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
}

impl From<&RuleMeta> for Row {
    fn from(meta: &RuleMeta) -> Self {
        Self {
            code: meta.code,
            name: meta.name,
            group: meta.group.as_str(),
            severity: meta.severity.as_str(),
            confidence: meta.confidence.as_str(),
            fix: meta.fix.map(Applicability::as_str),
            default: meta.is_default(),
            preview: meta.preview,
            since: meta.since,
            aliases: meta.aliases,
            summary: meta.summary(),
        }
    }
}

pub(super) fn run(args: &RulesArgs, terminal: &mut Terminal) -> Result<Exit> {
    let mut rows: Vec<Row> = rules::all().iter().map(|rule| rule.meta().into()).collect();
    rows.sort_by_key(|row| row.code);
    match args.format {
        DataFormat::Text => write_table(&rows, terminal)?,
        DataFormat::Json => {
            serde_json::to_writer_pretty(&mut *terminal, &rows)?;
            writeln!(terminal)?;
        }
    }
    Ok(Exit::Clean)
}

fn write_table(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    writeln!(
        out,
        "{:<6}  {:<width$}  {:<8}  {:<7}  {:<9}  WHAT",
        "CODE", "NAME", "SEVERITY", "DEFAULT", "FIX"
    )?;
    for row in rows {
        let Row { code, name, severity, summary, .. } = row;
        let default = if row.default { "on" } else { "off" };
        let fix = row.fix.unwrap_or("-");
        let aliases =
            if row.aliases.is_empty() { String::new() } else { format!(" ({})", row.aliases.join(", ")) };
        writeln!(
            out,
            "{code:<6}  {name:<width$}  {severity:<8}  {default:<7}  {fix:<9}  {summary}{aliases}"
        )?;
    }
    writeln!(out, "\n{}; `dflint explain RULE` tells more about one.", counted(rows.len(), "rule"))
}
