//! Names for sessions and builds.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Digits of 36^25, the smallest power of 36 that holds 128 bits: the length that BuildKit uses.
const LENGTH: usize = 25;

/// A random name of 25 characters in base 36, in the form that BuildKit gives to its own.
///
/// It has to be unique, not secret: the randomness is that of the standard library's hash seeds.
pub(crate) fn random() -> String {
    let half = || u128::from(RandomState::new().build_hasher().finish());
    let mut value = half() << 64 | half();
    let mut digits = [b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        // The remainder is below 36.
        *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[(value % 36) as usize];
        value /= 36;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// `bytes` in lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_long_enough_and_differ() {
        let (first, second) = (random(), random());
        assert_eq!(first.len(), 25);
        assert!(first.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()), "{first}");
        assert_ne!(first, second);
    }

    #[test]
    fn hexadecimal_keeps_leading_zeros() {
        assert_eq!(hexadecimal(&[0, 10, 255]), "000aff");
    }
}
