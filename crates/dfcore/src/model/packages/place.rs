//! A command with everything that decides what it does.

use super::command::{Action, Cache, CacheDisabled, Location, Manifest, ManifestRole, PackageCommand, Verb};
use super::directory::absolute;
use super::options::{Arguments, Given};
use super::{Manager, official_images, truth_value};
use crate::model::{State, User};
use crate::shell::{Command, Script, Word};
use crate::text::Span;

/// A command of a script in its place.
pub(super) struct Place<'a> {
    pub(super) state: State<'a>,
    /// What the base image is known to set.
    image: official_images::Variables,
    script: &'a Script,
    pub(super) command: &'a Command,
    index: usize,
    /// The absolute folder that the command starts in, where it is known.
    directory: Option<String>,
    /// The program's name; that of the module for `python -m module`, `composer` for `php composer.phar`.
    pub(super) program: &'a str,
    /// The words after it.
    pub(super) arguments: &'a [Word],
    /// The interpreter, when one runs it: `python3` of `python3 -m pip`.
    pub(super) interpreter: Option<&'a Word>,
    /// The word that names the program.
    pub(super) program_word: &'a Word,
}

impl<'a> Place<'a> {
    /// The command with that index, which starts in that folder; `None` without a known program.
    pub(super) fn new(
        state: State<'a>,
        image: official_images::Variables,
        script: &'a Script,
        index: usize,
        directory: Option<String>,
    ) -> Option<Self> {
        let command = &script.commands[index];
        let program_word = command.words.first()?;
        let program = command.name.as_deref()?;
        let arguments = command.arguments();
        let place = Self {
            state,
            image,
            script,
            command,
            index,
            directory,
            program,
            arguments,
            interpreter: None,
            program_word,
        };
        if is_python(program) {
            // `python -m pip …`; switches such as `-u` may stand before it.
            let module = arguments.iter().position(|word| word.is("-m"))?;
            return place.launched(module + 1);
        }
        if program == "php" {
            let script = arguments.iter().position(|word| !word.raw.starts_with('-'))?;
            return place.launched(script);
        }
        if program == "corepack" {
            // `corepack pnpm install`, `corepack yarn@4 install`; nothing is called `enable`.
            let place = Self { interpreter: None, ..place.launched(0)? };
            return Some(Self { program: place.program.split('@').next()?, ..place });
        }
        Some(place)
    }

    /// The same with the program that one of the words names.
    fn launched(self, at: usize) -> Option<Self> {
        let program_word = self.arguments.get(at)?;
        let name = program_word.value.as_deref()?;
        Some(Self {
            program: name.rsplit('/').next().unwrap_or(name),
            arguments: &self.arguments[at + 1..],
            interpreter: Some(self.program_word),
            program_word,
            ..self
        })
    }

    /// A command of this manager that does nothing yet; `verb_word` is `None` for the program itself.
    pub(super) fn package_command(
        &self,
        manager: Manager,
        verb_word: Option<&Word>,
        name: &'static str,
        action: Action,
    ) -> PackageCommand {
        PackageCommand {
            manager,
            verb: Verb { span: verb_word.unwrap_or(self.program_word).span, name, action },
            span: self.command.span,
            command: self.index,
            directory: self.directory.clone(),
            options: Vec::new(),
            packages: Vec::new(),
            manifests: Vec::new(),
            project: None,
            location: Location::default(),
            cache: Cache::default(),
        }
    }

    /// The value of an environment variable and, when the command's own line or an earlier command of the
    /// script sets it, where. `None` when nothing sets it; an unknown value counts as not set.
    pub(super) fn variable(&self, name: &str) -> Option<(String, Option<Span>)> {
        let own = self.command.assignments.iter().rev().find(|assignment| assignment.name == name);
        if let Some(assignment) = own {
            return Some((assignment.value.value.clone()?, Some(assignment.span)));
        }
        for earlier in self.earlier().iter().rev() {
            if let Some(found) = exported(earlier, name) {
                return Some(found);
            }
        }
        let of_image = || self.image.iter().find(|(variable, _)| *variable == name).map(|(_, value)| *value);
        let value = match self.state.scope.run_environment(name) {
            Some(value) => value.as_known()?,
            None => of_image()?,
        };
        Some((value.to_owned(), None))
    }

