//! The command line as people meet it. A case is a file under `tests/cmd/`: commands and what they print, run in
//! the folder `<case>.in`, and compared with `<case>.out` when the commands change files.
//!
//! `TRYCMD=overwrite cargo test -p dfcli --test cmd` rewrites the outputs; read the difference before you keep it.

#[test]
fn cases() {
    // The page about outputs is a case too, so that its examples are what is printed.
    let cases = trycmd::TestCases::new();
    cases.case("tests/cmd/*.trycmd").case("../../docs/outputs.md");
    cases.env("NO_COLOR", "1").env("RAYON_NUM_THREADS", "2");
}
