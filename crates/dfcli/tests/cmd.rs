//! The command line as people meet it. A case is a file under `tests/cmd/`: commands and what they print, run in
//! the folder `<case>.in`, and compared with `<case>.out` when the commands change files. A case with standard input is a
//! TOML file. `tests/exercised.rs` says what no case has.
//!
//! `TRYCMD=overwrite cargo test -p dfcli --test cmd` rewrites the outputs; read the difference before you keep it.

#[test]
fn cases() {
    // The pages of the book are cases too, so that their `console` blocks are what is printed.
    let cases = trycmd::TestCases::new();
    cases.case("tests/cmd/*.trycmd").case("tests/cmd/*.toml").case("../../docs/*.md");
    cases.env("NO_COLOR", "1").env("RAYON_NUM_THREADS", "2");
}
