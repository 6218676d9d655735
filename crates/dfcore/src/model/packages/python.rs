//! Which Python environment a command works in.

use super::place::Place;

/// The virtual environment that a Python tool works in: that of its own path (`/opt/venv/bin/pip`), else the active one
/// (`VIRTUAL_ENV`). `None` when there is none, as far as the file says.
///
/// Source: <https://docs.python.org/3/library/venv.html#how-venvs-work>
pub(super) fn environment(place: &Place<'_>) -> Option<String> {
    let word = place.interpreter.unwrap_or(place.program_word);
    let lookup = |name: &str| Some(place.variable(name)?.0);
    if let Some(path) = word.resolve(lookup)
        && let Some((folder, _)) = path.rsplit_once("/bin/")
        && !matches!(folder, "" | "/usr" | "/usr/local")
    {
        return place.state.absolute(folder);
    }
    place.folder_variable("VIRTUAL_ENV")
}
