//! Commands of a `RUN` that empty folders.

use super::mounts::is_below;
use super::packages::{Action, PackageCommand};
use super::state::clean;
use super::{Model, State};
use crate::shell::{Command, Word};
use crate::text::Span;

/// A command that removes files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleanup {
    /// The command.
    pub span: Span,
    /// Its place in the script's commands.
    pub command: usize,
    /// The absolute folders or files that it removes or empties, as far as they are known.
    pub paths: Vec<String>,
    /// Whether `paths` is all that it removes.
    pub complete: bool,
}

impl Model<'_> {
    /// The commands of a `RUN` that remove files, in order.
    #[must_use]
    pub fn cleanups(&self, index: usize) -> Vec<Cleanup> {
        let removals = self.script(index).commands.iter().enumerate();
        let removals = removals.filter_map(|(place, command)| removal(command, place, self.state(index)));
        let cleaning = self.package_commands(index).iter().filter_map(cleaning);
        let mut cleanups: Vec<_> = removals.chain(cleaning).collect();
        cleanups.sort_by_key(|cleanup| cleanup.command);
        cleanups
    }

    /// Whether a `RUN` removes a folder, something in it, or a folder around it.
    #[must_use]
    pub fn removes(&self, index: usize, folder: &str) -> bool {
        let touches = |path: &String| is_below(path, folder) || is_below(folder, path);
        self.cleanups(index).iter().any(|cleanup| cleanup.paths.iter().any(touches))
    }
}

/// `rm`
fn removal(command: &Command, place: usize, state: State<'_>) -> Option<Cleanup> {
    if !command.is("rm") {
        return None;
    }
    let targets = command.arguments().iter().filter(|word| !word.raw.starts_with('-'));
    let paths: Vec<Option<String>> = targets.map(|word| removed_path(word, state)).collect();
    let complete = paths.iter().all(Option::is_some);
    Some(Cleanup {
        span: command.span,
        command: place,
        paths: paths.into_iter().flatten().collect(),
        complete,
    })
}

/// `apt-get clean`, `pip cache purge`, …
fn cleaning(command: &PackageCommand) -> Option<Cleanup> {
    let paths = (command.verb.action == Action::Clean).then(|| command.cache.directories.clone())?;
    Some(Cleanup { span: command.span, command: command.command, paths, complete: true })
}

/// The folder that a word of `rm` names; `/folder/*` empties the folder.
fn removed_path(word: &Word, state: State<'_>) -> Option<String> {
    let lookup = |name: &str| match name {
        "HOME" => state.home(),
        _ => state.scope.run_environment(name)?.as_known().map(str::to_owned),
    };
    let text = word.resolve(lookup)?;
    let text = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", state.home()?),
        _ => text,
    };
    let text = text.trim_end_matches('*').trim_end_matches("/.");
    if text.contains(['*', '?', '[', '{']) {
        return None;
    }
    state.absolute(text).map(|path| clean(&path))
}
