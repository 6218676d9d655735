use crate::model::{Base, Model};
use crate::rule::packages::report_together;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Word};
use crate::text::Span;

declare_rule! {
    /// `apt-key` makes a key good for every repository of the image.
    ///
    /// Whoever has the key of one repository may then sign packages of all of them, the distribution's too. The program is
    /// deprecated for that reason: Debian 13 and Ubuntu 24.10 no longer have it, and a file that calls it does not build
    /// there. A key in `/etc/apt/keyrings` that the repository's line names with `signed-by=` is good for that one only.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN curl -fsSL https://repo.example.com/key.asc | apt-key add - \
    ///     && echo 'deb https://repo.example.com/apt stable main' > /etc/apt/sources.list.d/tool.list
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:trixie-slim
    /// RUN apt-key adv --keyserver keyserver.ubuntu.com --recv-keys 0C49F3730359A14518585931BC711F9BA15703C6
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:13
    /// RUN curl -fsSL https://repo.example.com/key.asc -o /etc/apt/keyrings/tool.asc \
    ///     && echo 'deb [signed-by=/etc/apt/keyrings/tool.asc] https://repo.example.com/apt stable main' > /etc/apt/sources.list.d/tool.list
    /// ```
    ///
    /// ## Fix safety
    ///
    /// There is no fix: which of the repositories the key belongs to, only people know.
    ///
    /// ## Limits
    ///
    /// Only what adds keys is reported, not `apt-key del` and `apt-key list`.
    ///
    /// ## Sources
    ///
    /// - [apt-key(8)](https://manpages.debian.org/bookworm/apt/apt-key.8.en.html): "will last be available in Debian 12 and
    ///   Ubuntu 24.04"
    /// - [Debian wiki, UseThirdParty](https://wiki.debian.org/DebianRepository/UseThirdParty)
    pub AptKeyUsed {
        code: "DF2011",
        name: "apt-key-used",
        group: Security,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for AptKeyUsed {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, script) in model.run_scripts() {
            let places: Vec<Span> = script
                .commands_named("apt-key")
                .filter(|command| adds(command))
                .map(|command| command.span)
                .collect();
            let message = "`apt-key` makes the key good for every repository".to_owned();
            let Some(mut finding) = report_together(report, &places, message, "so does this") else {
                continue;
            };
            if let Some(release) = release_without(model, index) {
                finding = finding.note(format!("{release} has no `apt-key` any more: the step fails"));
            } else {
                finding = finding.note("who has that key may sign packages of the distribution too");
            }
            finding.help(
                "put the key into `/etc/apt/keyrings` and name it in the repository's line: `deb [signed-by=/etc/apt/keyrings/….asc] …`",
            );
        }
    }
}

/// Whether it makes a key known.
fn adds(command: &Command) -> bool {
    let mut words = command.arguments().iter().map(Word::text);
    words.any(|word| word == "add" || word == "update" || word == "net-update" || word.starts_with("--recv"))
}

/// The release that a step runs on, where it is one without `apt-key`.
fn release_without(model: &Model<'_>, index: usize) -> Option<&'static str> {
    const RELEASES: [(&str, &str); 8] = [
        ("debian:13", "Debian 13"),
        ("trixie", "Debian 13"),
        ("forky", "Debian 14"),
        ("ubuntu:24.10", "Ubuntu 24.10"),
        ("ubuntu:25", "Ubuntu 25"),
        ("ubuntu:26", "Ubuntu 26"),
        ("plucky", "Ubuntu 25.04"),
        ("questing", "Ubuntu 25.10"),
    ];
    let stage = model.stage_of(index)?;
    let Base::Image(image) = &model.stages()[stage.root].base else { return None };
    let image = image.as_known()?;
    RELEASES.iter().find(|(part, _)| image.contains(part)).map(|(_, release)| *release)
}
