use std::ops::Range;

use super::fragment::Fragment;
use super::word::{name_prefix, scan};
use super::{Redirect, RedirectKind};

/// The operators, longer ones before those that they start with.
const OPERATORS: &[(&str, RedirectKind)] = &[
    ("&>>", RedirectKind::OutputAndError),
    ("&>", RedirectKind::OutputAndError),
    ("<<<", RedirectKind::HereString),
    ("<<-", RedirectKind::Heredoc),
    ("<<", RedirectKind::Heredoc),
    ("<&", RedirectKind::DuplicateInput),
    ("<>", RedirectKind::InputAndOutput),
    ("<", RedirectKind::Input),
    (">>", RedirectKind::Append),
    (">&", RedirectKind::DuplicateOutput),
    (">|", RedirectKind::Output),
    (">", RedirectKind::Output),
];

/// A redirect as it stands in the text.
pub(super) struct RedirectSyntax {
    /// Descriptor, operator and target.
    pub(super) range: Range<usize>,
    pub(super) descriptor: Option<u32>,
    pub(super) kind: RedirectKind,
    pub(super) target: Range<usize>,
    /// Whether it is a `<<-`.
    pub(super) strips_tabs: bool,
}

impl RedirectSyntax {
    /// The redirect that starts at `start`, with its descriptor or variable if it has one.
    pub(super) fn read(text: &str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let prefix = if digits > 0 { digits } else { variable(rest) };
        let (operator, kind) = OPERATORS.iter().find(|(operator, _)| rest[prefix..].starts_with(operator))?;
        let target = scan::end_of_blanks(text, start + prefix + operator.len());
        let end = scan::end_of_word(text, target);
        Some(Self {
            range: start..end,
            descriptor: rest[..digits].parse().ok(),
            kind: *kind,
            target: target..end,
            strips_tabs: *operator == "<<-",
        })
    }

    pub(super) fn redirect(&self, fragment: &Fragment) -> Redirect {
        Redirect {
            span: fragment.span(self.range.clone()),
            descriptor: self.descriptor,
            kind: self.kind,
            target: fragment.word(self.target.clone()),
            body: None,
        }
    }
}

/// The length of a `{name}` in front of an operator.
fn variable(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('{') else { return 0 };
    let name = name_prefix(inner);
    if !name.is_empty() && inner[name.len()..].starts_with('}') { name.len() + 2 } else { 0 }
}
