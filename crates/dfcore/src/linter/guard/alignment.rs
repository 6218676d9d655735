use crate::fix::Edit;
use crate::model::Model;
use crate::text::Span;

/// Where places that no edit touches are afterwards. It is asked for places in order.
#[derive(Clone)]
pub(super) struct Moves<'e> {
    /// In order, of one file.
    edits: &'e [&'e Edit],
    /// How many of them lie before the last place that was asked for.
    passed: usize,
    /// By how many bytes those move what is behind them.
    shift: i64,
    /// What sets inserted text apart from the place beside it.
    is_apart: fn(char) -> bool,
}

impl<'e> Moves<'e> {
    /// The moves of whole lines: only a line ending sets them apart.
    pub(super) fn new(edits: &'e [&'e Edit]) -> Self {
        Self { edits, passed: 0, shift: 0, is_apart: |character| character == '\n' || character == '\r' }
    }

    /// The moves of parts of lines, which a blank sets apart too.
    pub(super) fn of_words(edits: &'e [&'e Edit]) -> Self {
        Self { is_apart: char::is_whitespace, ..Self::new(edits) }
    }

    /// Where a place is afterwards; `None` when an edit touches it.
    pub(super) fn of(&mut self, place: Span) -> Option<Span> {
        while let Some(edit) = self.edits.get(self.passed)
            && edit.span.end <= place.start
            && (edit.span != Span::empty(place.start) || edit.replacement.ends_with(self.is_apart))
        {
            self.shift += edit.replacement.len() as i64 - i64::from(edit.span.len());
            self.passed += 1;
        }
        let near = self.edits[self.passed..].iter().take_while(|edit| edit.span.start <= place.end);
        for edit in near {
            let continues = edit.span.start == place.end && !edit.replacement.is_empty();
            let touches = if continues {
                !edit.replacement.starts_with(self.is_apart)
            } else {
                edit.span.start < place.end
            };
            if touches {
                return None;
            }
        }
        let moved = |at: u32| u32::try_from(i64::from(at) + self.shift).ok();
        Some(Span::new(moved(place.start)?, moved(place.end)?))
    }
}

/// Which instructions are still there, and what stands between them.
pub(super) struct Alignment {
    /// The indices before and after of the instructions that no edit touches, in order.
    pub(super) kept: Vec<(usize, usize)>,
    /// How many instructions there are before and after.
    pub(super) counts: (usize, usize),
}

impl Alignment {
    /// Finds the instructions again.
    ///
    /// # Errors
    /// The index of an instruction that no edit touches and that is not there any more.
    pub(super) fn new(before: &Model<'_>, after: &Model<'_>, mut moves: Moves<'_>) -> Result<Self, usize> {
        let (old, new) = (&before.dockerfile.instructions, &after.dockerfile.instructions);
        let mut kept = Vec::with_capacity(old.len());
        let mut next = 0;
        for (index, instruction) in old.iter().enumerate() {
            let Some(moved) = moves.of(instruction.span) else { continue };
            next += new[next..].iter().take_while(|other| other.span.start < moved.start).count();
            let is_same = |kind| std::mem::discriminant(&instruction.kind) == std::mem::discriminant(kind);
            match new.get(next) {
                Some(found) if found.span == moved && is_same(&found.kind) => kept.push((index, next)),
                _ => return Err(index),
            }
            next += 1;
        }
        Ok(Self { kept, counts: (old.len(), new.len()) })
    }

    /// The edited instructions: for each stretch between two that are kept, the indices before and after.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> + '_ {
        let ends = self.kept.iter().copied().chain([self.counts]);
        let mut start = (0, 0);
        ends.filter_map(move |(old, new)| {
            let gap = Gap { old: (start.0, old), new: (start.1, new) };
            start = (old + 1, new + 1);
            (gap.old.0 < gap.old.1 || gap.new.0 < gap.new.1).then_some(gap)
        })
    }
}

/// Neighbouring instructions that edits touch, and what has become of them: indices from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) old: (usize, usize),
    pub(super) new: (usize, usize),
}
