//! `RUN --mount` and `RUN --device`: comma-separated `key=value` lists.

use std::ops::Range;

use super::super::ast::{Mount, MountOption, MountType, Word};
use super::super::flags::FlagText;
use super::super::suggest;
use super::Context;
use crate::text::Span;

/// The keys of a mount.
const KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "src",
    "dst",
    "destination",
    "ro",
    "rw",
    "readwrite",
    "env",
];

/// The mount of a flag's value.
pub(super) fn read(context: &mut Context<'_, '_>, flag: &FlagText<'_>, value: Range<usize>) -> Mount {
    let span = context.line.span(flag.range.clone());
    let mut mount = Mount { span, mount_type: MountType::default(), options: Vec::new() };
    let Some(fields) = read_fields(context, flag, value) else {
        return mount;
    };
    let mut checker = Checker { context, facts: Facts::default() };
    for field in fields {
        let (key, value) = match field.text.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (&*field.text, None),
        };
        let value_text = value.map(str::to_owned);
        let option = field.option(key.len(), value.is_some(), flag, checker.context);
        let key = key.to_ascii_lowercase();
        if key == "type" {
            mount.mount_type = checker.mount_type(value_text.as_deref(), &option);
        } else {
            checker.option(&key, value_text.as_deref(), mount.mount_type, &option);
        }
        mount.options.push(option);
    }
    checker.whole(&mount);
    mount
}

/// Checks `--device=[name=]NAME[,required[=BOOL]]`.
pub(super) fn check_device(context: &mut Context<'_, '_>, flag: &FlagText<'_>, value: Range<usize>) {
    let Some(fields) = read_fields(context, flag, value) else {
        return;
    };
    let mut has_name = false;
    for field in fields {
        let span = flag.word(field.range.clone(), &context.line).span;
        match field.text.split_once('=') {
            None if field.text.eq_ignore_ascii_case("required") => {}
            Some((key, _)) if key.eq_ignore_ascii_case("name") => {
                if has_name {
                    context.errors.refused(span, "the device is named twice", None);
                }
                has_name = true;
            }
            Some((key, value)) if key.eq_ignore_ascii_case("required") => {
                if parse_bool(value).is_none() {
                    let message = format!("{} is neither true nor false", suggest::quoted(value));
                    context.errors.refused(span, message, None);
                }
            }
            _ if !has_name => has_name = true,
            _ => {
                let message = format!("unknown key of `--device`: {}", suggest::quoted(&field.text));
                context.errors.refused(span, message, "the keys are `name` and `required`".to_owned());
            }
        }
    }
}

/// A field of a comma-separated list.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    /// Its bytes in the flag's text, with quotes.
    range: Range<usize>,
    /// What it says.
    text: String,
}

impl Field {
    /// The field as an option whose key has the given length.
    fn option(
        &self,
        key_length: usize,
        has_value: bool,
        flag: &FlagText<'_>,
        context: &Context<'_, '_>,
    ) -> MountOption {
        let raw = &flag.text()[self.range.clone()];
        let word = |range: Range<usize>, text: &str| -> Word {
            let word = flag.word(range, &context.line);
            if word.text(context.source) == text { word } else { Word { joined: Some(text.into()), ..word } }
        };
        // A quoted field has its quotes at both ends; where the `=` stands in it is known from the bytes.
        let equals = raw.find('=').map_or(self.range.end, |equals| self.range.start + equals);
        let key = word(self.range.start..equals, &self.text[..key_length]);
        let value = has_value.then(|| word(equals + 1..self.range.end, &self.text[key_length + 1..]));
        MountOption { key, value }
    }
}

