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

/// How the programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As the tests build them, so nothing is compiled twice.
    Dev,
    /// As users build them.
    Release,
}

impl Binaries {
    /// Builds the programs.
    pub(crate) fn build(profile: Profile) -> Result<Self> {
        let mut build = cargo();
        build.args(["build", "--package", "dfcli", "--package", "dfbuild"]);
        if profile == Profile::Release {
            build.arg("--release");
        }
        process::run(&mut build)?;
        let folder = target()?.join(if profile == Profile::Release { "release" } else { "debug" });
        Ok(Self { dflint: folder.join("dflint"), dfbuild: folder.join("dfbuild") })
    }
}

/// The folder that cargo builds into.
fn target() -> Result<PathBuf> {
    let metadata = process::read(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
    Ok(folder.into())
}
