use crate::fix::{Edit, Fix};
use crate::model::packages::{Action, Location, Manager, PackageCommand};
use crate::rule::{Report, RuleContext, ScriptEdits};
use crate::shell::Wrapper;

use super::{program, report_together, shell_command, verb};

/// A cache of a package manager that stays in the layer.
pub(crate) struct KeptCache {
    /// Whose commands are looked at.
    pub(crate) managers: &'static [Manager],
    /// Whether a command fills the cache.
    pub(crate) fills: fn(&PackageCommand) -> bool,
    /// Whether a later command of the step makes up for it by emptying the folder.
    pub(crate) can_be_emptied: bool,
    /// The folders that the versions of the manager fill, of which a file does not say which one it has.
    pub(crate) folders: &'static [&'static str],
    /// What is kept.
    pub(crate) what: &'static str,
    /// What to do, with `{}` for the program.
    pub(crate) help: &'static str,
    /// The arguments with which the program empties the cache; `None` where something else is to be done.
    pub(crate) emptying: Option<&'static str>,
}

impl KeptCache {
    /// One finding for each `RUN` after which something is left.
    pub(crate) fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for index in model.runs().filter(|&index| cx.speaks_of_instruction(index)) {
            let ours = cx.package_commands(index);
            let ours = ours.filter(|command| self.managers.contains(&command.manager));
            let mut filling = ours.clone().filter(|command| (self.fills)(command)).peekable();
            if filling.peek().is_none() {
                continue;
            }
            let cleanups = model.cleanups(index);
            let is_kept = |command: &&PackageCommand| {
                // What another root has in its folders is for those to judge who make an image of it.
                let is_elsewhere = shell_command(model, index, command).is_through(Wrapper::Chroot);
                let folders = self.folders_of(command);
                let is_gone = |folder: &String| {
                    let mut later = cleanups.iter().filter(|cleanup| cleanup.command > command.command);
                    model.is_mounted(index, folder)
                        || (self.can_be_emptied && later.any(|cleanup| cleanup.may_empty(folder)))
                };
                !is_elsewhere && !folders.is_empty() && !folders.iter().any(is_gone)
            };
            let kept: Vec<&PackageCommand> = filling.filter(is_kept).collect();
            let Some(first) = kept.first() else { continue };
            let program = program(model, index, first);
            let verb = verb(model, first);
            let places: Vec<_> = kept.iter().map(|command| command.verb.span).collect();
            let message = format!("`{program} {verb}` leaves {} in the image", self.what);
            let Some(mut finding) = report_together(report, &places, message, "so does this") else {
                continue;
            };
            let vain = ours
                .filter(|command| command.verb.action == Action::Clean && command.command > first.command);
            let vain: Vec<&PackageCommand> = vain.collect();
            for command in vain.iter().take(1) {
                finding = finding.label(command.span, "this does not remove it");
            }
            let finding = finding
                .note("a later instruction cannot take it out of this layer again")
                .help(self.help.replace("{}", program));
            let edits = match self.emptying {
                Some(arguments) => emptying(cx, index, &kept, &vain, arguments).map(|edit| vec![edit]),
                None => without_cache(cx, index, &kept),
            };
            if let Some(edits) = edits {
                finding.fix(Fix::suggested(format!("leave {} out of the image", self.what), edits));
            }
        }
    }

    fn folders_of(&self, command: &PackageCommand) -> Vec<String> {
        // An option moves them.
        let is_moved = command.cache.directory_from.is_some() || command.location != Location::System;
        if is_moved && command.verb.action != Action::Download {
            return command.cache.directories.clone();
        }
        self.folders.iter().map(|&folder| folder.to_owned()).collect()
    }
}

/// Lets the program empty its cache at the end of the step: with the command that does too little, where there is one
/// behind all that fill it, or with one more.
fn emptying(
    cx: &RuleContext<'_>,
    index: usize,
    kept: &[&PackageCommand],
    vain: &[&PackageCommand],
    arguments: &str,
) -> Option<Edit> {
    let edits = ScriptEdits::of(cx.model, index)?;
    let last = kept.last()?;
    let clean = vain.last().filter(|clean| clean.command > last.command);
    if let Some(clean) = clean {
        let command = shell_command(cx.model, index, clean);
        let verb = command.words.iter().position(|word| word.span == clean.verb.span)?;
        let (verb, rest) = command.words[verb..].split_first()?;
        return match rest {
            [] => edits.insert_after(verb, arguments.strip_prefix("clean ")?),
            [only] if !only.raw.starts_with('-') => edits.replace(only, arguments.strip_prefix("clean ")?),
            _ => None,
        };
    }
    let sudo = match shell_command(cx.model, index, last).through.as_slice() {
        [] => "",
        [Wrapper::Sudo] => "sudo ",
        _ => return None,
    };
    edits.append(&format!("{sudo}{} {arguments}", program(cx.model, index, last)))
}

/// Lets the commands keep nothing, with `--no-cache` in the place of an option that asks for a new index.
fn without_cache(cx: &RuleContext<'_>, index: usize, kept: &[&PackageCommand]) -> Option<Vec<Edit>> {
    const NO_CACHE: &str = "--no-cache";
    let edits = ScriptEdits::of(cx.model, index)?;
    let without = kept.iter().map(|kept| {
        let command = shell_command(cx.model, index, kept);
        let update =
            command.words.iter().find(|word| matches!(&*word.raw, "-U" | "--update" | "--update-cache"));
        match update {
            Some(update) => edits.replace(update, NO_CACHE),
            None => edits.insert_behind(command, kept.verb.span, NO_CACHE),
        }
    });
    without.collect()
}
