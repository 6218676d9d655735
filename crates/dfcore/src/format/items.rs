//! What stands on the lines of a file.

use crate::model::Model;
use crate::suppress::read_format_switch;
use crate::syntax::ast::InstructionKind;
use crate::text::Span;

/// A comment line, a directive, or an instruction with all its lines.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    /// The blank lines above it.
    pub(super) above: Span,
    /// Its lines with their endings.
    pub(super) lines: Span,
    /// Whether it is printed as it stands.
    pub(super) is_untouched: bool,
    /// Whether the blank lines above it are.
    pub(super) keeps_blank_lines: bool,
    /// Whether a blank line has to be above it.
    pub(super) needs_blank_line: bool,
    /// Whether what follows it is left alone.
    pub(super) leaves_off: bool,
}

/// What an [`Item`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    Comment,
    Directive,
    /// The instruction of that index.
    Instruction(usize),
}

/// The items of a file in order.
pub(super) fn read(model: &Model<'_>) -> Vec<Item> {
    let mut reader = Reader { model, items: Vec::new(), is_off: false, comment: 0, error: 0 };
    reader.read_file();
    let mut items = reader.items;
    set_stages_apart(model, &mut items);
    items
}

struct Reader<'a> {
    model: &'a Model<'a>,
    items: Vec<Item>,
    is_off: bool,
    /// The comments before this one have been looked at.
    comment: usize,
    /// The syntax errors before this one too.
    error: usize,
}

impl Reader<'_> {
    fn read_file(&mut self) {
        let source = self.model.source;
        let mut at = if source.text().starts_with('\u{FEFF}') { 3 } else { 0 };
        let mut above = at;
        let mut instruction = 0;
        let mut directive = 0;
        while at < source.len() {
            let line = Span::new(at, source.full_line_span(at).end);
            let next = self.model.dockerfile.instructions.get(instruction);
            let directives = &self.model.dockerfile.directives;
            let (kind, end) = if let Some(next) = next.filter(|next| next.span.start < line.end) {
                instruction += 1;
                (
                    ItemKind::Instruction(instruction - 1),
                    source.full_line_span(next.span.end).end.max(line.end),
                )
            } else if directives.get(directive).is_some_and(|next| next.span.start < line.end) {
                directive += 1;
                (ItemKind::Directive, line.end)
            } else if source.slice(line).trim().is_empty() {
                at = line.end;
                continue;
            } else {
                (ItemKind::Comment, line.end)
            };
            self.push(kind, Span::new(above, at), Span::new(at, end));
            at = end;
            above = end;
        }
    }

    fn push(&mut self, kind: ItemKind, above: Span, lines: Span) {
        let was_off = self.is_off;
        let has_switch = self.read_switches(lines.end);
        let is_untouched = match kind {
            // A line that switches is as good as any other.
            ItemKind::Comment => was_off,
            ItemKind::Directive => true,
            ItemKind::Instruction(_) => was_off || has_switch || self.has_error(lines),
        };
        self.items.push(Item {
            kind,
            above,
            lines,
            is_untouched,
            keeps_blank_lines: was_off,
            needs_blank_line: false,
            leaves_off: self.is_off,
        });
    }

    /// Heeds the comments up to an offset; returns whether one of them switches.
    fn read_switches(&mut self, end: u32) -> bool {
        let mut has_switch = false;
        let comments = &self.model.dockerfile.comments;
        while let Some(comment) = comments.get(self.comment).filter(|comment| comment.span.start < end) {
            self.comment += 1;
            if let Some(is_on) = read_format_switch(self.model.slice(comment.span)) {
                self.is_off = !is_on;
                has_switch = true;
            }
        }
        has_switch
    }

    fn has_error(&mut self, lines: Span) -> bool {
        let errors = &self.model.errors;
        self.error += errors[self.error..].iter().take_while(|error| error.span.start < lines.start).count();
        let is_last = lines.end == self.model.source.len();
        errors.get(self.error).is_some_and(|error| error.span.start < lines.end || is_last)
    }
}

/// Asks for a blank line above each stage but the first: above the comments that stand right above its `FROM`.
fn set_stages_apart(model: &Model<'_>, items: &mut [Item]) {
    let is_from = |item: &Item| match item.kind {
        ItemKind::Instruction(index) => matches!(model.instruction(index).kind, InstructionKind::From(_)),
        _ => false,
    };
    let mut has_stage = false;
    for index in 0..items.len() {
        if !is_from(&items[index]) {
            continue;
        }
        if std::mem::replace(&mut has_stage, true) && !items[index].is_untouched {
            let mut first = index;
            while first > 0 && items[first].above.is_empty() && items[first - 1].kind == ItemKind::Comment {
                first -= 1;
            }
            let is_inside =
                items[first..=index].iter().any(|item| item.is_untouched || item.keeps_blank_lines);
            items[first].needs_blank_line = !is_inside;
        }
    }
}
