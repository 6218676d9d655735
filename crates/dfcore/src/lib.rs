//! Dockerfiles and `.dockerignore` as BuildKit reads them, lint rules with fixes, and the build context measured.

pub mod context;
pub mod dockerignore;
pub mod model;
pub mod shell;
pub mod syntax;
pub mod text;
