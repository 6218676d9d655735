use spdx::{Expression, ParseMode};

use crate::rule::labels::check_values;
use crate::rule::{LabelType, Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label that has to be a license is none that SPDX knows.
    ///
    /// Scanners compare licenses by their SPDX identifiers, and do not guess what another spelling means.
    ///
    /// Which labels these are, the label schema in `df.toml` says; without one the rule is silent. Nothing is said of an empty
    /// value, which is a matter of `empty-label`, and of one with variables, which the build fills in.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "org.opencontainers.image.licenses" = "spdx" }
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.licenses="Apache License 2.0"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ARG VALUE
    /// LABEL org.opencontainers.image.licenses="MIT OR Apache-2.0" org.opencontainers.image.title="Apache License 2.0"
    /// LABEL org.opencontainers.image.licenses="${VALUE}"
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes a variable for a wrong value, and reports an empty one here too. It knows single licenses only, and no
    /// expressions (`MIT OR Apache-2.0`), `LicenseRef-…` and older identifiers such as `GPL-2.0`.
    ///
    /// ## Sources
    ///
    /// - The SPDX License List and Annex D of the SPDX specification, as the crate `spdx` has them
    /// - <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
    /// - [hadolint DL3054](https://github.com/hadolint/hadolint/wiki/DL3054)
    pub LabelNotLicense {
        code: "DF8017",
        name: "label-not-license",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3054"],
    }
}

impl Rule for LabelNotLicense {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        check_values(
            cx,
            report,
            LabelType::Spdx,
            "an SPDX license expression",
            "MIT OR Apache-2.0",
            is_license,
        );
    }
}

fn is_license(text: &str) -> bool {
    // An identifier that has a better successor is one nevertheless.
    let mode = ParseMode { allow_deprecated: true, allow_postfix_plus_on_gpl: true, ..ParseMode::STRICT };
    Expression::parse_mode(text, mode).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_apart() {
        for value in [
            "MIT",
            "MIT OR Apache-2.0",
            "GPL-2.0",
            "GPL-2.0-only",
            "LicenseRef-house",
            "Apache-2.0 WITH LLVM-exception",
            "(MIT AND Zlib) OR ISC",
        ] {
            assert!(is_license(value), "{value}");
        }
        for value in ["", "mit license", "Apache 2.0", "Proprietary", "MIT OR", "Apache-3.0"] {
            assert!(!is_license(value), "{value}");
        }
    }
}
