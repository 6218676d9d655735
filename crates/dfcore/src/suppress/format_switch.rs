//! `# dflint: format=off` and `# dflint: format=on`.

/// What a comment says about formatting; `None` when it says nothing.
///
/// The comment is given from its `#` on. More may follow behind a blank, such as a reason.
pub(crate) fn read(comment: &str) -> Option<bool> {
    let body = comment.trim_start_matches('#').trim_start();
    let words = body.strip_prefix("dflint:")?.trim_start();
    let value = words.strip_prefix("format")?.trim_start().strip_prefix('=')?;
    match value.split_ascii_whitespace().next()? {
        "off" => Some(false),
        "on" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_comment_of_ours_switches() {
        assert_eq!(read("# dflint: format=off"), Some(false));
        assert_eq!(read("#dflint: format = on, the table is over"), None);
        assert_eq!(read("## dflint: format=on the table is over"), Some(true));
        for other in ["# dflint: ignore=x", "# format=off", "# dflint: format", "# dflint: format=", "#"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
