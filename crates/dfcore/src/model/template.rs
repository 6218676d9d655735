/// Whether a template engine has yet to fill something in: `{{tag}}`, `%%TAG%%`, `<tag>`, `__TAG__`, `@TAG@`. The text has
/// no variables: braces are theirs too.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.contains(['{', '}', '%', '<', '>', '(', '[', ']'])
        || text.contains("__")
        || text.matches('@').count() > 1
}
