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

/// A command line taken apart.
pub(super) struct Arguments<'a> {
    pub(super) options: Vec<Given<'a>>,
    pub(super) positionals: Vec<&'a Word>,
}

impl Options {
    /// Takes the words after the program (and verb) apart.
    pub(super) fn parse<'a>(&self, words: &'a [Word]) -> Arguments<'a> {
        let mut arguments = Arguments { options: Vec::new(), positionals: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            // A word with a variable in it may be anything; what is known of it decides.
            let text = &*word.text();
            if text == "--" {
                arguments.positionals.extend(words);
                break;
            }
            if let Some(long) = text.strip_prefix("--") {
                let given = match long.split_once('=') {
                    Some((name, value)) => Given {
                        name: format!("--{name}"),
                        value: word.value.is_some().then(|| value.to_owned()),
                        span: word.span,
                        value_word: Some(word),
                    },
                    None if self.long.contains(&text) => with_next(text, word, words.next()),
                    None => switch(text, word),
                };
                arguments.options.push(given);
            } else if text.len() > 1 && text.starts_with('-') {
                self.short_cluster(&text[1..], word, &mut words, &mut arguments);
            } else {
                arguments.positionals.push(word);
            }
        }
        arguments
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
                let value = word.value.is_some().then(|| attached.trim_start_matches('=').to_owned());
                Given { name, value, span: word.span, value_word: Some(word) }
            });
            return;
        }
    }
}

fn switch<'a>(name: &str, word: &Word) -> Given<'a> {
    Given { name: name.to_owned(), value: None, span: word.span, value_word: None }
}

fn with_next<'a>(name: &str, word: &Word, next: Option<&'a Word>) -> Given<'a> {
    Given {
        name: name.to_owned(),
        value: next.and_then(|next| next.value.clone()),
        span: next.map_or(word.span, |next| word.span.cover(next.span)),
        value_word: next,
    }
}

impl<'a> Arguments<'a> {
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

    /// The options of any of these names.
    pub(super) fn all<'s>(&'s self, names: &'s [&str]) -> impl Iterator<Item = &'s Given<'a>> {
        self.options.iter().filter(move |option| names.contains(&option.name.as_str()))
    }

    /// The last option of any of these names, which is the one that counts.
    pub(super) fn last<'s>(&'s self, names: &'s [&str]) -> Option<&'s Given<'a>> {
        self.all(names).last()
    }
}
