//! A registry on the loopback interface, for what the tests push.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::engine::Engine;
use crate::home::{self, Home};
use crate::interrupt;
use crate::packages;
use crate::process;

/// Starts the registry, or finds it running, and returns its address, such as `127.0.0.1:41234`.
///
/// It is Debian's package, or the public image in a container of `engine` where there is no such package.
pub(crate) fn up(home: &Home, engine: &Engine) -> Result<String> {
    if let Some(address) = running(home, Some(engine)) {
        return Ok(address);
    }
    if !packages::usable() {
        let run = ["run", "--detach", "--rm", "--publish", "127.0.0.1::5000", "--name"];
        process::read(engine.docker().args(run).arg(container(home)).arg("registry:2"))?;
        return running(home, Some(engine)).context("the registry does not answer");
    }
    let program = packages::tools(home)?.join("usr/bin/docker-registry");
    let files = Files::of(home);
    // What earlier runs pushed is of no use to this one.
    let data = home.path("registry/data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let data = home.folder("registry/data")?;
    // A port that is free now: between here and the start of the registry somebody might take it, and then the
    // start fails with a message that says so.
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let configuration = serde_json::json!({
        "version": "0.1",
        "log": { "level": "warn" },
        "storage": { "filesystem": { "rootdirectory": data }, "delete": { "enabled": true } },
        "http": { "addr": address.to_string() },
    });
    // JSON is YAML too.
    home::write(&files.configuration, format!("{configuration:#}\n"))?;
    let mut child =
        process::detached(Command::new(program).arg("serve").arg(&files.configuration), &files.log)?;
    home::write(&files.pid, child.id().to_string())?;
    home::write(&files.address, address.to_string())?;
    interrupt::wait_until("the registry's start", Duration::from_secs(20), || {
        if let Some(status) = child.try_wait()? {
            bail!("the registry ended with {status}\n{}", process::tail(&files.log));
        }
        Ok(answers(address))
    })?;
    Ok(address.to_string())
}

/// The address of the registry, if it runs.
pub(crate) fn running(home: &Home, engine: Option<&Engine>) -> Option<String> {
    let files = Files::of(home);
    let address = match process::living(&files.pid, &files.configuration) {
        Some(_) => fs::read_to_string(&files.address).ok()?,
        None => process::read(engine?.docker().args(["port", &container(home), "5000/tcp"])).ok()?,
    };
    let address: SocketAddr = address.lines().next()?.parse().ok()?;
    answers(address).then(|| address.to_string())
}

/// Stops the registry, if it runs.
pub(crate) fn down(home: &Home, engine: Option<&Engine>) -> Result<()> {
    let files = Files::of(home);
    if let Some(pid) = process::living(&files.pid, &files.configuration) {
        return process::end(pid, "the registry");
    }
    if let Some(engine) = engine
        && running(home, Some(engine)).is_some()
    {
        process::read(engine.docker().args(["rm", "--force", &container(home)]))?;
    }
    Ok(())
}

fn container(home: &Home) -> String {
    format!("dflint-registry-{}", home.tag())
}

fn answers(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

struct Files {
    configuration: PathBuf,
    pid: PathBuf,
    address: PathBuf,
    log: PathBuf,
}

impl Files {
    fn of(home: &Home) -> Self {
        let file = |name| home.path("registry").join(name);
        Self {
            configuration: file("config.yml"),
            pid: file("pid"),
            address: file("address"),
            log: file("log"),
        }
    }
}
