//! `dflint`, the command.
fn main() {}
