//! What one run of a package manager does, as data.

use super::Manager;
use crate::shell::Word;
use crate::text::Span;

/// One run of a package manager that downloads, installs, removes or cleans.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PackageCommand {
    /// The manager.
    pub manager: Manager,
    /// What it is told to do.
    pub verb: Verb,
    /// The command without the `&&` around it.
    pub span: Span,
    /// Its place in the script's commands.
    pub command: usize,
    /// The absolute folder that it starts in, `cd`s before it counted; `None` when it is not known.
    pub directory: Option<String>,
    /// The options in order, those before the verb too.
    pub options: Vec<CommandOption>,
    /// The packages named on the command line; no value of an option is among them.
    pub packages: Vec<Package>,
    /// The files that list packages, as the command names them or by the manager's own rules.
    pub manifests: Vec<Manifest>,
    /// The word that makes it install or build the project in the build's own tree (`.`, `-e .`), which needs the
    /// source; for commands that do so by themselves, the verb.
    pub project: Option<Span>,
    /// Where it installs.
    pub location: Location,
    /// The cache.
    pub cache: Cache,
}

impl PackageCommand {
    /// The last option of any of these names (`-r`, `--requirement`), which is the one that counts.
    #[must_use]
    pub fn option(&self, names: &[&str]) -> Option<&CommandOption> {
        self.options.iter().rev().find(|option| names.contains(&option.name.as_str()))
    }
}

/// The verb of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    /// The word after which options may be inserted: `install` of `uv pip install`; the program where the command
    /// has no verb, as in `yarn`.
    pub span: Span,
    /// Its full name with aliases resolved: `install` for `npm i`, `pip install` for `uv pip install`.
    pub name: &'static str,
    /// What it amounts to.
    pub action: Action,
}

/// What a verb amounts to, whatever the manager calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Downloads and installs packages: `pip install`, `npm ci`, `apt-get install`.
    Install,
    /// Replaces what is installed by newer versions: `apt-get upgrade`, `apk upgrade`.
    Upgrade,
    /// Downloads without installing: `go mod download`, `cargo fetch`, `pnpm fetch`.
    Download,
    /// Builds, tests or runs the project, and downloads what is missing for it: `cargo build`, `mvn package`.
    Build,
    /// Downloads what is known of packages, not the packages: `apt-get update`, `uv lock`.
    Refresh,
    /// Removes packages.
    Remove,
    /// Empties caches: `apt-get clean`, `yarn cache clean`.
    Clean,
}

impl Action {
    /// Whether packages are downloaded, so that a cache serves.
    #[must_use]
    pub const fn downloads(self) -> bool {
        matches!(self, Self::Install | Self::Upgrade | Self::Download | Self::Build)
    }
}

/// An option of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOption {
    /// `--requirement` or `-r`; of several letters in one word each is an option.
    pub name: String,
    /// Its value, when it takes one and the value is known.
    pub value: Option<String>,
    /// The option and its value.
    pub span: Span,
    /// The word that holds the value, which is the option's own for `--name=value`.
    pub value_span: Option<Span>,
}

/// A package on a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Package {
    /// Its bytes.
    pub span: Span,
    /// The text without quotes; `None` when it holds variables.
    pub text: Option<String>,
    /// Where it comes from.
    pub source: PackageSource,
    /// The name without version, extras and architecture; `None` when it is not known or the source has none.
    pub name: Option<String>,
    /// The version or constraint as it is written, with its operator (`==3.0`, `=8.*`, `@^4`); a variable in it stands as
    /// `${NAME}` (`==${VERSION}`). `None` when the command leaves the version to the manager.
    pub version: Option<String>,
}

/// Where a package on a command line comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PackageSource {
    /// The manager's registry or repositories.
    #[default]
    Registry,
    /// A file or folder of the build: `./app.whl`, `/tmp/x.deb`.
    Local,
    /// An address: an archive or a version control repository.
    Address,
    /// A set of packages that the registry defines: `@development-tools` of dnf, `.build-deps` of apk.
    Group,
    /// It holds a variable at its start, so nobody can tell.
    Unknown,
}

/// A file that lists packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The word that names it, or the verb when the manager reads it without being told.
    pub span: Span,
    /// The path as the command sees it, relative to its working directory; `None` when it holds variables.
    pub path: Option<String>,
    /// What it is for.
    pub role: ManifestRole,
}

/// What a manifest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ManifestRole {
    /// It lists what is wanted: `requirements.txt`, `package.json`. The command fails without it.
    Packages,
    /// It only narrows versions: `-c constraints.txt`.
    Constraints,
    /// It has the exact versions: `uv.lock`, `package-lock.json`. The command fails without it.
    Lock,
    /// A lock that is used when it is there: `package-lock.json` for `npm install`.
    OptionalLock,
}

/// Where packages are installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the folders that everybody on the system uses.
    System,
    /// Below the user's home: `pip install --user`, `cargo install`.
    User,
    /// In a Python environment of this absolute path, where it is known.
    Environment(Option<String>),
    /// In the project: `node_modules`, `vendor`, `target`.
    Project,
    /// In a folder that the command or a variable names, as it is written: `--target`, `--prefix`. `None` when it holds
    /// variables.
    Folder(Option<String>),
    /// Nowhere but in the cache or a folder of downloads: `go mod download`.
    Cache,
    /// It depends on what the file does not say.
    #[default]
    Unknown,
}

/// Where downloads are kept between builds, when a cache mount is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    /// The absolute directories, as far as they are known. Empty when the home directory is not. For
    /// [`Action::Clean`], those that it empties.
    pub directories: Vec<String>,
    /// What fixes the directory, when it is not the default: `PIP_CACHE_DIR`, `--cache-dir`.
    pub directory_from: Option<&'static str>,
    /// What switches the cache off.
    pub disabled: Option<CacheDisabled>,
}

/// What switches a cache off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheDisabled {
    /// The option or variable with its value: `--no-cache-dir`, `PIP_NO_CACHE_DIR=1`.
    pub by: String,
    /// The word on the command's own line; `None` when an earlier `ENV` or `ARG` does it.
    pub span: Option<Span>,
}

impl Package {
    /// A package without a name.
    pub(super) fn of(word: &Word, source: PackageSource) -> Self {
        let source = if word.text().starts_with('$') { PackageSource::Unknown } else { source };
        Self { span: word.span, text: word.value.clone(), source, name: None, version: None }
    }

    /// With a name, unless it is empty or holds a variable, and with a version, unless that is empty.
    pub(super) fn named(mut self, name: &str, version: &str) -> Self {
        let is_known = !name.is_empty() && !name.contains('$');
        self.name = is_known.then(|| name.to_owned());
        self.version = (!version.is_empty()).then(|| version.to_owned());
        self
    }
}
