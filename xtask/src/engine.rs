//! The container engine: the one that runs on this machine, or a private one made of Debian packages.
//!
//! Builds for two platforms need an engine that keeps its images in the containerd image store. A running engine
//! without it is left alone, and a private one stands in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::home::{self, Home};
use crate::interrupt;
use crate::network::Bridge;
use crate::packages::{self, HostPackage};
use crate::process;

/// An engine that answers.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    /// Its address, as in `DOCKER_HOST`.
    pub(crate) host: String,
    /// Its version, for people.
    pub(crate) version: String,
    docker: PathBuf,
    owner: Owner,
}

/// Who started the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// It was there: nothing of ours, so we never stop it.
    Machine,
    /// We did.
    Xtask,
}

/// How to get an engine, for every message that says there is none.
const TWO_WAYS: &str = "start Docker, or run this on Debian or Ubuntu as root or with sudo, where `cargo xtask \
                        engine up` brings up a private engine";

/// What the private engine takes from the host.
const NEEDS: [HostPackage; 3] = [
    HostPackage { sign: "iptables", name: "iptables" },
    HostPackage { sign: "ip", name: "iproute2" },
    HostPackage { sign: "runc", name: "runc" },
];

impl Engine {
    /// Finds the running engine or starts the private one.
    pub(crate) fn up(home: &Home) -> Result<Self> {
        if let Some(engine) = Self::private(home)? {
            return Ok(engine);
        }
        match Self::of_the_machine(home)? {
            Some(engine) if engine.has_image_store()? => return Ok(engine),
            Some(engine) if std::env::var_os("DOCKER_HOST").is_some() || !packages::usable() => bail!(
                "the engine at {} keeps no images for two platforms: set \"features\": \
                 {{\"containerd-snapshotter\": true}} in its daemon.json",
                engine.host
            ),
            Some(engine) => eprintln!(
                "the engine at {} keeps no images for two platforms (no containerd image store): using a private one",
                engine.host
            ),
            None if packages::usable() => {}
            None => bail!("no container engine: {TWO_WAYS}"),
        }
        Self::start(home)
    }

    /// The engine that answers already, the private one or the machine's.
    pub(crate) fn running(home: &Home) -> Result<Option<Self>> {
        match Self::private(home)? {
            Some(engine) => Ok(Some(engine)),
            None => Self::of_the_machine(home),
        }
    }

    /// Who started it.
    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    /// The `docker` command line, set up for this engine.
    pub(crate) fn docker(&self) -> Command {
        let mut command = Command::new(&self.docker);
        command.args(["--host", &self.host]);
        command
    }

    /// The folder of the `docker` program, for PATH.
    pub(crate) fn programs(&self) -> Option<&Path> {
        self.docker.parent()
    }

    /// The program of `docker buildx`, which runs by itself too; `None` where it is not installed.
    pub(crate) fn buildx(&self) -> Option<PathBuf> {
        const FOLDERS: [&str; 4] = ["libexec", "lib", "local/libexec", "local/lib"];
        // Beside the folder of `docker`, and in those of the system.
        let own = self.docker.parent().and_then(Path::parent).map(Path::to_owned);
        let roots = own.into_iter().chain([PathBuf::from("/usr")]);
        let mut plugins = roots.flat_map(|root| {
            FOLDERS.map(|folder| root.join(folder).join("docker/cli-plugins/docker-buildx"))
        });
        plugins.find(|plugin| plugin.is_file())
    }

    /// Stops the private engine of `home`, if it runs, and takes its network away.
    pub(crate) fn down(home: &Home) -> Result<()> {
        let files = Files::of(home);
        if let Some(pid) = process::living(&files.pid, &files.configuration) {
            process::end(pid, "dockerd")?;
        }
        Bridge::of(home).down()
    }

    fn has_image_store(&self) -> Result<bool> {
        let status = process::read(self.docker().args(["info", "--format", "{{json .DriverStatus}}"]))?;
        Ok(status.contains("io.containerd.snapshotter"))
    }

    fn private(home: &Home) -> Result<Option<Self>> {
        let files = Files::of(home);
        if process::living(&files.pid, &files.configuration).is_none() {
            return Ok(None);
        }
        let docker = packages::engine(home)?.join("usr/bin/docker");
        Ok(Self::answering(files.host(), docker, Owner::Xtask))
    }

