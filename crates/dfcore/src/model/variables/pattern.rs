//! Patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?` and escapes, without bracket expressions.
//!
//! BuildKit turns them into regular expressions of Go; what follows finds the same matches without one. A wildcard
//! matches no line feed. All stars of a pattern are equally greedy, so a greedy match is the longest of its start and
//! any other the shortest.

/// How many steps one expansion may take, against patterns and values that are large both.
const MAX_STEPS: usize = 1 << 24;

/// What a pattern is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Character(char),
    Any,
    Star,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

/// Which match counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Shortest,
    Longest,
}

/// Whether one match is replaced or all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurrences {
    First,
    All,
}

/// BuildKit refuses the pattern, or matching it takes too long.
#[derive(Debug)]
pub(super) struct Hopeless;

impl Pattern {
    /// Reads a pattern. A backslash may stand before `*`, `?` and itself, and is dropped before `}` and `/`.
    pub(super) fn parse(text: &str) -> Result<Self, Hopeless> {
        let mut parts = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            parts.push(match character {
                '*' => Part::Star,
                '?' => Part::Any,
                '\\' => match characters.next() {
                    Some(escaped @ ('}' | '/' | '*' | '?' | '\\')) => Part::Character(escaped),
                    _ => return Err(Hopeless),
                },
                other => Part::Character(other),
            });
        }
        Ok(Self(parts))
    }

    /// `${x#p}`, `${x##p}`: the value without the match at its start.
    pub(super) fn trim_start(&self, value: &str, length: Length) -> Result<String, Hopeless> {
        let characters: Vec<char> = value.chars().collect();
        let mut steps = MAX_STEPS;
        let end = self.end(&characters, 0, length, &mut steps)?.unwrap_or(0);
        Ok(characters[end..].iter().collect())
    }

    /// `${x%p}`, `${x%%p}`: the value without the match at its end.
    pub(super) fn trim_end(mut self, value: &str, length: Length) -> Result<String, Hopeless> {
        self.0.reverse();
        let characters: Vec<char> = value.chars().rev().collect();
        let mut steps = MAX_STEPS;
        let end = self.end(&characters, 0, length, &mut steps)?.unwrap_or(0);
        Ok(characters[end..].iter().rev().collect())
    }

    /// `${x/p/r}`, `${x//p/r}`: the value with its longest matches replaced. When all are, the replacement is a
    /// template of Go's: `$0` is the match, `$$` a dollar sign, any other name nothing.
    pub(super) fn replace(
        &self,
        value: &str,
        replacement: &str,
        occurrences: Occurrences,
    ) -> Result<String, Hopeless> {
        let characters: Vec<char> = value.chars().collect();
        let mut steps = MAX_STEPS;
        let mut result = String::new();
        let (mut search, mut copied) = (0, 0);
        while let Some(found) = self.find(&characters, search, &mut steps)? {
            result.extend(&characters[copied..found.start]);
            if occurrences == Occurrences::First {
                result.push_str(replacement);
                copied = found.end;
                break;
            }
            // An empty match right after another one is none.
            if found.end > copied || found.start == 0 {
                expand_template(replacement, &characters[found.clone()], &mut result);
            }
            steps = steps.checked_sub(replacement.len() + found.len()).ok_or(Hopeless)?;
            copied = found.end;
            search = found.end.max(search + 1);
        }
        result.extend(&characters[copied..]);
        Ok(result)
    }

    /// The first and longest match from `start` on.
    fn find(
        &self,
        value: &[char],
        start: usize,
        steps: &mut usize,
    ) -> Result<Option<std::ops::Range<usize>>, Hopeless> {
        for start in start..=value.len() {
            if let Some(end) = self.end(value, start, Length::Longest, steps)? {
                return Ok(Some(start..end));
            }
        }
        Ok(None)
    }

    /// Where the match that starts at `start` ends.
    ///
    /// It walks over the value once and keeps the set of places in the pattern that can be reached.
    fn end(
        &self,
        value: &[char],
        start: usize,
        length: Length,
        steps: &mut usize,
    ) -> Result<Option<usize>, Hopeless> {
        let Self(parts) = self;
        let mut reached = vec![false; parts.len() + 1];
        let mut next = reached.clone();
        reached[0] = true;
        let mut end = None;
        let mut at = start;
        loop {
            *steps = steps.checked_sub(parts.len() + 1).ok_or(Hopeless)?;
            for place in 0..parts.len() {
                // A star may match nothing.
                reached[place + 1] |= reached[place] && parts[place] == Part::Star;
            }
            if reached[parts.len()] {
                end = Some(at);
                if length == Length::Shortest {
                    break;
                }
            }
            let Some(&character) = value.get(at) else { break };
            next.fill(false);
            for (place, part) in parts.iter().enumerate().filter(|&(place, _)| reached[place]) {
                match part {
                    Part::Character(literal) => next[place + 1] |= *literal == character,
                    Part::Any => next[place + 1] |= character != '\n',
                    Part::Star => next[place] |= character != '\n',
                }
            }
            std::mem::swap(&mut reached, &mut next);
            if !reached.contains(&true) {
                break;
            }
            at += 1;
        }
        Ok(end)
    }
}

