use crate::fix::{Edit, Fix};
use crate::model::{Model, Stage, is_below};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Word};
use crate::syntax::ast::{Copy, CopySource, Instruction, InstructionKind};

declare_rule! {
    /// Files are copied in one layer and get another owner or mode in the next, so that the image has them twice.
    ///
    /// A layer holds whole files: `chown -R` and `chmod -R` write every file that they change into the layer of their own
    /// `RUN`. `COPY --chown` and `COPY --chmod` give files the owner and the mode as they arrive.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM node:22-slim
    /// COPY dist /srv/app
    /// RUN chown -R node:node /srv/app
    /// USER node
    /// CMD ["node", "/srv/app/server.js"]
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM node:22-slim
    /// COPY --chown=node:node dist /srv/app
    /// USER node
    /// CMD ["node", "/srv/app/server.js"]
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// WORKDIR /app
    /// COPY . .
    /// RUN useradd -u 1000 app && chown -R app /app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:22-slim
    /// COPY --chown=node:node dist /srv/app
    /// USER node
    /// CMD ["node", "/srv/app/server.js"]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested, and only where the step above the `RUN` is the `COPY` of that folder and the `RUN` does nothing else: a
    /// folder that the base image has already keeps its owner, and only what is in it gets the new one.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#copy---chown---chmod>
    /// - <https://docs.docker.com/engine/storage/drivers/overlayfs-driver/#modifying-files-or-directories>
    pub ChownInOwnLayer {
        code: "DF4013",
        name: "chown-in-own-layer",
        group: Size,
        severity: Info,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for ChownInOwnLayer {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages().iter().filter(|stage| cx.speaks_of(stage)) {
            for (index, _) in model.body(stage) {
                if !matches!(model.instruction(index).kind, InstructionKind::Run(_))
                    || model.is_windows(index)
                {
                    continue;
                }
                // A finding for each step is enough.
                let mut commands = model.script(index).commands.iter();
                commands.any(|command| check(model, stage, index, command, report));
            }
        }
    }
}

/// A `chown` or `chmod` of whole folders.
struct Change<'m> {
    /// `chown` or `chmod`.
    program: &'m str,
    /// The owner or the mode.
    value: &'m Word,
    paths: &'m [Word],
}

fn change(command: &Command) -> Option<Change<'_>> {
    let program = command.name.as_deref().filter(|name| matches!(*name, "chown" | "chmod"))?;
    let is_option = |word: &Word| word.raw.starts_with('-') && !is_mode(&word.raw);
    let is_recursive = |word: &Word| {
        let is_short = word.raw.starts_with('-') && !word.raw.starts_with("--") && word.raw.contains('R');
        (is_short && !is_mode(&word.raw)) || word.raw == "--recursive"
    };
    let arguments = command.arguments();
    if !arguments.iter().any(is_recursive) {
        return None;
    }
    let first = arguments.iter().position(|word| !is_option(word))?;
    let (value, paths) = arguments[first..].split_first()?;
    Some(Change { program, value, paths })
}

/// Whether a word that begins with a dash takes permissions away: `-w`, `-rwx`.
fn is_mode(word: &str) -> bool {
    word.len() > 1 && word[1..].bytes().all(|byte| b"rwxXst,=+-".contains(&byte))
}

