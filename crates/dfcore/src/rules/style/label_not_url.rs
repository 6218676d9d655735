use crate::rule::labels::check_values;
use crate::rule::{LabelType, Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label that has to be a web address is none.
    ///
    /// Tools make links of such labels, which lead nowhere without a scheme.
    ///
    /// Which labels these are, the label schema in `df.toml` says; without one the rule is silent. Nothing is said of an empty
    /// value, which is a matter of `empty-label`, and of one with variables, which the build fills in.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "org.opencontainers.image.url" = "url" }
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.url="example.com/app"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ARG VALUE
    /// LABEL org.opencontainers.image.url="https://example.com/app" org.opencontainers.image.title="example.com/app"
    /// LABEL org.opencontainers.image.url="${VALUE}"
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes a variable for a wrong value, and reports an empty one here too.
    ///
    /// ## Sources
    ///
    /// - RFC 3986, sections 3 and 4.3
    /// - [hadolint DL3052](https://github.com/hadolint/hadolint/wiki/DL3052)
    pub LabelNotUrl {
        code: "DF8015",
        name: "label-not-url",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3052"],
    }
}

impl Rule for LabelNotUrl {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        check_values(cx, report, LabelType::Url, "an absolute URI", "https://example.com/app", is_uri);
    }
}

/// Whether a text is a URI with a scheme, by the characters that each part may have.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(is_scheme_byte) {
        return false;
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match path.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", path),
    };
    is_authority(authority)
        && is_made_of(path, b"/")
        && is_made_of(query, b"/?")
        && is_made_of(fragment, b"/?")
}

fn is_authority(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // An IPv6 address, which has colons of its own.
        Some((address, port)) => (address, port.strip_prefix(':').unwrap_or(port)),
        None => host.split_once(':').unwrap_or((host, "")),
    };
    is_made_of(user, b"") && is_made_of(host, b"") && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has nothing but `pchar`s, whole percent-encodings, and `more`.
fn is_made_of(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_fine = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) || more.contains(&byte),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_apart() {
        for value in [
            "https://a.example/b?c=/d#e?",
            "mailto:a@b",
            "http://[::1]:80/",
            "a:b",
            "https://me:x@a:8080",
            "https://a/%7Eb",
        ] {
            assert!(is_uri(value), "{value}");
        }
        for value in [
            "",
            "example.com",
            "//a/b",
            "https://a b",
            "https://a/%zz",
            "https://a/{x}",
            "https://a:port/",
            "1a:b",
            "https://a/%4",
            "https://a/#b#c",
        ] {
            assert!(!is_uri(value), "{value}");
        }
    }
}
