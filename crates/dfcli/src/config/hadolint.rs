//! hadolint's configuration, as ours: its file, where it looks for that, and its environment variables.
//!
//! Source: hadolint 2.15's README, "Configure"; which words count as true, and that the thresholds `ignore` and `none`
//! fail on every finding, was tried out with it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use dfcore::config::{Config, ConfigError};
use dfcore::rules;
use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::import::{Import, list, word};

/// Why there is no configuration.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum HadolintError {
    #[error("{name}:{line}:{column}: {message}")]
    Yaml { name: String, line: u64, column: u64, message: String },
    #[error("{origin}: `{word}` is no threshold; choose one of error, warning, info, style, ignore, none")]
    Threshold { origin: String, word: String },
    #[error("{origin}: `{word}` does not say which label is of which type; write `name:type`")]
    Label { origin: String, word: String },
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    ignored: Vec<Spanned<String>>,
    #[serde(rename = "override")]
    overrides: Option<Overrides>,
    #[serde(rename = "failure-threshold")]
    failure_threshold: Option<Spanned<String>>,
    #[serde(rename = "trustedRegistries")]
    trusted_registries: Option<Spanned<Vec<String>>>,
    #[serde(rename = "label-schema")]
    label_schema: Option<Spanned<BTreeMap<String, String>>>,
    #[serde(rename = "strict-labels")]
    strict_labels: Option<Spanned<bool>>,
    #[serde(rename = "no-fail")]
    no_fail: Option<Spanned<bool>>,
    #[serde(rename = "disable-ignore-pragma")]
    disable_ignore_pragma: Option<Spanned<bool>>,
    format: Option<Spanned<String>>,
    #[serde(rename = "no-color")]
    no_color: Option<Spanned<bool>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Overrides {
    error: Vec<Spanned<String>>,
    warning: Vec<Spanned<String>>,
    info: Vec<Spanned<String>>,
    style: Vec<Spanned<String>>,
}

/// The file that hadolint would read: it looks in the current folder and in the user's, not beside the Dockerfile.
pub(super) fn find(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let home = variable("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let config = variable("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let config = config.or_else(|| Some(home.as_ref()?.join(".config")));
    let of_user = [".hadolint/hadolint.yaml", "hadolint/config.yaml", ".hadolint.yaml"];
    let of_user = home.iter().flat_map(|home| of_user.map(|file| home.join(file)));
    let here = [".hadolint.yaml", ".hadolint.yml"].map(PathBuf::from);
    let config = config.iter().map(|folder| folder.join("hadolint.yaml"));
    here.into_iter().chain(config).chain(of_user).find(|file| file.is_file())
}

/// Reads the text of its file; `name` is what messages call it.
///
/// # Errors
/// When it is no YAML or no configuration of hadolint's; the message names file and line.
pub(crate) fn read(name: &str, text: &str) -> Result<Import, HadolintError> {
    let file: Option<File> = serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location().unwrap_or(Location::UNKNOWN);
        let message = error.without_snippet().to_string();
        let message = message.lines().next().unwrap_or_default().to_owned();
        HadolintError::Yaml { name: name.to_owned(), line: place.line(), column: place.column(), message }
    })?;
    let file = file.unwrap_or_default();
    let at = |location: Location| format!("{name}:{}", location.line());
    let mut import = Import::default();
    import.set("lint.profile", word("hadolint"), name)?;
    for id in &file.ignored {
        ignore(&mut import, &id.value, &at(id.referenced))?;
    }
    let overrides = file.overrides.unwrap_or_default();
    let levels = [
        ("error", overrides.error),
        ("warning", overrides.warning),
        ("info", overrides.info),
        ("style", overrides.style),
    ];
    for (level, ids) in &levels {
        for id in ids {
            set_level(&mut import, &id.value, level, &at(id.referenced))?;
        }
    }
    if let Some(threshold) = &file.failure_threshold {
        import.set(
            "lint.fail-on",
            threshold_word(&threshold.value, &at(threshold.referenced))?,
            &at(threshold.referenced),
        )?;
    }
    if let Some(registries) = &file.trusted_registries {
        import.set("lint.rules.DL3026.allow", list(&registries.value), &at(registries.referenced))?;
    }
    if let Some(schema) = &file.label_schema {
        let labels: Vec<_> = schema.value.iter().map(|(name, of)| (name.as_str(), of.as_str())).collect();
        set_labels(
            &mut import,
            &labels,
            file.strict_labels.as_ref().is_some_and(|strict| strict.value),
            &at(schema.referenced),
        )?;
    } else if let Some(strict) = &file.strict_labels {
        set_labels(&mut import, &[], strict.value, &at(strict.referenced))?;
    }
    if let Some(never) = file.no_fail.as_ref().filter(|never| never.value) {
        import.set("lint.fail-on", word("never"), &at(never.referenced))?;
    }
    if let Some(disabled) = &file.disable_ignore_pragma {
        import.set("lint.suppressions", (!disabled.value).to_string(), &at(disabled.referenced))?;
    }
    if let Some(format) = &file.format {
        import.set("output.format", word(&format.value), &at(format.referenced))?;
    }
    if let Some(plain) = file.no_color.as_ref().filter(|plain| plain.value) {
        import.set("output.color", word("never"), &at(plain.referenced))?;
    }
    Ok(import)
}

