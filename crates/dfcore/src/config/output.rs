use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

use super::error::Problems;
use super::table::read_section;

/// `[output]`: how a command line prints findings. Which formats and colours there are is for it to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct OutputConfig {
    /// The format, as for `--format`.
    pub format: Option<String>,
    /// When to use colours, as for `--color`: `auto`, `always` or `never`.
    pub color: Option<String>,
}

impl OutputConfig {
    const KEYS: [&'static str; 2] = ["format", "color"];

    pub(super) fn read(value: Spanned<DeValue<'_>>, problems: &mut Problems) -> Self {
        read_section(value, "output", &Self::KEYS, problems)
    }

    pub(super) fn on_top_of(self, base: Self) -> Self {
        Self { format: self.format.or(base.format), color: self.color.or(base.color) }
    }
}
