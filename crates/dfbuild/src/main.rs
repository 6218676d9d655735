//! `dfbuild`, the command.
fn main() {}
