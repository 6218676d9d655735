//! How a build context is printed: measured, or file by file.

use std::io::{self, Write};

use dfcore::context::{Amount, BuildContext, ContextReport, Kind, TopLevel};
use dfcore::text::format_bytes;
use serde::Serialize;

use super::quantity::counted;
use crate::terminal::printable;

/// Prints the measured context for people.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_report_text(
    directory: &str,
    report: &ContextReport,
    out: &mut dyn Write,
) -> io::Result<()> {
    let judge = match &report.ignore_file {
        Some(file) => format!("judged by {}", printable(file)),
        None => "without a .dockerignore".to_owned(),
    };
    writeln!(out, "Build context {}, {judge}", printable(directory))?;
    writeln!(out, "\nSent: {}", total(report.sent))?;
    rows(out, sent_rows(report))?;
    section(out, "Heaviest folders in it", folder_rows(report))?;
    section(out, "Largest files in it", file_rows(report))?;
    let uncounted = if report.uncounted.is_empty() { "" } else { " and more" };
    section(out, &format!("Kept back: {}{uncounted}", total(report.excluded)), excluded_rows(report))?;
    section(out, "Problems", problem_rows(report))
}

/// One line of a section: a number, a name, and what else there is to say.
struct Row {
    bytes: Option<u64>,
    name: String,
    remark: String,
}

/// A heading and its rows; nothing when there are none.
fn section(out: &mut dyn Write, heading: &str, content: Vec<Row>) -> io::Result<()> {
    if content.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}")?;
    rows(out, content)
}

fn rows(out: &mut dyn Write, rows: Vec<Row>) -> io::Result<()> {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default();
    for Row { bytes: size, name, remark } in rows {
        let size = size.map(format_bytes).unwrap_or_default();
        let line = format!("{size:>12}  {name:<width$}  {remark}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn total(amount: Amount) -> String {
    format!(
        "{}, {}",
        counted(usize::try_from(amount.files).unwrap_or(usize::MAX), "file"),
        format_bytes(amount.bytes)
    )
}

fn sent_rows(report: &ContextReport) -> Vec<Row> {
    let sent = report.top_level.iter().filter(|top| top.sent.files > 0);
    let row = |top: &TopLevel| Row {
        bytes: Some(top.sent.bytes),
        name: name(&top.path, top.kind),
        remark: files_of_folder(top.kind, top.sent),
    };
    shortened(sent.map(row).collect())
}

fn excluded_rows(report: &ContextReport) -> Vec<Row> {
    let has_excluded = |top: &&TopLevel| top.excluded.files > 0 || top.has_uncounted;
    let row = |top: &TopLevel| {
        let line = match (top.decided_by_line, &report.ignore_file) {
            (Some(line), Some(file)) => format!("{}:{line}", printable(file)),
            _ => String::new(),
        };
        let files = files_of_folder(top.kind, top.excluded);
        let remark = [files, line].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        Row { bytes: Some(top.excluded.bytes), name: name(&top.path, top.kind), remark }
    };
    let mut rows: Vec<Row> = report.top_level.iter().filter(has_excluded).map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.bytes));
    shortened(rows)
}

/// The first rows, and one that sums up the others.
fn shortened(mut rows: Vec<Row>) -> Vec<Row> {
    const MOST: usize = 10;
    if rows.len() > MOST + 1 {
        let others = rows.split_off(MOST);
        let size = others.iter().filter_map(|row| row.bytes).sum();
        rows.push(Row { bytes: Some(size), name: format!("({} more)", others.len()), remark: String::new() });
    }
    rows
}

/// The folders below those that lie directly in the context and are listed there.
fn folder_rows(report: &ContextReport) -> Vec<Row> {
    let inner = report.heaviest_folders.iter().filter(|folder| folder.path.contains('/'));
    let row = |path: &str, sent: Amount| Row {
        bytes: Some(sent.bytes),
        name: name(path, Kind::Folder),
        remark: files_of_folder(Kind::Folder, sent),
    };
    inner.map(|folder| row(&folder.path, folder.sent)).collect()
}

/// The files below folders; those that lie directly in the context are listed there.
fn file_rows(report: &ContextReport) -> Vec<Row> {
    let inner = report.largest_files.iter().filter(|file| file.path.contains('/') && file.bytes > 0);
    let row = |bytes, path: &str| Row { bytes: Some(bytes), name: printable(path), remark: String::new() };
    inner.map(|file| row(file.bytes, &file.path)).collect()
}

fn problem_rows(report: &ContextReport) -> Vec<Row> {
    let sent = report.problems.iter().filter(|problem| !problem.is_excluded);
    sent.map(|problem| Row {
        bytes: None,
        name: printable(&problem.path),
        remark: printable(&problem.cause.to_string()),
    })
    .collect()
}

fn name(path: &str, kind: Kind) -> String {
    let slash = if kind == Kind::Folder { "/" } else { "" };
    format!("{}{slash}", printable(path))
}

fn files_of_folder(kind: Kind, amount: Amount) -> String {
    if kind == Kind::Folder {
        counted(usize::try_from(amount.files).unwrap_or(usize::MAX), "file")
    } else {
        String::new()
    }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    context: &'a str,
    #[serde(flatten)]
    report: &'a ContextReport,
}

/// Prints the measured context for programs.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_report_json(
    directory: &str,
    report: &ContextReport,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_json(out, &JsonReport { context: directory, report })
}

/// Prints what is sent for people, an entry a line; folders go without saying.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_list_text(context: &BuildContext, out: &mut dyn Write) -> io::Result<()> {
    for entry in context.listing().sent().filter(|entry| entry.kind != Kind::Folder) {
        let path = printable(&entry.path);
        match &entry.link_target {
            Some(target) => writeln!(out, "{:>12}  {path} -> {}", "link", printable(target))?,
            None => writeln!(out, "{:>12}  {path}", format_bytes(entry.bytes))?,
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct JsonList<'a> {
    files: Vec<JsonFile<'a>>,
    links: Vec<JsonLink<'a>>,
    sent: Amount,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    path: &'a str,
    bytes: u64,
}

#[derive(Serialize)]
struct JsonLink<'a> {
    path: &'a str,
    target: &'a str,
}

/// Prints what is sent for programs: regular files, symbolic links, and the sum.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_list_json(context: &BuildContext, out: &mut dyn Write) -> io::Result<()> {
    let sent = || context.listing().sent();
    let files = sent().filter(|entry| entry.kind == Kind::File);
    let files = files.map(|entry| JsonFile { path: &entry.path, bytes: entry.bytes });
    let links = sent()
        .filter_map(|entry| Some(JsonLink { path: &entry.path, target: entry.link_target.as_deref()? }));
    let list = JsonList { files: files.collect(), links: links.collect(), sent: context.sent_amount("") };
    write_json(out, &list)
}

fn write_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
