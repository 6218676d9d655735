//! JSON lists of strings, told from shell text as BuildKit (Go's `encoding/json`) does.

use std::ops::Range;

/// What arguments are when they are read as a JSON list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JsonList {
    /// Not valid JSON, or no list: BuildKit takes the text as it stands.
    NotJson,
    /// A list with something else than strings; the range is the first such value's.
    NotStrings(Range<usize>),
    /// A list of strings.
    Strings(Vec<JsonString>),
}

/// A string of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonString {
    /// What stands between its quotes.
    pub(super) range: Range<usize>,
    /// The string, where it differs from what stands between the quotes.
    pub(super) decoded: Option<String>,
}

impl JsonString {
    /// The string, of a list in `text`.
    pub(super) fn into_text(self, text: &str) -> String {
        self.decoded.unwrap_or_else(|| text[self.range].to_owned())
    }
}

/// Go refuses deeper nesting.
const MAX_DEPTH: usize = 10_000;

/// Reads the text as a JSON list.
pub(super) fn parse(text: &str) -> JsonList {
    if !text.trim_start().starts_with('[') {
        return JsonList::NotJson;
    }
    Reader { text, at: text.len() - text.trim_start().len() }.list().unwrap_or(JsonList::NotJson)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

/// What a value is, as far as it matters.
enum Value {
    String(JsonString),
    /// A number too large for a float: valid JSON that Go still cannot decode.
    HugeNumber,
    Other,
}

impl Reader<'_> {
    /// The whole text as a list; `None` when it is not valid JSON.
    fn list(mut self) -> Option<JsonList> {
        self.expect(b'[')?;
        let mut strings = Vec::new();
        let mut other = None;
        let mut is_decodable = true;
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.skip_blanks();
                let start = self.at;
                match self.value()? {
                    Value::String(string) => strings.push(string),
                    Value::HugeNumber => is_decodable = false,
                    Value::Other => _ = other.get_or_insert(start..self.at),
                }
                match self.peek()? {
                    b',' => self.at += 1,
                    b']' => {
                        self.at += 1;
                        break;
                    }
                    _ => return None,
                }
            }
        }
        if self.peek().is_some() || !is_decodable {
            return None;
        }
        Some(other.map_or(JsonList::Strings(strings), JsonList::NotStrings))
    }

    /// One value. Lists and objects are checked without recursion.
    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            b'"' => self.string().map(Value::String),
            b'[' | b'{' => self.nested(),
            _ => self.scalar(),
        }
    }

    /// A list or object with all that it holds.
    fn nested(&mut self) -> Option<Value> {
        let mut open = Vec::new();
        let mut is_huge = false;
        loop {
            // Here a value is due.
            let first = self.peek()?;
            if matches!(first, b'[' | b'{') {
                // The outermost list counts too.
                if open.len() + 1 >= MAX_DEPTH {
                    return None;
                }
                self.at += 1;
                open.push(first);
                let close = if first == b'[' { b']' } else { b'}' };
                if self.peek()? != close {
                    if first == b'{' {
                        self.key()?;
                    }
                    continue;
                }
            } else if first == b'"' {
                self.string()?;
            } else if matches!(self.scalar()?, Value::HugeNumber) {
                is_huge = true;
            }
            // Here a value is over: close what ends, or go on to the next one.
            loop {
                let Some(&innermost) = open.last() else {
                    return Some(if is_huge { Value::HugeNumber } else { Value::Other });
                };
                match (self.peek()?, innermost) {
                    (b']', b'[') | (b'}', b'{') => {
                        self.at += 1;
                        open.pop();
                    }
                    (b',', b'[') => {
                        self.at += 1;
                        break;
                    }
                    (b',', _) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// An object's key with its colon.
    fn key(&mut self) -> Option<()> {
        self.skip_blanks();
        self.string()?;
        self.expect(b':')
    }

    /// `true`, `false`, `null` or a number.
    fn scalar(&mut self) -> Option<Value> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let length =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        let word = &rest[..length];
        self.at += length;
        if matches!(word, "true" | "false" | "null") {
            return Some(Value::Other);
        }
        if !is_number(word) {
            return None;
        }
        let is_finite = word.parse::<f64>().is_ok_and(f64::is_finite);
        Some(if is_finite { Value::Other } else { Value::HugeNumber })
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<JsonString> {
        self.expect(b'"')?;
        let start = self.at;
        let mut decoded: Option<String> = None;
        // The part that is not yet in `decoded`.
        let mut plain = start;
        loop {
            match *self.text.as_bytes().get(self.at)? {
                b'"' => {
                    let range = start..self.at;
                    self.at += 1;
                    if let Some(decoded) = &mut decoded {
                        decoded.push_str(&self.text[plain..range.end]);
                    }
                    return Some(JsonString { range, decoded });
                }
                b'\\' => {
                    let so_far = decoded.get_or_insert_default();
                    so_far.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    let character = self.escaped()?;
                    decoded.get_or_insert_default().push(character);
                    plain = self.at;
                }
                // Bytes that are not UTF-8 read as SUB here; for Go they are valid in strings.
                0..=0x1F if !self.text[self.at..].starts_with('\u{1A}') => return None,
                _ => self.at += 1,
            }
        }
    }

    /// The character that an escape stands for, after its backslash.
    fn escaped(&mut self) -> Option<char> {
        let letter = *self.text.as_bytes().get(self.at)?;
        self.at += 1;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                self.surrogate_pair(unit)
            }
            _ => return None,
        })
    }

    /// The character of a UTF-16 unit, with the unit after it when the two are a pair; a lone half is U+FFFD.
    fn surrogate_pair(&mut self, unit: u32) -> char {
        if let Some(character) = char::from_u32(unit) {
            return character;
        }
        let before = self.at;
        if unit < 0xDC00 && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            if let Some(low @ 0xDC00..=0xDFFF) = self.hex() {
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
        }
        self.at = before;
        char::REPLACEMENT_CHARACTER
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    }
}

