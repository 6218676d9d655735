/// A mode for `--chmod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Chmod {
    /// The bits, up to `0o7777`.
    Octal(u32),
    /// Clauses such as `u=rwX,go=rX`.
    Symbolic,
}

/// Reads an octal number or the clauses of chmod(1), which BuildKit takes since Dockerfile 1.14.
pub(in crate::syntax) fn chmod(text: &str) -> Option<Chmod> {
    if let Some(mode) = super::number(text, 8) {
        return (mode <= 0o7777).then_some(Chmod::Octal(mode));
    }
    text.split(',').all(is_clause).then_some(Chmod::Symbolic)
}

/// Whether this is `[augo…]` and one or more of `+`, `-`, `=` with `[rwxXstugo…]` each.
fn is_clause(text: &str) -> bool {
    let changes = text.trim_start_matches(['a', 'u', 'g', 'o']);
    changes.starts_with(['+', '-', '=']) && changes.bytes().all(|byte| b"+-=rwxXstugo".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        assert_eq!(chmod("0755"), Some(Chmod::Octal(0o755)));
        assert_eq!(chmod("7777"), Some(Chmod::Octal(0o7777)));
        for text in ["u=rwX,go=rX", "+x", "a+rwx", "go-w", "u=g", "g+,o=", "u+r-w", "ug+s,+t"] {
            assert_eq!(chmod(text), Some(Chmod::Symbolic), "{text}");
        }
        for text in
            ["", "10000", "0o755", "888", "+755", "755,u+x", "u", "rwx", "u+a", "u+x,", ",u+x", "u+ x", "x+u"]
        {
            assert_eq!(chmod(text), None, "{text}");
        }
    }
}
