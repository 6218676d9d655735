use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::model::packages::{Manager, PackageCommand};
use crate::rule::packages::{configured_stages, holds_at, program, report_together, sets, shell_command};
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};
use crate::shell::Word;

declare_rule! {
    /// Packages are installed with all that they merely recommend.
    ///
    /// apt installs what a package recommends along with what it needs: documentation, a mail server, a desktop's libraries.
    /// `--no-install-recommends` leaves that out, and what the image really needs of it can be named.
    ///
    /// The rule is off unless it is asked for: some images want what is recommended. Nothing is said where an option or a
    /// configuration file that the stage writes or copies decides.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
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
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN echo 'APT::Install-Recommends "false";' > /etc/apt/apt.conf.d/90recommends
    /// RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: what the packages merely recommend is no longer in the image. Something in it may need that.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3015 sees `apt-get` only, not `apt` and not what `sudo` runs, and of the settings only the word `APT::Install-Recommends=false`;
    /// here `0`, `no` and a configuration file count too, and so does `--install-recommends`, which says that they are wanted.
    /// In the profile `hadolint` this rule sees `apt-get` only, too:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN apt install -y git && sudo apt-get install -y jq
    /// ```
    ///
    /// ## Sources
    ///
    /// - apt-get(8), `--no-install-recommends`; apt.conf(5)
    /// - [hadolint DL3015](https://github.com/hadolint/hadolint/wiki/DL3015)
    pub AptRecommendsInstalled {
        code: "DF4002",
        name: "apt-recommends-installed",
        group: Size,
        severity: Info,
        confidence: Low,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3015"],
    }
}

impl Rule for AptRecommendsInstalled {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let mut configured = None;
        for index in model.runs().filter(|&index| cx.speaks_of_instruction(index)) {
            // To hadolint `apt` is a rule of its own.
            let is_known = |install: &&PackageCommand| {
                !cx.follows_hadolint() || program(model, index, install) == "apt-get"
            };
            let installs = cx.installs(index).filter(is_known);
            let open: Vec<&PackageCommand> = installs.filter(|install| leaves_open(install)).collect();
            let Some(first) = open.first() else { continue };
            let configured = configured
                .get_or_insert_with(|| configured_stages(model, &["/apt.conf"], "apt::install-recommends"));
            if holds_at(model, index, configured) {
                continue;
            }
            let program = program(model, index, first);
            let places: Vec<_> = open.iter().map(|install| install.verb.span).collect();
            let message = format!("`{program} install` also installs what the packages merely recommend");
            let Some(finding) = report_together(report, &places, message, "so does this") else { continue };
            let finding =
                finding.note("an image gets software that nothing in it needs to run").help(format!(
                    "write `{program} install --no-install-recommends`, and name what is needed after all"
                ));
            if let Some(edits) = edits(model, index, &open) {
                finding.fix(Fix::suggested("leave out what is merely recommended", edits));
            }
        }
    }
}

/// Adds the option to all those commands, behind the `-y` where that comes first.
fn edits(model: &Model<'_>, index: usize, open: &[&PackageCommand]) -> Option<Vec<Edit>> {
    let edits = ScriptEdits::of(model, index)?;
    let with_option = open.iter().map(|install| {
        let command = shell_command(model, index, install);
        let verb = command.words.iter().position(|word| word.span == install.verb.span)?;
        let is_answer = |word: &&Word| {
            matches!(&*word.raw, "-y" | "--yes" | "--assume-yes" | "-yq" | "-qy" | "-qq" | "-q")
        };
        let answers = command.words[verb + 1..].iter().take_while(is_answer).count();
        edits.insert_after(&command.words[verb + answers], "--no-install-recommends")
    });
    with_option.collect()
}

/// Whether the command does not say what it wants of recommended packages.
fn leaves_open(install: &PackageCommand) -> bool {
    install.manager == Manager::Apt
        && install.verb.name == "install"
        && install.option(&["--no-install-recommends", "--install-recommends"]).is_none()
        && !sets(install, &["-o", "--option"], "APT::Install-Recommends")
}
