//! Which Python environment a command works in.

use super::command::Location;
use super::place::{Place, is_python};
use crate::shell::Wrapper;

/// The virtual environment that a Python tool works in: that of its own path (`/opt/venv/bin/pip`), else the active one
/// (`VIRTUAL_ENV`, or `. /opt/venv/bin/activate` before it). `None` when there is none, as far as the file says.
///
/// Source: <https://docs.python.org/3/library/venv.html#how-venvs-work>
pub(super) fn environment(place: &Place<'_>) -> Option<String> {
    let word = place.interpreter.unwrap_or(place.program_word);
    let lookup = |name: &str| Some(place.variable(name)?.0);
    word.resolve(lookup).and_then(|path| environment_of(place, &path)).or_else(|| active_environment(place))
}

/// The virtual environment that is active, whatever the path of the tool.
pub(super) fn active_environment(place: &Place<'_>) -> Option<String> {
    let lookup = |name: &str| Some(place.variable(name)?.0);
    let activated = place.earlier().iter().rev().find_map(|command| {
        let is_source = matches!(command.name.as_deref(), Some("." | "source"));
        let script = command.arguments().first().filter(|_| is_source)?.resolve(lookup)?;
        place.absolute(script.strip_suffix("/bin/activate")?)
    });
    activated.or_else(|| place.folder_variable("VIRTUAL_ENV"))
}

/// The virtual environment that a program lies in: `/opt/venv` for `/opt/venv/bin/python`.
pub(super) fn environment_of(place: &Place<'_>, program: &str) -> Option<String> {
    let (folder, _) = program.rsplit_once("/bin/")?;
    if matches!(folder, "" | "/usr" | "/usr/local") { None } else { place.absolute(folder) }
}

/// Where a tool installs that uses the environment it finds: that, else the system's folders. A user who is not root
/// can only write those of an image that lets them.
pub(super) fn found_location(place: &Place<'_>) -> Location {
    match environment(place) {
        Some(path) => Location::Environment(Some(path)),
        None if place.is_root() == Some(true) || place.command.is_through(Wrapper::Sudo) => Location::System,
        None => Location::Unknown,
    }
}

/// Where a tool installs that is told which Python to use: the path of an interpreter or an environment.
pub(super) fn named_location(place: &Place<'_>, python: Option<&str>) -> Location {
    match python {
        Some(path) if is_python(path.rsplit('/').next().unwrap_or(path)) => match environment_of(place, path)
        {
            None if path.starts_with("/usr/") => Location::System,
            environment => Location::Environment(environment),
        },
        Some(path) if path.contains('/') => Location::Environment(place.absolute(path)),
        _ => Location::Environment(None),
    }
}
