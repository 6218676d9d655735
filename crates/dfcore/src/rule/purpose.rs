//! What an image is for, as far as the file tells.

use crate::model::{Model, Stage};

/// Parts of names that speak of developing and testing.
const DEVELOPMENT: [&str; 9] =
    ["debug", "dev", "devel", "develop", "development", "lint", "test", "testing", "tests"];

/// Parts of the names of files and stages whose images are for building, or for somebody's own machine.
const WORKSHOP: [&str; 7] = ["build", "builder", "ci", "devcontainer", "local", "sdk", "toolchain"];

/// Words of commands in images to develop, test or build in: compilers and build tools, test runners, servers that reload,
/// the usual names of such scripts.
const TOOLS: [&str; 30] = [
    "--reload",
    "cargo",
    "code-server",
    "cypress",
    "dev",
    "dockerd-entrypoint.sh",
    "eslint",
    "flake8",
    "gcc",
    "go",
    "gradle",
    "jest",
    "jupyter",
    "jupyter-lab",
    "jupyter-notebook",
    "lint",
    "make",
    "mocha",
    "mvn",
    "mypy",
    "nodemon",
    "nox",
    "playwright",
    "pytest",
    "ruff",
    "sleep",
    "start:dev",
    "tail",
    "test",
    "tox",
];

/// What an image starts that is a base for others, or a place to try things out.
const SHELLS: [&str; 15] = [
    "ash", "bash", "ghci", "irb", "iex", "jshell", "julia", "lua", "node", "perl", "php", "python",
    "python3", "sh", "zsh",
];

/// Whether a stage is made to run a program: the file says what starts in it, and neither that nor the name of the stage
/// or of the file speaks of a place to develop, test or build in.
pub(crate) fn is_for_running(model: &Model<'_>, stage: &Stage) -> bool {
    let file = model.source.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let is_workshop = |name: &str| speaks_of(name, &WORKSHOP) || is_development_name(name);
    if is_workshop(file) || stage.name.as_deref().is_some_and(is_workshop) {
        return false;
    }
    let words = model.started_words(stage);
    let program = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    // Behind an entrypoint too: `CMD ["bash"]`.
    let last = words.iter().rev().find(|word| !word.starts_with('-'));
    let opens_shell = last.is_none_or(|word| SHELLS.contains(&&*program(word)));
    !opens_shell && !words.iter().any(|word| TOOLS.contains(&&*program(word)))
}

/// Whether a name has a part that speaks of developing or testing: `requirements-dev.txt`.
pub(crate) fn is_development_name(name: &str) -> bool {
    speaks_of(name, &DEVELOPMENT)
}

fn speaks_of(name: &str, words: &[&str]) -> bool {
    let mut parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    parts.any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
}