/// Whether this is a number in JSON's grammar.
fn is_number(word: &str) -> bool {
    fn digits(text: &str) -> (usize, &str) {
        let count = text.bytes().take_while(u8::is_ascii_digit).count();
        (count, &text[count..])
    }
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (whole, mut rest) = digits(unsigned);
    if whole == 0 || (whole > 1 && unsigned.starts_with('0')) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let (count, after) = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = after;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let (count, after) = digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
        return count > 0 && after.is_empty();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The strings joined by `|`, or what it is instead.
    fn read(text: &str) -> String {
        match parse(text) {
            JsonList::NotJson => "no json".to_owned(),
            JsonList::NotStrings(range) => format!("not a string: {}", &text[range]),
            JsonList::Strings(strings) => {
                let texts = strings
                    .iter()
                    .map(|string| string.decoded.as_deref().unwrap_or(&text[string.range.clone()]));
                format!("[{}]", texts.collect::<Vec<_>>().join("|"))
            }
        }
    }

    #[test]
    fn lists_of_strings() {
        assert_eq!(read("[]"), "[]");
        assert_eq!(read("[ ]"), "[]");
        assert_eq!(read(r#"["a", "b c"]"#), "[a|b c]");
        assert_eq!(read(r#" [ "" ,"é" ] "#), "[|é]");
        assert_eq!(read(r#"["\"\\\/\n\u00e9\ud83d\ude00\ud800x\udc00"]"#), "[\"\\/\né😀\u{fffd}x\u{fffd}]");
        assert_eq!(read(r#"["\ud800\u0041"]"#), "[\u{fffd}A]");
    }

    #[test]
    fn text_that_is_no_json() {
        for text in [
            "",
            "a",
            "[",
            "[a]",
            "['a']",
            r#"["a",]"#,
            r#"["a"] x"#,
            r#"["a" "b"]"#,
            r#"["C:\dir"]"#,
            "[\"a\tb\"]",
            r#"["\u12"]"#,
            "[1e999]",
            "[01]",
            "[.5]",
            "[{]}",
            r#"[{"a" 1}]"#,
            "[,]",
            r#"{"a": []}"#,
            "[[1,]]",
            "[ -d /x ]",
        ] {
            assert_eq!(read(text), "no json", "{text}");
        }
    }

    #[test]
    fn lists_of_other_values_are_an_error_of_their_own() {
        assert_eq!(read("[1]"), "not a string: 1");
        assert_eq!(read(r#"["a", true, 1]"#), "not a string: true");
        assert_eq!(read(r#"["a", [1, "b"], {"k": {}}]"#), "not a string: [1, \"b\"]");
        assert_eq!(read("[-1.5e+3]"), "not a string: -1.5e+3");
        assert_eq!(read("[null]"), "not a string: null");
    }

    #[test]
    fn nesting_is_bounded_as_in_go_and_needs_no_stack() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(matches!(parse(&nested(10_000)), JsonList::NotStrings(_)));
        assert_eq!(parse(&nested(10_001)), JsonList::NotJson);
        assert_eq!(parse(&"[".repeat(1_000_000)), JsonList::NotJson);
    }
}
