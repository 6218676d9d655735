use crate::model::{Model, is_template};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, RedirectKind, Word};
use crate::text::Span;

declare_rule! {
    /// A build step gives an account a password that stands in the file.
    ///
    /// It is the same in every container of the image, `docker history --no-trunc` shows it to everybody who has the image,
    /// and its hash lies in `/etc/shadow`. An account that a program runs as needs no password, and one that people log in to
    /// gets it, better a key, when the container starts.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN useradd -m app && echo 'app:hunter2' | chpasswd
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM rockylinux:9
    /// RUN echo hunter2 | passwd --stdin root
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN useradd -m app && passwd -l app && usermod -p '*' root
    /// RUN echo "app:$(openssl rand -base64 24)" | chpasswd
    /// ```
    ///
    /// ## Limits
    ///
    /// A password that a variable holds is what `secret-in-environment` and `secret-argument-used` are about.
    ///
    /// ## Differs from
    ///
    /// checkov reports every `chpasswd`, also one whose password is drawn at random or mounted as a secret, and neither
    /// `passwd` nor `usermod`.
    ///
    /// ## Sources
    ///
    /// - [chpasswd(8)](https://manpages.debian.org/bookworm/passwd/chpasswd.8.en.html),
    ///   [usermod(8)](https://manpages.debian.org/bookworm/passwd/usermod.8.en.html)
    /// - [CWE-798, Use of Hard-coded Credentials](https://cwe.mitre.org/data/definitions/798.html)
    /// - checkov's [CKV2_DOCKER_17](https://github.com/bridgecrewio/checkov/blob/main/checkov/dockerfile/checks/graph_checks/RunChpasswd.yaml)
    pub PasswordInBuild {
        code: "DF2012",
        name: "password-in-build",
        group: Security,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["CKV2_DOCKER_17"],
        preview: true,
    }
}

impl Rule for PasswordInBuild {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (_, script) in cx.model.run_scripts() {
            for (place, command) in script.commands.iter().enumerate() {
                let found = match command.name.as_deref() {
                    Some("chpasswd") => from_input(cx.model, &script.commands, place, &account_of_line),
                    Some("passwd") => {
                        let account =
                            command.arguments().iter().map(Word::text).find(|word| !word.starts_with('-'));
                        let account = account.map_or_else(|| "root".to_owned(), std::borrow::Cow::into_owned);
                        let found = from_input(cx.model, &script.commands, place, &|text| {
                            is_password(text.lines().next().unwrap_or_default().trim()).then(String::new)
                        });
                        found.map(|(span, _)| (span, account))
                    }
                    Some("useradd" | "usermod") => as_option(command),
                    _ => None,
                };
                let Some((span, account)) = found else { continue };
                report
                    .at(span, format!("the password of the account `{account}` stands in the file"))
                    .note("it is the same in every container, and `docker history --no-trunc` shows it")
                    .help("leave the account without a password (`passwd -l`), or set one when the container starts");
            }
        }
    }
}

/// The place of what a command reads, and what `account` makes of it; `None` where it is not known.
fn from_input(
    model: &Model<'_>,
    commands: &[Command],
    place: usize,
    account: &dyn Fn(&str) -> Option<String>,
) -> Option<(Span, String)> {
    let command = &commands[place];
    let redirects = command.redirects.iter().rev();
    let mut given = redirects.filter_map(|redirect| match redirect.kind {
        RedirectKind::HereString => Some((redirect.target.span, redirect.target.text().into_owned())),
        _ => redirect.body.map(|body| (redirect.span, model.slice(body).to_owned())),
    });
    if let Some((span, text)) = given.next() {
        return Some((span, account(&text)?));
    }
    if !command.before.is_pipe() {
        return None;
    }
    let printer =
        commands[..place].iter().rfind(|other| matches!(other.name.as_deref(), Some("echo" | "printf")))?;
    // Between them only what `sudo` and its like add.
    if !printer.after.is_pipe() {
        return None;
    }
    let words = printer.arguments().iter().filter(|word| !word.raw.starts_with('-'));
    let text = words.map(|word| word.text().replace("\\n", "\n")).collect::<Vec<_>>().join(" ");
    Some((printer.span, account(&text)?))
}

/// The account of the first line `name:password` whose password is known.
fn account_of_line(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (name, password) = line.trim().split_once(':')?;
        is_password(password).then(|| name.to_owned())
    })
}

/// `usermod -p …`, `useradd --password …`
fn as_option(command: &Command) -> Option<(Span, String)> {
    let words = command.arguments();
    let (place, end, value) = words.iter().enumerate().find_map(|(place, word)| {
        let text = word.text();
        if matches!(&*text, "-p" | "--password") {
            return Some((place, place + 2, words.get(place + 1)?.value.clone()?));
        }
        let value = text.strip_prefix("--password=")?;
        word.value.as_ref().map(|_| (place, place + 1, value.to_owned()))
    })?;
    // The account stands at the end, or in front of the option.
    let is_name = |word: &&Word| !word.raw.starts_with('-');
    let account = words[end..].iter().rfind(is_name).or_else(|| words[..place].iter().rfind(is_name));
    let account = account.map_or_else(|| "?".to_owned(), |word| word.text().into_owned());
    is_password(&value).then_some((words[place].span, account))
}

/// Whether a text is a password that somebody could log in with, and known.
fn is_password(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['*', '!'])
        && text != "x"
        && !text.contains("${")
        && !text.contains("$(")
        && (text.starts_with('$') || !is_template(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceFile;

    #[test]
    fn the_password_is_never_shown() {
        for (command, account) in [
            ("useradd bob -p hunter2", Some("bob")),
            ("useradd -p hunter2 -m bob", Some("bob")),
            ("useradd -m bob --password=hunter2", Some("bob")),
            ("usermod -p hunter2", Some("?")),
            ("usermod -p '*' bob", None),
            ("useradd -p \"$(openssl passwd -1 $P)\" bob", None),
            ("useradd -m bob", None),
        ] {
            let source = SourceFile::new("Dockerfile", format!("FROM a\nRUN {command}\n")).expect("small");
            let model = Model::new(&source);
            let found = as_option(&model.script(1).commands[0]);
            assert_eq!(found.map(|(_, account)| account).as_deref(), account, "{command}");
        }
    }
}
