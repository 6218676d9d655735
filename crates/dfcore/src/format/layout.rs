use super::gap::{Gap, GapLine};
use super::style::Style;
use crate::text::{SourceFile, Span};

/// A part of an instruction that is printed as it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    pub(super) span: Span,
    /// Whether it is a keyword, which is printed in upper case.
    pub(super) is_keyword: bool,
}

impl Atom {
    pub(super) const fn text(span: Span) -> Self {
        Self { span, is_keyword: false }
    }

    pub(super) const fn keyword(span: Span) -> Self {
        Self { span, is_keyword: true }
    }
}

/// What is printed between two atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// Nothing.
    Glue,
    /// A blank.
    Space,
    /// A continuation, the comments that stand here, and so many levels of indentation.
    Break(usize),
}

/// The atoms of an instruction, and what is printed between them.
pub(super) struct Layout<'a> {
    source: &'a SourceFile,
    escape: u8,
    atoms: Vec<Atom>,
    /// What stands before each atom but the first.
    gaps: Vec<Gap>,
    /// What is printed there.
    joints: Vec<Joint>,
}

impl<'a> Layout<'a> {
    /// Reads the gaps between atoms; `None` when there is more than blanks, continuations and comments in one.
    pub(super) fn new(source: &'a SourceFile, escape: u8, atoms: Vec<Atom>) -> Option<Self> {
        let mut gaps = Vec::with_capacity(atoms.len());
        for pair in atoms.windows(2) {
            let (before, after) = (pair[0].span, pair[1].span);
            if before.end > after.start {
                return None;
            }
            gaps.push(Gap::read(source, Span::new(before.end, after.start), escape)?);
        }
        let joints = gaps.iter().map(|gap| natural(gap, 1)).collect();
        Some(Self { source, escape, atoms, gaps, joints })
    }

    /// The number of atoms.
    pub(super) fn len(&self) -> usize {
        self.atoms.len()
    }

    /// What stands before an atom that is not the first.
    pub(super) fn gap(&self, atom: usize) -> &Gap {
        &self.gaps[atom - 1]
    }

    /// What stands before two atoms that follow each other.
    pub(super) fn gaps_around(&mut self, atom: usize) -> (&mut Gap, &mut Gap) {
        let (before, after) = self.gaps.split_at_mut(atom);
        (&mut before[atom - 1], &mut after[0])
    }

    /// What is printed before an atom.
    pub(super) fn joint(&self, atom: usize) -> Joint {
        self.joints[atom - 1]
    }

    /// Chooses what is printed before an atom. Comments need a line of their own whatever is chosen.
    pub(super) fn set(&mut self, atom: usize, joint: Joint) {
        self.joints[atom - 1] = match joint {
            Joint::Glue | Joint::Space if self.gaps[atom - 1].has_comments() => Joint::Break(1),
            other => other,
        };
    }

    /// Chooses what is there already, with so many levels where it is broken.
    pub(super) fn keep(&mut self, atom: usize, level: usize) {
        self.joints[atom - 1] = natural(&self.gaps[atom - 1], level);
    }

    /// Whether two of the atoms in a range of indices, or the first and the one before it, stand on different lines.
    pub(super) fn is_broken(&self, mut atoms: std::ops::Range<usize>) -> bool {
        atoms.any(|atom| self.gap(atom).is_broken)
    }

    /// The number of characters from an atom to the end of the printed line.
    pub(super) fn line_width(&self, first: usize) -> usize {
        let mut width = 0;
        for atom in first..self.len() {
            if atom > first {
                match self.joint(atom) {
                    Joint::Glue => {}
                    Joint::Space => width += 1,
                    Joint::Break(_) => return width + 2,
                }
            }
            let text = self.source.slice(self.atoms[atom].span);
            let line = text.split('\n').next().unwrap_or_default();
            width += line.trim_end_matches('\r').chars().count();
            if line.len() < text.len() {
                return width;
            }
        }
        width
    }

    /// Prints the atoms; `None` when a line would begin with a `#` that is no comment.
    pub(super) fn print(&self, default_ending: &str) -> Option<Vec<u8>> {
        let length = self.atoms.last().map_or(0, |atom| atom.span.end - self.atoms[0].span.start);
        let mut out = Vec::with_capacity(length as usize + 16 * self.len());
        for (index, atom) in self.atoms.iter().enumerate() {
            if index > 0 {
                match self.joint(index) {
                    Joint::Glue => {}
                    Joint::Space => out.push(b' '),
                    Joint::Break(level) => {
                        if self.source.slice(atom.span).starts_with('#') {
                            return None;
                        }
                        self.print_break(self.gap(index), level, default_ending, &mut out);
                    }
                }
            }
            let start = out.len();
            out.extend_from_slice(&self.source.bytes()[atom.span.range()]);
            if atom.is_keyword {
                out[start..].make_ascii_uppercase();
            }
        }
        Some(out)
    }

    fn print_break(&self, gap: &Gap, level: usize, default_ending: &str, out: &mut Vec<u8>) {
        let ending = match gap.has_carriage_return {
            Some(true) => "\r\n",
            Some(false) => "\n",
            None => default_ending,
        };
        let indent = " ".repeat(level * Style::INDENT);
        out.extend_from_slice(&[b' ', self.escape]);
        out.extend_from_slice(ending.as_bytes());
        for line in &gap.lines {
            out.extend_from_slice(indent.as_bytes());
            match line {
                GapLine::Comment(span) => out.extend_from_slice(&self.source.bytes()[span.range()]),
                GapLine::Spacer => out.push(self.escape),
            }
            out.extend_from_slice(ending.as_bytes());
        }
        out.extend_from_slice(indent.as_bytes());
    }
}

/// What is there already.
fn natural(gap: &Gap, level: usize) -> Joint {
    match (gap.is_broken, gap.has_blank) {
        (true, _) => Joint::Break(level),
        (false, true) => Joint::Space,
        (false, false) => Joint::Glue,
    }
}
