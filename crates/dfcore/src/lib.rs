//! Dockerfiles and `.dockerignore` as BuildKit reads them, lint rules with fixes, and the build context measured.

pub mod config;
pub mod context;
pub mod diagnostic;
pub mod dockerignore;
pub mod docs;
pub mod fix;
pub mod linter;
pub mod model;
pub mod rule;
pub mod rules;
pub mod shell;
pub mod suppress;
pub mod syntax;
pub mod text;
