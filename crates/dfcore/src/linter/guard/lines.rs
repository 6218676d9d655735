use crate::fix::Edit;
use crate::text::SourceFile;

/// Line endings and the byte order mark stay what they are.
pub(super) fn damage(before: &SourceFile, after: &SourceFile, edits: &[&Edit]) -> Option<&'static str> {
    let mark = '\u{FEFF}';
    if before.text().starts_with(mark) != after.text().starts_with(mark) {
        return Some("change the byte order mark");
    }
    // An edit without a line ending of its own makes none of another kind.
    let has_ending =
        |edit: &&&Edit| edit.replacement.contains('\n') || before.slice(edit.span).contains(['\r', '\n']);
    if edits.iter().any(|edit| has_ending(&edit)) {
        let (old, new) = (Endings::of(before.text()), Endings::of(after.text()));
        if old != Endings::default() && ((new.unix && !old.unix) || (new.windows && !old.windows)) {
            return Some("mix line endings");
        }
    }
    None
}

/// The kinds of line ending in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Endings {
    unix: bool,
    windows: bool,
}

impl Endings {
    fn of(text: &str) -> Self {
        let mut endings = Self::default();
        for at in memchr::memchr_iter(b'\n', text.as_bytes()) {
            let is_windows = at > 0 && text.as_bytes()[at - 1] == b'\r';
            endings.windows |= is_windows;
            endings.unix |= !is_windows;
            if endings.windows && endings.unix {
                break;
            }
        }
        endings
    }
}
