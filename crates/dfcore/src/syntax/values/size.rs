/// A size with an optional binary unit (`1g`, `64MiB`, `512 kb`), in bytes.
pub(in crate::syntax) fn bytes(text: &str) -> Option<u64> {
    let last = text.rfind(|character: char| character.is_ascii_digit() || matches!(character, '.' | ' '))?;
    let (number, unit) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let number = number.parse::<f64>().ok().filter(|size| size.is_finite() && *size >= 0.0)?;
    let bytes = number * unit_bytes(&unit.to_ascii_lowercase())?;
    // BuildKit counts with a sign; the cast stops at the largest number.
    Some((bytes as i64).unsigned_abs())
}

fn unit_bytes(unit: &str) -> Option<f64> {
    let mut letters = unit.chars();
    let power = match letters.next() {
        None => return Some(1.0),
        Some('b') => return letters.as_str().is_empty().then_some(1.0),
        Some('k') => 1,
        Some('m') => 2,
        Some('g') => 3,
        Some('t') => 4,
        Some('p') => 5,
        Some(_) => return None,
    };
    matches!(letters.as_str(), "" | "b" | "ib").then(|| 1024_f64.powi(power))
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("0", 0),
            ("1", 1),
            ("1.5g", 3 << 29),
            ("64MiB", 64 << 20),
            ("512 kb", 512 << 10),
            ("1b", 1),
            ("1.9", 1),
            ("9999999p", i64::MAX as u64),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in ["", "g", "-1", "1x", "1bb", "1kk", "1 g b", "nan ", "1e999"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
