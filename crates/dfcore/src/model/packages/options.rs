//! Command lines taken apart by a table of the options that take a value.

use super::command::CommandOption;
use crate::shell::Word;
use crate::text::Span;

/// The options of a command that take a value. Any other option is taken for a switch.
pub(super) struct Options {
    /// Long ones, with their dashes.
    pub(super) long: &'static [&'static str],
    /// Short ones, each one letter.
    pub(super) short: &'static str,
}

/// One option of a command line.
pub(super) struct Given<'a> {
    /// `--requirement` or `-r`.
    pub(super) name: String,
    /// Its value, when it takes one and the value is known.
    pub(super) value: Option<String>,
    /// The option and its value.
    pub(super) span: Span,
    /// The word that holds the value.
    pub(super) value_word: Option<&'a Word>,
}

impl Given<'_> {
    /// The value as a word of its own, also when it is joined to the option (`--package=x`).
    pub(super) fn value_as_word(&self) -> Option<Word> {
        let word = self.value_word?;
        let joined = format!("{}=", self.name);
        let part = |text: &str| text.strip_prefix(&joined).unwrap_or(text).to_owned();
        Some(Word { span: word.span, raw: part(&word.raw), value: self.value.clone() })
    }
}

/// A command line taken apart.
pub(super) struct Arguments<'a> {
    pub(super) options: Vec<Given<'a>>,
    pub(super) positionals: Vec<&'a Word>,
}

impl Options {
    /// Takes the words after the program (and verb) apart.
    pub(super) fn parse<'a>(&self, words: &'a [Word]) -> Arguments<'a> {
        self.parse_before(words, usize::MAX)
    }

    /// The same for a command line that ends in another one, which begins after that many positional words and whose
    /// options are none of ours: 1 for `run` of `uv run --with x pytest -k y`.
    pub(super) fn parse_before<'a>(&self, words: &'a [Word], positionals: usize) -> Arguments<'a> {
        let mut arguments = Arguments { options: Vec::new(), positionals: Vec::new() };
        let mut words = words.iter();
        while arguments.positionals.len() <= positionals
            && let Some(word) = words.next()
        {
            self.read(word, &mut words, &mut arguments);
        }
        arguments.positionals.extend(words);
        arguments
    }

    /// Takes the options before the first other word apart, and gives the words from there on: for programs whose
    /// letters mean something else after the verb.
    pub(super) fn parse_leading<'a>(&self, words: &'a [Word]) -> (Arguments<'a>, &'a [Word]) {
        let mut arguments = Arguments { options: Vec::new(), positionals: Vec::new() };
        let mut words = words.iter();
        while let [word, ..] = words.as_slice()
            && word.text().starts_with('-')
        {
            words.next();
            self.read(word, &mut words, &mut arguments);
        }
        (arguments, words.as_slice())
    }

    /// Reads a word, with the next where that is its value.
    fn read<'a>(
        &self,
        word: &'a Word,
        words: &mut std::slice::Iter<'a, Word>,
        arguments: &mut Arguments<'a>,
    ) {
        // A word with a variable in it may be anything; what is known of it decides.
        let text = &*word.text();
        if text == "--" {
            arguments.positionals.extend(words);
        } else if let Some(long) = text.strip_prefix("--") {
            arguments.options.push(match long.split_once('=') {
                Some((name, value)) => with_attached(&format!("--{name}"), value, word),
                None if self.long.contains(&text) => with_next(text, word, words.next()),
                None => switch(text, word),
            });
        } else if text.len() > 1 && text.starts_with('-') {
            self.short_cluster(&text[1..], word, words, arguments);
        } else {
            arguments.positionals.push(word);
        }
    }

    /// `-qy`, `-rrequirements.txt`, `-qr requirements.txt`
    fn short_cluster<'a>(
        &self,
        letters: &str,
        word: &'a Word,
        words: &mut std::slice::Iter<'a, Word>,
        arguments: &mut Arguments<'a>,
    ) {
        for (at, letter) in letters.char_indices() {
            let name = format!("-{letter}");
            if !self.short.contains(letter) {
                arguments.options.push(switch(&name, word));
                continue;
            }
            let attached = &letters[at + letter.len_utf8()..];
            arguments.options.push(if attached.is_empty() {
                with_next(&name, word, words.next())
            } else {
                with_attached(&name, attached.trim_start_matches('='), word)
            });
            return;
        }
    }
}

pub(super) fn switch<'a>(name: &str, word: &Word) -> Given<'a> {
    Given { name: name.to_owned(), value: None, span: word.span, value_word: None }
}

/// An option with its value in the same word.
pub(super) fn with_attached<'a>(name: &str, value: &str, word: &'a Word) -> Given<'a> {
    Given {
        name: name.to_owned(),
        value: word.value.is_some().then(|| value.to_owned()),
        span: word.span,
        value_word: Some(word),
    }
}

pub(super) fn with_next<'a>(name: &str, word: &Word, next: Option<&'a Word>) -> Given<'a> {
    Given {
        name: name.to_owned(),
        value: next.and_then(|next| next.value.clone()),
        span: next.map_or(word.span, |next| word.span.cover(next.span)),
        value_word: next,
    }
}

impl Given<'_> {
    /// What is known of its value; variables stand in it as `${NAME}`.
    pub(super) fn value_text(&self) -> Option<String> {
        let text = self.value_word?.text();
        let attached = text.strip_prefix(&*self.name).map(|rest| rest.trim_start_matches(['=', ':']));
        Some(attached.unwrap_or(&text).to_owned())
    }
}

impl<'a> Arguments<'a> {
    /// Drops the words after options of these names, which are values that the table cannot know: one for options whose
    /// value may be left out, more for those that take a list (`--without test development`).
    pub(super) fn drop_values_of(&mut self, names: &[&str], at_most: usize) {
        let mut dropped = (0, 0);
        let options = &self.options;
        self.positionals.retain(|word| {
            let before = options.iter().rev().find(|option| option.span.start < word.span.start);
            let Some(option) = before.filter(|option| names.contains(&option.name.as_str())) else {
                return true;
            };
            let count = if dropped.0 == option.span.start { dropped.1 + 1 } else { 1 };
            dropped = (option.span.start, count);
            count > at_most
        });
    }

    /// The options as they are kept.
    pub(super) fn to_options(&self) -> Vec<CommandOption> {
        let option = |given: &Given<'_>| CommandOption {
            name: given.name.clone(),
            value: given.value.clone(),
            span: given.span,
            value_span: given.value_word.map(|word| word.span),
        };
        self.options.iter().map(option).collect()
    }

    /// The words that are no options, as far as they are known; else empty.
    pub(super) fn words(&self) -> Vec<&'a str> {
        self.positionals.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect()
    }

    /// The options of any of these names.
    pub(super) fn all<'s>(&'s self, names: &'s [&str]) -> impl Iterator<Item = &'s Given<'a>> {
        self.options.iter().filter(move |option| names.contains(&option.name.as_str()))
    }

    /// The last option of any of these names, which is the one that counts.
    pub(super) fn last<'s>(&'s self, names: &'s [&str]) -> Option<&'s Given<'a>> {
        self.all(names).last()
    }
}
