use crate::fix::{Edit, Fix};
use crate::model::{Model, User};
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};
use crate::shell::Command;
use crate::text::Span;

declare_rule! {
    /// A build step runs a command through sudo.
    ///
    /// A build step runs as root unless a `USER` says otherwise, and then sudo does nothing. As another user it
    /// works only when the image lets that user become root without a password, and so does everything that runs in a
    /// container of the image later: the user protects nothing. `USER root` in front of the steps that need it, and
    /// `USER app` behind them, needs no sudo in the image.
    ///
    /// Stages that nobody gets are left alone.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM ubuntu:24.04
    /// RUN sudo apt-get update && sudo apt-get install -y curl
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM ubuntu:24.04
    /// RUN apt-get update && apt-get install -y curl
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM jupyter/minimal-notebook:2024-10-07
    /// USER jovyan
    /// RUN sudo apt-get update
    /// ```
    ///
    /// Where `sudo` does more than to run a program, somebody has to look:
    ///
    /// ```dockerfile,bad
    /// FROM ubuntu:24.04
    /// RUN sudo -u postgres createdb app
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM ubuntu:24.04
    /// RUN sudo echo -e 'a\nb'
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM jupyter/minimal-notebook:2024-10-07
    /// USER root
    /// RUN apt-get update && apt-get install -y sudo curl
    /// USER jovyan
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested, and only where the step runs as root: after a `USER root`, or on an official image whose user is root. The
    /// program then sees the variables that `sudo` would have hidden. There is no fix for a `sudo` with options and for
    /// what the shell has built in, such as `echo`, which is another program with `sudo`.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3004 is an error, also in builder stages, and does not see a sudo inside `sh -c` and heredocs, nor
    /// `doas`.
    ///
    /// ## Sources
    ///
    /// - Docker, [Building best practices](https://docs.docker.com/build/building/best-practices/#user)
    /// - [hadolint DL3004](https://github.com/hadolint/hadolint/wiki/DL3004)
    /// - checkov's [CKV2_DOCKER_1](https://github.com/bridgecrewio/checkov/blob/main/checkov/dockerfile/checks/graph_checks/RunUsingSudo.yaml)
    pub SudoUsed {
        code: "DF2002",
        name: "sudo-used",
        group: Security,
        severity: Warning,
        confidence: Medium,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3004", "CKV2_DOCKER_1"],
    }
}

impl Rule for SudoUsed {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, script) in model.run_scripts().filter(|(index, _)| cx.speaks_of_instruction(*index)) {
            let used = script.commands.iter().filter(|command| command.is("sudo") || command.is("doas"));
            let used: Vec<(&str, Span)> = used
                .filter_map(|command| Some((command.name.as_deref()?, command.words.first()?.span)))
                .collect();
            let Some(((program, first), others)) = used.split_first() else { continue };
            let user = model.state(index).user;
            let message = format!("a build step uses `{program}`");
            let finding = report.at(*first, message).labels(others.iter().map(|(_, span)| *span), "here too");
            let finding = match user.is_root() {
                Some(true) => finding
                    .note(format!("the step runs as root, so that `{program}` does nothing"))
                    .help(format!("leave `{program}` out")),
                Some(false) => finding
                    .note(format!(
                        "whoever may use `{program}` without a password in the build may do so in every container of the image"
                    ))
                    .help("put `USER root` in front of the step, and the user's own `USER` behind it"),
                None if *user == User::OfBaseImage => finding
                    .note(format!(
                        "without a `USER` the step runs as the user of the base image, which is root for most of them, and \
                         then `{program}` does nothing"
                    ))
                    .help(format!("leave `{program}` out; if the base image has another user, put `USER root` in front")),
                None => finding.help("put `USER root` in front of the step, and the user's own `USER` behind it"),
            };
            let edits = edits(model, index);
            if !edits.is_empty() {
                finding.fix(Fix::suggested("leave `sudo` out", edits));
            }
        }
    }
}

/// What a shell has built in and `sudo` would have run as another program, or not at all.
const BUILT_IN: [&str; 12] =
    ["[", "cd", "echo", "eval", "exec", "export", "kill", "printf", "source", "test", "time", "umask"];

/// Leaves out the `sudo` of all commands that root runs without anything else being asked of it.
fn edits(model: &Model<'_>, index: usize) -> Vec<Edit> {
    let user = model.state(index).user;
    let is_root = match user {
        User::OfBaseImage => model.official_base(index).is_some(),
        _ => user.is_root() == Some(true),
    };
    let Some(edits) = ScriptEdits::of(model, index).filter(|_| is_root) else { return Vec::new() };
    let is_plain = |command: &&Command| command.is("sudo") || command.is("doas");
    let commands = model.script(index).commands.iter().filter(is_plain);
    let removed = commands.filter_map(|command| {
        let [sudo, program, ..] = command.words.as_slice() else { return None };
        let name = program.value.as_deref()?;
        let is_program = !name.starts_with('-') && !name.contains('=') && !BUILT_IN.contains(&name);
        is_program.then(|| edits.remove_before(sudo, program)).flatten()
    });
    removed.collect()
}