    fn of_the_machine(home: &Home) -> Result<Option<Self>> {
        let ours = Files::of(home).host();
        let Some(docker) = process::find("docker") else { return Ok(None) };
        let host = match std::env::var("DOCKER_HOST") {
            Ok(host) if host == ours => return Ok(None),
            Ok(host) => host,
            // Not set: the current context of the docker command line knows, /var/run/docker.sock as a rule.
            Err(_) => {
                let format = "{{.Endpoints.docker.Host}}";
                let host =
                    process::read(Command::new(&docker).args(["context", "inspect", "--format", format]))?;
                host.trim().to_owned()
            }
        };
        let engine = Self::answering(host, docker, Owner::Machine);
        if engine.is_none()
            && let Ok(host) = std::env::var("DOCKER_HOST")
        {
            bail!("no engine answers at DOCKER_HOST={host}: unset it, or {TWO_WAYS}");
        }
        Ok(engine)
    }

    fn answering(host: String, docker: PathBuf, owner: Owner) -> Option<Self> {
        let format = "{{.Server.Version}} (API {{.Server.APIVersion}})";
        let version =
            process::read(Command::new(&docker).args(["--host", &host, "version", "--format", format]))
                .ok()?;
        Some(Self { host, version: version.trim().to_owned(), docker, owner })
    }

    fn start(home: &Home) -> Result<Self> {
        packages::require(home, &NEEDS)?;
        let programs = packages::engine(home)?;
        let files = Files::of(home);
        // A socket's path has room for 107 bytes.
        if files.socket.as_os_str().len() > 107 {
            bail!(
                "the path {} is too long for a socket: set DFTEST_HOME to a shorter one",
                files.socket.display()
            );
        }
        let bridge = Bridge::of(home);
        bridge.up()?;
        fs::create_dir_all(files.folder.join("run"))?;
        home::write(&files.configuration, files.settings(&bridge)?)?;

        let path = format!(
            "{0}/usr/sbin:{0}/usr/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            programs.display()
        );
        let mut dockerd = process::privileged("env");
        dockerd.arg(format!("PATH={path}")).arg("dockerd").arg("--config-file").arg(&files.configuration);
        let mut child = process::detached(&mut dockerd, &files.log)?;
        let docker = programs.join("usr/bin/docker");
        let mut engine = None;
        let waited = interrupt::wait_until("the engine's start", Duration::from_mins(1), || {
            if let Some(status) = child.try_wait()? {
                bail!("dockerd ended with {status}");
            }
            engine = Self::answering(files.host(), docker.clone(), Owner::Xtask);
            Ok(engine.is_some())
        });
        if let Err(error) = waited {
            Self::down(home)?;
            return Err(error.context(format!(
                "{}\n(all of it: {})",
                process::tail(&files.log),
                files.log.display()
            )));
        }
        engine.context("the engine answered and is gone")
    }
}

/// Where the private engine keeps what.
struct Files {
    folder: PathBuf,
    configuration: PathBuf,
    socket: PathBuf,
    pid: PathBuf,
    log: PathBuf,
}

impl Files {
    fn of(home: &Home) -> Self {
        let folder = home.path("engine");
        Self {
            configuration: folder.join("daemon.json"),
            socket: folder.join("run/docker.sock"),
            pid: folder.join("run/dockerd.pid"),
            log: folder.join("dockerd.log"),
            folder,
        }
    }

    fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    fn settings(&self, bridge: &Bridge) -> Result<String> {
        // The group of whoever runs this, so that the socket opens without sudo.
        let group = process::read(Command::new("id").arg("-g"))?;
        let settings = serde_json::json!({
            "features": { "containerd-snapshotter": true },
            "data-root": self.folder.join("data"),
            "exec-root": self.folder.join("run/exec"),
            "pidfile": self.pid,
            "hosts": [self.host()],
            "group": group.trim(),
            "bridge": bridge.name(),
            "iptables": false,
            "ip6tables": false,
            "userland-proxy": false,
            "log-level": "warn",
        });
        Ok(format!("{settings:#}\n"))
    }
}
