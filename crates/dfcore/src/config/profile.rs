use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FailOn;
use crate::diagnostic::{Check, Severity};
use crate::rule::{Convention, RuleMeta};

/// A set of rules with their severities, to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Profile {
    /// What is right and worth acting on.
    #[default]
    Default,
    /// What hadolint reports, as severe as there, and in all stages. dflint's outputs for programs name the line where
    /// the instruction begins, as hadolint does.
    Hadolint,
    /// What `docker build --check` reports, in all stages.
    Buildkit,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Default, Self::Hadolint, Self::Buildkit];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Hadolint => "hadolint",
            Self::Buildkit => "buildkit",
        }
    }

    /// How bad the findings of a rule are in this profile; `None` when it is not part of it.
    #[must_use]
    pub fn severity(self, meta: &RuleMeta) -> Option<Severity> {
        match self {
            Self::Default => meta.is_default().then_some(meta.severity),
            Self::Hadolint => meta.aliases.iter().find_map(|alias| hadolint_severity(alias)),
            // BuildKit has warnings only, and refuses a file that it cannot read.
            Self::Buildkit if meta.name == "syntax-error" => Some(meta.severity),
            Self::Buildkit => {
                let is_on = meta.is_buildkit_check() && !meta.is_buildkit_experiment();
                is_on.then_some(Severity::Warning)
            }
        }
    }

    /// Whether one of the checks of a rule that has several is part of this profile.
    #[must_use]
    pub fn has(self, check: &Check) -> bool {
        self != Self::Buildkit && self.has_usually(check)
    }

    /// Whether whoever selects a rule means this check of it too. Others are asked for by name, but hadolint
    /// has them all.
    #[must_use]
    pub(super) fn has_usually(self, check: &Check) -> bool {
        self == Self::Hadolint || check.is_usual
    }

    /// From which severity on a finding makes a run fail, where nothing else is said.
    #[must_use]
    pub const fn fail_on(self) -> FailOn {
        match self {
            Self::Default | Self::Buildkit => FailOn::Warning,
            // Its own threshold, so that a pipeline that moves stays as strict.
            Self::Hadolint => FailOn::Info,
        }
    }

    /// Whose custom decides where tools differ.
    #[must_use]
    pub const fn convention(self) -> Convention {
        match self {
            Self::Default => Convention::Own,
            Self::Hadolint => Convention::Hadolint,
            Self::Buildkit => Convention::Buildkit,
        }
    }
}

/// The severity of a rule in hadolint 2.15.1; `None` for those that are off there unless they are configured.
///
/// Source: the table of rules in hadolint's README.
fn hadolint_severity(alias: &str) -> Option<Severity> {
    const ERRORS: [&str; 15] = [
        "DL1000", "DL3000", "DL3004", "DL3011", "DL3012", "DL3020", "DL3021", "DL3023", "DL3024", "DL3026",
        "DL3043", "DL3044", "DL3061", "DL4000", "DL4004",
    ];
    const INFOS: [&str; 11] = [
        "DL3001", "DL3009", "DL3010", "DL3015", "DL3019", "DL3047", "DL3049", "DL3050", "DL3059", "DL3060",
        "DL3066",
    ];
    const OFF: [&str; 2] = ["DL1001", "DL3057"];
    let number = alias.strip_prefix("DL")?;
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || OFF.contains(&alias) {
        return None;
    }
    Some(match alias {
        _ if ERRORS.contains(&alias) => Severity::Error,
        _ if INFOS.contains(&alias) => Severity::Info,
        "DL3048" => Severity::Style,
        _ => Severity::Warning,
    })
}
