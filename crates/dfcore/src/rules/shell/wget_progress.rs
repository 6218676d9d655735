use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};
use crate::shell::{Command, Operator, RedirectKind, Word};

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
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN wget -nv https://example.com/a.tar.gz
    /// ```
    ///
    /// Which wget another image has is not known:
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// RUN wget https://example.com/a.tar.gz
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN wget https://example.com/a.tar.gz 2>&1 | grep -q '200 OK'
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN wget -nv https://example.com/a.tar.gz && wget -qO- https://example.com/b
    /// RUN wget --progress=dot:giga https://example.com/c && wget https://example.com/d 2>/dev/null
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: only what is printed differs. There is a fix on official images with GNU wget, which BusyBox's is not, and where
    /// nothing reads what is printed.
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
        fix: Safe,
        since: "0.1.0",
        aliases: ["DL3047"],
    }
}

impl Rule for WgetProgress {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, script) in cx.model.run_scripts() {
            let talkative = script
                .commands_named("wget")
                .filter(|command| cx.sees(command))
                .filter(|command| shows_progress(command));
            let talkative: Vec<(&Command, &Word)> =
                talkative.filter_map(|command| Some((command, command.words.first()?))).collect();
            let Some(((_, first), others)) = talkative.split_first() else { continue };
            let finding = report
                .at(first.span, "`wget` writes its progress into the log")
                .labels(others.iter().map(|(_, word)| word.span), "here too")
                .note("without a terminal it prints a line for every 50 kilobytes")
                .help("add `-nv` or `-q`; GNU wget also knows `--progress=dot:giga`");
            if let Some(edits) = edits(cx, index, &talkative) {
                finding.fix(Fix::safe("print one line per file", edits));
            }
        }
    }
}

/// The edits that silence those commands, where it is GNU wget that runs and nothing reads what it prints.
fn edits(cx: &RuleContext<'_>, index: usize, talkative: &[(&Command, &Word)]) -> Option<Vec<Edit>> {
    let is_gnu = cx.model.official_base(index).is_some_and(|base| !base.is_alpine);
    let is_read = |command: &Command| {
        let goes_on = command.redirects.iter().any(|redirect| redirect.kind == RedirectKind::DuplicateOutput);
        goes_on || command.after == Operator::PipeAll || !command.nesting.is_empty()
    };
    let edits = ScriptEdits::of(cx.model, index).filter(|_| is_gnu)?;
    let silenced = talkative
        .iter()
        .map(|(command, program)| if is_read(command) { None } else { edits.insert_after(program, "-nv") });
    silenced.collect()
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
