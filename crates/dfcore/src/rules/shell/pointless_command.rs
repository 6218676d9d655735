use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Nesting, Operator, Script};
use crate::syntax::ast::{FlagValue, InstructionKind, MountType, SecurityMode};

declare_rule! {
    /// A command that does nothing useful in a build step.
    ///
    /// A step is a container of its own: what it starts ends with it, nobody sits at a terminal, there is nothing to
    /// look at, and it has neither the right to mount nor a machine to shut down. A service that is started in one `RUN`
    /// does not run in the next one, and not in the container; `CMD` and `ENTRYPOINT` start programs there.
    ///
    /// Commands that serve the step itself are left alone: a service that is started for what follows in the same step,
    /// `kill` of a process that the step has started, `ps` in a test, `ssh` with a mounted key, `mount` with
    /// `--security=insecure`, `vim` with commands of its own.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y nginx && service nginx start
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN service postgresql start && su postgres -c 'createdb app' && service postgresql stop
    /// RUN --mount=type=ssh ssh git@example.com true
    /// RUN server & pid=$!; ./seed && kill $pid
    /// CMD ["nginx", "-g", "daemon off;"]
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3001 reports each of these commands wherever it stands, and does not know `ifconfig`, which its
    /// message names.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#run>
    /// - [hadolint DL3001](https://github.com/hadolint/hadolint/wiki/DL3001)
    pub PointlessCommand {
        code: "DF7005",
        name: "pointless-command",
        group: Shell,
        severity: Info,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3001"],
    }
}

impl Rule for PointlessCommand {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, script) in model.run_scripts() {
            let commands = script.commands.iter().enumerate();
            let found = commands
                .filter(|(_, command)| !is_part_of_a_test(command))
                .find_map(|(place, command)| Some((command, reason(model, index, script, place, command)?)));
            let Some((command, reason)) = found else { continue };
            let (Some(name), Some(word)) = (&command.name, command.words.first()) else { continue };
            let finding =
                report.at(word.span, format!("`{name}` serves nothing in a build step")).note(reason);
            if name == "service" {
                finding.help("start the program with `CMD` or `ENTRYPOINT`");
            } else {
                finding.help("leave it out");
            }
        }
    }
}

/// Whether the step uses what a command prints or answers.
fn is_part_of_a_test(command: &Command) -> bool {
    let is_used = |nesting: &Nesting| {
        matches!(nesting, Nesting::Condition | Nesting::Loop | Nesting::Substitution | Nesting::Function)
    };
    command.after.is_pipe() || command.after == Operator::Or || command.nesting.iter().any(is_used)
}

/// Why a command serves nothing; `None` when it may serve something.
fn reason(
    model: &Model<'_>,
    index: usize,
    script: &Script,
    place: usize,
    command: &Command,
) -> Option<&'static str> {
    let before = &script.commands[..place];
    let after = &script.commands[place + 1..];
    let InstructionKind::Run(run) = &model.instruction(index).kind else { return None };
    let is_privileged = model
        .flag(index, "security")
        .is_some_and(|flag| flag.typed == FlagValue::Security(SecurityMode::Insecure));
    match command.name.as_deref()? {
        "free" | "ifconfig" | "ps" | "top" => {
            Some("it shows the builder's container, which is gone after the step")
        }
        "kill" => {
            let has_started = before.iter().any(|command| {
                command.after == Operator::Background || command.is("service") || command.is("kill")
            });
            let is_known = command.arguments().iter().all(|word| word.value.is_some());
            (!has_started && is_known).then_some("no process is left from the steps before")
        }
        "mount" if !is_privileged => Some("a build step may not mount, and the next one would not see it"),
        "service" => {
            let starts = command.has_argument("start") || command.has_argument("restart");
            let is_idle = |command: &Command| {
                matches!(command.name.as_deref(), Some("echo" | "exit" | "rm" | "service" | "sleep" | "true"))
            };
            (starts && after.iter().all(is_idle)).then_some("what a step starts ends with the step")
        }
        "shutdown" => Some("there is no machine to shut down"),
        "ssh" => {
            let has_key = |mount_type| matches!(mount_type, MountType::Ssh | MountType::Secret);
            let is_connection = !command.has_argument("-V") && !command.has_argument("-Q");
            let has_key = run.mounts.iter().any(|mount| has_key(mount.mount_type));
            (is_connection && !has_key)
                .then_some("the step has no key to log in with but one that is in the image")
        }
        "vim" => {
            let is_batch = command.arguments().iter().any(|word| word.raw.starts_with(['+', '-']));
            (!is_batch).then_some("nobody sits at a terminal")
        }
        _ => None,
    }
}
