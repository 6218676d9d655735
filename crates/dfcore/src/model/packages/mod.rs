//! What package managers are told to do: packages, manifests, caches. One file per manager.

mod apt;
mod options;
mod pip;
mod requirements;
mod uv;

pub use requirements::{RequirementsReferences, requirements_references};

use super::{Model, State};
use crate::shell::{Command, Script};
use crate::text::Span;

/// The package managers that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Manager {
    /// `apt-get` and `apt`
    Apt,
    /// `pip`, `pip3`, `python -m pip`
    Pip,
    /// `uv pip install`, `uv sync`, …
    Uv,
}

impl Manager {
    /// The name for messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            Self::Pip => "pip",
            Self::Uv => "uv",
        }
    }
}

/// One command that downloads or installs packages.
#[derive(Clone, Debug, PartialEq)]
pub struct Install {
    /// The manager.
    pub manager: Manager,
    /// The command without the `&&` around it.
    pub span: Span,
    /// Its place in the script's commands.
    pub command: usize,
    /// The word after which options may be inserted: `install` of `pip install`.
    pub verb: Span,
    /// The packages named on the command line.
    pub packages: Vec<Package>,
    /// The files that list packages, as the command names them.
    pub manifests: Vec<Manifest>,
    /// The word that makes it install the project in the build's own tree (`.`, `-e .`), which needs the
    /// source; for commands that do so by themselves, the verb.
    pub project: Option<Span>,
    /// The option that installs below the user's home: `--user`.
    pub user_site: Option<Span>,
    /// The cache.
    pub cache: Cache,
}

/// A package on a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its bytes.
    pub span: Span,
    /// The text without quotes; `None` when it holds variables.
    pub text: Option<String>,
}

/// A file that lists packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The word that names it, or the verb when the manager reads it without being told.
    pub span: Span,
    /// The path as the command sees it; `None` when it holds variables.
    pub path: Option<String>,
}

/// Where downloads are kept between builds, when a cache mount is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    /// The absolute directories, as far as they are known. Empty when the home directory is not.
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

/// What the commands of an instruction install, in order.
#[must_use]
pub fn installs(model: &Model<'_>, index: usize, script: &Script) -> Vec<Install> {
    let mut installs = Vec::new();
    for (place, command) in script.commands.iter().enumerate() {
        let place = Place { state: model.state(index), script, command, index: place };
        let install = match place.program() {
            Some("apt-get" | "apt") => apt::install(&place),
            Some("uv") => uv::install(&place),
            Some(program) if pip::is_pip(program) || pip::is_python(program) => pip::install(&place),
            _ => None,
        };
        installs.extend(install);
    }
    installs
}

/// A command with everything that decides what it does.
struct Place<'a> {
    state: &'a State,
    script: &'a Script,
    command: &'a Command,
    index: usize,
}

impl Place<'_> {
    fn program(&self) -> Option<&str> {
        self.command.name.as_deref()
    }

    /// The value of an environment variable and, when the command's own line or an earlier command of the
    /// script sets it, where. `None` when nothing sets it; an unknown value counts as not set.
    fn variable(&self, name: &str) -> Option<(String, Option<Span>)> {
        let own = self.command.assignments.iter().rev().find(|assignment| assignment.name == name);
        if let Some(assignment) = own {
            return Some((assignment.value.value.clone()?, Some(assignment.span)));
        }
        for earlier in self.script.commands[..self.index].iter().rev() {
            if let Some(found) = exported(earlier, name) {
                return Some(found);
            }
        }
        let value = self.state.scope.run_environment(name)?.as_known()?;
        Some((value.to_owned(), None))
    }

    /// `$XDG_CACHE_HOME/<name>`, else `$HOME/.cache/<name>`.
    fn user_cache(&self, name: &str) -> Option<String> {
        if let Some((folder, _)) = self.variable("XDG_CACHE_HOME")
            && folder.starts_with('/')
        {
            return Some(format!("{}/{name}", folder.trim_end_matches('/')));
        }
        let home = match self.variable("HOME") {
            Some((home, _)) => home,
            None => self.state.home()?,
        };
        Some(format!("{}/.cache/{name}", home.trim_end_matches('/')))
    }
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

