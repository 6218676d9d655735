use serde_json::{Map, Value, json};

use super::{Selection, TABLES};
use crate::rule::{self, LabelRules};
use crate::rules;

/// The JSON schema of `df.toml`, with which editors complete and check it.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    let mut names = Map::new();
    for registered in rules::all() {
        let meta = registered.meta();
        let mut options = registered.options_schema();
        options["title"] = meta.name.into();
        options["description"] = meta.summary().into();
        options["properties"]["level"] = json!({
            "description": "Whether the rule runs, and how bad its findings are.",
            "enum": ["off", "style", "info", "warning", "error"],
            "default": meta.severity,
        });
        definitions.insert(meta.name.to_owned(), options);
        let reference = json!({ "$ref": format!("#/$defs/{}", meta.name) });
        names.extend(meta.names().map(|name| (name.to_owned(), reference.clone())));
    }
    let mut lint = rule::schema::<Selection>().to_value();
    lint["properties"]["rules"] = json!({
        "description": "Levels and options of single rules.",
        "type": "object",
        "additionalProperties": false,
        "properties": names,
    });
    lint["properties"]["labels"] = rule::schema::<LabelRules>().to_value();
    let mut tables: Map<String, Value> =
        TABLES.iter().map(|&table| (table.to_owned(), json!({ "type": "object" }))).collect();
    tables.insert("lint".to_owned(), lint);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "df.toml",
        "description": "Configuration of dflint and dfbuild.",
        "type": "object",
        "additionalProperties": false,
        "properties": tables,
        "$defs": definitions,
    })
}
