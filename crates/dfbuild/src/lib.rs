//! `dfbuild`, the library.
