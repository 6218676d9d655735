use crate::diagnostic::FileRole;
use crate::syntax::Dockerfile;
use crate::syntax::ast::{Instruction, Word};
use crate::syntax::directive::is_directive;
use crate::text::{SourceFile, Span};

/// A span of one file and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Edit {
    /// The file that the span means.
    pub file: FileRole,
    /// The bytes that go.
    pub span: Span,
    /// The text that comes.
    pub replacement: String,
}

/// The usual edits. All of them keep the file's line endings and indentation.
impl Edit {
    /// Replaces bytes of the Dockerfile.
    #[must_use]
    pub fn replace(span: Span, replacement: impl Into<String>) -> Self {
        Self { file: FileRole::Dockerfile, span, replacement: replacement.into() }
    }

    /// Removes bytes of the Dockerfile.
    #[must_use]
    pub fn remove(span: Span) -> Self {
        Self::replace(span, "")
    }

    /// Inserts text into the Dockerfile.
    #[must_use]
    pub fn insert(at: u32, text: impl Into<String>) -> Self {
        Self::replace(Span::empty(at), text)
    }

    /// Replaces a word with text that is already quoted as needed.
    #[must_use]
    pub fn replace_word(word: &Word, replacement: impl Into<String>) -> Self {
        Self::replace(word.span, replacement)
    }

    /// Removes a word of an instruction together with the blanks that set it apart: those before it, or its
    /// whole line when it stands alone on one of several.
    #[must_use]
    pub fn remove_word(source: &SourceFile, word: Span) -> Self {
        let line = source.line_span(word.start);
        let before = source.slice(Span::new(line.start, word.start));
        let after = source.slice(Span::new(word.end, source.line_span(word.end).end));
        let blanks_before = trailing_blanks(before);
        if blanks_before < before.len() as u32 {
            return Self::remove(Span::new(word.start - blanks_before, word.end));
        }
        if matches!(after.trim(), "\\" | "`") {
            return Self::remove(Span::new(line.start, source.full_line_span(word.end).end));
        }
        if after.trim().is_empty() {
            return end_instruction_above(source, Span::new(line.start, word.end + after.len() as u32));
        }
        let blanks_after = (after.len() - after.trim_start().len()) as u32;
        Self::remove(Span::new(word.start, word.end + blanks_after))
    }

    /// Removes an instruction with its lines. The comments above it stay.
    #[must_use]
    pub fn remove_instruction(source: &SourceFile, instruction: &Instruction) -> Self {
        let first = whole_line(source, instruction.span.start);
        let last = whole_line(source, last_byte(instruction.span));
        remove_lines(source, first.cover(last))
    }

    /// Removes the line of a byte.
    #[must_use]
    pub fn remove_line(source: &SourceFile, offset: u32) -> Self {
        remove_lines(source, whole_line(source, offset))
    }

    /// Inserts lines (without a final line ending) above an instruction and the comments that belong to it,
    /// indented as the instruction is.
    #[must_use]
    pub fn insert_lines_before(
        source: &SourceFile,
        dockerfile: &Dockerfile,
        instruction: &Instruction,
        lines: &[&str],
    ) -> Self {
        let line = source.line_span(instruction.span.start);
        let text = source.slice(line);
        let indentation = &text[..text.len() - text.trim_start().len()];
        let at = start_of_comments_above(source, dockerfile, line.start);
        let mut inserted = String::new();
        for line in lines {
            inserted.push_str(indentation);
            inserted.push_str(line);
            inserted.push_str(source.line_ending());
        }
        Self::insert(at, inserted)
    }

