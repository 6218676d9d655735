//! The flags that each instruction takes, and what they say.

use std::ops::Range;
use std::time::Duration;

use super::super::ast::{
    Checksum, Few, Flag, FlagValue, Mount, NetworkMode, Owner, Platform, SecurityMode, Word,
};
use super::super::flags::FlagText;
use super::super::keyword::Keyword;
use super::super::values::{self, Chmod};
use super::super::{suggest, words};
use super::{Context, Parts, device, mount};
use crate::text::Span;

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Nothing, `true` or `false`.
    Boolean,
    Checksum,
    Device,
    Duration,
    Mode,
    Mount,
    Network,
    /// A stage, an image or a build context.
    Origin,
    Owner,
    Pattern,
    Platform,
    Retries,
    Security,
}

impl Takes {
    const fn may_repeat(self) -> bool {
        matches!(self, Self::Device | Self::Mount | Self::Pattern)
    }

    /// Whether the build expands variables in it.
    const fn is_expanded(self) -> bool {
        matches!(self, Self::Checksum | Self::Mode | Self::Owner | Self::Platform)
    }

    /// Whether an empty value is as good as no flag.
    const fn may_be_empty(self) -> bool {
        self.is_expanded() || matches!(self, Self::Duration | Self::Origin | Self::Retries)
    }
}

/// The flags of an instruction.
type Table = &'static [(&'static str, Takes)];

const ADD: Table = &[
    ("checksum", Takes::Checksum),
    ("chmod", Takes::Mode),
    ("chown", Takes::Owner),
    ("exclude", Takes::Pattern),
    ("keep-git-dir", Takes::Boolean),
    ("link", Takes::Boolean),
    ("unpack", Takes::Boolean),
];
const COPY: Table = &[
    ("chmod", Takes::Mode),
    ("chown", Takes::Owner),
    ("exclude", Takes::Pattern),
    ("from", Takes::Origin),
    ("link", Takes::Boolean),
    ("parents", Takes::Boolean),
];
const FROM: Table = &[("platform", Takes::Platform)];
const HEALTHCHECK: Table = &[
    ("interval", Takes::Duration),
    ("retries", Takes::Retries),
    ("start-interval", Takes::Duration),
    ("start-period", Takes::Duration),
    ("timeout", Takes::Duration),
];
const RUN: Table = &[
    ("device", Takes::Device),
    ("mount", Takes::Mount),
    ("network", Takes::Network),
    ("security", Takes::Security),
];

const NETWORK_MODES: [(&str, NetworkMode); 3] =
    [("default", NetworkMode::Default), ("none", NetworkMode::None), ("host", NetworkMode::Host)];

const SECURITY_MODES: [(&str, SecurityMode); 2] =
    [("sandbox", SecurityMode::Sandbox), ("insecure", SecurityMode::Insecure)];

/// The flags of an instruction, and the mounts among them.
pub(super) fn read(
    context: &mut Context<'_, '_>,
    parts: &Parts<'_>,
    keyword: Option<Keyword>,
) -> (Few<Flag>, Few<Mount>) {
    if parts.flags.is_empty() {
        return <_>::default();
    }
    let mut mounts = Vec::new();
    let known = keyword.and_then(|keyword| Some((keyword, table(context, parts, keyword)?)));
    let mut flags = Vec::with_capacity(parts.flags.len());
    // Few enough for the bits of a word.
    let mut seen = 0_u32;
    for flag in &parts.flags {
        let typed = match known {
            Some((keyword, table)) => {
                let mut reader = Reader { context, flag, mounts: &mut mounts };
                let takes = reader.takes(table, keyword, &mut seen);
                takes.and_then(|takes| reader.value(takes)).unwrap_or(FlagValue::Invalid)
            }
            None => FlagValue::Ignored,
        };
        flags.push(flag.to_flag(typed, &context.line));
    }
    (flags.into(), mounts.into())
}

/// The flags that it takes; `None` when BuildKit does not look at them.
fn table(context: &Context<'_, '_>, parts: &Parts<'_>, keyword: Keyword) -> Option<Table> {
    match keyword {
        Keyword::Add => Some(ADD),
        Keyword::Arg | Keyword::Stopsignal => None,
        Keyword::Copy => Some(COPY),
        Keyword::From => Some(FROM),
        Keyword::Healthcheck => {
            let text = context.line.slice(parts.arguments.clone());
            let first = &text[..words::split_first_latin1_word(text).0];
            (!first.is_empty() && !first.eq_ignore_ascii_case("none")).then_some(HEALTHCHECK)
        }
        Keyword::Run => Some(RUN),
        _ => Some(&[]),
    }
}

