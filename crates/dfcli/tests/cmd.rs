//! The command line as people meet it. A case is a file under `tests/cmd/`: commands and what they print, run in
//! the folder `<case>.in`, and compared with `<case>.out` when the commands change files.
//!
//! `TRYCMD=overwrite cargo test -p dfcli --test cmd` rewrites the outputs; read the difference before you keep it.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").env("NO_COLOR", "1").env("RAYON_NUM_THREADS", "2");
}
