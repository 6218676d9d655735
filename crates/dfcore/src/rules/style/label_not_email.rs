use crate::rule::labels::check_values;
use crate::rule::{LabelType, Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label that has to be an address for mail is none.
    ///
    /// Somebody will write to it when the image is in trouble.
    ///
    /// Which labels these are, the label schema in `df.toml` says; without one the rule is silent. Nothing is said of an empty
    /// value, which is a matter of `empty-label`, and of one with variables, which the build fills in.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "com.example.contact" = "email" }
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL com.example.contact="The Team"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ARG VALUE
    /// LABEL com.example.contact="team@example.com" com.example.other="The Team"
    /// LABEL com.example.contact="${VALUE}"
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes a variable for a wrong value, and reports an empty one here too.
    ///
    /// ## Sources
    ///
    /// - RFC 5322, section 3.4.1
    /// - [hadolint DL3058](https://github.com/hadolint/hadolint/wiki/DL3058)
    pub LabelNotEmail {
        code: "DF8020",
        name: "label-not-email",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3058"],
    }
}

impl Rule for LabelNotEmail {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        check_values(cx, report, LabelType::Email, "an address for mail", "team@example.com", is_address);
    }
}

/// `local@domain`, without a display name, comments and folding.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    is_local(local) && is_domain(domain)
}

fn is_local(local: &str) -> bool {
    if let Some(quoted) = local.strip_prefix('"') {
        let Some(quoted) = quoted.strip_suffix('"') else { return false };
        let mut characters = quoted.chars();
        while let Some(next) = characters.next() {
            if next.is_control() || next == '"' || (next == '\\' && characters.next().is_none()) {
                return false;
            }
        }
        return true;
    }
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local.split('.').all(|part| !part.is_empty() && part.bytes().all(is_atom))
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[') {
        let is_text = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'[' | b']' | b'\\');
        return literal.strip_suffix(']').is_some_and(|literal| literal.bytes().all(is_text));
    }
    domain.split('.').all(|label| {
        let is_edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        is_edge(label.bytes().next())
            && is_edge(label.bytes().last())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_apart() {
        for value in ["a@b.example", "a.b+c@d-e.example", "a@localhost", "\"a b\"@c.example", "a@[192.0.2.1]"]
        {
            assert!(is_address(value), "{value}");
        }
        for value in [
            "",
            "a",
            "a@",
            "@b",
            "A B <a@b.example>",
            "a..b@c.example",
            "a b@c.example",
            "a@-b.example",
            "\"a@b",
            "\"a\\\"@b",
        ] {
            assert!(!is_address(value), "{value}");
        }
    }
}