/// Reads one flag.
struct Reader<'r, 'a, 'e> {
    context: &'r mut Context<'a, 'e>,
    flag: &'r FlagText<'r>,
    mounts: &'r mut Vec<Mount>,
}

impl Reader<'_, '_, '_> {
    /// What it takes; `None` after an error. `seen` has a bit for each flag of the table.
    fn takes(&mut self, table: Table, keyword: Keyword, seen: &mut u32) -> Option<Takes> {
        let name = &self.flag.text()[self.flag.name()];
        let shown = || suggest::quoted(&format!("--{name}"));
        let span = self.context.line.span(self.flag.range.clone());
        let Some(index) = table.iter().position(|(known, _)| *known == name) else {
            let instruction = keyword.name();
            let message = format!("unknown flag {} of `{instruction}`", shown());
            return self.refuse(span, message, unknown_help(name, table, instruction));
        };
        let takes = table[index].1;
        let is_repeated = *seen & 1 << index != 0;
        *seen |= 1 << index;
        if is_repeated && !takes.may_repeat() {
            return self.refuse(span, format!("{} is given twice", shown()), "keep one of them".to_owned());
        }
        let is_missing = match self.text() {
            None => takes != Takes::Boolean,
            Some(value) => takes == Takes::Boolean && value.is_empty(),
        };
        if is_missing {
            let help = format!("write `--{name}=…`, without blanks around the `=`");
            return self.refuse(span, format!("{} has no value", shown()), help);
        }
        Some(takes)
    }

    /// What it says; `None` after an error.
    fn value(&mut self, takes: Takes) -> Option<FlagValue> {
        // Only a Boolean may stand without a value.
        let Some(range) = self.flag.value() else { return Some(FlagValue::Boolean(true)) };
        let flag = self.flag;
        let text = &flag.text()[range.clone()];
        if text.is_empty() && takes.may_be_empty() {
            return Some(FlagValue::Ignored);
        }
        if takes.is_expanded() && !values::is_literal(text, self.context.escape) {
            return Some(FlagValue::Unexpanded);
        }
        match takes {
            Takes::Boolean => self.boolean(text),
            Takes::Checksum => self.checksum(text),
            Takes::Device => device::read(self.context, flag, range).map(FlagValue::Device),
            Takes::Duration => self.duration(text),
            Takes::Mode => self.mode(text),
            Takes::Mount => {
                self.mounts.push(mount::read(self.context, flag, range));
                Some(FlagValue::Mount(self.mounts.len() - 1))
            }
            Takes::Network => self.choose(text, "network mode", &NETWORK_MODES).map(FlagValue::Network),
            Takes::Origin => self.origin(text),
            Takes::Owner => {
                let colon = text.find(':');
                let user = self.word(0..colon.unwrap_or(text.len()));
                let group = colon.map(|colon| self.word(colon + 1..text.len()));
                Some(FlagValue::Owner(Owner { user, group }))
            }
            Takes::Pattern => Some(FlagValue::Text),
            Takes::Platform => self.platform(text),
            Takes::Retries => match values::retries(text) {
                Some(retries) => Some(FlagValue::Retries(retries)),
                None => {
                    let help = "it is a whole number such as `3`; `0` is the engine's default".to_owned();
                    self.refuse_value(format!("{} is no number of retries", suggest::quoted(text)), help)
                }
            },
            Takes::Security => self.choose(text, "security mode", &SECURITY_MODES).map(FlagValue::Security),
        }
    }

    fn boolean(&mut self, text: &str) -> Option<FlagValue> {
        if text.eq_ignore_ascii_case("true") {
            return Some(FlagValue::Boolean(true));
        }
        if text.eq_ignore_ascii_case("false") {
            return Some(FlagValue::Boolean(false));
        }
        let name = suggest::quoted(&format!("--{}", &self.flag.text()[self.flag.name()]));
        let message = format!("{name} is either `true` or `false`, not {}", suggest::quoted(text));
        self.refuse(self.context.line.span(self.flag.range.clone()), message, None)
    }

    fn checksum(&mut self, text: &str) -> Option<FlagValue> {
        let Some(digits) = values::checksum(text) else {
            let help = "write `sha256:` and 64 lower-case hexadecimal digits, or the commit of a Git source";
            return self.refuse_value(format!("{} is no checksum", suggest::quoted(text)), help.to_owned());
        };
        let algorithm = digits.checked_sub(1).map(|colon| self.word(0..colon));
        Some(FlagValue::Checksum(Checksum { algorithm, digits: self.word(digits..text.len()) }))
    }

    fn duration(&mut self, text: &str) -> Option<FlagValue> {
        const SHORTEST: i64 = 1_000_000;
        match values::nanoseconds(text) {
            None => {
                let help = "write a number with a unit, such as `30s`, `1m30s` or `500ms`".to_owned();
                self.refuse_value(format!("{} is no duration", suggest::quoted(text)), help)
            }
            Some(nanoseconds @ (0 | SHORTEST..)) => {
                Some(FlagValue::Duration(Duration::from_nanos(nanoseconds.unsigned_abs())))
            }
            Some(_) => self.refuse_value("the shortest duration is `1ms`", None),
        }
    }

    fn mode(&mut self, text: &str) -> Option<FlagValue> {
        match values::chmod(text) {
            Some(Chmod::Octal(mode)) => Some(FlagValue::Mode(mode)),
            Some(Chmod::Symbolic) => Some(FlagValue::SymbolicMode),
            None => {
                let help =
                    "write an octal number of at most `7777`, or clauses such as `u=rwX,go=rX`".to_owned();
                self.refuse_value(format!("{} is no file mode", suggest::quoted(text)), help)
            }
        }
    }

    fn origin(&mut self, text: &str) -> Option<FlagValue> {
        if values::has_variable(text) {
            let help =
                "give the image a stage of its own (`FROM $image AS name`) and copy from that".to_owned();
            return self.refuse_value("variables are not expanded in `--from`", help);
        }
        Some(FlagValue::Text)
    }

    fn platform(&mut self, text: &str) -> Option<FlagValue> {
        let Some(parts) = values::platform(text) else {
            let help = match values::nearest_platform(text) {
                // The dollar sign is easily forgotten.
                _ if matches!(text, "BUILDPLATFORM" | "TARGETPLATFORM") => {
                    suggest::did_you_mean(&format!("${text}"))
                }
                Some(nearest) => suggest::did_you_mean(nearest),
                None => {
                    "write `os/architecture` or `os/architecture/variant`, such as `linux/amd64`".to_owned()
                }
            };
            return self.refuse_value(format!("{} is no platform", suggest::quoted(text)), help);
        };
        Some(FlagValue::Platform(Box::new(Platform {
            os: parts.os.map(|range| self.word(range)),
            os_options: parts.os_options.map(|range| self.word(range)),
            architecture: parts.architecture.map(|range| self.word(range)),
            variant: parts.variant.map(|range| self.word(range)),
        })))
    }

    /// One of a few words; variables are not expanded in it.
    fn choose<T: Copy>(&mut self, text: &str, what: &str, choices: &[(&'static str, T)]) -> Option<T> {
        match suggest::choose(text, choices) {
            Ok(choice) => Some(choice),
            Err(help) => self.refuse_value(format!("unknown {what} {}", suggest::quoted(text)), help),
        }
    }

    fn text(&self) -> Option<&str> {
        Some(&self.flag.text()[self.flag.value()?])
    }

    /// The word of a range of the value.
    fn word(&self, range: Range<usize>) -> Word {
        let start = self.flag.value().map_or(0, |value| value.start);
        self.flag.word(start + range.start..start + range.end, &self.context.line)
    }

    fn refuse_value<T>(&mut self, message: impl Into<String>, help: impl Into<Option<String>>) -> Option<T> {
        let value = self.flag.value().unwrap_or_default();
        self.refuse(self.flag.word(value, &self.context.line).span, message, help)
    }

    fn refuse<T>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> Option<T> {
        self.context.errors.refused(span, message, help);
        None
    }
}

fn unknown_help(name: &str, table: Table, instruction: &str) -> String {
    if let Some(nearest) = suggest::nearest(name, table.iter().map(|(known, _)| *known)) {
        return suggest::did_you_mean(&format!("--{nearest}"));
    }
    if table.is_empty() {
        return format!(
            "`{instruction}` takes no flags; put `--` before a first argument that starts with dashes"
        );
    }
    let known: Vec<_> = table.iter().map(|(known, _)| format!("`--{known}`")).collect();
    format!("`{instruction}` takes {}", known.join(", "))
}
