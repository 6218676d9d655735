//! The private engine's own bridge and the address translation that lets its containers reach the network.
//!
//! dockerd is told to keep its hands off iptables: the chains that it would make have fixed names and belong to
//! whichever other engine runs on the machine. Bridge and rules carry our folder's tag, so what we find under that
//! name is ours.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::home::Home;
use crate::process;

/// A bridge and the subnet behind it.
#[derive(Debug)]
pub(crate) struct Bridge {
    name: String,
}

impl Bridge {
    /// The bridge of the engine in `home`, whether or not it exists.
    pub(crate) fn of(home: &Home) -> Self {
        Self { name: format!("df{}", home.tag()) }
    }

    /// The name of the network device.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Makes the bridge and its rules unless they are there.
    pub(crate) fn up(&self) -> Result<()> {
        if !self.exists() {
            process::read(ip().args(["link", "add", &self.name, "type", "bridge"]))?;
            process::read(ip().args(["addr", "add", &free_subnet()?, "dev", &self.name]))?;
            process::read(ip().args(["link", "set", &self.name, "up"]))?;
        }
        if fs::read_to_string("/proc/sys/net/ipv4/ip_forward").is_ok_and(|value| value.trim() == "0") {
            process::read(process::privileged("sysctl").args(["-w", "net.ipv4.ip_forward=1"]))
                .context("containers reach the network only when net.ipv4.ip_forward is 1")?;
        }
        for rule in self.rules()? {
            if process::read(&mut rule.command("-C")).is_err() {
                process::read(&mut rule.command(rule.insert))?;
            }
        }
        Ok(())
    }

    /// Removes the rules and the bridge.
    pub(crate) fn down(&self) -> Result<()> {
        if !self.exists() {
            return Ok(());
        }
        for rule in self.rules()? {
            if process::read(&mut rule.command("-C")).is_ok() {
                process::read(&mut rule.command("-D"))?;
            }
        }
        process::read(ip().args(["link", "del", &self.name]))?;
        Ok(())
    }

    fn exists(&self) -> bool {
        fs::exists(format!("/sys/class/net/{}", self.name)).unwrap_or(false)
    }

    fn rules(&self) -> Result<[Rule; 3]> {
        let addresses =
            process::read(Command::new("ip").args(["-o", "-4", "addr", "show", "dev", &self.name]))?;
        let address = addresses.split_whitespace().find(|word| word.contains('/'));
        let address = address.with_context(|| format!("the bridge {} has no address", self.name))?;
        let rule = |table, insert, chain, matches: &[&str]| Rule {
            table,
            insert,
            chain,
            matches: matches.iter().map(|&word| word.to_owned()).collect(),
        };
        let name = self.name.as_str();
        Ok([
            rule("nat", "-A", "POSTROUTING", &["-s", address, "!", "-o", name, "-j", "MASQUERADE"]),
            rule("filter", "-I", "FORWARD", &["-i", name, "-j", "ACCEPT"]),
            rule("filter", "-I", "FORWARD", &["-o", name, "-j", "ACCEPT"]),
        ])
    }
}

struct Rule {
    table: &'static str,
    insert: &'static str,
    chain: &'static str,
    matches: Vec<String>,
}

impl Rule {
    fn command(&self, action: &str) -> Command {
        let mut command = process::privileged("iptables");
        command.args(["-w", "10", "-t", self.table, action, self.chain]).args(&self.matches);
        command
    }
}

fn ip() -> Command {
    process::privileged("ip")
}

/// The first /24 of a private range that no device or route of this machine knows.
fn free_subnet() -> Result<String> {
    let known = process::read(Command::new("ip").args(["-o", "-4", "route", "show"]))?
        + &process::read(Command::new("ip").args(["-o", "-4", "addr", "show"]))?;
    let third = (100..=199_u8).find(|third| !known.contains(&format!("10.213.{third}.")));
    let third = third.context("every subnet from 10.213.100.0/24 to 10.213.199.0/24 is in use")?;
    Ok(format!("10.213.{third}.1/24"))
}
