use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::RuleMeta;

/// A set of rules that stays as it is: rules that come later are off, so that an upgrade of the linter turns no green
/// pipeline red. They can be selected all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub enum Edition {
    /// The rules of the first release.
    #[serde(rename = "2026")]
    Edition2026,
}

impl Edition {
    /// The release that closed it: major, minor and patch.
    const fn release(self) -> [u32; 3] {
        match self {
            Self::Edition2026 => [0, 1, 0],
        }
    }

    /// Whether a rule is part of it.
    #[must_use]
    pub fn has(self, meta: &RuleMeta) -> bool {
        let mut since = meta.since.split('.').map(|part| part.parse().unwrap_or(u32::MAX));
        let mut part = || since.next().unwrap_or_default();
        [part(), part(), part()] <= self.release()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_rules_are_not_part_of_it() {
        let meta = *crate::rules::find("latest-tag").expect("a rule").meta();
        let has = |since| Edition::Edition2026.has(&RuleMeta { since, ..meta });
        assert!(has("0.1.0"));
        assert!(!has("0.1.1") && !has("0.2.0") && !has("1.0.0") && !has("next"));
    }
}
