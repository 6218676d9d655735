//! All rules. Written by `tests/registry.rs` from the files under `src/rules/`: to add a rule, add its file and
//! run the tests twice.

use crate::rule::Registered;

mod linter {
    pub(super) mod syntax_error;
    pub(super) mod unused_suppression;
}

mod security {
    pub(super) mod last_user_root;
}

mod reproducible {
    pub(super) mod latest_tag;
}

static ALL: &[Registered] = &[
    Registered::of::<linter::syntax_error::SyntaxError>(),
    Registered::of::<linter::unused_suppression::UnusedSuppression>(),
    Registered::of::<security::last_user_root::LastUserRoot>(),
    Registered::of::<reproducible::latest_tag::LatestTag>(),
];

/// All rules, in the order of groups and names.
#[must_use]
pub fn all() -> &'static [Registered] {
    ALL
}

/// The rule of a code, name or alias, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Registered> {
    ALL.iter().find(|rule| rule.meta().names().any(|other| other.eq_ignore_ascii_case(name)))
}
