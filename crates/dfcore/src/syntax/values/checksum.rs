/// Where the hexadecimal digits of a checksum start: behind `sha256:`, or at 0 for the commit of a Git source.
pub(in crate::syntax) fn checksum(text: &str) -> Option<usize> {
    let Some((algorithm, digits)) = text.split_once(':') else {
        return (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(0);
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return None,
    };
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (digits.len() == length && digits.bytes().all(is_digit)).then_some(algorithm.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn checksums() {
        assert_eq!(checksum(&format!("sha256:{}", "0a".repeat(32))), Some(7));
        assert_eq!(checksum(&format!("sha512:{}", "f".repeat(128))), Some(7));
        assert_eq!(checksum("26A06aa"), Some(0));
        for text in ["", "sha256:", "sha256:0a", "xyz", "md5:d41d8cd98f00b204e9800998ecf8427e"] {
            assert_eq!(checksum(text), None, "{text}");
        }
        assert_eq!(checksum(&format!("sha256:{}", "0A".repeat(32))), None, "upper case");
    }
}
