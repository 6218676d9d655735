//! Python virtual environments that a `RUN` creates.

use super::Model;
use crate::shell::Command;
use crate::text::Span;

/// A virtual environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venv {
    /// The command that creates it.
    pub span: Span,
    /// Its absolute path.
    pub path: String,
}

impl Model<'_> {
    /// The virtual environments that a `RUN` creates with `python -m venv`, `virtualenv` or `uv venv`, as far
    /// as their paths are known.
    #[must_use]
    pub fn venvs(&self, index: usize) -> Vec<Venv> {
        let state = self.state(index);
        let lookup = |name: &str| Some(state.scope.run_environment(name)?.as_known()?.to_owned());
        let venv = |command: &Command| {
            let arguments = venv_arguments(command)?;
            let target = arguments.iter().find(|word| !word.raw.starts_with('-'));
            let path = match target {
                Some(word) => word.resolve(lookup)?,
                // `uv venv` alone makes `.venv`.
                None if command.is("uv") => ".venv".to_owned(),
                None => return None,
            };
            Some(Venv { span: command.span, path: state.absolute(&path)? })
        };
        self.script(index).commands.iter().filter_map(venv).collect()
    }
}

/// The words after `python -m venv`, `virtualenv` or `uv venv`.
fn venv_arguments(command: &Command) -> Option<&[crate::shell::Word]> {
    let words = command.arguments();
    match command.name.as_deref()? {
        "virtualenv" => Some(words),
        "uv" if words.first()?.is("venv") => Some(&words[1..]),
        program if program.starts_with("python") => {
            let module = words.iter().position(|word| word.is("-m"))?;
            words.get(module + 1)?.is("venv").then(|| &words[module + 2..])
        }
        _ => None,
    }
}
