use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

use super::error::Problems;
use super::table::read_section;

/// `[format]`: what may be chosen about the layout of Dockerfiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct FormatConfig {
    /// Lines with more characters are broken where a Dockerfile has places for that; 100 by default.
    pub line_width: Option<u16>,
}

impl FormatConfig {
    const KEYS: [&'static str; 1] = ["line-width"];

    pub(super) fn read(value: Spanned<DeValue<'_>>, problems: &mut Problems) -> Self {
        read_section(value, "format", &Self::KEYS, problems)
    }

    pub(super) fn on_top_of(self, base: Self) -> Self {
        Self { line_width: self.line_width.or(base.line_width) }
    }
}
