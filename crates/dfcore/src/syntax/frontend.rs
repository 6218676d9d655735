//! Which frontend a file asks for.

use super::directive::{NAMES, split};
use crate::text::{SourceFile, Span};

/// The frontend image that a file names to be read with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Frontend {
    /// The image, without what may follow it on the line.
    pub image: String,
    /// Where it stands; for JSON the first line.
    pub span: Span,
    /// How it is written. What is not a comment of a Dockerfile is not a Dockerfile, and only that frontend can read it.
    pub form: FrontendForm,
}

/// The ways to name a frontend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum FrontendForm {
    /// `# syntax=image`
    Directive,
    /// `// syntax=image`
    SlashComment,
    /// The whole file is a JSON object with a key `syntax`.
    Json,
}

/// The frontend that BuildKit looks up before anything else of a file is read; `None` when the engine reads it by
/// itself.
///
/// Source: `DetectSyntax` of BuildKit's `frontend/dockerfile/parser/directives.go`. Other than the parser's own
/// directives, these may follow a `#!` line and stand at the very start of a line only.
///
/// ```
/// use dfcore::syntax::{FrontendForm, frontend};
/// use dfcore::text::SourceFile;
///
/// let source = SourceFile::new("build.hcl", "// syntax = example/hcl:1\ntarget \"app\" {}\n")?;
/// let frontend = frontend(&source).expect("it names one");
/// assert_eq!((frontend.image.as_str(), frontend.form), ("example/hcl:1", FrontendForm::SlashComment));
/// # Ok::<(), dfcore::text::TooLarge>(())
/// ```
#[must_use]
pub fn frontend(source: &SourceFile) -> Option<Frontend> {
    let text = source.text();
    let mut start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    if text[start..].starts_with("#!") {
        start += text[start..].find('\n').map_or(text.len() - start, |end| end + 1);
    }
    directive(text, start, "#", FrontendForm::Directive)
        .or_else(|| directive(text, start, "//", FrontendForm::SlashComment))
        .or_else(|| json(text, start))
}

fn directive(text: &str, mut at: usize, sign: &str, form: FrontendForm) -> Option<Frontend> {
    let mut seen = [false; NAMES.len()];
    for line in text[at..].split_inclusive('\n') {
        let (name, value) = split(line.trim_end_matches(['\r', '\n']), sign)?;
        let index = NAMES.iter().position(|known| line[name.clone()].eq_ignore_ascii_case(known))?;
        // One that is there twice is an error, after which nothing is read.
        if std::mem::replace(&mut seen[index], true) {
            return None;
        }
        if NAMES[index] == "syntax" {
            let image = line[value.clone()].split(' ').next().unwrap_or_default();
            let start = at + value.start;
            let span = Span::new(start as u32, (start + image.len()) as u32);
            return Some(Frontend { image: image.to_owned(), span, form });
        }
        at += line.len();
    }
    None
}

fn json(text: &str, start: usize) -> Option<Frontend> {
    let text = &text[start..];
    // Cheaper than to try: nearly no file is one.
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let image = object.get("syntax")?.as_str()?.to_owned();
    let end = start + text.lines().next().map_or(0, str::len);
    Some(Frontend { image, span: Span::new(start as u32, end as u32), form: FrontendForm::Json })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Image and form, with the text of the span.
    fn read(text: &str) -> Option<(String, FrontendForm, String)> {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let frontend = frontend(&source)?;
        Some((frontend.image, frontend.form, source.slice(frontend.span).to_owned()))
    }

    #[test]
    fn finds_what_buildkit_finds() {
        use FrontendForm::{Directive, Json, SlashComment};
        for (text, image, form, span) in [
            ("# syntax=a/b:1\nFROM x", "a/b:1", Directive, "a/b:1"),
            ("\u{feff}#!/usr/bin/env x\n#escape=`\r\n#  SYNTAX = a --flag\r\n", "a", Directive, "a"),
            ("//syntax=a", "a", SlashComment, "a"),
            ("// check=skip=all\n// syntax=a\n", "a", SlashComment, "a"),
            ("{\"other\": 1,\n \"syntax\": \"a b\"}\n", "a b", Json, "{\"other\": 1,"),
        ] {
            assert_eq!(read(text), Some((image.to_owned(), form, span.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn anything_else_names_none() {
        for text in [
            "",
            "FROM x",
            " # syntax=a",
            "\n# syntax=a",
            "# a comment\n# syntax=a",
            "# escape=`\n# escape=`\n# syntax=a",
            "{\"syntax\": 1}",
            "{\"syntax\": \"a\"",
            "{}",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
