//! `FROM`.

use super::super::ast::From;
use super::super::suggest;
use super::{Context, Parts, words_of};

pub(super) fn read(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> From {
    let source = context.source;
    let mut words = words_of(context.line, parts.arguments.clone());
    let (image, second, third) = (words.next(), words.next(), words.next());
    let has_as = second.as_ref().is_some_and(|word| word.text(source).eq_ignore_ascii_case("as"));
    let count = [&image, &second, &third].into_iter().flatten().count() + words.count();

    if let Some(name) = &third
        && count == 3
        && has_as
    {
        if !is_stage_name(name.text(source)) {
            let message = format!("{} cannot name a build stage", suggest::quoted(name.text(source)));
            let help =
                "a name starts with a letter and holds letters, digits, `-`, `_` and `.` only".to_owned();
            context.errors.refused(name.span, message, help);
        }
    } else if count != 1 {
        let span = context.line.span(parts.all());
        let help = match count {
            0 => "name the image to start from; `scratch` is the empty one",
            2 if has_as => "a name must follow `AS`",
            _ => "write `FROM image` or `FROM image AS name`",
        };
        context.errors.refused(
            span,
            "`FROM` takes an image and at most a name for the stage",
            help.to_owned(),
        );
    }

    From { image, name: third.filter(|_| has_as) }
}

/// Whether BuildKit takes it, which compares names in lower case.
fn is_stage_name(name: &str) -> bool {
    let is_letter = |character: char| character.to_lowercase().all(|lower| lower.is_ascii_lowercase());
    let is_inside =
        |character: char| is_letter(character) || character.is_ascii_digit() || "-_.".contains(character);
    name.starts_with(is_letter) && name.chars().all(is_inside)
}

#[cfg(test)]
mod tests {
    use super::is_stage_name;

    #[test]
    fn stage_names() {
        for name in ["a", "Build", "a-b_c.1"] {
            assert!(is_stage_name(name), "{name}");
        }
        for name in ["", "1", "-a", "_a", "a/b", "a:b", "é", "$x"] {
            assert!(!is_stage_name(name), "{name}");
        }
    }
}