fn read_fields(
    context: &mut Context<'_, '_>,
    flag: &FlagText<'_>,
    value: Range<usize>,
) -> Option<Vec<Field>> {
    let span = || flag.word(value.clone(), &context.line).span;
    match split_fields(&flag.text()[value.clone()]) {
        Ok(mut fields) => {
            for field in &mut fields {
                field.range = value.start + field.range.start..value.start + field.range.end;
            }
            Some(fields)
        }
        Err(BadList::Empty) => {
            context.errors.refused(span(), "an empty list of options", None);
            None
        }
        Err(BadList::Quotes) => {
            let help =
                "a quoted field starts and ends with `\"`, and a `\"` inside it is written twice".to_owned();
            context.errors.refused(span(), "a stray double quote in the list of options", help);
            None
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum BadList {
    Empty,
    Quotes,
}

/// Splits a line of comma-separated values as Go's `encoding/csv` does.
fn split_fields(text: &str) -> Result<Vec<Field>, BadList> {
    if text.is_empty() {
        return Err(BadList::Empty);
    }
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let start = at;
        let mut content = String::new();
        if text[at..].starts_with('"') {
            at += 1;
            loop {
                let length = text[at..].find('"').ok_or(BadList::Quotes)?;
                content.push_str(&text[at..at + length]);
                at += length + 1;
                if !text[at..].starts_with('"') {
                    break;
                }
                content.push('"');
                at += 1;
            }
            if at < text.len() && !text[at..].starts_with(',') {
                return Err(BadList::Quotes);
            }
        } else {
            at += text[at..].find(',').unwrap_or(text.len() - at);
            if text[start..at].contains('"') {
                return Err(BadList::Quotes);
            }
            content.push_str(&text[start..at]);
        }
        fields.push(Field { range: start..at, text: content });
        if at == text.len() {
            return Ok(fields);
        }
        // The comma.
        at += 1;
    }
}

/// What the options of a mount said, as far as they must go together.
#[derive(Debug, Default)]
struct Facts {
    /// The type is only known in the build.
    has_variable_type: bool,
    from: Option<Span>,
    source: Option<Span>,
    target: Option<Span>,
    id: Option<Span>,
    sharing: Option<Span>,
    /// `mode`, `uid` and `gid`.
    permissions: Vec<(&'static str, Span)>,
}

/// Checks options as BuildKit does, in their order. Values with variables, quotes or escapes are left to the
/// build, which expands them first.
struct Checker<'c, 'a, 'e> {
    context: &'c mut Context<'a, 'e>,
    facts: Facts,
}

impl Checker<'_, '_, '_> {
    fn mount_type(&mut self, value: Option<&str>, option: &MountOption) -> MountType {
        let Some(value) = self.literal(value, option) else {
            self.facts.has_variable_type = option.value.is_some();
            return MountType::Unknown;
        };
        match value.to_ascii_lowercase().as_str() {
            "bind" => MountType::Bind,
            "cache" => MountType::Cache,
            "tmpfs" => MountType::Tmpfs,
            "secret" => MountType::Secret,
            "ssh" => MountType::Ssh,
            _ => {
                let types = ["bind", "cache", "secret", "ssh", "tmpfs"];
                self.refuse_choice(value, option, "unknown mount type", &types);
                MountType::Unknown
            }
        }
    }

    fn option(&mut self, key: &str, value: Option<&str>, mount_type: MountType, option: &MountOption) {
        let span = option.key.span;
        if !KEYS.contains(&key) {
            let help = match suggest::nearest(key, KEYS) {
                Some(nearest) => suggest::did_you_mean(nearest),
                None => "the keys are listed under `RUN --mount` in the Dockerfile reference".to_owned(),
            };
            self.refuse(span, format!("unknown key of `--mount`: {}", suggest::quoted(key)), help);
            return;
        }
        let is_open = self.facts.has_variable_type || mount_type == MountType::Unknown;
        let is_allowed = match key {
            "required" => matches!(mount_type, MountType::Secret | MountType::Ssh),
            "size" => mount_type == MountType::Tmpfs,
            _ => true,
        };
        if !is_open && !is_allowed {
            let types = if key == "size" { "`type=tmpfs`" } else { "`type=secret` or `type=ssh`" };
            let help = format!("`{key}` goes with {types}, which must stand before it");
            self.refuse(span, format!("`{key}` does not go with this type of mount"), help);
            return;
        }
        if value.is_none() && matches!(key, "readonly" | "ro" | "readwrite" | "rw" | "required") {
            return;
        }
        let place = option.value.as_ref().map_or(span, |value| value.span);
        match key {
            "from" => self.facts.from = Some(place),
            "source" | "src" => self.facts.source = Some(place),
            "target" | "dst" | "destination" => self.facts.target = Some(place),
            "id" => self.facts.id = Some(place),
            "sharing" => self.facts.sharing = Some(place),
            "mode" => self.facts.permissions.push(("mode", place)),
            "uid" => self.facts.permissions.push(("uid", place)),
            "gid" => self.facts.permissions.push(("gid", place)),
            _ => {}
        }
        if key == "from"
            && let Some(value) = value
            && value.find('$').is_some_and(|dollar| dollar + 1 < value.len())
        {
            let help =
                "give the image a stage of its own (`FROM $image AS name`) and mount from that".to_owned();
            self.refuse(place, "variables are not expanded in `from`".to_owned(), help);
            return;
        }
        let Some(value) = self.literal(value, option) else {
            return;
        };
        self.value(key, value, option);
    }

    fn value(&mut self, key: &str, value: &str, option: &MountOption) {
        let span = option.value.as_ref().map_or(option.key.span, |value| value.span);
        let expected = match key {
            "readonly" | "ro" | "readwrite" | "rw" | "required" if parse_bool(value).is_none() => {
                "`true` or `false`"
            }
            "size" if !is_size(value) => "a size such as `64m` or `1g`",
            "mode" if !is_number(value, 8) => "an octal number such as `0755`",
            "uid" | "gid" if !is_number(value, 10) => "a number",
            "sharing" if !["shared", "private", "locked"].contains(&value.to_ascii_lowercase().as_str()) => {
                self.refuse_choice(value, option, "unknown sharing mode", &["shared", "private", "locked"]);
                return;
            }
            _ => return,
        };
        self.refuse(span, format!("`{key}` is {expected}, not {}", suggest::quoted(value)), None);
    }

    /// What the options must be together.
    fn whole(&mut self, mount: &Mount) {
        if self.facts.has_variable_type || mount.mount_type == MountType::Unknown {
            return;
        }
        let facts = std::mem::take(&mut self.facts);
        let mount_type = mount.mount_type;
        if matches!(mount_type, MountType::Bind | MountType::Tmpfs) {
            for (key, span) in &facts.permissions {
                let help = "it goes with `type=cache`, `type=secret` and `type=ssh`".to_owned();
                self.refuse(*span, format!("`{key}` does not go with this type of mount"), help);
            }
        }
        if let Some(sharing) = facts.sharing
            && mount_type != MountType::Cache
        {
            self.refuse(
                sharing,
                "`sharing` does not go with this type of mount".to_owned(),
                "it goes with `type=cache`".to_owned(),
            );
        }
        if mount_type != MountType::Secret {
            return;
        }
        if let Some(from) = facts.from {
            self.refuse(from, "a secret mount comes from nowhere: `from` is not for it".to_owned(), None);
        }
        match (facts.source, facts.id) {
            (Some(source), Some(_)) => {
                let help = "`source` is another name of `id` here: keep one".to_owned();
                self.refuse(source, "a secret mount has both `source` and `id`".to_owned(), help);
            }
            (None, None) if facts.target.is_none() => {
                let help = "add `id=…`, the name that the build is given the secret under".to_owned();
                self.refuse(mount.span, "a secret mount does not say which secret".to_owned(), help);
            }
            _ => {}
        }
    }

    /// The value, when the build does not change it.
    fn literal<'v>(&mut self, value: Option<&'v str>, option: &MountOption) -> Option<&'v str> {
        let Some(value) = value else {
            let key = option.key.text(self.context.source).to_owned();
            self.refuse(
                option.key.span,
                format!("{} has no value", suggest::quoted(&key)),
                format!("write `{key}=…`"),
            );
            return None;
        };
        let is_literal = !value.contains(['$', '\'', '"', char::from(self.context.escape)]);
        is_literal.then_some(value)
    }

    fn refuse_choice(&mut self, value: &str, option: &MountOption, what: &str, choices: &[&'static str]) {
        let span = option.value.as_ref().map_or(option.key.span, |value| value.span);
        let help = match suggest::nearest(value, choices.iter().copied()) {
            Some(nearest) => suggest::did_you_mean(nearest),
            None => format!("it is one of `{}`", choices.join("`, `")),
        };
        self.refuse(span, format!("{what} {}", suggest::quoted(value)), help);
    }

    fn refuse(&mut self, span: Span, message: String, help: impl Into<Option<String>>) {
        self.context.errors.refused(span, message, help);
    }
}

