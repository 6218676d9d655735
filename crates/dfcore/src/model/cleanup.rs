//! Commands of a `RUN` that empty folders.

use super::mounts::is_below;
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
        let state = self.state(index);
        let commands = self.script(index).commands.iter().enumerate();
        commands.filter_map(|(place, command)| cleanup(command, place, state)).collect()
    }

    /// Whether a `RUN` removes a folder, something in it, or a folder around it.
    #[must_use]
    pub fn removes(&self, index: usize, folder: &str) -> bool {
        let touches = |path: &String| is_below(path, folder) || is_below(folder, path);
        self.cleanups(index).iter().any(|cleanup| cleanup.paths.iter().any(touches))
    }
}

fn cleanup(command: &Command, place: usize, state: &State) -> Option<Cleanup> {
    let words = command.arguments();
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.is(text));
    let mut complete = true;
    let paths: Vec<String> = match command.name.as_deref()? {
        "rm" => {
            let targets = words.iter().filter(|word| !word.raw.starts_with('-'));
            let paths: Vec<Option<String>> = targets.map(|word| removed_path(word, state)).collect();
            complete = paths.iter().all(Option::is_some);
            paths.into_iter().flatten().collect()
        }
        "apt-get" | "apt" if is(0, "clean") || is(0, "autoclean") => vec!["/var/cache/apt".to_owned()],
        "pip" | "pip3" if is(0, "cache") && is(1, "purge") => cache_of("pip", "PIP_CACHE_DIR", state),
        "uv" if is(0, "cache") && (is(1, "clean") || is(1, "prune")) => cache_of("uv", "UV_CACHE_DIR", state),
        _ => return None,
    };
    Some(Cleanup { span: command.span, command: place, paths, complete })
}

/// The folder that a word of `rm` names; `/folder/*` empties the folder.
fn removed_path(word: &Word, state: &State) -> Option<String> {
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

fn cache_of(name: &str, variable: &str, state: &State) -> Vec<String> {
    if let Some(folder) = state.scope.run_environment(variable).and_then(|value| value.as_known()) {
        return vec![folder.to_owned()];
    }
    state.home().map(|home| format!("{home}/.cache/{name}")).into_iter().collect()
}