/// Whether a command gives copied files another owner or mode; reports the first folder of which it does.
fn check(model: &Model<'_>, stage: &Stage, index: usize, command: &Command, report: &mut Report<'_>) -> bool {
    let Some(change) = change(command).filter(|change| !is_no_change(change)) else { return false };
    let state = model.state(index);
    let lookup = |name: &str| Some(state.scope.run_environment(name)?.as_known()?.to_owned());
    let script = model.script(index);
    let moves = script.commands.iter().any(|other| other.is("cd") || other.is("pushd"));
    for word in change.paths {
        let path = match word.resolve(lookup) {
            Some(path) if path.starts_with('/') || !moves => state.absolute(path.trim_end_matches('*')),
            _ => None,
        };
        let Some(path) = path.filter(|path| path != "/" && !path.contains(['*', '?', '[', '{', '~'])) else {
            continue;
        };
        if model.is_mounted(index, &path) {
            continue;
        }
        // The copies whose files arrive below the folder.
        let copies = model.body(stage).map(|(above, _)| above).take_while(|&above| above < index);
        let flag = if change.program == "chown" { "chown" } else { "chmod" };
        let copies: Vec<usize> = copies
            .filter(|&above| arrives_below(model, above, &path) && model.flag(above, flag).is_none())
            .collect();
        let Some((&last, others)) = copies.split_last() else { continue };
        let program = change.program;
        let mut finding = report
            .at(
                command.span,
                format!("`{program}` puts the files below `{path}` into the image a second time"),
            )
            .label(model.instruction(last).span, "copied here");
        finding = finding
            .labels(others.iter().map(|&other| model.instruction(other).span), "and here")
            .note("a layer has every file whole whose owner or mode it changes")
            .help(format!("copy with `COPY --{flag}=…` instead"));
        if let Some(fix) = fix(model, stage, index, last, &change, &path) {
            finding.fix(fix);
        }
        return true;
    }
    false
}

/// Whether an owner is the one that copied files have anyway.
fn is_no_change(change: &Change<'_>) -> bool {
    let owner = change.value.text();
    change.program == "chown" && owner.split([':', '.']).all(|name| matches!(name, "root" | "0" | ""))
}

/// Whether an instruction copies something to a folder or below it.
fn arrives_below(model: &Model<'_>, index: usize, folder: &str) -> bool {
    let Some(transfer) = model.transfer(index) else { return false };
    let is_heredoc = |source: &CopySource| matches!(source, CopySource::Heredoc { .. });
    let brings_files = match &model.instruction(index).kind {
        InstructionKind::Copy(copy) | InstructionKind::Add(copy) => !copy.sources.iter().all(is_heredoc),
        _ => false,
    };
    brings_files && transfer.destination.as_known().is_some_and(|destination| is_below(destination, folder))
}

/// Gives the `COPY` the owner, and removes the `RUN`.
fn fix(
    model: &Model<'_>,
    stage: &Stage,
    index: usize,
    copy: usize,
    change: &Change<'_>,
    path: &str,
) -> Option<Fix> {
    let owner = change.value.value.as_deref()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.');
    let is_owner = change.program == "chown" && !owner.is_empty() && owner.bytes().all(is_plain);
    let run = model.instruction(index);
    let is_alone = model.script(index).commands.len() == 1 && change.paths.len() == 1 && run.flags.is_empty();
    let InstructionKind::Copy(parts) = &model.instruction(copy).kind else { return None };
    let is_simple = model.instruction(copy).flags.iter().all(|flag| flag.name.text(model.source) == "from");
    let arrives_there = model.transfer(copy)?.destination.as_known() == Some(path);
    let is_root = model.state(index).user.is_root() != Some(false);
    let has_comment = model.slice(run.span).lines().any(|line| line.trim_start().starts_with('#'));
    if !is_owner
        || !is_alone
        || copy + 1 != index
        || !is_simple
        || parts.json
        || !arrives_there
        || !is_root
        || has_comment
        || is_made_before(model, stage, copy, path)
    {
        return None;
    }
    let copy: &Instruction = model.instruction(copy);
    Some(Fix::suggested(
        "copy with the owner",
        [Edit::insert_flag(copy, &format!("--chown={owner}")), Edit::remove_instruction(model.source, run)],
    ))
}

/// Whether something above makes the folder, which would keep its owner.
fn is_made_before(model: &Model<'_>, stage: &Stage, copy: usize, path: &str) -> bool {
    model.lineage(stage).iter().flat_map(|stage| model.body(stage)).any(|(index, instruction)| {
        let after = match &instruction.kind {
            InstructionKind::Workdir(_) => model.state(index + 1).workdir.as_known().map(str::to_owned),
            InstructionKind::Copy(Copy { .. }) | InstructionKind::Add(_) if index != copy => {
                model.transfer(index).and_then(|transfer| transfer.destination.as_known().map(str::to_owned))
            }
            InstructionKind::Run(_) => {
                return index < copy && model.slice(instruction.span).contains(path);
            }
            _ => return false,
        };
        index < copy && after.is_none_or(|folder| is_below(&folder, path))
    })
}
