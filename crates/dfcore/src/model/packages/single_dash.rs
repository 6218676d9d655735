//! Command lines of programs whose long options may have a single dash: go, Maven, dotnet and NuGet. Letters are never
//! joined there, so a word is one option.

use super::options::{Arguments, switch, with_attached, with_next};
use crate::shell::Word;

/// The options of a command that take a value. Any other option is taken for a switch.
pub(super) struct SingleDashOptions {
    /// Those whose value is the next word or follows a separator, with their dashes.
    pub(super) with_value: &'static [&'static str],
    /// Those whose value follows at once: `-D` of `-Dname=value`.
    pub(super) with_attached: &'static [&'static str],
    /// What separates an option from a value in the same word.
    pub(super) separators: &'static [char],
    /// Whether `-Version` is `-version`. The names are in lower case then, in the tables and in what comes out.
    pub(super) ignores_case: bool,
}

impl SingleDashOptions {
    /// Takes the words after the program (and verb) apart.
    pub(super) fn parse<'a>(&self, words: &'a [Word]) -> Arguments<'a> {
        let mut arguments = Arguments { options: Vec::new(), positionals: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut text = word.text().into_owned();
            if self.ignores_case {
                text.make_ascii_lowercase();
            }
            let text = text.as_str();
            if text == "--" {
                arguments.positionals.extend(words);
                break;
            }
            if text.len() < 2 || !text.starts_with('-') {
                arguments.positionals.push(word);
                continue;
            }
            let is_attached = |prefix: &&&str| text.len() > prefix.len() && text.starts_with(**prefix);
            arguments.options.push(if self.with_value.contains(&text) {
                with_next(text, word, words.next())
            } else if let Some(prefix) = self.with_attached.iter().find(is_attached) {
                with_attached(prefix, &text[prefix.len()..], word)
            } else if let Some((name, value)) = text.split_once(self.separators) {
                with_attached(name, value, word)
            } else {
                switch(text, word)
            });
        }
        arguments
    }
}
