//! tally's configuration file, as ours.
//!
//! Source: tally's documentation, "Configuration", and its type `RulesConfig`.

use dfcore::config::ConfigError;
use dfcore::rules;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::import::{Import, list, word};
use super::settings::REASON_RULE;

/// Reads the text of `.tally.toml` or `tally.toml`; `name` is what messages call it.
///
/// # Errors
/// When it is no TOML, or a value is none that the matching key of ours may have.
pub(crate) fn read(name: &str, text: &str) -> Result<Import, ConfigError> {
    let mut import = Import::default();
    // What it cannot be as TOML is said best by the reader of our own file.
    let Ok(table) = DeTable::parse(text) else {
        dfcore::config::Config::parse(name, text)?;
        return Ok(import);
    };
    let mut keys = Vec::new();
    flatten(table.get_ref(), &mut Vec::new(), &mut keys);
    keys.sort_by_key(|key| key.at);
    for Key { path, value, at } in keys {
        let line = text[..at].matches('\n').count() + 1;
        let origin = format!("{name}:{line}");
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let text = value.get_ref().as_str();
        match (path.as_slice(), text) {
            (["output", "format"], Some(format)) => import.set("output.format", word(format), &origin)?,
            (["output", "fail-level"], Some("none")) => import.set("lint.fail-on", word("never"), &origin)?,
            (["output", "fail-level"], Some(level)) => import.set("lint.fail-on", word(level), &origin)?,
            (["inline-directives", "enabled"], _) => {
                let enabled = value.get_ref().as_bool().unwrap_or(true);
                import.set("lint.suppressions", enabled.to_string(), &origin)?;
            }
            (["inline-directives", "require-reason"], _) => {
                if value.get_ref().as_bool() == Some(true) {
                    import.set("lint.extend-select", list(&[REASON_RULE.to_owned()]), &origin)?;
                }
            }
            (["rules", "include" | "select"], _) => {
                choose(&mut import, "lint.extend-select", value, &origin)?;
            }
            (["rules", "exclude" | "ignore"], _) => choose(&mut import, "lint.ignore", value, &origin)?,
            (["rules", _, rule, "severity"], Some(level)) if is_known(rule) => {
                import.set(&format!("lint.rules.{rule}.level"), word(level), &origin)?;
            }
            (["rules", "hadolint", "DL3026", "trusted-registries"], _) => {
                import.set("lint.rules.DL3026.allow", list(&words(value)), &origin)?;
            }
            _ => import.leave_out(format!("{origin}: `{}` has no counterpart", path.join("."))),
        }
    }
    Ok(import)
}

/// A key with the tables that it is in.
struct Key<'a, 'i> {
    path: Vec<String>,
    value: &'a Spanned<DeValue<'i>>,
    at: usize,
}

fn flatten<'a, 'i>(table: &'a DeTable<'i>, path: &mut Vec<String>, keys: &mut Vec<Key<'a, 'i>>) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(inner, path, keys),
            _ => keys.push(Key { path: path.clone(), value, at: key.span().start }),
        }
        path.pop();
    }
}

/// Adds a list of its rules: `hadolint/DL3008`, `buildkit/*`.
fn choose(
    import: &mut Import,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    origin: &str,
) -> Result<(), ConfigError> {
    for selector in words(value) {
        // Its own rules have no counterpart by name; those of the others are all here.
        let ours = match selector.split_once('/') {
            Some((_, rule)) if rule != "*" && is_known(rule) => rule,
            Some(("hadolint", "*")) => "DL*",
            Some(("shellcheck", "*")) => "SC*",
            _ => {
                import.leave_out(format!("{origin}: there is no rule `{selector}`"));
                continue;
            }
        };
        import.set(key, list(&[ours.to_owned()]), origin)?;
    }
    Ok(())
}

fn words(value: &Spanned<DeValue<'_>>) -> Vec<String> {
    let list = value.get_ref().as_array().into_iter().flatten();
    list.filter_map(|word| word.get_ref().as_str().map(str::to_owned)).collect()
}

fn is_known(id: &str) -> bool {
    rules::all().iter().any(|rule| rule.meta().is_selectable_by(id))
}
