//! A layer of settings: `[lint]` of a file, one of its overrides, or a single key from elsewhere.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::error::Problems;
use super::overrides::Files;
use super::table::{closest, into_table, take, unknown_keys};
use super::{Level, Selection};
use crate::diagnostic::Check;
use crate::rule::{LabelRules, Registered, Rule, RuleMeta};
use crate::rules;

/// What one place says about linting.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// The files that it is about; all when there is none.
    pub(super) files: Option<Files>,
    pub(super) selection: Selection,
    pub(super) labels: Option<LabelRules>,
    rules: Vec<RuleConfig>,
}

/// What it says about one rule, or about one check of a rule that has several.
#[derive(Clone, Debug)]
struct RuleConfig {
    meta: &'static RuleMeta,
    check: Option<&'static Check>,
    level: Option<Level>,
    /// The rule with its options, when there are some.
    rule: Option<Arc<dyn Rule>>,
}

impl Layer {
    /// A layer that chooses rules only.
    pub(super) fn of(selection: &Selection) -> Self {
        Self { selection: selection.clone(), ..Self::default() }
    }

    /// Reads `[lint]` or an override, whose keys are known to exist.
    pub(super) fn read(mut lint: DeTable<'_>, problems: &mut Problems) -> Self {
        let rules = take(&mut lint, "rules").and_then(|value| into_table(value, "`lint.rules`", problems));
        let labels = take(&mut lint, "labels").map(|labels| read_labels(labels, problems));
        let mut layer = Self { selection: Selection::read(lint, problems), labels, ..Self::default() };
        let mut rules: Vec<_> = rules.into_iter().flatten().collect();
        rules.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in rules {
            if let Some(rule) = layer.read_rule(&key, value, problems) {
                layer.rules.push(rule);
            }
        }
        layer
    }

    /// The level of a rule.
    pub(super) fn level_of_rule(&self, meta: &RuleMeta) -> Option<Level> {
        self.of_rule(meta).find(|rule| rule.check.is_none())?.level
    }

    /// The level of a check by its own name.
    pub(super) fn level_of_check(&self, meta: &RuleMeta, check: &Check) -> Option<Level> {
        self.of_rule(meta).find(|rule| rule.check.is_some_and(|other| other.name == check.name))?.level
    }

    /// The rule with the options of this layer.
    pub(super) fn rule(&self, meta: &RuleMeta) -> Option<&Arc<dyn Rule>> {
        self.of_rule(meta).find_map(|rule| rule.rule.as_ref())
    }

    fn of_rule(&self, meta: &RuleMeta) -> impl Iterator<Item = &RuleConfig> {
        self.rules.iter().filter(move |rule| rule.meta.code == meta.code)
    }

    /// One `[lint.rules.<name>]`.
    fn read_rule(
        &self,
        key: &Spanned<Cow<'_, str>>,
        value: Spanned<DeValue<'_>>,
        problems: &mut Problems,
    ) -> Option<RuleConfig> {
        let name = key.get_ref();
        let Some((registered, check)) = find(name) else {
            let names = rules::all().iter().flat_map(|rule| rule.meta().names());
            problems.add(key.span(), format!("there is no rule `{name}`"), closest(name, names));
            return None;
        };
        let meta = registered.meta();
        if self
            .of_rule(meta)
            .any(|other| other.check.map(|check| check.name) == check.map(|check| check.name))
        {
            let name = check.map_or(meta.name, |check| check.name);
            problems.add(key.span(), format!("`{name}` is configured twice"), None);
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
        // A check has a level of its own, and the options of its rule.
        let options = if check.is_some() { Vec::new() } else { registered.option_names() };
        let known: Vec<&str> = options.iter().map(String::as_str).chain(["level"]).collect();
        let what = format!("an option of `{}`", check.map_or(meta.name, |check| check.name));
        if unknown_keys(&table, &known, &what, problems) {
            return None;
        }
        if table.is_empty() {
            return Some(RuleConfig { meta, check, level, rule: None });
        }
        let options = ValueDeserializer::from(Spanned::new(span, DeValue::Table(table)));
        match registered.build(options) {
            Ok(rule) => Some(RuleConfig { meta, check, level, rule: Some(rule) }),
            Err(error) => {
                problems.add_toml(&error);
                None
            }
        }
    }
}

/// The rule of that name, or the rule with a check of that name.
fn find(name: &str) -> Option<(&'static Registered, Option<&'static Check>)> {
    if let Some(registered) = rules::find(name) {
        return Some((registered, None));
    }
    rules::all().iter().find_map(|registered| {
        let check = registered.meta().checks.iter().find(|check| check.name.eq_ignore_ascii_case(name))?;
        Some((registered, Some(check)))
    })
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
