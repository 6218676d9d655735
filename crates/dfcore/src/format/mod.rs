//! One layout for all Dockerfiles.
//!
//! [`format()`] changes nothing but the case of keywords, blanks, line continuations and the indentation of comments.
//! Whatever it is not sure of it leaves as it stands, and in the end it reads its result again: where that would not
//! mean the same, the file is left alone and the place is reported as the bug that it is.
//!
//! ```
//! use dfcore::format::{Style, format};
//! use dfcore::text::SourceFile;
//!
//! let source = SourceFile::new("Dockerfile", "from alpine:3.20 as base\nRUN apk update && \\\n  apk add git\n")?;
//! let formatted = format(&source, &Style::default())?;
//! assert_eq!(
//!     formatted.text(),
//!     "FROM alpine:3.20 AS base\nRUN apk update \\\n    && apk add git\n"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arguments;
mod gap;
mod instruction;
mod items;
mod joined;
mod layout;
mod meaning;
mod printer;
mod run;
mod style;

pub use style::Style;

use crate::linter::foreign_frontend;
use crate::model::Model;
use crate::text::{SourceFile, Span};

/// The formatted text would not mean the same, which is a bug of the formatter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("formatting would change what the file means; please report this")]
#[non_exhaustive]
pub struct ChangedMeaning {
    /// The first instruction that is concerned, or an empty span when it is the file as a whole.
    pub span: Span,
}

/// Lays out a Dockerfile. A file for another frontend, which is no Dockerfile, comes back as it is.
///
/// Formatting what was formatted changes nothing. What stands between `# dflint: format=off` and
/// `# dflint: format=on`, and any instruction with a syntax error, is left alone.
///
/// # Errors
/// [`ChangedMeaning`] when the result would not mean the same.
pub fn format(source: &SourceFile, style: &Style) -> Result<SourceFile, ChangedMeaning> {
    let model = Model::new(source);
    if model.dockerfile.instructions.is_empty() || foreign_frontend(source).is_some() {
        return Ok(source.clone());
    }
    let bytes = printer::print(&model, style);
    if bytes == source.bytes() {
        return Ok(source.clone());
    }
    // Only a file of nearly 4 GiB cannot grow.
    let Ok(formatted) = SourceFile::new(source.name(), bytes) else { return Ok(source.clone()) };
    match meaning::difference(&model, &Model::new(&formatted)) {
        None => Ok(formatted),
        Some(span) => Err(ChangedMeaning { span }),
    }
}
