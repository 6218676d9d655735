//! Values that change from instruction to instruction, each change written down once.
//!
//! A file of a million instructions may change something with each of them, and a rule may ask for what held before any
//! of them. A timeline costs the size of its changes, and a question the logarithm of their number.

/// A place in the order in which instructions run. The instruction with index `i` runs between `before(i)` and `after(i)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Moment(u32);

impl Moment {
    /// Right before an instruction runs. What a `FROM` starts with holds from there on.
    pub(super) fn before(index: usize) -> Self {
        Self(index as u32 * 2)
    }

    /// After all instructions.
    pub(super) const END: Self = Self(u32::MAX);

    /// Right after an instruction ran.
    pub(super) fn after(index: usize) -> Self {
        Self(index as u32 * 2 + 1)
    }
}

/// A value with its changes in order.
#[derive(Clone, Debug)]
pub(super) struct Timeline<T> {
    /// Each value with the moment from which on it holds.
    changes: Vec<(Moment, T)>,
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self { changes: Vec::new() }
    }
}

impl<T> Timeline<T> {
    /// A timeline with its first value.
    pub(super) fn new(from: Moment, value: T) -> Self {
        Self { changes: vec![(from, value)] }
    }

    /// From that moment on, which is none of the past, it is `value`.
    pub(super) fn set(&mut self, from: Moment, value: T) {
        debug_assert!(
            self.changes.last().is_none_or(|(last, _)| *last <= from),
            "time does not run backwards"
        );
        self.changes.push((from, value));
    }

    /// What it is at a moment; `None` before the first value.
    pub(super) fn at(&self, moment: Moment) -> Option<&T> {
        // Most questions are about the last value.
        match self.changes.last() {
            Some((from, value)) if *from <= moment => Some(value),
            _ => {
                let count = self.changes.partition_point(|(from, _)| *from <= moment);
                Some(&self.changes[count.checked_sub(1)?].1)
            }
        }
    }

    /// The values that a function takes something from, at their moments.
    pub(super) fn filter_map<U: Clone>(&self, take: impl Fn(&T) -> Option<&U>) -> Timeline<U> {
        let change = |(from, value): &(Moment, T)| Some((*from, take(value)?.clone()));
        Timeline { changes: self.changes.iter().filter_map(change).collect() }
    }

    /// What it is in the end.
    pub(super) fn last(&self) -> Option<&T> {
        self.changes.last().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_the_next() {
        let mut timeline = Timeline::new(Moment::before(1), 'a');
        timeline.set(Moment::after(1), 'b');
        timeline.set(Moment::after(1), 'c');
        timeline.set(Moment::after(4), 'd');
        let at = |moment| timeline.at(moment).copied();
        assert_eq!(at(Moment::after(0)), None);
        assert_eq!(at(Moment::before(1)), Some('a'));
        assert_eq!(at(Moment::before(2)), Some('c'));
        assert_eq!(at(Moment::before(4)), Some('c'));
        assert_eq!(at(Moment::before(9)), Some('d'));
        assert_eq!(timeline.last(), Some(&'d'));
    }
}
