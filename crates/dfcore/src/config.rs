//! `df.toml`, the one configuration file of the family, and the settings that come of it.
//!
//! [`Config::parse`] reads the text and makes the rules from their options, once. [`Settings::new`] then
//! decides which rules run and how bad their findings are; a command line adds its own [`Selection`]. Reading
//! files and finding the one that belongs to a Dockerfile is left to the caller.
//!
//! ```
//! use dfcore::config::{Config, Selection, Settings};
//!
//! let config = Config::parse("df.toml", "[lint.rules.latest-tag]\nlevel = 'error'\n")?;
//! let settings = Settings::new(&config, &Selection::default())?;
//! assert!(settings.rules().any(|(rule, severity)| rule.name == "latest-tag" && severity.as_str() == "error"));
//! # Ok::<(), dfcore::config::ConfigError>(())
//! ```

mod edition;
mod error;
mod profile;
mod schema;
mod settings;
mod table;

use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

pub use edition::Edition;
pub use error::{ConfigError, Problem};
pub use profile::Profile;
pub use schema::schema;
pub(crate) use settings::Active;
pub use settings::{Selection, Settings};

use crate::diagnostic::Severity;
use crate::rule::{LabelRules, Registered, Rule};
use crate::rules;
use crate::text::SourceFile;
use error::Problems;
use table::{closest, into_table, take, unknown_keys};

/// The tables that a `df.toml` may have. All but `lint` belong to the image builder, which reads them itself.
const TABLES: [&str; 5] = ["lint", "context", "build", "gate", "budget"];

/// What a rule's `level` may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It does not run.
    Off,
    /// It runs, and its findings are of style.
    Style,
    /// It runs, and its findings are information.
    Info,
    /// It runs, and its findings are warnings.
    Warning,
    /// It runs, and its findings are errors.
    Error,
}

impl Level {
    /// The severity of the findings; `None` for a rule that does not run.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Style => Some(Severity::Style),
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// A configuration file, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Config {
    selection: Selection,
    labels: LabelRules,
    rules: Vec<RuleConfig>,
}

/// What the file says about one rule.
#[derive(Clone, Debug)]
struct RuleConfig {
    registered: &'static Registered,
    level: Option<Level>,
    rule: Arc<dyn Rule>,
}

impl Config {
    /// Reads a configuration file; `name` is what messages call it.
    ///
    /// # Errors
    /// All that is wrong with it: broken TOML, unknown tables, keys, rules and options, values of the wrong
    /// type.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let Ok(source) = SourceFile::new(name, text) else {
            return Err(ConfigError::general(format!("{name} has 4 GiB or more")));
        };
        let mut problems = Problems::default();
        let config = match DeTable::parse(text) {
            Ok(table) => Self::read(table.into_inner(), &mut problems),
            Err(error) => {
                problems.add_toml(&error);
                Self::default()
            }
        };
        problems.into_result(&source).map(|()| config)
    }

    fn read(mut root: DeTable<'_>, problems: &mut Problems) -> Self {
        unknown_keys(&root, &TABLES, "a table of df.toml", problems);
        let lint = take(&mut root, "lint").and_then(|value| into_table(value, "`lint`", problems));
        let Some(mut lint) = lint else { return Self::default() };
        unknown_keys(&lint, &Selection::KEYS, "a key of `[lint]`", problems);
        let rules = take(&mut lint, "rules").and_then(|value| into_table(value, "`lint.rules`", problems));
        let labels = take(&mut lint, "labels").map(|labels| read_labels(labels, problems));
        let selection = Selection::read(lint, problems);
        let mut config = Self { selection, labels: labels.unwrap_or_default(), rules: Vec::new() };
        let mut rules: Vec<_> = rules.into_iter().flatten().collect();
        rules.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in rules {
            if let Some(rule) = config.read_rule(&key, value, problems) {
                config.rules.push(rule);
            }
        }
        config
    }

    /// One `[lint.rules.<name>]`.
    fn read_rule(
        &self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: Spanned<DeValue<'_>>,
        problems: &mut Problems,
    ) -> Option<RuleConfig> {
        let name = key.get_ref();
        let Some(registered) = rules::find(name) else {
            let of_check = |rule: &&Registered| rule.meta().checks.iter().any(|check| check.answers_to(name));
            if let Some(rule) = rules::all().iter().find(of_check) {
                let help =
                    format!("name it in `ignore` or `extend-select`, or configure `{}`", rule.meta().name);
                problems.add(key.span(), format!("`{name}` is a check, not a rule"), Some(help));
                return None;
            }
            let names = rules::all().iter().flat_map(|rule| rule.meta().names());
            problems.add(key.span(), format!("there is no rule `{name}`"), closest(name, names));
            return None;
        };
        let meta = registered.meta();
        if self.rules.iter().any(|other| other.registered.meta().code == meta.code) {
            problems.add(key.span(), format!("`{}` is configured twice", meta.name), None);
            return None;
        }
        let span = value.span();
        let mut table = into_table(value, &format!("`lint.rules.{name}`"), problems)?;
        let level =
            match take(&mut table, "level").map(|level| Level::deserialize(ValueDeserializer::from(level))) {
                Some(Ok(level)) => Some(level),
                Some(Err(error)) => {
                    problems.add_toml(&error);
                    None
                }
                None => None,
            };
        let options = registered.option_names();
        let known: Vec<&str> = options.iter().map(String::as_str).chain(["level"]).collect();
        if unknown_keys(&table, &known, &format!("an option of `{}`", meta.name), problems) {
            return None;
        }
        let options = ValueDeserializer::from(Spanned::new(span, DeValue::Table(table)));
        match registered.build(options) {
            Ok(rule) => Some(RuleConfig { registered, level, rule }),
            Err(error) => {
                problems.add_toml(&error);
                None
            }
        }
    }
}

