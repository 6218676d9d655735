//! Child processes: run to their end, read, or kept in the background.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::interrupt;

/// How long an interrupted child may tidy up before it is killed.
const GRACE: Duration = Duration::from_secs(20);

/// Runs `command` with our own output streams; an error unless it exits with 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

/// Runs `command` with our own output streams and says how it ended.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let child = command.spawn().with_context(|| format!("cannot start `{}`", line(command)))?;
    wait(child)
}

/// Runs `command` with its output in the file `log`; the end of it is part of the error when the command fails.
pub(crate) fn logged(command: &mut Command, log: &Path) -> Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed: {status}\n{}\n(all of it: {})", line(command), tail(log), log.display());
    }
    Ok(())
}

/// Runs a short `command` and returns its standard output; an error with its standard error unless it exits with 0.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}\n{}", line(command), output.status, stderr.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Starts `command` in a process group of its own, so that a Ctrl-C in the terminal does not reach it and it may
/// outlive us. Its output goes to `log`.
pub(crate) fn detached(command: &mut Command, log: &Path) -> Result<Child> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
    command.spawn().with_context(|| format!("cannot start `{}`", line(command)))
}

/// A command that needs root: as it is for root, through `sudo` for everybody else.
pub(crate) fn privileged(name: &str) -> Command {
    let program = find(name).unwrap_or_else(|| name.into());
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg(program);
    command
}

/// Whether we are root ourselves.
pub(crate) fn is_root() -> bool {
    static IS_ROOT: OnceLock<bool> = OnceLock::new();
    *IS_ROOT.get_or_init(|| read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0"))
}

/// The program `name` on PATH or in the folders of system programs that a user's PATH often lacks.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

/// Whether cargo has the command `name`, as in `cargo nextest`.
pub(crate) fn find_cargo_command(name: &str) -> bool {
    let program = format!("cargo-{name}");
    let installed = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    find(&program).is_some() || installed.is_some_and(|home| home.join("bin").join(program).is_file())
}

/// The process whose id stands in `pidfile`, if it lives and its command line mentions `mark`.
///
/// The mark guards against a number that was given to somebody else since.
pub(crate) fn living(pidfile: &Path, mark: &Path) -> Option<u32> {
    let pid: u32 = fs::read_to_string(pidfile).ok()?.trim().parse().ok()?;
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let command_line = String::from_utf8_lossy(&command_line);
    command_line.contains(&*mark.to_string_lossy()).then_some(pid)
}

/// Ends the process `pid` and waits for its end; kills it when it does not listen.
pub(crate) fn end(pid: u32, what: &str) -> Result<()> {
    // A child of ours that has ended and that nobody has waited for is a zombie (Z), and as good as gone.
    let gone = || match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.contains(") Z "),
        Err(_) => true,
    };
    for signal in ["TERM", "KILL"] {
        // Fails only when the process is gone already, which is what we want. The shell's own `kill`, since the
        // program of that name is missing on small systems.
        let _ = read(privileged("sh").args(["-c", &format!("kill -s {signal} {pid}")]));
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if gone() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
    bail!("{what} (process {pid}) does not end");
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    const LINES: usize = 25;
    let text = match fs::read(log) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => return String::new(),
        Err(error) => return format!("({}: {error})", log.display()),
    };
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn wait(mut child: Child) -> Result<ExitStatus> {
    let mut asked = None;
    loop {
        if let Some(status) = child.try_wait()? {
            if asked.is_some() {
                bail!("interrupted");
            }
            return Ok(status);
        }
        match asked {
            None if interrupt::requested() => {
                // A Ctrl-C in the terminal has reached the child already; a signal sent to us alone has not.
                let _ = read(Command::new("sh").args(["-c", &format!("kill -s TERM {}", child.id())]));
                asked = Some(Instant::now());
            }
            Some(since) if since.elapsed() > GRACE => {
                child.kill()?;
                child.wait()?;
                bail!("interrupted");
            }
            _ => {}
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// A command as one would type it, without the noise of a full path.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
