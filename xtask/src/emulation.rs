//! Running programs of the other architecture: QEMU's user mode, registered with the kernel.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::home::Home;
use crate::packages;
use crate::process;

const BINFMT: &str = "/proc/sys/fs/binfmt_misc";

/// What the kernel needs to know to hand a program to QEMU.
struct Foreign {
    /// QEMU's name of the architecture.
    name: &'static str,
    /// Docker's name of the platform.
    platform: &'static str,
    /// The first bytes of an executable of that architecture, and which bits of them count; `\x` escapes are the
    /// kernel's own notation.
    magic: &'static str,
    mask: &'static str,
}

const AARCH64: Foreign = Foreign {
    name: "aarch64",
    platform: "linux/arm64",
    magic: r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00",
    mask: r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff",
};

const X86_64: Foreign = Foreign {
    name: "x86_64",
    platform: "linux/amd64",
    magic: r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00",
    mask: r"\xff\xff\xff\xff\xff\xfe\xfe\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff",
};

/// The other one of the two architectures that we build for.
fn foreign() -> Foreign {
    if std::env::consts::ARCH == "aarch64" { X86_64 } else { AARCH64 }
}

/// Makes the kernel run the other architecture's programs, unless it does so already.
///
/// Where the engine has a kernel of its own (Docker Desktop), that is its own business.
pub(crate) fn up(home: &Home) -> Result<()> {
    let foreign = foreign();
    if std::env::consts::OS != "linux" {
        return Ok(());
    }
    if !packages::usable() && registered(&foreign)?.is_none() {
        bail!(
            "programs for {} do not run here: `docker run --privileged --rm tonistiigi/binfmt --install all` \
             changes that",
            foreign.platform
        );
    }
    if !Path::new(BINFMT).join("register").exists() {
        process::read(process::privileged("mount").args(["-t", "binfmt_misc", "binfmt_misc", BINFMT]))
            .context("the kernel has no binfmt_misc, which emulation needs")?;
    }
    if registered(&foreign)?.is_some() {
        return Ok(());
    }
    let interpreter = packages::tools(home)?.join(format!("usr/bin/qemu-{}-static", foreign.name));
    // F: the kernel opens the interpreter now, so that it works in containers that do not have the file;
    // O and C: it is handed the open program, with the credentials of the program.
    let entry =
        format!(":{}:M::{}:{}:{}:OCF", name(home), foreign.magic, foreign.mask, interpreter.display());
    if entry.len() >= 256 {
        bail!(
            "the path {} is too long for the kernel: set DFTEST_HOME to a shorter one",
            interpreter.display()
        );
    }
    tell(&format!("{BINFMT}/register"), &entry).context("the kernel does not take the emulator")
}

/// Takes back what [`up`] registered.
pub(crate) fn down(home: &Home) -> Result<()> {
    let entry = format!("{BINFMT}/{}", name(home));
    if Path::new(&entry).exists() {
        tell(&entry, "-1").context("the kernel does not let go of the emulator")?;
    }
    Ok(())
}

/// One line about the state of emulation.
pub(crate) fn status() -> Result<String> {
    let foreign = foreign();
    Ok(match registered(&foreign)? {
        Some(interpreter) => format!("{} runs by {interpreter}", foreign.platform),
        None => format!("{} does not run here", foreign.platform),
    })
}

fn name(home: &Home) -> String {
    format!("dflint-{}", home.tag())
}

/// The interpreter that an enabled entry of the kernel names for that architecture and that works in containers.
fn registered(foreign: &Foreign) -> Result<Option<String>> {
    let Ok(entries) = fs::read_dir(BINFMT) else { return Ok(None) };
    // The kernel prints the magic without the escapes.
    let magic = foreign.magic.replace(r"\x", "").replace("ELF", "454c46");
    for entry in entries {
        let Ok(text) = fs::read_to_string(entry?.path()) else { continue };
        let has = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        let fixed = has("flags:").is_some_and(|flags| flags.contains('F'));
        if text.starts_with("enabled") && fixed && has("magic ").is_some_and(|found| found == magic) {
            return Ok(has("interpreter").map(str::to_owned));
        }
    }
    Ok(None)
}

/// Writes `text` into a file of the kernel's, as root.
fn tell(path: &str, text: &str) -> Result<()> {
    if process::is_root() {
        return fs::write(path, text).with_context(|| format!("cannot write {path}"));
    }
    let mut command = process::privileged("tee");
    let mut child = command.arg(path).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    child.stdin.take().context("tee has no input")?.write_all(text.as_bytes())?;
    if !child.wait()?.success() {
        bail!("cannot write {path}");
    }
    Ok(())
}
