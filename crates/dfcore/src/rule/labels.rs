use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Report, RuleContext};
use crate::model::Model;
use crate::syntax::ast::{InstructionKind, KeyValue};

/// `[lint.labels]`: the labels that images have to have. Without it, nothing is said about labels.
///
/// ```
/// use dfcore::config::{Config, Selection, Settings};
/// use dfcore::rule::LabelType;
///
/// let text = "[lint.labels]\nschema = { \"org.opencontainers.image.created\" = \"rfc3339\" }\nstrict = true\n";
/// let settings = Settings::new(&Config::parse("df.toml", text)?, &Selection::default())?;
/// assert_eq!(settings.labels().schema["org.opencontainers.image.created"], LabelType::Rfc3339);
/// # Ok::<(), dfcore::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LabelRules {
    /// Each label with what its value is. A name with dots is written in quotes.
    pub schema: BTreeMap<String, LabelType>,
    /// Whether no other labels may be there.
    pub strict: bool,
}

/// What the value of a label is. The words are those of hadolint's `label-schema`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LabelType {
    /// Any text.
    #[serde(alias = "rawtext")]
    Text,
    /// An absolute URI (RFC 3986).
    Url,
    /// A version of Semantic Versioning 2.0.
    Semver,
    /// A Git commit, or the beginning of one.
    Hash,
    /// A date with a time (RFC 3339).
    Rfc3339,
    /// An SPDX license expression.
    Spdx,
    /// An address for mail (RFC 5322).
    Email,
}

impl LabelRules {
    /// No labels are asked for.
    pub const NONE: Self = Self { schema: BTreeMap::new(), strict: false };

    /// The keys of `[lint.labels]`.
    pub(crate) const KEYS: [&'static str; 2] = ["schema", "strict"];
}

/// A label whose key is known.
pub(crate) struct LabelPair<'m> {
    pub(crate) key: String,
    pub(crate) pair: &'m KeyValue,
}

impl LabelPair<'_> {
    /// What it is set to, where the file alone says so. A value with variables is left to the build.
    pub(crate) fn value(&self, model: &Model<'_>) -> Option<String> {
        model.literal(self.pair.value.as_ref()?)
    }
}

/// The labels that an instruction sets, in the order of the file.
pub(crate) fn labels_of<'m>(model: &'m Model<'_>, index: usize) -> impl Iterator<Item = LabelPair<'m>> {
    let pairs = match &model.instruction(index).kind {
        InstructionKind::Label(label) => &*label.pairs,
        _ => &[],
    };
    pairs.iter().filter_map(move |pair| {
        let key = model.expand(index, &pair.key).as_known()?.to_owned();
        Some(LabelPair { key, pair })
    })
}

/// The labels of all stages that a rule speaks of.
pub(crate) fn spoken_labels<'m>(cx: &RuleContext<'m>) -> impl Iterator<Item = LabelPair<'m>> {
    let cx = *cx;
    let indices = 0..cx.model.dockerfile.instructions.len();
    let labels = indices
        .filter(move |&index| matches!(cx.model.instruction(index).kind, InstructionKind::Label(_)))
        .filter(move |&index| cx.speaks_of_instruction(index));
    labels.flat_map(move |index| labels_of(cx.model, index))
}

/// Reports the labels that `[lint.labels]` gives a type and whose values are not of it. An empty value is a matter of
/// its own.
pub(crate) fn check_values(
    cx: &RuleContext<'_>,
    report: &mut Report<'_>,
    kind: LabelType,
    what: &str,
    example: &str,
    is_valid: impl Fn(&str) -> bool,
) {
    if !cx.labels.schema.values().any(|&of_label| of_label == kind) {
        return;
    }
    for label in spoken_labels(cx).filter(|label| cx.labels.schema.get(&label.key) == Some(&kind)) {
        let Some(value) = label.value(cx.model).filter(|value| !value.is_empty() && !is_valid(value)) else {
            continue;
        };
        let span = label.pair.value.as_ref().map_or(label.pair.span, |value| value.span);
        report
            .at(span, format!("`{}` is not {what}", crate::text::displayable(&value)))
            .note(format!("the label schema of `df.toml` asks for {what} in `{}`", label.key))
            .help(format!("write it as in `{example}`"));
    }
}