/// `[lint.labels]`.
fn read_labels(value: Spanned<DeValue<'_>>, problems: &mut Problems) -> LabelRules {
    let span = value.span();
    let Some(table) = into_table(value, "`lint.labels`", problems) else { return LabelRules::NONE };
    if unknown_keys(&table, &LabelRules::KEYS, "a key of `[lint.labels]`", problems) {
        return LabelRules::NONE;
    }
    // TOML takes the dots of a bare key for tables in tables.
    let schema = table.get("schema").and_then(|schema| schema.get_ref().as_table());
    let parts = schema.into_iter().flatten().filter(|(_, value)| value.get_ref().is_table());
    let mut is_broken = false;
    for (key, _) in parts {
        let message = format!("`{}` is a table and no type of a label", key.get_ref());
        problems.add(key.span(), message, Some("write a name with dots in quotes".to_owned()));
        is_broken = true;
    }
    if is_broken {
        return LabelRules::NONE;
    }
    let value = Spanned::new(span, DeValue::Table(table));
    LabelRules::deserialize(ValueDeserializer::from(value)).unwrap_or_else(|error| {
        problems.add_toml(&error);
        LabelRules::NONE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Config::parse("df.toml", text).expect_err("a problem").to_string()
    }

    /// The rules that run, with severities.
    fn active(text: &str, command_line: &Selection) -> Vec<String> {
        let config = Config::parse("df.toml", text).expect("a valid file");
        let settings = Settings::new(&config, command_line).expect("valid selectors");
        settings.rules().map(|(rule, severity)| format!("{} {severity}", rule.name)).collect()
    }

    fn select(selectors: &[&str]) -> Selection {
        Selection {
            select: Some(selectors.iter().map(|&name| name.to_owned()).collect()),
            ..Selection::default()
        }
    }

    #[test]
    fn mistakes_are_named_with_their_place_and_the_way_out() {
        for (text, expected) in [
            ("[lnt]\n", "df.toml:1:2: `lnt` is not a table of df.toml; did you mean `lint`?"),
            ("[lint]\nselct = []\n", "df.toml:2:1: `selct` is not a key of `[lint]`; did you mean `select`?"),
            (
                "[lint]\nignore = ['latest-tga']\n",
                "df.toml:2:11: `latest-tga` selects no rule; did you mean `latest-tag`?",
            ),
            (
                "[lint.rules.latest-tga]\n",
                "df.toml:1:13: there is no rule `latest-tga`; did you mean `latest-tag`?",
            ),
            (
                "[lint.rules.latest-tag]\nalow = []\n",
                "df.toml:2:1: `alow` is not an option of `latest-tag`; did you mean `allow`?",
            ),
            (
                "[lint.rules.latest-tag]\nallow = 3\n",
                "df.toml:2:9: invalid type: integer `3`, expected a sequence",
            ),
            (
                "[lint.rules.latest-tag]\nlevel = 'fatal'\n",
                "df.toml:2:9: unknown variant `fatal`, expected one of `off`, `style`, `info`, `warning`, `error`",
            ),
            (
                "[lint.rules.latest-tag]\nx = 1\n",
                "df.toml:2:1: `x` is not an option of `latest-tag`; there are `allow` and `level`",
            ),
            (
                "[lint]\nfail-on = 'never'\n",
                "df.toml:2:11: unknown variant `never`, expected one of `style`, `info`, `warning`, `error`",
            ),
            (
                "[lint.rules.latest-tag]\n[lint.rules.DL3007]\n",
                "df.toml:2:13: `latest-tag` is configured twice",
            ),
            (
                "[lint.labels]\nscheme = {}\n",
                "df.toml:2:1: `scheme` is not a key of `[lint.labels]`; did you mean `schema`?",
            ),
            (
                "[lint.labels]\nschema = { version = 'number' }\n",
                "df.toml:2:22: unknown variant `number`, expected one of `rawtext`, `text`, `url`, `semver`, `hash`, `rfc3339`, `spdx`, `email`",
            ),
            (
                "[lint.labels.schema]\norg.opencontainers.image.url = 'url'\n",
                "df.toml:2:1: `org` is a table and no type of a label; write a name with dots in quotes",
            ),
            (
                "[lint.labels]\nstrict = 'yes'\n",
                "df.toml:2:10: invalid type: string \"yes\", expected a boolean",
            ),
            ("lint.labels = 1\n", "df.toml:1:15: `lint.labels` has to be a table, and is of type integer"),
            (
                "[lint]\nselect = ['SC2068', 'SC20866']\n",
                "df.toml:2:21: `SC20866` selects no rule; did you mean `SC2086`?",
            ),
            (
                "[lint.rules.SC2086]\n",
                "df.toml:1:13: `SC2086` is a check, not a rule; name it in `ignore` or `extend-select`, or configure `shellcheck`",
            ),
            ("lint = 1\n", "df.toml:1:8: `lint` has to be a table, and is of type integer"),
            ("[lint\n", "df.toml:1:6: unclosed table, expected `]`"),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
    }

    #[test]
    fn all_mistakes_are_named() {
        let text = "[lint]\nselct = []\n[lint.rules.nothing-like-it]\n[lint.rules.latest-tag]\nlevel = 1\n";
        assert_eq!(error(text).lines().count(), 3, "{}", error(text));
    }

    #[test]
    fn tables_of_the_builder_are_left_alone() {
        let text = "[context]\na = 1\n[build]\n[gate]\nb = { c = 2 }\n[budget]\n";
        assert!(Config::parse("df.toml", text).is_ok());
    }

    #[test]
    fn profiles_bring_rules_and_severities() {
        let of = |text: &str| active(text, &Selection::default());
        let hadolint = of("[lint]\nprofile = 'hadolint'\n");
        assert!(hadolint.contains(&"syntax-error error".to_owned()));
        assert!(hadolint.contains(&"last-user-root warning".to_owned()));
        assert!(!hadolint.iter().any(|rule| rule.starts_with("cache-mount-missing")));
        let more = of(
            "[lint]\nprofile = 'hadolint'\nextend-select = ['cache-mount-missing']\nignore = ['DL3002']\n",
        );
        assert!(more.contains(&"cache-mount-missing info".to_owned()));
        assert!(!more.iter().any(|rule| rule.starts_with("last-user-root")));
        let buildkit = of("[lint]\nprofile = 'buildkit'\n");
        assert!(
            buildkit.contains(&"syntax-error error".to_owned())
                && !buildkit.contains(&"last-user-root warning".to_owned())
        );
        let mistake =
            "df.toml:2:11: unknown variant `hadolnt`, expected one of `default`, `hadolint`, `buildkit`";
        assert_eq!(error("[lint]\nprofile = 'hadolnt'\n"), mistake);
    }

    #[test]
    fn an_edition_holds_the_set_of_rules() {
        let of = |text: &str| active(text, &Selection::default());
        assert_eq!(of("[lint]\nedition = '2026'\n"), of(""));
        assert_eq!(
            error("[lint]\nedition = '2025'\n"),
            "df.toml:2:11: unknown variant `2025`, expected `2026`"
        );
    }

    #[test]
    fn levels_switch_rules_on_and_off() {
        let text = "[lint]\nselect = ['latest-tag', 'DL3002']\n[lint.rules.DF5001]\nlevel = 'off'\n[lint.rules.last-user-root]\nlevel = 'error'\n";
        assert_eq!(active(text, &Selection::default()), ["last-user-root error"]);
    }

    #[test]
    fn experiments_of_buildkit_are_off_in_its_profile() {
        let active = active("[lint]\nprofile = 'buildkit'\n", &Selection::default());
        assert!(active.contains(&"stage-name-casing warning".to_owned()));
        assert!(!active.iter().any(|rule| rule.starts_with("stage-description")), "{active:?}");
    }

    #[test]
    fn the_command_line_has_the_last_word() {
        let text =
            "[lint]\nselect = ['latest-tag', 'last-user-root']\n[lint.rules.latest-tag]\nlevel = 'off'\n";
        assert_eq!(active(text, &select(&["latest-tag"])), ["latest-tag warning"]);
        let ignore = Selection { ignore: vec!["DL*".to_owned()], ..Selection::default() };
        assert_eq!(
            active("[lint]\nselect = ['DF0002', 'latest-tag']\n", &ignore),
            ["unused-suppression info"]
        );
        let config = Config::default();
        let error = Settings::new(&config, &select(&["no-such-rule"])).expect_err("no rule");
        assert_eq!(error.to_string(), "`no-such-rule` selects no rule");
    }

    /// How many of ShellCheck's checks run, and how bad the first one is.
    fn checks(text: &str, command_line: &Selection) -> (usize, Option<Severity>) {
        let config = Config::parse("df.toml", text).expect("a valid file");
        let settings = Settings::new(&config, command_line).expect("valid selectors");
        let active = settings.active().iter().find(|active| active.meta.name == "shellcheck");
        let checks = active.map(|active| active.checks.as_slice()).unwrap_or_default();
        (checks.len(), checks.first().map(|check| check.severity))
    }

    #[test]
    fn checks_are_chosen_one_by_one() {
        let all = crate::shell::CHECKS.len();
        let usual = crate::shell::CHECKS.iter().filter(|check| check.is_usual).count();
        let nothing = Selection::default();
        let ignore = |selector: &str| Selection { ignore: vec![selector.to_owned()], ..Selection::default() };
        let profile = |profile| Selection { profile: Some(profile), ..Selection::default() };
        assert!(usual < all);
        assert_eq!(checks("", &nothing).0, usual);
        assert_eq!(checks("", &select(&["sc2086"])), (1, Some(Severity::Info)));
        assert_eq!(checks("", &select(&["SC*"])).0, all);
        assert_eq!(checks("", &select(&["shellcheck"])).0, usual);
        assert_eq!(checks("", &ignore("SC2164")).0, usual - 1);
        assert_eq!(checks("[lint]\nselect = ['SC2006']\n", &ignore("DF7100")).0, 0);
        assert_eq!(checks("[lint]\nextend-select = ['SC2006']\n", &nothing).0, usual + 1);
        assert_eq!(checks("[lint]\npedantic = true\n", &nothing).0, all);
        assert_eq!(checks("", &profile(Profile::Hadolint)).0, all);
        assert_eq!(checks("", &profile(Profile::Buildkit)).0, 0);
        let error = "[lint]\nselect = ['SC2006']\n[lint.rules.shellcheck]\nlevel = 'error'\n";
        assert_eq!(checks(error, &select(&["SC2006"])), (1, Some(Severity::Error)));
        assert_eq!(checks("[lint.rules.shellcheck]\nlevel = 'off'\n", &nothing).0, 0);
    }

    #[test]
    fn the_defaults_are_what_an_empty_file_gives() {
        let rules = |settings: &Settings| settings.rules().map(|(rule, _)| rule.name).collect::<Vec<_>>();
        let empty = Settings::new(&Config::default(), &Selection::default()).expect("no selectors");
        assert_eq!(rules(&empty), rules(&Settings::default()));
        assert_eq!(empty.fail_on(), Severity::Warning);
    }
}
