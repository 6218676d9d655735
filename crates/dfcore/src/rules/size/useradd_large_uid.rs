use crate::fix::Fix;
use crate::model::State;
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, declare_rule};
use crate::shell::{Command, Word};
use crate::text::Span;

declare_rule! {
    /// A user with a very large number is added, and its login records fill the layer.
    ///
    /// `useradd` resets the user's record in `/var/log/lastlog` and `/var/log/faillog`, where a record stands at the
    /// place of its number. The files are sparse on a disk, but not in a layer: number 1,000,000,000 makes hundreds of
    /// gigabytes of zeros that the builder has to read. `--no-log-init` leaves the files alone.
    ///
    /// Numbers from 100,000 on are reported.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12-slim
    /// ARG UID=1000620000
    /// RUN useradd --create-home --uid "$UID" app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM debian:12-slim
    /// ARG UID=1000620000
    /// RUN useradd --no-log-init --create-home --uid "$UID" app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12-slim
    /// ARG UID
    /// RUN useradd -l -u 1000620000 app && useradd -u 10001 other && useradd -u "$UID" third
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the two files have no record of the user, so that `lastlog` and `faillog` say nothing about it.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3046 counts the letters of the word after `-u`. It does not see `--uid`, `-u1000620000` and
    /// `-mu 1000620000`, and takes the name of a variable for a large number; here its default is filled in.
    ///
    /// ## Sources
    ///
    /// - `man useradd` of shadow 4.13, `--no-log-init`
    /// - <https://github.com/moby/moby/issues/5419>
    /// - [hadolint DL3046](https://github.com/hadolint/hadolint/wiki/DL3046)
    pub UseraddLargeUid {
        code: "DF4009",
        name: "useradd-large-uid",
        group: Size,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3046"],
    }
}

/// The smallest number that is reported: the two files are some 30 megabytes then.
const LARGE: u64 = 100_000;

/// The letters of useradd's options that take a value.
const LETTERS_WITH_VALUE: &str = "bcdefgGkKpPRsuZ";

impl Rule for UseraddLargeUid {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, script) in model.run_scripts().filter(|(index, _)| cx.speaks_of_instruction(*index)) {
            let large = script.commands_named("useradd").find_map(|command| {
                let (span, text) = user_number(command, model.state(index))?;
                text.parse::<u64>()
                    .ok()
                    .filter(|number| *number >= LARGE)
                    .map(|number| (span, number, command))
            });
            let Some((span, number, command)) = large else { continue };
            let finding = report
                .at(span, format!("`useradd` writes login records up to user {number}"))
                .note("they are zeros, sparse on a disk, and in full length in the layer")
                .help("add `--no-log-init`");
            let edits = ScriptEdits::of(model, index).zip(command.words.first());
            if let Some(edit) =
                edits.and_then(|(edits, program)| edits.insert_after(program, "--no-log-init"))
            {
                finding.fix(Fix::suggested("add `--no-log-init`", [edit]));
            }
        }
    }
}

/// The number of the user that a `useradd` adds, and where it stands; `None` with `--no-log-init`.
fn user_number(command: &Command, state: State<'_>) -> Option<(Span, String)> {
    let value =
        |word: &Word| word.resolve(|name| state.scope.run_environment(name)?.as_known().map(str::to_owned));
    let mut number = None;
    let mut words = command.arguments().iter();
    while let Some(word) = words.next() {
        let text = value(word).unwrap_or_default();
        if let Some(long) = text.strip_prefix("--") {
            match long.split_once('=') {
                None if long == "no-log-init" => return None,
                None if long == "uid" => {
                    number = words.next().and_then(|word| Some((word.span, value(word)?)));
                }
                Some(("uid", uid)) => number = Some((word.span, uid.to_owned())),
                _ => {}
            }
            continue;
        }
        let letters = text.strip_prefix('-').unwrap_or_default();
        let end = letters.find(|letter| LETTERS_WITH_VALUE.contains(letter));
        let (switches, option) = letters.split_at(end.unwrap_or(letters.len()));
        if switches.contains('l') {
            return None;
        }
        number = match (option.strip_prefix('u'), option.len()) {
            (_, 0) => number,
            (Some(""), _) => words.next().and_then(|word| Some((word.span, value(word)?))),
            (Some(uid), _) => Some((word.span, uid.to_owned())),
            // The value of another option is the next word.
            (None, 1) => {
                words.next();
                number
            }
            (None, _) => number,
        };
    }
    number
}