/// What its environment variables say; `None` when there are none.
///
/// # Errors
/// When the value of one is wrong; the message names the variable.
pub(super) fn read_environment(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<Import>, HadolintError> {
    let text = |name: &str| {
        let value = variable(&format!("HADOLINT_{name}")).filter(|value| !value.is_empty());
        value.map(|value| value.to_string_lossy().into_owned())
    };
    let is_on = |name: &str| {
        let word = text(name).unwrap_or_default().to_ascii_lowercase();
        matches!(word.as_str(), "1" | "y" | "yes" | "on" | "true")
    };
    let words = |name: &str| -> Vec<String> {
        let value = text(name).unwrap_or_default();
        value.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let mut import = Import::default();
    for id in words("IGNORE") {
        ignore(&mut import, &id, "HADOLINT_IGNORE")?;
    }
    for level in ["error", "warning", "info", "style"] {
        let name = format!("OVERRIDE_{}", level.to_ascii_uppercase());
        for id in words(&name) {
            set_level(&mut import, &id, level, &format!("HADOLINT_{name}"))?;
        }
    }
    if let Some(threshold) = text("FAILURE_THRESHOLD") {
        let origin = "HADOLINT_FAILURE_THRESHOLD";
        import.set("lint.fail-on", threshold_word(&threshold, origin)?, origin)?;
    }
    let registries = words("TRUSTED_REGISTRIES");
    if !registries.is_empty() {
        import.set("lint.rules.DL3026.allow", list(&registries), "HADOLINT_TRUSTED_REGISTRIES")?;
    }
    let labels = words("REQUIRE_LABELS");
    let split = labels.iter().map(|label| {
        label.split_once(':').ok_or_else(|| HadolintError::Label {
            origin: "HADOLINT_REQUIRE_LABELS".to_owned(),
            word: label.clone(),
        })
    });
    let split = split.collect::<Result<Vec<_>, _>>()?;
    if !split.is_empty() || is_on("STRICT_LABELS") {
        let origin = if split.is_empty() { "HADOLINT_STRICT_LABELS" } else { "HADOLINT_REQUIRE_LABELS" };
        set_labels(&mut import, &split, is_on("STRICT_LABELS"), origin)?;
    }
    if is_on("NOFAIL") {
        import.set("lint.fail-on", word("never"), "HADOLINT_NOFAIL")?;
    }
    if is_on("DISABLE_IGNORE_PRAGMA") {
        import.set("lint.suppressions", "false".to_owned(), "HADOLINT_DISABLE_IGNORE_PRAGMA")?;
    }
    if let Some(format) = text("FORMAT") {
        import.set("output.format", word(&format), "HADOLINT_FORMAT")?;
    }
    Ok((!import.is_empty()).then_some(import))
}

fn ignore(import: &mut Import, id: &str, origin: &str) -> Result<(), ConfigError> {
    if is_known(id) {
        return import.set("lint.ignore", list(&[id.to_owned()]), origin);
    }
    import.leave_out(format!("{origin}: there is no rule `{id}`; nothing to ignore"));
    Ok(())
}

fn set_level(import: &mut Import, id: &str, level: &str, origin: &str) -> Result<(), ConfigError> {
    if is_known(id) {
        return import.set(&format!("lint.rules.{id}.level"), word(level), origin);
    }
    import.leave_out(format!("{origin}: there is no rule `{id}`"));
    Ok(())
}

fn set_labels(
    import: &mut Import,
    labels: &[(&str, &str)],
    strict: bool,
    origin: &str,
) -> Result<(), ConfigError> {
    let schema = labels.iter().map(|(name, of)| format!("{} = {}", word(name), word(of)));
    let schema = format!("{{ {} }}", schema.collect::<Vec<_>>().join(", "));
    import.set("lint.labels", format!("{{ schema = {schema}, strict = {strict} }}"), origin)
}

fn threshold_word(threshold: &str, origin: &str) -> Result<String, HadolintError> {
    match threshold {
        "error" | "warning" | "info" | "style" => Ok(word(threshold)),
        // Below the lowest severity: nothing is left out.
        "ignore" | "none" => Ok(word("style")),
        other => Err(HadolintError::Threshold { origin: origin.to_owned(), word: other.to_owned() }),
    }
}

fn is_known(id: &str) -> bool {
    rules::all().iter().any(|rule| rule.meta().is_selectable_by(id))
}

/// What its environment variables and its file say together, of which the file has the last word, as with hadolint;
/// `None` when there is neither.
///
/// # Errors
/// When a variable has a wrong value.
pub(super) fn effective(
    file: Option<Import>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<Config>, HadolintError> {
    let environment = read_environment(variable)?;
    if file.is_none() && environment.is_none() {
        return Ok(None);
    }
    let mut config = Config::set("hadolint's variables", "lint.profile", "hadolint")?;
    for import in environment.iter().chain(&file) {
        config = import.config.clone().on_top_of(config);
    }
    // What is ignored stays so, whatever level it has elsewhere.
    for import in environment.into_iter().chain(file) {
        config = import.ignored.on_top_of(config);
    }
    Ok(Some(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(import: &Import) -> Vec<String> {
        import.keys.iter().map(|(key, value)| format!("{key} = {value}")).collect()
    }

    #[test]
    fn every_key_of_the_file_is_understood() {
        let text = "\
ignored: [DL3008, SC2086, DL9999]
override:
  error: [DL3015]
  style:
    - SC2046
failure-threshold: none
trustedRegistries: [docker.io, '*.example']
label-schema:
  maintainer: text
  org.example.created: rfc3339
strict-labels: true
no-fail: true
disable-ignore-pragma: true
format: sarif
no-color: true
";
        let import = read(".hadolint.yaml", text).expect("right");
        assert_eq!(
            keys(&import),
            [
                "lint.profile = \"hadolint\"",
                "lint.ignore = [\"DL3008\"]",
                "lint.ignore = [\"SC2086\"]",
                "lint.rules.DL3015.level = \"error\"",
                "lint.rules.SC2046.level = \"style\"",
                "lint.fail-on = \"style\"",
                "lint.rules.DL3026.allow = [\"docker.io\", \"*.example\"]",
                "lint.labels = { schema = { \"maintainer\" = \"text\", \"org.example.created\" = \"rfc3339\" }, strict = true }",
                "lint.fail-on = \"never\"",
                "lint.suppressions = false",
                "output.format = \"sarif\"",
                "output.color = \"never\"",
            ]
        );
        assert_eq!(import.left_out, [".hadolint.yaml:1: there is no rule `DL9999`; nothing to ignore"]);
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, expected) in [
            ("ignored: DL3008\n", ".hadolint.yaml:1:10: "),
            ("ignred: []\n", ".hadolint.yaml:1:1: "),
            ("failure-threshold: fatal\n", ".hadolint.yaml:1: `fatal` is no threshold; "),
            ("a: [\n", ".hadolint.yaml:"),
        ] {
            let error = read(".hadolint.yaml", text).expect_err(text).to_string();
            assert!(error.starts_with(expected) && !error.contains('\n'), "{text}: {error}");
        }
        assert!(read(".hadolint.yaml", "").is_ok() && read(".hadolint.yaml", "# nothing\n").is_ok());
    }

    #[test]
    fn every_variable_is_understood() {
        let of = |set: &'static [(&str, &str)]| {
            read_environment(|name| {
                set.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
            })
        };
        assert!(of(&[]).expect("right").is_none());
        let import = of(&[
            ("HADOLINT_IGNORE", "DL3008, DL3015"),
            ("HADOLINT_OVERRIDE_INFO", "DL3007"),
            ("HADOLINT_FAILURE_THRESHOLD", "error"),
            ("HADOLINT_TRUSTED_REGISTRIES", "docker.io"),
            ("HADOLINT_REQUIRE_LABELS", "version:semver"),
            ("HADOLINT_STRICT_LABELS", "true"),
            ("HADOLINT_NOFAIL", "1"),
            ("HADOLINT_DISABLE_IGNORE_PRAGMA", "yes"),
            ("HADOLINT_FORMAT", "json"),
            ("HADOLINT_VERBOSE", "1"),
        ]);
        assert_eq!(
            keys(&import.expect("right").expect("some")),
            [
                "lint.ignore = [\"DL3008\"]",
                "lint.ignore = [\"DL3015\"]",
                "lint.rules.DL3007.level = \"info\"",
                "lint.fail-on = \"error\"",
                "lint.rules.DL3026.allow = [\"docker.io\"]",
                "lint.labels = { schema = { \"version\" = \"semver\" }, strict = true }",
                "lint.fail-on = \"never\"",
                "lint.suppressions = false",
                "output.format = \"json\"",
            ]
        );
        let error = of(&[("HADOLINT_REQUIRE_LABELS", "version")]).expect_err("no type").to_string();
        assert_eq!(
            error,
            "HADOLINT_REQUIRE_LABELS: `version` does not say which label is of which type; write `name:type`"
        );
    }
}
