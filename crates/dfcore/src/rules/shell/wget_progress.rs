use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, RedirectKind};

declare_rule! {
    /// `wget` writes its progress into the log of the build.
    ///
    /// Without a terminal GNU wget prints a line for every 50 kilobytes, two thousand lines for a hundred megabytes, in
    /// which warnings and errors of the build drown. `-nv` prints one line per file, `-q` nothing, and
    /// `--progress=dot:giga` a line for every 32 megabytes.
    ///
    /// The rule is off by default.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN wget https://example.com/a.tar.gz
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN wget -nv https://example.com/a.tar.gz && wget -qO- https://example.com/b
    /// RUN wget --progress=dot:giga https://example.com/c && wget https://example.com/d 2>/dev/null
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3047 asks for `--progress` also where BusyBox's wget runs, which does not know it. It takes any short
    /// option with a `q`, `o` or `a` in it for the one that it looks for, does not see that standard error goes to a
    /// file, nor a wget behind `sudo`, and does not know `-b` and `--spider`. In the profile `hadolint` this rule does not see
    /// the wget behind `sudo` either:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN sudo wget https://example.com/a.tar.gz
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://www.gnu.org/software/wget/manual/html_node/Download-Options.html>
    /// - [hadolint DL3047](https://github.com/hadolint/hadolint/wiki/DL3047)
    pub WgetProgress {
        code: "DF7011",
        name: "wget-progress",
        group: Shell,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3047"],
    }
}

impl Rule for WgetProgress {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (_, script) in cx.model.run_scripts() {
            let talkative = script
                .commands_named("wget")
                .filter(|command| cx.sees(command))
                .filter(|command| shows_progress(command));
            let mut talkative = talkative.filter_map(|command| Some(command.words.first()?.span));
            let Some(first) = talkative.next() else { continue };
            report
                .at(first, "`wget` writes its progress into the log")
                .labels(talkative, "here too")
                .note("without a terminal it prints a line for every 50 kilobytes")
                .help("add `-nv` or `-q`; GNU wget also knows `--progress=dot:giga`");
        }
    }
}

/// The letters of GNU wget's options that take a value.
const LETTERS_WITH_VALUE: &str = "aeiotwABDIlOPQRTUX";

/// Long options with which there is no progress, or not in the log.
const QUIET: [&str; 10] = [
    "append-output",
    "background",
    "help",
    "no-verbose",
    "output-file",
    "progress",
    "quiet",
    "show-progress",
    "spider",
    "version",
];

fn shows_progress(command: &Command) -> bool {
    let goes_elsewhere = command.redirects.iter().any(|redirect| match redirect.kind {
        RedirectKind::OutputAndError => true,
        RedirectKind::Output | RedirectKind::Append => redirect.descriptor == Some(2),
        _ => false,
    });
    let is_quiet = |text: &str| match text.strip_prefix("--") {
        Some(long) => QUIET.contains(&long.split('=').next().unwrap_or(long)),
        None => text.strip_prefix('-').is_some_and(has_quiet_letter),
    };
    let mut words = command.arguments().iter().map(|word| word.text());
    !goes_elsewhere && !words.any(|text| is_quiet(&text))
}

/// Whether a cluster of short options has one that silences; `n` is the first of two letters.
fn has_quiet_letter(letters: &str) -> bool {
    let mut letters = letters.chars();
    while let Some(letter) = letters.next() {
        match letter {
            'a' | 'b' | 'h' | 'o' | 'q' | 'V' => return true,
            'n' if letters.next() == Some('v') => return true,
            _ if LETTERS_WITH_VALUE.contains(letter) => return false,
            _ => {}
        }
    }
    false
}
