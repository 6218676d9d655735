//! What a comment that nobody understands may have been meant to say.

use super::comment::{Tool, rule_list};
use crate::syntax::suggest::nearest;

/// A longer suggestion would be none.
const LONGEST: usize = 120;

/// The comment as it should be written: what is in front of the rules is nearly right, or their `=` is missing. `told` is
/// what follows the tool's name.
pub(super) fn suggestion(tool: Tool, told: &str, has_colon: bool) -> Option<String> {
    let (head, rules) =
        with_equals_sign(tool, told, has_colon).or_else(|| without_equals_sign(tool, told))?;
    let suggestion = format!("# {}{}{head}={}", tool.name(), tool.separator(), rules.join(","));
    (suggestion.len() <= LONGEST).then_some(suggestion)
}

/// `ingore=DL3006`; the head may be right when it is the colon that is wrong.
fn with_equals_sign(tool: Tool, told: &str, has_colon: bool) -> Option<(&'static str, Vec<String>)> {
    // What other tools call it.
    const OTHER_WORDS: [&str; 4] = ["disable", "skip", "disable-next-line", "ignore"];
    let (written, list) = told.split_once('=')?;
    let (_, rules) = rule_list(list);
    if rules.is_empty() {
        return None;
    }
    let words: Vec<&str> = written.split_whitespace().take(4).collect();
    let written = words.join(" ");
    let heads = || tool.heads().iter().map(|&(head, _)| head);
    if tool.other_heads().contains(&written.as_str()) {
        return None;
    }
    let right = || heads().find(|head| *head == written).filter(|_| has_colon);
    let other = || OTHER_WORDS.contains(&written.as_str()).then(|| heads().next()).flatten();
    let head = right().or_else(|| nearest(&written, heads())).or_else(other)?;
    Some((head, rules))
}

/// `ignore DL3006`, `ignore: DL3006`
fn without_equals_sign(tool: Tool, told: &str) -> Option<(&'static str, Vec<String>)> {
    let told = told.trim_start();
    let after = |head: &'static str| Some((head, told.strip_prefix(head)?));
    let (head, rest) = tool.heads().iter().find_map(|&(head, _)| after(head))?;
    let (_, rules) = rule_list(rest.strip_prefix(':').unwrap_or(rest));
    // Anything could follow in a sentence; a sentence about us has no colon behind our name.
    let is_rule = |rule: &String| tool == Tool::Dflint || is_code(rule);
    let is_list = rest.starts_with([':', ' ', '\t']) && !rules.is_empty() && rules.iter().all(is_rule);
    is_list.then_some((head, rules))
}

/// `DL3006`, `hadolint/DL3006`
fn is_code(rule: &str) -> bool {
    let code = rule.rsplit('/').next().unwrap_or(rule);
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    digits.len() < code.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