/// A value that both pip and uv take for a truth value; `None` when they refuse it.
///
/// Source: `strtobool` of pip's `_internal/utils/misc.py`, clap's `BoolishValueParser` for uv; both were
/// tried out (pip 26.3, uv 0.13.9).
#[must_use]
pub fn truth_value(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Some(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceFile;

    /// The installs of a Dockerfile's last instruction, one line each.
    fn show(text: &str) -> Vec<String> {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let model = Model::new(&source);
        let last = model.dockerfile.instructions.len() - 1;
        let texts = |install: &Install| {
            let packages: Vec<_> =
                install.packages.iter().map(|package| package.text.as_deref().unwrap_or("?")).collect();
            let manifests: Vec<_> =
                install.manifests.iter().map(|manifest| manifest.path.as_deref().unwrap_or("?")).collect();
            let mut line = format!("{} {packages:?} {manifests:?}", install.manager.name());
            if let Some(project) = install.project {
                line.push_str(&format!(" project={}", source.slice(project)));
            }
            if install.user_site.is_some() {
                line.push_str(" user");
            }
            line.push_str(&format!(" {}", install.cache.directories.join(",")));
            if let Some(disabled) = &install.cache.disabled {
                line.push_str(&format!(" off:{}", disabled.by));
            }
            line
        };
        model.installs(last).iter().map(texts).collect()
    }

    #[test]
    fn reads_pip() {
        for (run, expected) in [
            (
                "pip install flask==3 'gunicorn>=20'",
                r#"pip ["flask==3", "gunicorn>=20"] [] /root/.cache/pip"#,
            ),
            (
                "pip3 install -qr requirements.txt --index-url https://x -c c.txt",
                r#"pip [] ["requirements.txt", "c.txt"] /root/.cache/pip"#,
            ),
            ("python3 -u -m pip install --user -U a", r#"pip ["a"] [] user /root/.cache/pip"#),
            (
                "/opt/venv/bin/pip install --requirement=r.txt .",
                r#"pip [] ["r.txt"] project=. /root/.cache/pip"#,
            ),
            (
                "pip --no-cache-dir install -e .[dev] a",
                r#"pip ["a"] [] project=.[dev] /root/.cache/pip off:--no-cache-dir"#,
            ),
            ("PIP_NO_CACHE_DIR=0 pip install $P", r#"pip ["?"] [] /root/.cache/pip off:PIP_NO_CACHE_DIR=0"#),
            (
                "export PIP_NO_CACHE_DIR=1 && pip install a",
                r#"pip ["a"] [] /root/.cache/pip off:PIP_NO_CACHE_DIR=1"#,
            ),
            ("pip install --cache-dir /c ./a.whl", r#"pip ["./a.whl"] [] /c"#),
        ] {
            assert_eq!(show(&format!("FROM x\nRUN {run}")), [expected], "{run}");
        }
        assert_eq!(show("FROM x\nRUN pip freeze && pip --version && python -m venv x"), [""; 0]);
    }

    #[test]
    fn reads_uv_and_apt() {
        for (run, expected) in [
            (
                "uv sync --locked --no-dev",
                r#"uv [] ["pyproject.toml", "uv.lock"] project=sync /root/.cache/uv"#,
            ),
            (
                "uv sync --no-install-project --group x",
                r#"uv [] ["pyproject.toml", "uv.lock"] /root/.cache/uv"#,
            ),
            ("uv pip install --system -r r.txt -n", r#"uv [] ["r.txt"] /root/.cache/uv off:-n"#),
            ("uv pip sync r.txt", r#"uv [] ["r.txt"] /root/.cache/uv"#),
            (
                "apt-get update && apt-get install -y -t bookworm-backports curl=8.* gcc",
                r#"apt ["curl=8.*", "gcc"] [] /var/cache/apt,/var/lib/apt"#,
            ),
        ] {
            assert_eq!(show(&format!("FROM x\nRUN {run}")), [expected], "{run}");
        }
    }

    #[test]
    fn the_environment_decides_on_the_cache() {
        for (above, expected) in [
            ("ENV PIP_NO_CACHE_DIR=false", r#"pip ["a"] [] /root/.cache/pip off:PIP_NO_CACHE_DIR=false"#),
            ("ARG PIP_NO_CACHE_DIR=on", r#"pip ["a"] [] /root/.cache/pip off:PIP_NO_CACHE_DIR=on"#),
            ("ENV PIP_NO_CACHE_DIR=", r#"pip ["a"] [] /root/.cache/pip"#),
            ("ENV PIP_NO_CACHE_DIR=maybe", r#"pip ["a"] [] /root/.cache/pip"#),
            ("ENV XDG_CACHE_HOME=/x", r#"pip ["a"] [] /x/pip"#),
            ("USER app:app", r#"pip ["a"] [] /home/app/.cache/pip"#),
            ("ENV HOME=/srv PIP_CACHE_DIR=/c", r#"pip ["a"] [] /c"#),
        ] {
            assert_eq!(show(&format!("FROM x\n{above}\nRUN pip install a")), [expected], "{above}");
        }
    }
}
