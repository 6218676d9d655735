//! Values of flags and mount options, read as the Go of BuildKit reads them; a file for each notation.
//!
//! These functions alone decide what is a value: the parser refuses what they do not read, and the tree keeps what
//! they return.

mod checksum;
mod chmod;
mod duration;
mod platform;
mod size;

pub(super) use checksum::checksum;
pub(super) use chmod::{Chmod, chmod};
pub(super) use duration::nanoseconds;
pub(super) use platform::{nearest_platform, platform};
pub(super) use size::bytes;

/// Whether the build takes the text as it stands: it holds no variable, quote or escape that would be gone then.
pub(super) fn is_literal(text: &str, escape: u8) -> bool {
    !text.bytes().any(|byte| matches!(byte, b'$' | b'\'' | b'"') || byte == escape)
}

/// Whether there is a variable in the text. A `$` at its end is none.
pub(super) fn has_variable(text: &str) -> bool {
    text.find('$').is_some_and(|dollar| dollar + 1 < text.len())
}

/// A Boolean in the spellings of Go's `strconv.ParseBool`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// An unsigned number of 32 bits without a sign.
pub(super) fn number(text: &str, radix: u32) -> Option<u32> {
    // `from_str_radix` takes a plus sign, Go does not.
    if text.starts_with('+') { None } else { u32::from_str_radix(text, radix).ok() }
}

/// How often a health check may fail: 32 bits with a sign, which may be a plus.
pub(super) fn retries(text: &str) -> Option<u32> {
    text.parse::<i32>().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("0755", 8), Some(0o755));
        assert_eq!(number("4294967295", 10), Some(u32::MAX));
        for text in ["", "+1", "-1", "8", "0o7", "1_0"] {
            assert_eq!(number(text, 8), None, "{text}");
        }
        assert_eq!(retries("+3"), Some(3));
        assert_eq!(retries("-0"), Some(0));
        for text in ["-1", "2147483648", "3.0", " 3", ""] {
            assert_eq!(retries(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_build_expands() {
        for text in ["$a", "a'b", "\"", "a\\b"] {
            assert!(!is_literal(text, b'\\'), "{text}");
        }
        assert!(is_literal("a\\b", b'`'));
        assert!(has_variable("a${b}") && !has_variable("a$") && !has_variable("a"));
    }
}
