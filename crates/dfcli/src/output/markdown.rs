//! A rule's documentation on a terminal: Markdown with its marks turned into styles, line by line.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

const HEADING: Style = AnsiColor::Green.on_default().bold();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Prints Markdown with styles. What is not known is printed as it is.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_styled(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut is_code_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code_block = !is_code_block;
        } else if is_code_block {
            writeln!(out, "    {CODE}{line}{CODE:#}")?;
        } else if line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim_start();
            writeln!(out, "{HEADING}{heading}{HEADING:#}")?;
        } else {
            write_inline(line, out)?;
        }
    }
    Ok(())
}

/// A line of text; what is between backticks is code.
fn write_inline(line: &str, out: &mut dyn Write) -> io::Result<()> {
    if line.matches('`').count() % 2 == 1 {
        return writeln!(out, "{line}");
    }
    for (index, part) in line.split('`').enumerate() {
        if index % 2 == 0 {
            write!(out, "{part}")?;
        } else {
            write!(out, "{CODE}{part}{CODE:#}")?;
        }
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn headings_code_and_fences_become_styles() {
        let mut out = Vec::new();
        write_styled("# Title\n\nUse `a` and `b`.\n\n```dockerfile\nFROM `x`\n```\nodd ` one\n", &mut out)
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        let visible = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(visible, "Title\n\nUse a and b.\n\n    FROM `x`\nodd ` one\n");
        assert!(text.starts_with("\u{1b}[1m\u{1b}[32mTitle\u{1b}[0m\n"), "{text:?}");
        assert!(text.contains("Use \u{1b}[36ma\u{1b}[0m and"), "{text:?}");
    }
}
