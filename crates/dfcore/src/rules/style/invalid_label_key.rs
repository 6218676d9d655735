use crate::rule::labels::labels_of;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// The key of a label is not as Docker's guidelines want it.
    ///
    /// A key begins with a lower-case letter, ends with one or with a digit, and has lower-case letters, digits, `.`, `-`, `_`
    /// and `/` between, without two `.` or `-` in a row. `com.docker.*`, `io.docker.*` and `org.dockerproject.*` are Docker's own.
    /// Tools that filter by label expect that; some vendors' keys with capital letters are meant all the same, so the rule is
    /// one of style.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL Maintainer="someone" io.docker.app="x" my..key="y"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.title="app"
    /// ```
    ///
    /// ## Sources
    ///
    /// - "Key format recommendations" in <https://docs.docker.com/engine/manage-resources/labels/>
    /// - [hadolint DL3048](https://github.com/hadolint/hadolint/wiki/DL3048)
    pub InvalidLabelKey {
        code: "DF8011",
        name: "invalid-label-key",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3048"],
    }
}

impl Rule for InvalidLabelKey {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, _) in cx.model.instructions().filter(|&(index, _)| cx.speaks_of_instruction(index)) {
            let mut wrong = labels_of(cx.model, index)
                .filter_map(|label| Some((what_is_wrong(&label.key)?, label)))
                .map(|(why, label)| {
                    let key = crate::text::displayable(&label.key);
                    (label.pair.key.span, format!("the label key `{key}` {why}"))
                });
            let Some((span, message)) = wrong.next() else { continue };
            let mut finding = report.at(span, message).help("write it like `com.example.some-key`");
            for (span, message) in wrong {
                finding = finding.label(span, message);
            }
        }
    }
}

fn what_is_wrong(key: &str) -> Option<&'static str> {
    const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];
    let is_letter = |next: char| next.is_ascii_lowercase();
    let is_edge = |next: char| next.is_ascii_lowercase() || next.is_ascii_digit();
    let is_inner = |next: char| is_edge(next) || matches!(next, '.' | '-' | '_' | '/');
    if key.chars().any(char::is_uppercase) {
        Some("has capital letters")
    } else if !key.chars().all(is_inner) {
        Some("has characters that do not belong in it")
    } else if !key.starts_with(is_letter) {
        Some("does not begin with a letter")
    } else if !key.ends_with(is_edge) {
        Some("does not end with a letter or digit")
    } else if key.contains("..") || key.contains("--") {
        Some("has two separators in a row")
    } else if RESERVED.iter().any(|reserved| key.starts_with(reserved)) {
        Some("is in a name space of Docker's own")
    } else {
        None
    }
}
