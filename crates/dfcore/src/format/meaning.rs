//! Whether two files mean the same.

use super::run::Script;
use crate::model::Model;
use crate::shell::{self, Command as ShellCommand, Redirect, ScriptStatus};
use crate::syntax::ast::{CommandForm, InstructionKind};
use crate::syntax::commands::{Command, commands};
use crate::text::Span;

/// Where a file and its formatted text differ in more than layout.
pub(super) fn difference(before: &Model<'_>, after: &Model<'_>) -> Option<Span> {
    let old = commands(&before.dockerfile, before.source);
    let new = commands(&after.dockerfile, after.source);
    for (index, pair) in old.iter().zip(&new).enumerate() {
        let is_same = is_same_command(pair.0, pair.1, || is_same_script(before, after, index));
        if !is_same || comments_through(before, index) != comments_through(after, index) {
            return Some(before.instruction(index).span);
        }
    }
    let is_same = old.len() == new.len()
        && before.dockerfile.escape == after.dockerfile.escape
        && directives(before).eq(directives(after))
        && comments(before).eq(comments(after))
        && errors(before).eq(errors(after));
    (!is_same).then(Span::default)
}

fn directives<'a>(model: &'a Model<'_>) -> impl Iterator<Item = &'a str> {
    model.dockerfile.directives.iter().map(|directive| model.slice(directive.span))
}

fn comments<'a>(model: &'a Model<'_>) -> impl Iterator<Item = &'a str> {
    model
        .dockerfile
        .comments
        .iter()
        .map(|comment| model.slice(comment.span).trim_end_matches([' ', '\t', '\r']))
}

fn errors<'a>(model: &'a Model<'_>) -> impl Iterator<Item = &'a str> {
    model.errors.iter().map(|error| error.message.as_str())
}

/// How many comments stand before the end of an instruction.
fn comments_through(model: &Model<'_>, index: usize) -> usize {
    let end = model.instruction(index).span.end;
    model.dockerfile.comments.partition_point(|comment| comment.span.start < end)
}

fn is_same_command(old: &Command, new: &Command, is_same_script: impl FnOnce() -> bool) -> bool {
    old.cmd == new.cmd
        && old.flags == new.flags
        && old.json == new.json
        && old.heredocs == new.heredocs
        && (old.value == new.value
            || match old.cmd.as_str() {
                "from" => is_same_but_for_case(old, new, 1),
                "healthcheck" => is_same_but_for_case(old, new, 0),
                "run" => !old.json && old.value.len() == new.value.len() && is_same_script(),
                _ => false,
            })
}

/// Whether the words are the same, the one that is a keyword in any case.
fn is_same_but_for_case(old: &Command, new: &Command, keyword: usize) -> bool {
    old.value.len() == new.value.len()
        && old
            .value
            .iter()
            .zip(&new.value)
            .enumerate()
            .all(|(index, (old, new))| old == new || (index == keyword && old.eq_ignore_ascii_case(new)))
}

/// Whether a `RUN` runs the same commands: by our own reading, which decides on blanks, and by that of the grammar.
fn is_same_script(before: &Model<'_>, after: &Model<'_>, index: usize) -> bool {
    let (Some(old), Some(new)) = (text(before, index), text(after, index)) else { return false };
    let (Some(old_script), Some(new_script)) = (Script::read(&old), Script::read(&new)) else { return false };
    let old_tokens = old_script.tokens().map(|range| &old[range]);
    let new_tokens = new_script.tokens().map(|range| &new[range]);
    if !old_tokens.eq(new_tokens) {
        return false;
    }
    let parse = |model: &Model<'_>| model.script_source(index).map(|source| shell::parse(&source));
    match (parse(before), parse(after)) {
        // Where the grammar gives up, ours is the only reading.
        (Some(old), Some(new)) if old.status == ScriptStatus::FellBack => old.status == new.status,
        (Some(old), Some(new)) => {
            old.status == new.status
                && old.commands.len() == new.commands.len()
                && old.commands.iter().zip(&new.commands).all(|(old, new)| is_same_shell_command(old, new))
        }
        _ => false,
    }
}

fn text(model: &Model<'_>, index: usize) -> Option<String> {
    match &model.instruction(index).kind {
        InstructionKind::Run(run) => match &run.command {
            CommandForm::Shell(text) => Some(text.text(model.source).into_owned()),
            CommandForm::Exec { .. } => None,
        },
        _ => None,
    }
}

fn is_same_shell_command(old: &ShellCommand, new: &ShellCommand) -> bool {
    let is_same_redirect = |old: &Redirect, new: &Redirect| {
        old.descriptor == new.descriptor && old.kind == new.kind && old.target.raw == new.target.raw
    };
    old.words.iter().map(|word| &word.raw).eq(new.words.iter().map(|word| &word.raw))
        && old.assignments.len() == new.assignments.len()
        && old.assignments.iter().zip(&new.assignments).all(|(old, new)| {
            old.name == new.name && old.append == new.append && old.value.raw == new.value.raw
        })
        && old.redirects.len() == new.redirects.len()
        && old.redirects.iter().zip(&new.redirects).all(|(old, new)| is_same_redirect(old, new))
        && (old.before, old.after) == (new.before, new.after)
        && old.nesting == new.nesting
        && old.through == new.through
}
