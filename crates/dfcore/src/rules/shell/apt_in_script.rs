use crate::rule::packages::report_together;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

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
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
    /// ```
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
        fix: None,
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
            finding
                .note("it is for people at a terminal, may change with any version, and warns about being in a script")
                .help("write `apt-get`, or `apt-cache` for what `apt` searches and shows");
        }
    }
}
