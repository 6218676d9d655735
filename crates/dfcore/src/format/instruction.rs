//! The layout of one instruction.

use super::arguments::{self, Arguments, Breaks};
use super::layout::{Atom, Joint, Layout};
use super::run;
use super::style::Style;
use crate::model::Model;
use crate::syntax::ast::{Instruction, InstructionKind};
use crate::text::Span;

/// An instruction with a longer line is left alone: BuildKit has a limit, and people have better things to read.
const LONGEST_LINE: usize = 32 * 1024;

/// Prints an instruction from its keyword to the end of its last line, without line ending and heredocs; `None` when
/// it is left as it stands.
///
/// `text` is those bytes of the file, with blanks at the end. `is_shell` says whether a shell that we know reads it.
pub(super) fn print(
    model: &Model<'_>,
    instruction: &Instruction,
    text: Span,
    is_shell: bool,
    style: &Style,
) -> Option<Vec<u8>> {
    let source = model.source;
    let keyword = source.slice(instruction.keyword);
    let is_plain = keyword.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_plain || text.start != instruction.keyword.start {
        return None;
    }
    if source.slice(text).split('\n').any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    let escape = model.dockerfile.escape.as_char() as u8;
    let arguments = arguments::read(instruction, source, is_shell);
    let mut atoms = vec![Atom::keyword(instruction.keyword)];
    // A byte beyond ASCII may end a flag in its middle.
    for flag in &instruction.flags {
        if !source.slice(flag.span).is_ascii() {
            return None;
        }
        atoms.push(Atom::text(flag.span));
    }
    atoms.extend_from_slice(&arguments.atoms);
    let end = atoms.last().map_or(text.start, |atom| atom.span.end);
    if !source.slice(Span::new(end, text.end)).trim_end_matches([' ', '\t', '\r', '\n']).is_empty() {
        return None;
    }
    let layout = Layout::new(source, escape, atoms)?;
    let mut lines = Lines { layout, flags: instruction.flags.len(), arguments, are_flags_broken: false };
    lines.arrange(&instruction.kind, style)?;
    lines.layout.print(source.line_ending())
}

/// The lines of an instruction: keyword, flags, arguments.
struct Lines<'a> {
    layout: Layout<'a>,
    /// How many flags there are.
    flags: usize,
    arguments: Arguments,
    are_flags_broken: bool,
}

impl Lines<'_> {
    /// Decides where lines end. `None` when parts that have to stand apart do not.
    fn arrange(&mut self, kind: &InstructionKind, style: &Style) -> Option<()> {
        let first = self.first_argument();
        let glued = match self.arguments.breaks {
            Breaks::Shell(_) => first + 1,
            _ => self.layout.len(),
        };
        if (1..glued.min(self.layout.len())).any(|atom| {
            let gap = self.layout.gap(atom);
            !gap.has_blank && !gap.is_broken
        }) {
            return None;
        }
        if self.layout.len() > 1 {
            // What comes first stands on the line of the keyword.
            self.layout.set(1, Joint::Space);
        }
        self.are_flags_broken = first < self.layout.len() && self.layout.is_broken(2..first + 1);
        self.arrange_flags();
        self.arrange_arguments(false);
        let is_breakable = matches!(
            kind,
            InstructionKind::Run(_)
                | InstructionKind::Copy(_)
                | InstructionKind::Add(_)
                | InstructionKind::Healthcheck(_)
        );
        if is_breakable && self.flags > 0 && first < self.layout.len() && !self.are_flags_broken {
            self.are_flags_broken = self.layout.line_width(0) > style.line_width;
            self.arrange_flags();
            self.arrange_arguments(false);
        }
        if self.width_of_arguments() > style.line_width {
            self.arrange_arguments(true);
        }
        Some(())
    }

    /// The index of the first argument's atom.
    fn first_argument(&self) -> usize {
        1 + self.flags
    }

    /// The width of the line on which the arguments begin.
    fn width_of_arguments(&self) -> usize {
        let first = self.first_argument();
        if self.are_flags_broken && first < self.layout.len() {
            Style::INDENT + self.layout.line_width(first)
        } else {
            self.layout.line_width(0)
        }
    }

    fn arrange_flags(&mut self) {
        let joint = if self.are_flags_broken { Joint::Break(1) } else { Joint::Space };
        for atom in 2..(self.first_argument() + 1).min(self.layout.len()) {
            self.layout.set(atom, joint);
        }
    }

    /// Breaks the arguments where they are broken already, or, when they are too long, where they can be.
    fn arrange_arguments(&mut self, are_too_long: bool) {
        let first = self.first_argument();
        let rest = (first + 1).min(self.layout.len())..self.layout.len();
        match &self.arguments.breaks {
            Breaks::AsTheyAre => rest.for_each(|atom| self.layout.keep(atom, 1)),
            Breaks::AllOrNone => {
                if are_too_long || self.layout.is_broken(rest.clone()) {
                    rest.for_each(|atom| self.layout.set(atom, Joint::Break(1)));
                } else {
                    rest.for_each(|atom| self.layout.set(atom, Joint::Space));
                }
            }
            Breaks::Shell(script) => {
                let has_own_line = self.are_flags_broken && self.flags > 0;
                run::arrange(&mut self.layout, first, script, has_own_line, are_too_long);
            }
        }
    }
}
