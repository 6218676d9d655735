//! Standard output and error: colours where they belong, and text that cannot drive the terminal.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use annotate_snippets::normalize_untrusted_str;
use anstream::{AutoStream, ColorChoice as StreamChoice};
use anstyle::{AnsiColor, Style};

use crate::cli::ColorChoice;

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const NOTE: Style = AnsiColor::BrightCyan.on_default().bold();

/// Standard output, buffered.
///
/// Writes fail instead of panicking when nobody reads any more; [`is_broken_pipe`] tells such an error.
pub(crate) struct Terminal {
    out: BufWriter<AutoStream<StdoutLock<'static>>>,
    colored: bool,
}

impl Terminal {
    /// Opens standard output, and settles for both streams whether there are colours.
    pub(crate) fn open(color: ColorChoice) -> Self {
        let choice = match color {
            ColorChoice::Auto => StreamChoice::Auto,
            ColorChoice::Always => StreamChoice::Always,
            ColorChoice::Never => StreamChoice::Never,
        };
        choice.write_global();
        let out = AutoStream::auto(io::stdout().lock());
        let colored = out.current_choice() != StreamChoice::Never;
        Self { out: BufWriter::new(out), colored }
    }

    /// Whether styles reach the reader.
    pub(crate) fn is_colored(&self) -> bool {
        self.colored
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes `error: …` to standard error, a line for each line of the message.
pub(crate) fn report_error(message: impl Display) {
    report("error", ERROR, &message.to_string());
}

/// Writes `note: …` to standard error: something to know that is no error.
pub(crate) fn report_note(message: impl Display) {
    report("note", NOTE, &message.to_string());
}

fn report(kind: &str, style: Style, message: &str) {
    let mut err = anstream::stderr().lock();
    for line in message.lines() {
        // Where nobody listens there is nobody to tell either.
        let _ = writeln!(err, "{style}{kind}{style:#}: {}", printable(line));
    }
}

/// The text with control characters made visible, so that a file's name or content cannot move the cursor or
/// recolour the terminal.
pub(crate) fn printable(text: &str) -> String {
    normalize_untrusted_str(text)
}

/// Whether the reader of our output has gone away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    let mut kinds = io_errors
        .map(io::Error::kind)
        .chain(error.chain().filter_map(|cause| cause.downcast_ref::<serde_json::Error>()?.io_error_kind()));
    kinds.any(|kind| kind == io::ErrorKind::BrokenPipe)
}
