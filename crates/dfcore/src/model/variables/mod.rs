//! Values of variables, as far as they are known before a build, and the expansion of words.
//!
//! The reference is BuildKit's `frontend/dockerfile/shell` (word expansion) and `…/dockerfile2llb` (scopes).

mod arguments;
mod expansion;
mod history;
mod pattern;
mod scope;
mod value;

pub use arguments::BuildArguments;
pub use expansion::expand;
pub(super) use expansion::{is_plain, taken_variables};
pub use history::PLATFORM_ARGS;
pub(super) use history::{Below, Change, History, Place};
pub use scope::{Lookup, Scope};
pub use value::{Reason, Unknown, Value};
