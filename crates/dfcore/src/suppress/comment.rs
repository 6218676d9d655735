use crate::syntax::ast::Directive;
use crate::text::{SourceFile, Span};

/// A suppressing comment, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// From `#` to the end of the line.
    pub(super) span: Span,
    /// The rules that it names, as written.
    pub(super) rules: Vec<String>,
    /// Their list.
    pub(super) list: Span,
    /// How far it wants to reach.
    pub(super) reach: Reach,
    /// Whether it is in our spelling.
    pub(super) is_ours: bool,
}

/// How far a comment wants to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Next,
    Stage,
    File,
    /// The file, provided that the comment stands above the first instruction.
    FileFromTop,
}

/// What a comment turned out to be.
pub(super) enum Reading {
    Suppression(Comment),
    /// It calls us by name, and then says something else.
    NotUnderstood,
    /// A comment for people or other tools.
    Other,
}

impl Comment {
    /// Reads a comment line; `span` may begin with blanks.
    pub(super) fn read(span: Span, source: &SourceFile) -> Reading {
        let text = source.slice(span);
        let body = text.trim_start().trim_start_matches('#').trim_start();
        let read = |rest: &str, is_ours, reaches: &[(&str, Reach)]| {
            let (head, list) = rest.trim_start().split_once('=')?;
            let words = head.split_whitespace().collect::<Vec<_>>().join(" ");
            let &(_, reach) = reaches.iter().find(|(name, _)| *name == words)?;
            let at = span.end - list.len() as u32;
            Self::new(span, at, list, reach, is_ours)
        };
        const OURS: [(&str, Reach); 2] = [("ignore", Reach::Next), ("global ignore", Reach::FileFromTop)];
        const HADOLINT: [(&str, Reach); 3] =
            [("ignore", Reach::Next), ("stage ignore", Reach::Stage), ("global ignore", Reach::File)];
        const SHELLCHECK: [(&str, Reach); 1] = [("disable", Reach::Next)];
        if let Some(rest) = body.strip_prefix("dflint:") {
            return read(rest, true, &OURS).map_or(Reading::NotUnderstood, Reading::Suppression);
        }
        let comment = if let Some(rest) = body.strip_prefix("dflint ") {
            read(rest, true, &OURS)
        } else if let Some(rest) = body.strip_prefix("hadolint ") {
            read(rest, false, &HADOLINT)
        } else if let Some(rest) = body.strip_prefix("shellcheck ") {
            read(rest, false, &SHELLCHECK)
        } else {
            body.strip_prefix("check=").and_then(|value| Self::check(span, value, Reach::Next))
        };
        comment.map_or(Reading::Other, Reading::Suppression)
    }

    /// Reads the parser directive `# check=skip=…;error=true`.
    pub(super) fn check_directive(directive: &Directive, source: &SourceFile) -> Option<Self> {
        let value = Span::new(directive.value.start, directive.span.end);
        Self::check(Span::new(directive.span.start, value.end), source.slice(value), Reach::File)
    }

    /// Reads the value of a `check`, which reaches to the end of `span`.
    fn check(span: Span, value: &str, reach: Reach) -> Option<Self> {
        let mut at = span.end - value.len() as u32;
        for part in value.split(';') {
            let list = part.trim_start().strip_prefix("skip=");
            if let Some(list) = list {
                let start = at + (part.len() - list.len()) as u32;
                return Self::new(span, start, list, reach, false);
            }
            at += part.len() as u32 + 1;
        }
        None
    }

    fn new(span: Span, at: u32, list: &str, reach: Reach, is_ours: bool) -> Option<Self> {
        let (length, rules) = rule_list(list);
        if rules.is_empty() {
            return None;
        }
        let blanks = (list.len() - list.trim_start().len()) as u32;
        Some(Self { span, rules, list: Span::new(at + blanks, at + length as u32), reach, is_ours })
    }
}

/// The rules at the beginning of a text, separated by commas with or without blanks, and the length of the
/// list. The reason after it is left alone.
fn rule_list(text: &str) -> (usize, Vec<String>) {
    let is_rule = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*' | b'/');
    let mut rules = Vec::new();
    let mut end = 0;
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let length = rest.bytes().take_while(|&byte| is_rule(byte)).count();
        if length == 0 {
            return (end, rules);
        }
        rules.push(rest[..length].to_owned());
        end = text.len() - rest.len() + length;
        let Some(next) = rest[length..].trim_start().strip_prefix(',') else { return (end, rules) };
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        match Comment::read(Span::new(0, source.len()), &source) {
            Reading::Suppression(comment) => {
                let owner = if comment.is_ours { "ours" } else { "theirs" };
                let list = source.slice(comment.list);
                format!("{owner} {:?} {} [{list}]", comment.reach, comment.rules.join("+"))
            }
            Reading::NotUnderstood => "not understood".to_owned(),
            Reading::Other => "other".to_owned(),
        }
    }

    #[test]
    fn reads_all_spellings() {
        for (text, expected) in [
            ("# dflint: ignore=latest-tag", "ours Next latest-tag [latest-tag]"),
            ("#dflint:ignore = DF5001 , DL30* a reason, in words", "ours Next DF5001+DL30* [DF5001 , DL30*]"),
            ("  # dflint: global ignore=a,b why", "ours FileFromTop a+b [a,b]"),
            ("# dflint ignore=a", "ours Next a [a]"),
            ("# dflint: ingore=a", "not understood"),
            ("# dflint: ignore=", "not understood"),
            ("# dflint: ignore latest-tag", "not understood"),
            ("# dflint is a linter, see a=b", "other"),
            (
                "# hadolint ignore=DL3006,SC2086 # pinned elsewhere",
                "theirs Next DL3006+SC2086 [DL3006,SC2086]",
            ),
            ("# hadolint global ignore=DL3003", "theirs File DL3003 [DL3003]"),
            ("# hadolint stage ignore=DL3003", "theirs Stage DL3003 [DL3003]"),
            ("# hadolint shell=powershell", "other"),
            ("# shellcheck disable=SC2086,SC2046 # as meant", "theirs Next SC2086+SC2046 [SC2086,SC2046]"),
            ("# shellcheck shell=bash", "other"),
            (
                "# check=skip=StageNameCasing,FromAsCasing;error=true",
                "theirs Next StageNameCasing+FromAsCasing [StageNameCasing,FromAsCasing]",
            ),
            ("# check=error=true;skip=all", "theirs Next all [all]"),
            ("# check=error=true", "other"),
            ("# ignore=a", "other"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