/// Expands a template of Go's `regexp` for a match of an expression without groups.
fn expand_template(template: &str, found: &[char], result: &mut String) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            result.push('$');
            rest = after;
            continue;
        }
        let Some((name, after)) = template_name(after) else {
            result.push('$');
            rest = after;
            continue;
        };
        // A number with leading zeros is no number of a group.
        if name == "0" {
            result.extend(found);
        }
        rest = after;
    }
    result.push_str(rest);
}

/// The name after a dollar sign, bare or in braces, and what follows it.
fn template_name(text: &str) -> Option<(&str, &str)> {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let (name, after) = match text.strip_prefix('{') {
        Some(inner) => {
            let (name, after) = inner.split_once('}')?;
            (name.chars().all(is_name).then_some(name)?, after)
        }
        None => text.split_at(text.find(|character| !is_name(character)).unwrap_or(text.len())),
    };
    (!name.is_empty()).then_some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap_or_else(|_| panic!("{text} is a pattern"))
    }

    #[test]
    fn trims_both_ends() {
        for (value, text, length, start, end) in [
            ("a.tar.gz", "*.", Length::Shortest, "tar.gz", "a.tar.gz"),
            ("a.tar.gz", "*.", Length::Longest, "gz", "a.tar.gz"),
            ("a.tar.gz", ".*", Length::Shortest, "a.tar.gz", "a.tar"),
            ("a.tar.gz", ".*", Length::Longest, "a.tar.gz", "a"),
            ("éxé", "?", Length::Longest, "xé", "éx"),
            ("abc", "", Length::Longest, "abc", "abc"),
            ("abc", "*", Length::Shortest, "abc", "abc"),
            ("abc", "*", Length::Longest, "", ""),
            ("*a*", "\\*", Length::Shortest, "a*", "*a"),
            ("a\nb", "*", Length::Longest, "\nb", "a\n"),
        ] {
            assert_eq!(pattern(text).trim_start(value, length).expect("quick"), start, "{value} # {text}");
            assert_eq!(pattern(text).trim_end(value, length).expect("quick"), end, "{value} % {text}");
        }
    }

    #[test]
    fn replaces_as_go_does() {
        for (value, text, replacement, first, all) in [
            ("a-b-c", "-", "_", "a_b-c", "a_b_c"),
            ("abc", "*", "x", "x", "x"),
            ("abc", "", "-", "-abc", "-a-b-c-"),
            ("abcb", "b*", "x", "ax", "ax"),
            ("aXbX", "X", "[$0$1$$${0}${", "a[$0$1$$${0}${bX", "a[X$X${b[X$X${"),
            ("a/b/", "\\/", "", "ab/", "ab"),
            ("", "a", "x", "", ""),
        ] {
            let replace =
                |occurrences| pattern(text).replace(value, replacement, occurrences).expect("quick");
            assert_eq!(replace(Occurrences::First), first, "{value} / {text}");
            assert_eq!(replace(Occurrences::All), all, "{value} // {text}");
        }
    }

    #[test]
    fn bad_and_expensive_patterns_are_hopeless() {
        assert!(Pattern::parse("\\a").is_err());
        assert!(Pattern::parse("a\\").is_err());
        let long = "a".repeat(1 << 14);
        assert!(pattern(&"*a".repeat(1 << 12)).trim_start(&long, Length::Longest).is_err());
        assert!(pattern("*b").replace(&long, "", Occurrences::All).is_err());
    }
}
