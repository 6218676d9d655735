//! A splitter for scripts that do not parse: it knows quotes, operators, keywords and heredocs, and never
//! refuses a script.

use std::ops::Range;

use super::fragment::Fragment;
use super::redirect::RedirectSyntax;
use super::word::scan;
use super::{Assignment, Command, Nesting, Operator, Redirect, RedirectKind, Word};

/// How deep substitutions in substitutions are read.
const DEEPEST_SUBSTITUTION: usize = 16;

/// How many constructs a command is said to be nested in; deeper ones are read but not told.
const DEEPEST_NESTING: usize = 64;

/// The commands of the text in source order.
pub(super) fn split(fragment: &Fragment) -> Vec<Command> {
    let mut splitter = Splitter::new(fragment, 0..fragment.text.len(), Vec::new(), 0);
    splitter.run();
    super::in_source_order(splitter.commands)
}

/// The commands of the substitutions in a part of the text, which is nested in those constructs.
#[cfg(feature = "shell")]
pub(super) fn split_substitutions(
    fragment: &Fragment,
    range: Range<usize>,
    nesting: &[Nesting],
) -> Vec<Command> {
    let mut splitter = Splitter::new(fragment, range.clone(), nesting.to_vec(), 0);
    splitter.find_substitutions(range, Quotes::Quote);
    splitter.end_command(Operator::None);
    splitter.commands
}

/// What quotes are in some text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// They take the meaning from what stands between them.
    Quote,
    /// Characters like others, in the body of a heredoc.
    Plain,
}

/// A heredoc whose body starts on the next line.
struct PendingHeredoc {
    delimiter: String,
    strips_tabs: bool,
    /// Whether the shell expands its body: no part of the delimiter is quoted.
    expands: bool,
    /// The index of its command and of the redirect there; none when a compound command reads it.
    place: Option<(usize, usize)>,
}

struct Splitter<'a> {
    fragment: &'a Fragment,
    /// The text up to where this splitter reads.
    text: &'a str,
    at: usize,
    /// What is open, outermost first.
    open: Vec<Nesting>,
    /// How many of the open constructs enclose the whole text.
    outer: usize,
    /// In how many substitutions the text stands.
    depth: usize,
    commands: Vec<Command>,
    words: Vec<Word>,
    assignments: Vec<Assignment>,
    redirects: Vec<Redirect>,
    /// The substitutions in the current command, read once it is complete.
    substitutions: Vec<Range<usize>>,
    heredocs: Vec<PendingHeredoc>,
    before: Operator,
    /// Whether a `!` stands in front of what comes next.
    negated: bool,
    /// The construct that has just ended, when its operator is still to come.
    closed: Option<Nesting>,
    /// What the next group is: the body of a function once its name was read.
    group: Nesting,
}

