//! "Did you mean …?"

/// The nearest of the names, when two edits or fewer lead to it. Case counts.
pub(crate) fn nearest<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // BuildKit suggests within the same distance. No name is longer than this, so nothing long can be near.
    const LONGEST: usize = 24;
    if written.len() > LONGEST {
        return None;
    }
    names
        .into_iter()
        .filter(|name| name.len().abs_diff(written.len()) <= 2)
        .map(|name| (strsim::levenshtein(written, name), name))
        // As many edits as letters leave nothing of what was written.
        .filter(|&(distance, _)| (1..=2).contains(&distance) && distance < written.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// The choice of that name, or else the help towards one.
pub(super) fn choose<T: Copy>(written: &str, choices: &[(&'static str, T)]) -> Result<T, String> {
    if let Some(&(_, choice)) = choices.iter().find(|(name, _)| *name == written) {
        return Ok(choice);
    }
    let names = || choices.iter().map(|&(name, _)| name);
    let nearest =
        names().find(|name| name.eq_ignore_ascii_case(written)).or_else(|| nearest(written, names()));
    Err(match nearest {
        Some(name) => did_you_mean(name),
        None => format!("it is one of `{}`", names().collect::<Vec<_>>().join("`, `")),
    })
}

/// The help for it.
pub(crate) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// At most this much of the source goes into a message.
pub(super) const QUOTED: usize = 60;

/// A piece of the source for a message: in backticks, shortened when it is long.
pub(super) fn quoted(text: &str) -> String {
    let text = crate::text::displayable(text);
    let end = text.floor_char_boundary(QUOTED);
    if end < text.len() { format!("`{}…`", &text[..end]) } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_within_two_edits() {
        let names = ["FROM", "RUN", "COPY"];
        assert_eq!(nearest("FORM", names), Some("FROM"));
        assert_eq!(nearest("CPOY", names), Some("COPY"));
        assert_eq!(nearest("WGET", names), None);
        assert_eq!(nearest("N", names), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), names), None);
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(quoted("a"), "`a`");
        assert_eq!(quoted(&"é".repeat(40)), format!("`{}…`", "é".repeat(30)));
    }
}
