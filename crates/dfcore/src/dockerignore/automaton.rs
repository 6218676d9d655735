//! The one matching machine behind `.dockerignore` patterns and COPY wildcards.
//!
//! A [`Program`] is a row of nodes without alternatives, run over a path by following every state at once. Its
//! cost is at most nodes × characters; there is no backtracking that a pattern could blow up.

/// Which characters a node takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    Any,
    Char(char),
    NotSlash,
    NotNewline,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Set {
    pub(super) fn contains(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Char(own) => *own == c,
            Self::NotSlash => c != '/',
            Self::NotNewline => c != '\n',
            Self::Class { negated, ranges } => {
                ranges.iter().any(|&(low, high)| low <= c && c <= high) != *negated
            }
        }
    }
}

/// A condition on a place between two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assertion {
    Begin,
    End,
    WordBoundary,
    NotWordBoundary,
}

impl Assertion {
    fn holds(self, before: Option<char>, after: Option<char>) -> bool {
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        match self {
            Self::Begin => before.is_none(),
            Self::End => after.is_none(),
            Self::WordBoundary => is_word(before) != is_word(after),
            Self::NotWordBoundary => is_word(before) == is_word(after),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// One character of the set.
    One(Set),
    /// Any number of characters of the set.
    Star(Set),
    /// The next nodes, as many as given, may be left out together.
    Optional(usize),
    Assert(Assertion),
}

/// What follows the text that a program is run over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    More,
}

/// Programs of fewer states than this (nearly all) run without an allocation.
const INLINE_WORDS: usize = 4;

/// A compiled pattern, anchored at both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    nodes: Vec<Node>,
    /// The literal text that every match starts with.
    head: String,
    /// The literal text that every match ends with.
    tail: String,
}

impl Program {
    pub(super) fn new(nodes: Vec<Node>) -> Self {
        let literal = |node: &Node| match node {
            Node::One(Set::Char(c)) => Some(*c),
            _ => None,
        };
        let head = nodes.iter().map_while(literal).collect();
        // An optional part may reach to the end, and then its nodes are no sure tail.
        let sure = nodes.iter().rposition(|node| matches!(node, Node::Optional(_)));
        let sure_from = sure.map_or(0, |at| match nodes[at] {
            Node::Optional(count) => at + 1 + count,
            _ => at,
        });
        let tail: Vec<char> = nodes.iter().skip(sure_from).rev().map_while(literal).collect();
        Self { head, tail: tail.into_iter().rev().collect(), nodes }
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        if !text.starts_with(&self.head) || !text.ends_with(&self.tail) {
            return false;
        }
        let accept = self.nodes.len();
        self.run(text, Then::Nothing, |states| states[accept / 64] & (1 << (accept % 64)) != 0)
    }

    /// Whether some longer text that starts with `start` may match. Errs on the side of yes.
    pub(super) fn may_match_after(&self, start: &str) -> bool {
        if !start.starts_with(&self.head) && !self.head.starts_with(start) {
            return false;
        }
        let accept = self.nodes.len();
        self.run(start, Then::More, |states| {
            states.iter().enumerate().any(|(word, &bits)| {
                let bits = if word == accept / 64 { bits & !(1 << (accept % 64)) } else { bits };
                bits != 0
            })
        })
    }

    fn run<T>(&self, text: &str, then: Then, read: impl FnOnce(&[u64]) -> T) -> T {
        let words = self.nodes.len() / 64 + 1;
        if words <= INLINE_WORDS {
            let (mut now, mut next) = ([0; INLINE_WORDS], [0; INLINE_WORDS]);
            read(self.simulate(text, then, &mut now[..words], &mut next[..words]))
        } else {
            let (mut now, mut next) = (vec![0; words], vec![0; words]);
            read(self.simulate(text, then, &mut now, &mut next))
        }
    }

    /// The states alive after the text; one bit per node, and one after the last node for "matched".
    fn simulate<'s>(
        &self,
        text: &str,
        then: Then,
        mut now: &'s mut [u64],
        mut next: &'s mut [u64],
    ) -> &'s [u64] {
        let mut characters = text.chars();
        let mut ahead = characters.next();
        now[0] = 1;
        self.close(now, None, ahead, then);
        while let Some(c) = ahead {
            ahead = characters.next();
            next.fill(0);
            for state in bits(now) {
                match self.nodes.get(state) {
                    Some(Node::One(set)) if set.contains(c) => insert(next, state + 1),
                    Some(Node::Star(set)) if set.contains(c) => insert(next, state),
                    _ => {}
                }
            }
            self.close(next, Some(c), ahead, then);
            std::mem::swap(&mut now, &mut next);
            if now.iter().all(|&word| word == 0) {
                break;
            }
        }
        now
    }

    /// Adds the states that are reached without a character. All such steps lead forwards, so one pass does.
    fn close(&self, states: &mut [u64], before: Option<char>, after: Option<char>, then: Then) {
        let open_end = after.is_none() && then == Then::More;
        for word in 0..states.len() {
            let mut seen = 0u64;
            while states[word] & !seen != 0 {
                let bit = (states[word] & !seen).trailing_zeros() as usize;
                seen |= 1 << bit;
                let state = word * 64 + bit;
                match self.nodes.get(state) {
                    Some(Node::Star(_)) => insert(states, state + 1),
                    Some(Node::Optional(count)) => {
                        insert(states, state + 1);
                        insert(states, state + 1 + count);
                    }
                    Some(Node::Assert(assertion)) if open_end || assertion.holds(before, after) => {
                        insert(states, state + 1);
                    }
                    _ => {}
                }
            }
        }
    }
}

fn insert(states: &mut [u64], state: usize) {
    states[state / 64] |= 1 << (state % 64);
}

fn bits(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(word, &bits)| {
        let mut left = bits;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            Some(word * 64 + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> impl Iterator<Item = Node> {
        text.chars().map(|c| Node::One(Set::Char(c)))
    }

    #[test]
    fn a_program_longer_than_the_inline_words_still_matches() {
        let text = "ab".repeat(200);
        let mut nodes: Vec<_> = literal(&text).collect();
        nodes.push(Node::Star(Set::NotSlash));
        nodes.extend(literal("z"));
        let program = Program::new(nodes);
        assert!(program.matches(&format!("{text}middlez")));
        assert!(!program.matches(&format!("{text}mid/dlez")));
        assert!(program.may_match_after(&text[..100]));
        assert!(!program.may_match_after("b"));
    }

    #[test]
    fn many_stars_stay_linear() {
        let mut nodes = Vec::new();
        for _ in 0..200 {
            nodes.push(Node::Star(Set::NotSlash));
            nodes.extend(literal("a"));
        }
        nodes.extend(literal("b"));
        // Backtracking would take longer than the age of the universe.
        assert!(!Program::new(nodes).matches(&format!("{}c", "a".repeat(4000))));
    }

    #[test]
    fn an_optional_part_is_no_sure_tail() {
        let mut nodes: Vec<_> = literal("a").collect();
        nodes.push(Node::Optional(2));
        nodes.push(Node::Star(Set::NotNewline));
        nodes.extend(literal("/"));
        let program = Program::new(nodes);
        assert!(program.matches("a"));
        assert!(program.matches("ax/"));
        assert!(!program.matches("ax"));
        assert!(program.may_match_after("ax"));
    }
}
