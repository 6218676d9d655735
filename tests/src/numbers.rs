//! Made-up input that is the same in every run.

use std::collections::BTreeSet;

/// Numbers that look random (xorshift).
#[derive(Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The numbers that follow from this one, which must not be 0.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one.
    ///
    /// # Panics
    /// When nothing is below.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit
    }

    /// One of these.
    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Some of these, in their order.
    pub fn some<'a>(&mut self, from: &[&'a str], at_most: usize) -> Vec<&'a str> {
        let wanted: BTreeSet<usize> = (0..1 + self.below(at_most)).map(|_| self.below(from.len())).collect();
        wanted.into_iter().map(|at| from[at]).collect()
    }
}
