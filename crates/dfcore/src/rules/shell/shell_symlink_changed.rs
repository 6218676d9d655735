use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Word};

declare_rule! {
    /// `/bin/sh` is linked to another shell.
    ///
    /// Every script of the distribution that starts with `#!/bin/sh` runs in that other shell from then on, in the build
    /// and in each container, and an update of the package that owns the link puts it back. `SHELL` chooses the shell
    /// of the `RUN`s that follow and leaves the image alone.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM ubuntu:24.04
    /// RUN rm /bin/sh && ln -s /bin/bash /bin/sh
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM ubuntu:24.04
    /// SHELL ["/bin/bash", "-c"]
    /// RUN ln -s /bin/sh /usr/local/bin/posix-shell
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL4005 looks for the word `/bin/sh` anywhere in the command, so that it also reports a link *to* the
    /// shell, and does not know `/usr/bin/sh`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#shell>
    /// - [hadolint DL4005](https://github.com/hadolint/hadolint/wiki/DL4005)
    pub ShellSymlinkChanged {
        code: "DF7003",
        name: "shell-symlink-changed",
        group: Shell,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: ["DL4005"],
    }
}

impl Rule for ShellSymlinkChanged {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (_, script) in cx.model.run_scripts() {
            let found = script.commands_named("ln").find_map(|command| Some((command, shell_link(command)?)));
            let Some((command, (target, link))) = found else { continue };
            let link = link.value.as_deref().unwrap_or("/bin/sh");
            report
                .at(command.span, format!("`{link}` is made a link to `{}`", target.text()))
                .note(format!("every script of the image with `#!{link}` runs in that shell from now on"))
                .help("write a `SHELL` instruction, which is about the `RUN`s of this file only");
        }
    }
}

/// What an `ln` links the shell to, and the name of the link.
fn shell_link(command: &Command) -> Option<(&Word, &Word)> {
    let mut operands = command.arguments().iter().filter(|word| !word.raw.starts_with('-'));
    let (target, link) = (operands.next()?, operands.next_back()?);
    (link.is("/bin/sh") || link.is("/usr/bin/sh")).then_some((target, link))
}
