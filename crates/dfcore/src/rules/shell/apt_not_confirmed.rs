use crate::model::packages::{CommandOption, Manager, Package, PackageCommand, PackageSource};
use crate::rule::packages::{Confirmation, sets};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// `apt-get` asks for a confirmation, and a build has nobody who answers.
    ///
    /// apt-get asks before it installs more than was named, upgrades or removes something. In a build its input is empty, so
    /// that it aborts and the step fails. Whether it has to ask depends on what the base image already has: the step may work
    /// until that changes.
    ///
    /// `-y` answers, and so do `--assume-yes`, `-qq`, `APT::Get::Assume-Yes` as an option or in a configuration file, and a pipe
    /// from `yes`. `DEBIAN_FRONTEND=noninteractive` does not: it is for the questions of packages.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install --no-install-recommends git && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
    /// RUN yes | apt-get purge git
    /// RUN apt-get -o APT::Get::Assume-Yes=true autoremove
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the same image where the step worked without it; but a step whose failure went unnoticed (`… || true`) now
    /// does what it says.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3014 sees the `install` of `apt-get` only; `apt`, what `sudo` runs, and commands that upgrade or remove
    /// ask as well. It reports simulations (`-s`), and does not know that a pipe, an option `-o` or a configuration file can
    /// answer. Here nothing is said of an install of files only (`./tool.deb`), which may have nothing to ask, and where a
    /// variable may hold the option.
    ///
    /// ## Sources
    ///
    /// - apt-get(8), `--assume-yes`, `--quiet`; apt.conf(5)
    /// - [hadolint DL3014](https://github.com/hadolint/hadolint/wiki/DL3014)
    pub AptNotConfirmed {
        code: "DF7006",
        name: "apt-not-confirmed",
        group: Shell,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3014"],
    }
}

const COMMANDS: Confirmation = Confirmation {
    managers: &[Manager::Apt],
    is_answered,
    files: &["/apt.conf"],
    key: "apt::get::assume-yes",
    help: "write `{program} {verb} -y`",
    note: "a build has no input: apt aborts as soon as it has to ask",
    answer: "-y",
    is_global: false,
};

impl Rule for AptNotConfirmed {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        COMMANDS.check(cx, report);
    }
}

fn is_answered(command: &PackageCommand) -> bool {
    const ANSWERS: [&str; 6] =
        ["-y", "--yes", "--assume-yes", "--assume-no", "--trivial-only", "--print-uris"];
    const SIMULATIONS: [&str; 6] = ["-s", "--simulate", "--just-print", "--dry-run", "--recon", "--no-act"];
    let is_local = |package: &Package| package.source == PackageSource::Local;
    // What a file needs may be there already, and then nothing is asked.
    let is_of_files = !command.packages.is_empty() && command.packages.iter().all(is_local);
    is_of_files
        || command.option(&ANSWERS).or_else(|| command.option(&SIMULATIONS)).is_some()
        || quietness(command) >= 2
        || sets(command, &["-o", "--option"], "APT::Get::Assume-Yes")
}

/// From 2 on, quiet means that nothing is asked: `-qq`, `-q -q`, `-q=2`, `--quiet=2`.
fn quietness(command: &PackageCommand) -> usize {
    let level = |option: &CommandOption| match (&*option.name, option.value.as_deref()) {
        ("--quiet", Some(level)) => level.parse().unwrap_or(1),
        // The digit of `-q=2` is read as a letter like any other.
        ("-q" | "--quiet" | "-2", _) => 1,
        _ => 0,
    };
    command.options.iter().map(level).sum()
}