    /// Whether a variable is set to a value that the common readers of truth values take for yes.
    pub(super) fn is_switched_on(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|(value, _)| truth_value(&value) == Some(true))
    }

    /// The value of a variable that names a folder; an empty one counts as not set.
    pub(super) fn folder_variable(&self, name: &str) -> Option<String> {
        self.variable(name).map(|(folder, _)| folder).filter(|folder| !folder.is_empty())
    }

    /// The commands of the script before this one, as far back as it is worth looking in a script of many thousands.
    pub(super) fn earlier(&self) -> &'a [Command] {
        const MOST: usize = 256;
        &self.script.commands[self.index.saturating_sub(MOST)..self.index]
    }

    /// A path of the command made absolute and clean; `None` when the folder is needed and unknown.
    pub(super) fn absolute(&self, path: &str) -> Option<String> {
        absolute(self.directory.as_deref(), path)
    }

    /// Whether the command runs as root; the user of a base image nearly always is.
    pub(super) fn is_root(&self) -> Option<bool> {
        if *self.state.user == User::OfBaseImage { Some(true) } else { self.state.user.is_root() }
    }

    /// The home directory.
    pub(super) fn home(&self) -> Option<String> {
        match self.variable("HOME") {
            Some((home, _)) => Some(home.trim_end_matches('/').to_owned()),
            None => self.state.home(),
        }
    }

    /// A folder as an option or a variable names it made absolute; `~` is the home directory.
    pub(super) fn folder(&self, text: &str) -> Option<String> {
        match text.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                self.absolute(&format!("{}{rest}", self.home()?))
            }
            _ => self.absolute(text),
        }
    }

    /// `$XDG_CACHE_HOME/<name>`, else `$HOME/.cache/<name>`.
    pub(super) fn user_cache(&self, name: &str) -> Option<String> {
        if let Some((folder, _)) = self.variable("XDG_CACHE_HOME")
            && folder.starts_with('/')
        {
            return Some(format!("{}/{name}", folder.trim_end_matches('/')));
        }
        Some(format!("{}/.cache/{name}", self.home()?))
    }

    /// A cache whose directory an option of these names fixes, else one of the variables, else the default.
    pub(super) fn cache(
        &self,
        arguments: &Arguments<'_>,
        options: &[&'static str],
        variables: &[&'static str],
        default: impl FnOnce() -> Option<String>,
    ) -> Cache {
        let mut cache = Cache::default();
        if let Some(option) = arguments.last(options) {
            cache.directory_from = options.iter().copied().find(|name| *name == option.name);
            cache.directories.extend(option.value.as_deref().and_then(|folder| self.folder(folder)));
        } else if let Some((variable, folder)) =
            variables.iter().find_map(|name| Some((*name, self.folder_variable(name)?)))
        {
            cache.directory_from = Some(variable);
            cache.directories.extend(self.folder(&folder));
        } else {
            cache.directories.extend(default());
        }
        cache
    }

    /// The option of any of these names that switches the cache off.
    pub(super) fn disabled_by_option(
        &self,
        arguments: &Arguments<'_>,
        names: &[&str],
    ) -> Option<CacheDisabled> {
        let option = arguments.last(names)?;
        Some(CacheDisabled { by: option.name.clone(), span: Some(option.span) })
    }

    /// The variable that switches the cache off, when its value is one that does.
    pub(super) fn disabled_by_variable(
        &self,
        name: &str,
        does: impl Fn(&str) -> bool,
    ) -> Option<CacheDisabled> {
        let (value, span) = self.variable(name)?;
        does(&value).then(|| CacheDisabled { by: format!("{name}={value}"), span })
    }
}

/// A file that the manager reads without being told.
pub(super) fn implied(verb: &Verb, path: impl Into<String>, role: ManifestRole) -> Manifest {
    Manifest { span: verb.span, path: Some(path.into()), role }
}

/// A file that the manager reads without being told, in the folder that an option names, else in the working directory.
pub(super) fn implied_in(
    folder: Option<&Given<'_>>,
    verb: &Verb,
    file: &str,
    role: ManifestRole,
) -> Manifest {
    let path = match folder {
        Some(option) => option.value.as_deref().map(|folder| join(folder, file)),
        None => Some(file.to_owned()),
    };
    Manifest { span: verb.span, path, role }
}

/// A path below a folder, as one would write it.
pub(super) fn join(folder: &str, path: &str) -> String {
    match folder.trim_end_matches('/') {
        _ if path.starts_with('/') => path.to_owned(),
        "." => path.to_owned(),
        folder => format!("{folder}/{path}"),
    }
}

/// Whether a program is Python: `python`, `python3`, `python3.12`.
pub(super) fn is_python(program: &str) -> bool {
    program.strip_prefix("python").is_some_and(is_version)
}

/// Whether a text is a version number such as `3.12`, or nothing.
pub(super) fn is_version(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `export NAME=value`
fn exported(command: &Command, name: &str) -> Option<(String, Option<Span>)> {
    if !command.is("export") {
        return None;
    }
    command.arguments().iter().rev().find_map(|word| {
        let (key, value) = word.value.as_deref()?.split_once('=')?;
        (key == name).then(|| (value.to_owned(), Some(word.span)))
    })
}
