/// A duration in Go's notation (`1h2m3.5s`, `300ms`), in nanoseconds.
pub(in crate::syntax) fn nanoseconds(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let part;
        (part, rest) = first_part(rest)?;
        total = total.checked_add(part)?;
    }
    if is_negative { 0_i64.checked_sub_unsigned(total) } else { total.try_into().ok() }
}

/// The nanoseconds of the first number with its unit, and the text behind it.
fn first_part(text: &str) -> Option<(u64, &str)> {
    let (whole, rest) = split_at_end(text, |byte| byte.is_ascii_digit());
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => split_at_end(rest, |byte| byte.is_ascii_digit()),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (unit, rest) = split_at_end(rest, |byte| byte != b'.' && !byte.is_ascii_digit());
    let unit: u64 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    Some((whole.checked_mul(unit)?.checked_add(part_of(fraction, unit))?, rest))
}

/// The nanoseconds of the digits behind a point, rounded as Go does. Those past the eighteenth are worth nothing.
fn part_of(digits: &str, unit: u64) -> u64 {
    let digits = &digits[..digits.len().min(18)];
    let fraction = digits.bytes().fold(0, |number: u64, digit| number * 10 + u64::from(digit - b'0'));
    // Less than the unit.
    (fraction as f64 * (unit as f64 / 10_f64.powi(digits.len() as i32))) as u64
}

fn split_at_end(text: &str, is_inside: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(|byte| !is_inside(byte)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("0", 0),
            ("-0", 0),
            ("0s", 0),
            ("1m30s", 90_000_000_000),
            ("1.5h", 5_400_000_000_000),
            ("-2ms", -2_000_000),
            ("+5s", 5_000_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("3us3µs3μs", 9_000),
            ("0.100000000000000000000h", 360_000_000_000),
            ("9223372036854775807ns", i64::MAX),
            ("-9223372036854775808ns", i64::MIN),
        ] {
            assert_eq!(nanoseconds(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "-",
            "5",
            "s",
            "5 s",
            "1d",
            ".",
            "1..2s",
            ".s",
            "9999999999h",
            "9223372036854775808ns",
            "1e3s",
            "é",
        ] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
