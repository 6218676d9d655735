use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::model::packages::{Manager, PackageCommand};
use crate::rule::packages::{report_together, shell_command};
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};

declare_rule! {
    /// `apt` is used where `apt-get` is meant.
    ///
    /// `apt` is made for people at a terminal: it says itself that its command line is not stable, and prints a warning into the
    /// log when its output is no terminal. `apt-get` and `apt-cache` do the same and stay as they are.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt update && apt install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN sudo apt upgrade -y && apt -qq full-upgrade -y && apt autoremove -y && sh -c 'apt clean'
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN sudo apt-get upgrade --with-new-pkgs -y && apt-get -qq dist-upgrade -y && apt-get autoremove -y && sh -c 'apt-get clean'
    /// ```
    ///
    /// What `apt list` prints has to be rewritten by somebody:
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt list --installed
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: `apt` deletes the packages that it has downloaded, `apt-get` keeps them in `/var/cache/apt` unless the image
    /// says otherwise, as those of Debian and Ubuntu do. Only what both know alike is rewritten.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3027 does not see an `apt` behind `sudo`, in `sh -c '…'` or in a folder (`/usr/bin/apt`), and neither
    /// does this rule in the profile `hadolint`:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN sudo apt update
    /// ```
    ///
    /// ## Sources
    ///
    /// - apt(8), "Script usage and differences from other APT tools"
    /// - [hadolint DL3027](https://github.com/hadolint/hadolint/wiki/DL3027)
    pub AptInScript {
        code: "DF7010",
        name: "apt-in-script",
        group: Shell,
        severity: Info,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3027"],
    }
}

impl Rule for AptInScript {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for index in model.runs() {
            let commands = model.script(index).commands_named("apt").filter(|command| cx.sees(command));
            let programs = commands.filter_map(|command| command.words.first());
            let places: Vec<_> = programs.map(|word| word.span).collect();
            let message = "`apt` has no stable command line".to_owned();
            let Some(finding) = report_together(report, &places, message, "here too") else { continue };
            let finding = finding
                .note("it is for people at a terminal, may change with any version, and warns about being in a script")
                .help("write `apt-get`, or `apt-cache` for what `apt` searches and shows");
            let edits: Vec<Edit> = edits(cx, index);
            if !edits.is_empty() {
                finding.fix(Fix::suggested("write `apt-get`", edits));
            }
        }
    }
}

/// The edits of those commands that mean the same to `apt-get`.
fn edits(cx: &RuleContext<'_>, index: usize) -> Vec<Edit> {
    let Some(edits) = ScriptEdits::of(cx.model, index) else { return Vec::new() };
    let commands = cx.package_commands(index).filter(|command| command.manager == Manager::Apt);
    commands.filter_map(|command| rewritten(cx.model, &edits, index, command)).flatten().collect()
}

fn rewritten(
    model: &Model<'_>,
    edits: &ScriptEdits<'_>,
    index: usize,
    package_command: &PackageCommand,
) -> Option<Vec<Edit>> {
    let command = shell_command(model, index, package_command);
    let program = command.words.first().filter(|program| program.raw == "apt")?;
    let verb = command.words.iter().find(|word| word.span == package_command.verb.span)?;
    let program = edits.replace(program, "apt-get")?;
    match &*verb.raw {
        "install" | "update" | "remove" | "purge" | "autoremove" | "clean" | "autoclean" => {
            Some(vec![program])
        }
        // It installs new packages where an upgrade needs them.
        "upgrade" => Some(vec![program, edits.insert_after(verb, "--with-new-pkgs")?]),
        "full-upgrade" => Some(vec![program, edits.replace(verb, "dist-upgrade")?]),
        _ => None,
    }
}
