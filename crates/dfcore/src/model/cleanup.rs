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
    /// How the absolute paths begin that are known in part only: `/var/lib/` of `/var/lib/{apt,dpkg}`, the folders that
    /// `find` searches for what it deletes.
    pub prefixes: Vec<String>,
}

impl Cleanup {
    /// Whether it removes a folder with all that is in it.
    #[must_use]
    pub fn empties(&self, folder: &str) -> bool {
        self.paths.iter().any(|path| is_below(folder, path))
    }

    /// Whether it does that, or may do so for all that is known.
    #[must_use]
    pub fn may_empty(&self, folder: &str) -> bool {
        let meets = |prefix: &String| folder.starts_with(prefix.as_str()) || prefix.starts_with(folder);
        self.empties(folder) || self.prefixes.iter().any(meets)
    }
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
    let mut cleanup = Cleanup {
        span: command.span,
        command: place,
        paths: Vec::new(),
        complete: true,
        prefixes: Vec::new(),
    };
    if command.is("rm") {
        for word in command.arguments().iter().filter(|word| !word.raw.starts_with('-')) {
            match removed_path(word, state) {
                Some(path) => cleanup.paths.push(path),
                None => {
                    cleanup.complete = false;
                    cleanup.prefixes.extend(known_prefix(word));
                }
            }
        }
        return Some(cleanup);
    }
    if command.is("find") && deletes(command) {
        let folders = command.arguments().iter().take_while(|word| !word.raw.starts_with(['-', '(', '!']));
        cleanup.complete = false;
        cleanup.prefixes.extend(folders.filter_map(known_prefix));
        return Some(cleanup);
    }
    None
}

/// Whether a `find` deletes what it finds.
fn deletes(find: &Command) -> bool {
    let runs_rm = |pair: &[Word]| pair[0].is("-exec") && pair[1].is("rm");
    find.has_argument("-delete") || find.words.windows(2).any(runs_rm)
}

/// How the absolute path begins that a word names, up to the first part that is not known.
fn known_prefix(word: &Word) -> Option<String> {
    let text = word.text();
    let prefix = text.split(['*', '?', '[', '{', '$']).next().unwrap_or_default();
    (prefix.len() > 1 && prefix.starts_with('/')).then(|| prefix.to_owned())
}

/// `apt-get clean`, `pip cache purge`, …
fn cleaning(command: &PackageCommand) -> Option<Cleanup> {
    let paths = (command.verb.action == Action::Clean).then(|| command.cache.directories.clone())?;
    Some(Cleanup {
        span: command.span,
        command: command.command,
        paths,
        complete: true,
        prefixes: Vec::new(),
    })
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

#[cfg(test)]
mod tests {
    use crate::model::Model;
    use crate::text::SourceFile;

    #[test]
    fn what_may_be_removed_is_told_from_what_is() {
        const LISTS: &str = "/var/lib/apt/lists";
        for (script, empties, may_empty) in [
            ("rm -rf /var/lib/apt/lists/*", true, true),
            ("rm -fr /var/lib/apt", true, true),
            ("rm -rf /tmp/* /var/lib/apt/lists/*_*", false, true),
            ("rm -rf /var/lib/{apt,dpkg}", false, true),
            ("rm -rf /var/lib/apt/lists/partial", false, false),
            ("rm -rf $ANY /tmp/*", false, false),
            ("find /var/lib/apt/lists -type f -delete", false, true),
            ("find /usr/share /var -name x -exec rm {} +", false, true),
            ("find / -name '*.pyc' -delete", false, false),
            ("find /var/lib/apt/lists", false, false),
            ("apt-get distclean", true, true),
            ("apt-get clean", false, false),
        ] {
            let source = SourceFile::new("Dockerfile", format!("FROM x\nRUN {script}")).expect("small");
            let cleanups = Model::new(&source).cleanups(1);
            let any = |says: &dyn Fn(&super::Cleanup) -> bool| cleanups.iter().any(says);
            assert_eq!(any(&|cleanup| cleanup.empties(LISTS)), empties, "{script}");
            assert_eq!(any(&|cleanup| cleanup.may_empty(LISTS)), may_empty, "{script}");
        }
    }
}
