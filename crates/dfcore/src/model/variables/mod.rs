//! Values of variables, as far as they are known before a build, and the expansion of words.
//!
//! The reference is BuildKit's `frontend/dockerfile/shell` (word expansion) and `…/dockerfile2llb` (scopes).

mod expansion;
mod pattern;
mod persistent_map;
mod scope;
mod value;

pub use expansion::expand;
pub(super) use expansion::is_plain;
pub use scope::{BaseEnvironment, Lookup, PLATFORM_ARGS, Scope};
pub use value::{Reason, Unknown, Value};
