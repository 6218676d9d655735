//! Environment variables that say what a key of `df.toml` says.

use std::ffi::OsString;

use dfcore::config::{Config, ConfigError};

/// Variables of ours, each with the key that it sets.
pub(crate) const VARIABLES: [(&str, &str); 10] = [
    ("DFLINT_SELECT", "lint.select"),
    ("DFLINT_EXTEND_SELECT", "lint.extend-select"),
    ("DFLINT_IGNORE", "lint.ignore"),
    ("DFLINT_PROFILE", "lint.profile"),
    ("DFLINT_EDITION", "lint.edition"),
    ("DFLINT_PEDANTIC", "lint.pedantic"),
    ("DFLINT_PREVIEW", "lint.preview"),
    ("DFLINT_FAIL_ON", "lint.fail-on"),
    ("DFLINT_FORMAT", "output.format"),
    ("DFLINT_COLOR", "output.color"),
];

/// What the variables say; an empty variable says nothing.
///
/// # Errors
/// When the value of one is wrong; the message names the variable.
pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    for (name, key) in VARIABLES {
        let Some(value) = variable(name).filter(|value| !value.is_empty()) else { continue };
        config = Config::set(name, key, &value.to_string_lossy())?.on_top_of(config);
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_keys() {
        let of = |set: &'static [(&str, &str)]| {
            read(|name| set.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value)))
        };
        let config =
            of(&[("DFLINT_IGNORE", "DL3007,DL3006"), ("DFLINT_PEDANTIC", "true"), ("DFLINT_SELECT", "")]);
        let keys: Vec<_> = config.expect("right").effective(None).into_iter().map(|one| one.key).collect();
        assert_eq!(keys, ["lint.ignore", "lint.pedantic"]);
        let error = of(&[("DFLINT_FAIL_ON", "fatal")]).expect_err("no severity").to_string();
        assert!(
            error.starts_with("DFLINT_FAIL_ON: unknown variant `fatal`, expected one of `error`"),
            "{error}"
        );
    }
}