    /// Inserts lines (without a final line ending) below an instruction, indented as the instruction is.
    #[must_use]
    pub fn insert_lines_after(source: &SourceFile, instruction: &Instruction, lines: &[&str]) -> Self {
        let text = source.slice(source.line_span(instruction.span.start));
        let indentation = &text[..text.len() - text.trim_start().len()];
        let last = source.full_line_span(last_byte(instruction.span));
        let mut inserted = String::new();
        let has_line_ending = source.slice(last).ends_with('\n');
        for line in lines {
            let line = format!("{indentation}{line}");
            // The last line of a file may lack its line ending; it still lacks it afterwards.
            let parts = if has_line_ending {
                [line.as_str(), source.line_ending()]
            } else {
                [source.line_ending(), line.as_str()]
            };
            inserted.extend(parts);
        }
        Self::insert(last.end, inserted)
    }

    /// Inserts a flag (`--mount=…`) right behind an instruction's keyword; under `ONBUILD` behind that of the instruction
    /// which it holds.
    #[must_use]
    pub fn insert_flag(instruction: &Instruction, flag: &str) -> Self {
        Self::insert(instruction.inner().keyword.end, format!(" {flag}"))
    }

    /// Inserts a parser directive (`syntax=docker/dockerfile:1`) as the first line, below a byte order mark
    /// and a `#!` line.
    #[must_use]
    pub fn insert_directive(source: &SourceFile, directive: &str) -> Self {
        let mark = if source.text().starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() as u32 } else { 0 };
        let first = source.full_line_span(mark);
        let first_line = source.slice(Span::new(mark, first.end));
        let at = if first_line.starts_with("#!") && first_line.ends_with('\n') { first.end } else { mark };
        Self::insert(at, format!("# {directive}{}", source.line_ending()))
    }

    /// Appends lines to the ignore file, which is created when there is none.
    #[must_use]
    pub fn append_ignore_lines(ignore_file: Option<&SourceFile>, lines: &[&str]) -> Self {
        let ending = ignore_file.map_or("\n", SourceFile::line_ending);
        let text = ignore_file.map_or("", SourceFile::text);
        let mut inserted = String::new();
        if !text.is_empty() && !text.ends_with('\n') {
            inserted.push_str(ending);
        }
        for line in lines {
            inserted.extend([line, ending]);
        }
        Self { file: FileRole::DockerIgnore, span: Span::empty(text.len() as u32), replacement: inserted }
    }
}

/// Removes the last line of an instruction, and the continuation above it that led there. Comment lines in
/// between stay, below the instruction.
fn end_instruction_above(source: &SourceFile, last: Span) -> Edit {
    let mut above = last.start;
    while above > 0 {
        let line = source.line_span(above - 1);
        let text = source.slice(line);
        let content = text.trim_end();
        if content.is_empty() || content.trim_start().starts_with('#') {
            above = line.start;
            continue;
        }
        let Some(content) = content.strip_suffix(['\\', '`']) else { break };
        let end = line.start + content.trim_end().len() as u32;
        let between = source.slice(Span::new(line.end, last.start));
        let between = between.strip_suffix('\n').unwrap_or(between);
        return Edit::replace(Span::new(end, last.end), between.strip_suffix('\r').unwrap_or(between));
    }
    Edit::remove(last)
}

/// Removes whole lines. An empty line keeps what is below them from becoming a directive, or a byte order mark.
fn remove_lines(source: &SourceFile, lines: Span) -> Edit {
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let above = source.slice(Span::new(0, lines.start)).trim_start_matches('\u{FEFF}');
    let becomes_directive =
        is_directive(source.slice(source.line_span(lines.end))) && above.lines().all(is_comment);
    let becomes_mark = above.is_empty()
        && source.text().get(lines.end as usize..).is_some_and(|text| text.starts_with('\u{FEFF}'));
    Edit::replace(lines, if becomes_directive || becomes_mark { source.line_ending() } else { "" })
}

/// A line with its ending, but without the byte order mark, which is the file's.
fn whole_line(source: &SourceFile, offset: u32) -> Span {
    let line = source.full_line_span(offset);
    let mark = '\u{FEFF}';
    let has_mark = line.start == 0 && source.text().starts_with(mark);
    Span::new(if has_mark { mark.len_utf8() as u32 } else { line.start }, line.end)
}