impl<'a> Splitter<'a> {
    fn new(fragment: &'a Fragment, range: Range<usize>, open: Vec<Nesting>, depth: usize) -> Self {
        Self {
            fragment,
            text: fragment.slice(0..range.end),
            at: range.start,
            outer: open.len(),
            open,
            depth,
            commands: Vec::new(),
            words: Vec::new(),
            assignments: Vec::new(),
            redirects: Vec::new(),
            substitutions: Vec::new(),
            heredocs: Vec::new(),
            before: Operator::None,
            negated: false,
            closed: None,
            group: Nesting::Group,
        }
    }

    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1), self.peek(2)) {
                (b' ' | b'\t' | b'\r', ..) => self.at += 1,
                (b'\\', Some(b'\n'), _) => self.at += 2,
                (b'#', ..) => self.comment(),
                (b'\n', ..) => self.line_break(),
                (b';', Some(b';'), _) => {
                    self.at += 1;
                    self.operator(Operator::Semicolon, 1);
                    self.set_after(Operator::None);
                    self.pattern();
                }
                (b';', ..) => self.operator(Operator::Semicolon, 1),
                (b'&', Some(b'&'), _) => self.operator(Operator::And, 2),
                (b'&', Some(b'>'), _) if self.redirect(self.at) => {}
                (b'&', ..) => self.operator(Operator::Background, 1),
                (b'|', Some(b'|'), _) => self.operator(Operator::Or, 2),
                (b'|', Some(b'&'), _) => self.operator(Operator::PipeAll, 2),
                (b'|', ..) => self.operator(Operator::Pipe, 1),
                (b'(', Some(b'('), _) if self.is_command_start() => {
                    let end = scan::end_of_construct(self.text, self.at);
                    self.take_word(self.at..end);
                }
                (b'(', ..) => self.parenthesis(),
                (b')', ..) => self.close(Nesting::Subshell, 1),
                (b'0'..=b'9' | b'{' | b'<' | b'>', ..) if self.is_redirect() && self.redirect(self.at) => {}
                _ => self.word(),
            }
        }
        self.end_command(Operator::None);
        self.set_after(Operator::None);
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Whether a keyword may stand here.
    fn is_command_start(&self) -> bool {
        self.words.is_empty() && self.assignments.is_empty() && self.redirects.is_empty()
    }

    fn comment(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn line_break(&mut self) {
        // After an operator or a keyword a line break means nothing.
        if !self.is_command_start() || self.closed.is_some() {
            self.operator(Operator::Newline, 1);
        } else {
            self.at += 1;
        }
        for heredoc in std::mem::take(&mut self.heredocs) {
            self.heredoc_body(&heredoc);
        }
    }

    fn operator(&mut self, operator: Operator, width: usize) {
        self.at += width;
        let is_empty = self.is_command_start();
        self.end_command(operator);
        if self.closed.take().is_some() && is_empty {
            self.set_after(operator);
        }
        self.before = operator;
    }

    fn end_command(&mut self, after: Operator) {
        if !self.is_command_start() {
            let words = std::mem::take(&mut self.words);
            let assignments = std::mem::take(&mut self.assignments);
            let redirects = std::mem::take(&mut self.redirects);
            self.commands.push(Command {
                negated: std::mem::take(&mut self.negated),
                before: self.before,
                after,
                nesting: self.open[..self.open.len().min(DEEPEST_NESTING)].to_vec(),
                ..Command::new(words, assignments, redirects)
            });
        }
        self.read_substitutions();
    }

    fn read_substitutions(&mut self) {
        for range in std::mem::take(&mut self.substitutions) {
            self.substitution(range);
        }
    }

    fn substitution(&mut self, range: Range<usize>) {
        if self.depth >= DEEPEST_SUBSTITUTION {
            return;
        }
        let mut open = self.open[..self.open.len().min(DEEPEST_NESTING - 1)].to_vec();
        open.push(Nesting::Substitution);
        let mut inner = Splitter::new(self.fragment, range, open, self.depth + 1);
        inner.run();
        self.commands.append(&mut inner.commands);
    }

    fn open(&mut self, nesting: Nesting) {
        self.negated = false;
        self.open.push(nesting);
    }

    /// Ends the current command and the innermost open construct, if it is of that kind.
    fn close(&mut self, nesting: Nesting, width: usize) {
        self.at += width;
        self.end_command(Operator::None);
        self.set_after(Operator::None);
        if self.leave(nesting) {
            self.closed = Some(nesting);
        }
    }

    /// What follows the command that ends here, which is the last one of the group that ends here, if one does.
    fn set_after(&mut self, after: Operator) {
        let here = self.open.len().min(DEEPEST_NESTING);
        let is_substituted =
            |command: &&mut Command| command.nesting.iter().skip(here).any(|&n| n == Nesting::Substitution);
        let Some(last) = self.commands.iter_mut().rev().find(|command| !is_substituted(command)) else {
            return;
        };
        let ends_here = last.nesting.len() >= here
            && last.nesting[here..]
                .iter()
                .all(|nesting| matches!(nesting, Nesting::Group | Nesting::Subshell));
        if ends_here && last.after != Operator::Background {
            last.after = after;
        }
    }

    /// Leaves the innermost open construct if it is of that kind.
    fn leave(&mut self, nesting: Nesting) -> bool {
        let is_open = self.open.len() > self.outer && self.open.last() == Some(&nesting);
        if is_open {
            self.open.pop();
        }
        is_open
    }

    /// `( … )`, or the `()` after the name of a function.
    fn parenthesis(&mut self) {
        if self.is_command_start() {
            self.at += 1;
            self.open(Nesting::Subshell);
            return;
        }
        let end = scan::end_of_construct(self.text, self.at);
        if self.words.len() == 1 && self.text[self.at + 1..end].trim_end_matches(')').trim().is_empty() {
            self.words.clear();
            self.substitutions.clear();
            self.function();
        }
        self.at = end;
    }

    /// The body of a function comes next.
    fn function(&mut self) {
        self.group = Nesting::Function;
        self.before = Operator::None;
    }

    /// Whether what starts here is a redirect, not a process substitution or a word.
    fn is_redirect(&self) -> bool {
        !matches!((self.peek(0), self.peek(1)), (Some(b'<' | b'>'), Some(b'(')))
    }

    fn word(&mut self) {
        let start = self.at;
        let end = scan::end_of_word(self.text, start);
        if end == start {
            // An operator character that has no place here.
            self.at += 1;
            return;
        }
        let text = &self.text[start..end];
        if self.is_command_start() && self.keyword(text, end) {
            return;
        }
        self.take_word(start..end);
    }

    fn take_word(&mut self, range: Range<usize>) {
        self.at = range.end;
        self.closed = None;
        self.find_substitutions(range.clone(), Quotes::Quote);
        if self.words.is_empty()
            && let Some(assignment) = self.fragment.assignment(range.clone())
        {
            self.assignments.push(assignment);
            return;
        }
        self.words.push(self.fragment.word(range));
    }

    /// Reads a keyword; `false` when the word is none.
    fn keyword(&mut self, text: &str, end: usize) -> bool {
        match text {
            "if" => self.begin(Nesting::Condition, end),
            "elif" => self.instead(Nesting::Branch, Nesting::Condition, end),
            "then" => self.instead(Nesting::Condition, Nesting::Branch, end),
            "else" => self.instead(Nesting::Branch, Nesting::Branch, end),
            "fi" => self.finish(Nesting::Branch, end),
            "while" | "until" => {
                self.begin(Nesting::Loop, end);
                self.begin(Nesting::Condition, end);
            }
            "for" | "select" => {
                self.at = end;
                self.skip_header();
                self.begin(Nesting::Loop, self.at);
            }
            "do" => {
                if self.open.last() == Some(&Nesting::Condition) {
                    self.set_after(Operator::None);
                    self.leave(Nesting::Condition);
                }
                self.at = end;
                self.before = Operator::None;
            }
            "done" => self.finish(Nesting::Loop, end),
            "case" => {
                self.at = end;
                self.skip_case_word();
                self.begin(Nesting::Branch, self.at);
                self.pattern();
            }
            "esac" => self.finish(Nesting::Branch, end),
            "{" => {
                self.at = end;
                let group = std::mem::replace(&mut self.group, Nesting::Group);
                self.open(group);
            }
            "}" => {
                let innermost = self.open.last().copied().unwrap_or(Nesting::Group);
                let function = innermost == Nesting::Function;
                self.finish(if function { Nesting::Function } else { Nesting::Group }, end);
            }
            "!" => {
                self.at = end;
                self.negated = true;
            }
            "function" => {
                self.at = end;
                self.skip_blanks();
                self.at = scan::end_of_word(self.text, self.at);
                self.function();
            }
            "[[" => self.double_brackets(),
            _ => return false,
        }
        true
    }

    fn begin(&mut self, nesting: Nesting, end: usize) {
        self.at = end;
        self.before = Operator::None;
        self.open(nesting);
    }

    fn instead(&mut self, ends: Nesting, begins: Nesting, end: usize) {
        self.set_after(Operator::None);
        if self.leave(ends) {
            self.open(begins);
        }
        self.at = end;
        self.before = Operator::None;
    }

    fn finish(&mut self, nesting: Nesting, end: usize) {
        self.at = end;
        self.close(nesting, 0);
    }

    /// The names and words of a `for`, up to the `;`, line break or `do`.
    fn skip_header(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == Some(b'\n') => self.at += 2,
                b'(' => self.at = scan::end_of_construct(self.text, self.at),
                b'\n' | b';' => {
                    self.at += 1;
                    break;
                }
                _ => {
                    let end = scan::end_of_word(self.text, self.at);
                    if end == self.at || &self.text[self.at..end] == "do" {
                        break;
                    }
                    self.find_substitutions(self.at..end, Quotes::Quote);
                    self.at = end;
                }
            }
        }
        self.read_substitutions();
    }

    /// The word of a `case` and its `in`.
    fn skip_case_word(&mut self) {
        for _ in 0..2 {
            self.skip_blanks();
            let end = scan::end_of_word(self.text, self.at);
            self.find_substitutions(self.at..end, Quotes::Quote);
            self.at = end;
        }
        self.read_substitutions();
    }

    /// A pattern of a `case` up to its `)`; nothing when an `esac` comes.
    fn pattern(&mut self) {
        self.skip_blanks();
        while self.peek(0) == Some(b'#') {
            self.comment();
            self.skip_blanks();
        }
        let start = self.at;
        if self.peek(0) == Some(b'(') {
            self.at += 1;
        }
        while let Some(byte) = self.peek(0) {
            let end = scan::end_of_word(self.text, self.at);
            match byte {
                b')' => {
                    self.at += 1;
                    self.before = Operator::None;
                    return;
                }
                b' ' | b'\t' | b'|' => self.at += 1,
                _ if end == self.at || &self.text[start..end] == "esac" => {
                    self.at = start;
                    return;
                }
                _ => self.at = end,
            }
        }
    }

    /// `[[ … ]]`, in which operators are words.
    fn double_brackets(&mut self) {
        while self.at < self.text.len() && self.peek(0) != Some(b'\n') {
            self.skip_blanks();
            let start = self.at;
            let end = scan::end_of_word(self.text, start).max(scan::end_of_operator(self.text, start));
            if end == start {
                break;
            }
            self.take_word(start..end);
            if &self.text[start..end] == "]]" {
                break;
            }
        }
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at = self.text.len() - rest.trim_start().len();
    }

    /// Reads the redirect that starts at `start`; `false` when there is none.
    fn redirect(&mut self, start: usize) -> bool {
        let Some(syntax) = RedirectSyntax::read(self.text, start) else { return false };
        // After a group or loop it is not the redirect of a simple command.
        let is_compound = self.closed.is_some() && self.is_command_start();
        let redirect = syntax.redirect(self.fragment);
        if syntax.kind == RedirectKind::Heredoc {
            let delimiter = redirect.target.value.as_ref().unwrap_or(&redirect.target.raw).clone();
            let expands = !redirect.target.raw.contains(['\'', '"', '\\']);
            let place = (!is_compound).then_some((self.commands.len(), self.redirects.len()));
            self.heredocs.push(PendingHeredoc { delimiter, strips_tabs: syntax.strips_tabs, expands, place });
        }
        self.at = syntax.range.end;
        self.find_substitutions(syntax.target, Quotes::Quote);
        if !is_compound {
            self.redirects.push(redirect);
        }
        true
    }

    fn heredoc_body(&mut self, heredoc: &PendingHeredoc) {
        let start = self.at;
        let mut end = self.text.len();
        for line in self.text[start..].split_inclusive('\n') {
            let line_start = self.at;
            self.at += line.len();
            let content = line.trim_end_matches(['\n', '\r']);
            let content = if heredoc.strips_tabs { content.trim_start_matches('\t') } else { content };
            if content == heredoc.delimiter {
                end = line_start;
                break;
            }
        }
        let body = self.fragment.span(start..end);
        if heredoc.expands {
            self.find_substitutions(start..end, Quotes::Plain);
            self.read_substitutions();
        }
        let Some((command, redirect)) = heredoc.place else { return };
        let command = self.commands.get_mut(command);
        if let Some(redirect) = command.and_then(|command| command.redirects.get_mut(redirect)) {
            redirect.body = Some(body);
        }
    }

    /// Notes the command and process substitutions of a word or heredoc.
    fn find_substitutions(&mut self, range: Range<usize>, quotes: Quotes) {
        let bytes = &self.text.as_bytes()[..range.end];
        let mut at = range.start;
        let mut is_quoted = false;
        while let Some(&byte) = bytes.get(at) {
            let next = bytes.get(at + 1).copied();
            match byte {
                b'\\' => at += 1,
                b'"' | b'\'' | b'<' | b'>' if quotes == Quotes::Plain => {}
                b'"' => is_quoted = !is_quoted,
                b'\'' if !is_quoted => at = scan::end_of_construct(&self.text[..range.end], at) - 1,
                b'$' if next == Some(b'(') && bytes.get(at + 2) == Some(&b'(') => at += 2,
                b'$' | b'<' | b'>' if next == Some(b'(') => {
                    let end = scan::end_of_construct(&self.text[..range.end], at + 1);
                    self.note_substitution(at + 2, end, ')');
                    at = end - 1;
                }
                b'`' => {
                    let end = scan::end_of_construct(&self.text[..range.end], at);
                    self.note_substitution(at + 1, end, '`');
                    at = end - 1;
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn note_substitution(&mut self, start: usize, end: usize, closer: char) {
        let inner = &self.text[start..end];
        let inner = inner.strip_suffix(closer).unwrap_or(inner);
        self.substitutions.push(start..start + inner.len());
    }
}
