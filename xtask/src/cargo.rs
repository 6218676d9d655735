//! Calls of cargo, and the binaries that it builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;

/// The cargo that runs us, in the workspace's root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The two programs of the project.
#[derive(Debug)]
pub(crate) struct Binaries {
    pub(crate) dflint: PathBuf,
    pub(crate) dfbuild: PathBuf,
}

impl Binaries {
    /// Builds the programs as the tests build them, so that nothing is compiled twice.
    pub(crate) fn build() -> Result<Self> {
        process::run(cargo().args(["build", "--package", "dfcli", "--package", "dfbuild"]))?;
        let folder = target()?.join("debug");
        Ok(Self { dflint: folder.join("dflint"), dfbuild: folder.join("dfbuild") })
    }
}

/// Builds dflint as users build it.
pub(crate) fn build_released_dflint() -> Result<PathBuf> {
    process::run(cargo().args(["build", "--release", "--package", "dfcli"]))?;
    Ok(target()?.join("release/dflint"))
}

/// The same without the checks of ShellCheck, which take minutes to compile, for what has no shell in it.
pub(crate) fn build_released_dflint_without_shellcheck() -> Result<PathBuf> {
    process::run(cargo().args(["build", "--release", "--package", "dfcli", "--no-default-features"]))?;
    Ok(target()?.join("release/dflint"))
}

/// The folder that cargo builds into.
fn target() -> Result<PathBuf> {
    let metadata = process::read(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
    Ok(folder.into())
}
