//! Paths as URI references.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a segment of a path has to spell as `%XX`. Colons are among it, since the first segment of a relative reference
/// may have none.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The reference to a file by its name in findings: relative to the folder that dflint was started in where it can be.
pub(super) fn reference(name: &str, current_folder: Option<&str>) -> String {
    let inside = current_folder.and_then(|folder| name.strip_prefix(folder)?.strip_prefix('/'));
    let name = inside.unwrap_or(name);
    let path: Cow<'_, str> = utf8_percent_encode(name, ENCODED).into();
    if name.starts_with('/') {
        format!("file://{path}")
    } else if is_drive(name) {
        format!("file:///{path}")
    } else {
        path.into_owned()
    }
}

/// Whether a reference needs a base to be found.
pub(super) fn is_relative(reference: &str) -> bool {
    !reference.starts_with("file:")
}

/// `C:/…`, as Windows names files.
fn is_drive(name: &str) -> bool {
    cfg!(windows) && matches!(name.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_relative_where_they_can_be_and_always_encoded() {
        let cases = [
            ("Dockerfile", "Dockerfile"),
            ("../Dockerfile", "../Dockerfile"),
            ("/repository/app/Dockerfile", "app/Dockerfile"),
            ("/repository2/Dockerfile", "file:///repository2/Dockerfile"),
            ("a b/100%.Dockerfile", "a%20b/100%25.Dockerfile"),
            ("a:b/c#d?e", "a%3Ab/c%23d%3Fe"),
            ("é/🐳.Dockerfile", "%C3%A9/%F0%9F%90%B3.Dockerfile"),
            ("<stdin>", "%3Cstdin%3E"),
        ];
        for (name, expected) in cases {
            assert_eq!(reference(name, Some("/repository")), expected);
        }
    }
}
