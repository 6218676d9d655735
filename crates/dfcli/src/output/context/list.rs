//! What is sent, entry by entry.

use std::io::{self, Write};

use dfcore::context::{Amount, BuildContext, Kind};
use dfcore::text::format_bytes;
use serde::Serialize;

use super::{shown, write_json};

/// Prints what is sent for people, an entry a line; folders go without saying.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_list_text(context: &BuildContext, out: &mut dyn Write) -> io::Result<()> {
    for entry in context.listing().sent().filter(|entry| entry.kind != Kind::Folder) {
        let path = shown(&entry.path);
        match &entry.link_target {
            Some(target) => writeln!(out, "{:>12}  {path} -> {}", "link", shown(target))?,
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