/// A Boolean in Go's spellings.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// An unsigned 32-bit number.
fn is_number(text: &str, radix: u32) -> bool {
    // `from_str_radix` takes a plus sign, Go does not.
    !text.starts_with('+') && u32::from_str_radix(text, radix).is_ok()
}

/// A size with an optional unit: `1g`, `64MiB`, `512 kb`.
fn is_size(text: &str) -> bool {
    let Some(last) =
        text.rfind(|character: char| character.is_ascii_digit() || matches!(character, '.' | ' '))
    else {
        return false;
    };
    let (number, unit) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let is_valid = number.parse::<f64>().is_ok_and(|size| size >= 0.0 && size.is_finite());
    let unit = unit.to_ascii_lowercase();
    let mut letters = unit.chars();
    let is_unit = match letters.next() {
        None => true,
        Some('b') => letters.as_str().is_empty(),
        Some('k' | 'm' | 'g' | 't' | 'p') => matches!(letters.as_str(), "" | "b" | "ib"),
        Some(_) => false,
    };
    is_valid && is_unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        split_fields(text).map_or_else(
            |bad| vec![format!("{bad:?}")],
            |fields| fields.into_iter().map(|field| field.text).collect(),
        )
    }

    #[test]
    fn lists_of_fields_with_quotes() {
        assert_eq!(fields("type=bind,target=/a"), ["type=bind", "target=/a"]);
        assert_eq!(fields("type=bind,\"target=/a,b\"\"c\",ro"), ["type=bind", "target=/a,b\"c", "ro"]);
        assert_eq!(fields("a,,b,"), ["a", "", "b", ""]);
        assert_eq!(fields("\"\""), [""]);
        assert_eq!(fields(""), ["Empty"]);
        for text in ["a\"b\"", "\"a\"b", "\"a", "\"", "a,\"b\" "] {
            assert_eq!(fields(text), ["Quotes"], "{text}");
        }
    }

    #[test]
    fn sizes() {
        for text in ["1", "1.5g", "64MiB", "512 kb", "1b"] {
            assert!(is_size(text), "{text}");
        }
        for text in ["", "g", "-1", "1x", "1bb", "1kk", "1 g b"] {
            assert!(!is_size(text), "{text}");
        }
    }
}