/// The number of blanks at the end of a text.
fn trailing_blanks(text: &str) -> u32 {
    (text.len() - text.trim_end_matches([' ', '\t']).len()) as u32
}

/// The last byte of a span that is not empty: an instruction ends before its line ending.
fn last_byte(span: Span) -> u32 {
    span.end.saturating_sub(1).max(span.start)
}

/// The start of the first of the comment lines that stand right above a line.
fn start_of_comments_above(source: &SourceFile, dockerfile: &Dockerfile, line_start: u32) -> u32 {
    let mut at = line_start;
    for comment in dockerfile.comments.iter().rev() {
        let line = source.full_line_span(comment.span.start);
        if line.end == at {
            at = line.start;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::apply;

    /// Applies an edit that is made from the file and the span of a marked word, `«word»`.
    fn on_word(text: &str, edit: impl Fn(&SourceFile, Span) -> Edit) -> String {
        let (before, rest) = text.split_once('«').expect("a marked word");
        let (word, after) = rest.split_once('»').expect("a marked word");
        let source = SourceFile::new("Dockerfile", format!("{before}{word}{after}")).expect("small");
        let span = Span::new(before.len() as u32, (before.len() + word.len()) as u32);
        applied(&source, &edit(&source, span))
    }

    fn applied(source: &SourceFile, edit: &Edit) -> String {
        String::from_utf8(apply(source.bytes(), edit.file, &[edit])).expect("text")
    }

    #[test]
    fn removing_a_word_leaves_no_hole() {
        for (text, expected) in [
            ("RUN pip install «--x» flask\n", "RUN pip install flask\n"),
            ("RUN pip install flask «--x»\n", "RUN pip install flask\n"),
            ("RUN pip \\\r\n  «--x» \\\r\n  flask\r\n", "RUN pip \\\r\n  flask\r\n"),
            ("RUN pip flask \\\n  «--x»\nUSER a\n", "RUN pip flask\nUSER a\n"),
            (
                "RUN pip flask \\\r\n  # why\r\n  «--x»\r\nUSER a\r\n",
                "RUN pip flask\r\n  # why\r\nUSER a\r\n",
            ),
            ("RUN pip flask \\\n  «--x»", "RUN pip flask"),
            ("RUN pip \\\n  «--x» flask\n", "RUN pip \\\n  flask\n"),
            ("ENV «A=1» \\\n    B=2\n", "ENV \\\n    B=2\n"),
        ] {
            assert_eq!(on_word(text, Edit::remove_word), expected, "{text}");
        }
    }

    /// Applies an edit that is made from the instruction of an index.
    fn on_instruction(
        text: &str,
        index: usize,
        edit: impl Fn(&SourceFile, &Dockerfile, &Instruction) -> Edit,
    ) -> String {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let dockerfile = crate::syntax::parse(&source).dockerfile;
        applied(&source, &edit(&source, &dockerfile, &dockerfile.instructions[index]))
    }

    #[test]
    fn an_instruction_goes_with_its_lines() {
        let remove = |text| {
            on_instruction(text, 1, |source, _, instruction| Edit::remove_instruction(source, instruction))
        };
        assert_eq!(remove("FROM a\r\n# b\r\n  RUN c \\\r\n d\r\nRUN e\r\n"), "FROM a\r\n# b\r\nRUN e\r\n");
        assert_eq!(remove("FROM a\nRUN <<E\nb\nE\n\nRUN c\n"), "FROM a\n\nRUN c\n");
        assert_eq!(remove("FROM a\nRUN b"), "FROM a\n");
        let first = on_instruction("\u{FEFF}ARG a\r\nFROM b\r\n", 0, |source, _, instruction| {
            Edit::remove_instruction(source, instruction)
        });
        assert_eq!(first, "\u{FEFF}FROM b\r\n");
    }

    #[test]
    fn a_comment_does_not_become_a_directive() {
        let remove = |text: &str| {
            let source = SourceFile::new("Dockerfile", text).expect("small");
            applied(&source, &Edit::remove_line(&source, text.find("# x").expect("a line") as u32))
        };
        assert_eq!(remove("# x\n# escape=`\nFROM a\n"), "\n# escape=`\nFROM a\n");
        assert_eq!(remove("# x\n# other=`\nFROM a\n"), "# other=`\nFROM a\n");
        assert_eq!(remove("FROM a\n# x\n# escape=`\n"), "FROM a\n# escape=`\n");
        assert_eq!(remove("\u{FEFF}# x\nFROM a\n"), "\u{FEFF}FROM a\n");
        assert_eq!(remove("# x\n\u{FEFF}# y\nFROM a\n"), "\n\u{FEFF}# y\nFROM a\n");
    }

    #[test]
    fn lines_above_an_instruction_are_above_its_comments() {
        let insert = |text| {
            on_instruction(text, 1, |source, dockerfile, instruction| {
                Edit::insert_lines_before(source, dockerfile, instruction, &["ENV X=1", "ENV Y=2"])
            })
        };
        assert_eq!(insert("FROM a\nRUN b\n"), "FROM a\nENV X=1\nENV Y=2\nRUN b\n");
        assert_eq!(
            insert("FROM a\r\n\r\n  # b\r\n  # c\r\n  RUN d\r\n"),
            "FROM a\r\n\r\n  ENV X=1\r\n  ENV Y=2\r\n  # b\r\n  # c\r\n  RUN d\r\n"
        );
    }

    #[test]
    fn lines_below_an_instruction_are_below_its_heredoc() {
        let insert = |text| {
            on_instruction(text, 0, |source, _, instruction| {
                Edit::insert_lines_after(source, instruction, &["ENV X=1"])
            })
        };
        assert_eq!(insert("RUN <<E\na\nE\nRUN b\n"), "RUN <<E\na\nE\nENV X=1\nRUN b\n");
        assert_eq!(insert("RUN b"), "RUN b\nENV X=1");
    }

    #[test]
    fn a_flag_comes_first() {
        let insert = |_: &SourceFile, _: &Dockerfile, instruction: &Instruction| {
            Edit::insert_flag(instruction, "--network=none")
        };
        assert_eq!(
            on_instruction("RUN --mount=type=tmpfs,target=/t a\n", 0, insert),
            "RUN --network=none --mount=type=tmpfs,target=/t a\n"
        );
        assert_eq!(on_instruction("RUN \\\n  a\n", 0, insert), "RUN --network=none \\\n  a\n");
        assert_eq!(on_instruction("ONBUILD RUN a\n", 0, insert), "ONBUILD RUN --network=none a\n");
    }

    #[test]
    fn a_directive_becomes_the_first_line() {
        let insert = |text: &str| {
            let source = SourceFile::new("Dockerfile", text).expect("small");
            applied(&source, &Edit::insert_directive(&source, "syntax=docker/dockerfile:1"))
        };
        let line = "# syntax=docker/dockerfile:1";
        assert_eq!(insert("FROM a\n"), format!("{line}\nFROM a\n"));
        assert_eq!(insert("\u{FEFF}FROM a\r\n"), format!("\u{FEFF}{line}\r\nFROM a\r\n"));
        assert_eq!(insert("#!/usr/bin/env df\nFROM a\n"), format!("#!/usr/bin/env df\n{line}\nFROM a\n"));
    }

    #[test]
    fn ignore_lines_are_appended() {
        let append = |text: Option<&str>| {
            let source = text.map(|text| SourceFile::new(".dockerignore", text).expect("small"));
            let edit = Edit::append_ignore_lines(source.as_ref(), &[".git", "*.log"]);
            String::from_utf8(apply(text.unwrap_or_default().as_bytes(), edit.file, &[&edit])).expect("text")
        };
        assert_eq!(append(None), ".git\n*.log\n");
        assert_eq!(append(Some("a")), "a\n.git\n*.log\n");
        assert_eq!(append(Some("a\r\nb\r\n")), "a\r\nb\r\n.git\r\n*.log\r\n");
    }
}
