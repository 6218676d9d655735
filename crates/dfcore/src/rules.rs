//! All rules. Written by `tests/registry.rs` from the files under `src/rules/`: to add a rule, add its file and
//! run the tests.

use crate::rule::Registered;

mod linter {
    pub(super) mod syntax_error;
    pub(super) mod unused_suppression;
}

mod correctness {
    pub(super) mod circular_stages;
    pub(super) mod invalid_image_reference;
    pub(super) mod missing_syntax_directive;
    pub(super) mod user_site_copied;
    pub(super) mod venv_not_on_path;
}

mod security {
    pub(super) mod last_user_root;
}

mod cache {
    pub(super) mod cache_mount_defeated;
    pub(super) mod cache_mount_missing;
    pub(super) mod pip_no_cache_dir;
    pub(super) mod source_before_dependencies;
}

mod reproducible {
    pub(super) mod latest_tag;
}

mod context {
    pub(super) mod copy_excluded;
    pub(super) mod dockerignore_missing_entries;
}

static ALL: &[Registered] = &[
    Registered::of::<linter::syntax_error::SyntaxError>(),
    Registered::of::<linter::unused_suppression::UnusedSuppression>(),
    Registered::of::<correctness::circular_stages::CircularStages>(),
    Registered::of::<correctness::invalid_image_reference::InvalidImageReference>(),
    Registered::of::<correctness::missing_syntax_directive::MissingSyntaxDirective>(),
    Registered::of::<correctness::user_site_copied::UserSiteCopied>(),
    Registered::of::<correctness::venv_not_on_path::VenvNotOnPath>(),
    Registered::of::<security::last_user_root::LastUserRoot>(),
    Registered::of::<cache::cache_mount_defeated::CacheMountDefeated>(),
    Registered::of::<cache::cache_mount_missing::CacheMountMissing>(),
    Registered::of::<cache::pip_no_cache_dir::PipNoCacheDir>(),
    Registered::of::<cache::source_before_dependencies::SourceBeforeDependencies>(),
    Registered::of::<reproducible::latest_tag::LatestTag>(),
    Registered::of::<context::copy_excluded::CopyExcluded>(),
    Registered::of::<context::dockerignore_missing_entries::DockerignoreMissingEntries>(),
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
