use super::fragment::Fragment;
use super::{Dialect, SourceMap};
use crate::syntax::ast::{CommandForm, Heredoc, ShellText, Word};
use crate::text::{SourceFile, Span};

/// A script as the shell receives it, with the way back to the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptSource {
    pub(super) dialect: Dialect,
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Text for a shell.
    Text(Fragment),
    /// The words of an exec form, which no shell reads.
    Words(Vec<super::Word>),
}

impl ScriptSource {
    /// The script of a `RUN`, `CMD`, `ENTRYPOINT` or `HEALTHCHECK`, as BuildKit puts it together from the
    /// instruction's lines and its heredocs (empty but for `RUN`).
    ///
    /// - A heredoc that stands alone *is* the script: its body, without leading tabs for `<<-`; its `#!` line
    ///   decides on the dialect.
    /// - Otherwise the shell gets the line, then each body and its terminator.
    ///
    /// `shell` is the dialect of the stage's `SHELL`. Carriage returns at the ends of heredoc lines are left
    /// out of the text, so that a file with CRLF line endings reads like one without.
    #[must_use]
    pub fn new(source: &SourceFile, command: &CommandForm, heredocs: &[Heredoc], shell: Dialect) -> Self {
        match command {
            CommandForm::Exec { words } => Self::from_words(source, words),
            CommandForm::Shell(line) => match heredocs {
                [heredoc] if stands_alone(source, line, heredoc) => Self::from_body(source, heredoc, shell),
                _ => Self::from_line(source, line, heredocs, shell),
            },
        }
    }

    /// The dialect that decides how the script is read.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The text that the shell reads; `None` for the exec form.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(fragment) => Some(&fragment.text),
            Content::Words(_) => None,
        }
    }

    /// The way from offsets in [`text`](Self::text) to the Dockerfile; `None` for the exec form.
    #[must_use]
    pub fn map(&self) -> Option<&SourceMap> {
        match &self.content {
            Content::Text(fragment) => Some(&fragment.map),
            Content::Words(_) => None,
        }
    }

    fn from_words(source: &SourceFile, words: &[Word]) -> Self {
        let words = words.iter().map(|word| super::Word::from_literal(word.text(source), word.span));
        Self { dialect: Dialect::default(), content: Content::Words(words.collect()) }
    }

    fn from_body(source: &SourceFile, heredoc: &Heredoc, shell: Dialect) -> Self {
        let mut script = Joiner::new(source, heredoc.body);
        script.lines(heredoc.body, heredoc.chomp);
        let dialect = Dialect::from_shebang(&script.text).unwrap_or(shell);
        script.finish(dialect)
    }

    fn from_line(source: &SourceFile, line: &ShellText, heredocs: &[Heredoc], shell: Dialect) -> Self {
        let mut script = Joiner::new(source, line.span);
        for &piece in line.pieces() {
            script.push(piece);
        }
        for heredoc in heredocs {
            script.line_break_before(heredoc.body.start);
            script.lines(heredoc.body, false);
            script.terminator(heredoc);
        }
        script.finish(shell)
    }
}

/// Whether the heredoc's operator, with a descriptor, is all there is on the instruction's line.
fn stands_alone(source: &SourceFile, line: &ShellText, heredoc: &Heredoc) -> bool {
    let Span { start, end } = heredoc.marker;
    line.pieces().iter().all(|piece| {
        let before = source.slice(Span::new(piece.start, piece.end.min(start)));
        let after = source.slice(Span::new(piece.start.max(end), piece.end));
        before.trim_start().chars().all(|c| c.is_ascii_digit()) && after.trim().is_empty()
    })
}

/// Puts a text together and keeps its map.
struct Joiner<'a> {
    source: &'a SourceFile,
    text: String,
    map: SourceMap,
    /// The end of the last part in the file; parts come in its order, and none comes twice.
    end: u32,
}

impl<'a> Joiner<'a> {
    fn new(source: &'a SourceFile, origin: Span) -> Self {
        Self { source, text: String::new(), map: SourceMap::new(origin), end: 0 }
    }

    fn push(&mut self, span: Span) {
        let text = self.source.slice(span);
        self.text.push_str(text);
        self.end = span.start + text.len() as u32;
        self.map.push(Span::new(span.start, self.end));
    }

    /// The lines of a heredoc's body, without carriage returns at their ends and, if the body is `chomp`ed,
    /// without leading tabs.
    fn lines(&mut self, body: Span, chomp: bool) {
        let mut at = body.start;
        for line in self.source.slice(body).split_inclusive('\n') {
            let end = at + line.len() as u32;
            let tabs = if chomp { line.len() - line.trim_start_matches('\t').len() } else { 0 };
            let start = at + tabs as u32;
            if line.len() - tabs >= 2 && line.ends_with("\r\n") {
                self.push(Span::new(start, end - 2));
                self.push(Span::new(end - 1, end));
            } else {
                self.push(Span::new(start, end));
            }
            at = end;
        }
    }

    /// The terminator; none when it is missing at the end of the file, where the body ends just so.
    fn terminator(&mut self, heredoc: &Heredoc) {
        let line = self.source.slice(heredoc.terminator);
        let tabs = line.len() - line.trim_start_matches('\t').len();
        if line[tabs..] == heredoc.name {
            let start = heredoc.terminator.start + tabs as u32;
            self.push(Span::new(start, start + heredoc.name.len() as u32));
        }
    }

    /// The line break in front of a body; none when the file ends before it, or ended before the body above.
    fn line_break_before(&mut self, at: u32) {
        let before = Span::new(at.saturating_sub(1), at);
        if before.start >= self.end && self.source.slice(before) == "\n" {
            self.push(before);
        }
    }

    fn finish(self, dialect: Dialect) -> ScriptSource {
        ScriptSource { dialect, content: Content::Text(Fragment { text: self.text, map: self.map }) }
    }
}
