use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Nesting, RedirectKind, Word};

declare_rule! {
    /// A shell or another interpreter runs what a download brings, unseen.
    ///
    /// `curl … | sh` runs as root whatever the server answers at the moment of the build: another version tomorrow, an
    /// error page, or what somebody put there who has taken the server over. Nothing in the file says what was meant, so that
    /// nobody can tell afterwards. A download that breaks off is run as far as it came.
    ///
    /// What can be compared is safe: a fixed version, its checksum, then the interpreter. Many tools also come as a package
    /// or as an image, from which `COPY --from` takes them.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// RUN curl -LsSf https://astral.sh/uv/install.sh | sh
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN bash <(curl -fsSL https://example.com/install.sh) --yes
    /// RUN sh -c "$(wget -qO- http://example.com/install.sh)"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
    /// ADD --checksum=sha256:24534f6f3b2a0c7ff5b1b6e3b3d5a2c5d8e4b6c0f1a2938475665748392a1b0c \
    ///     https://example.com/install.sh /tmp/
    /// RUN sh /tmp/install.sh
    /// RUN curl -fsSL https://example.com/data.json | python3 -m json.tool > /data.json
    /// RUN curl -fsSL https://example.com/a.tar.gz | tar -xz
    /// ```
    ///
    /// ## Limits
    ///
    /// A script that is first saved and then run without a checksum (`curl -o i.sh … && sh i.sh`) is not reported. Neither is
    /// a program that is downloaded as such.
    ///
    /// ## Sources
    ///
    /// - [CWE-494, Download of Code Without Integrity Check](https://cwe.mitre.org/data/definitions/494.html)
    /// - <https://docs.docker.com/reference/dockerfile/#add---checksum>
    /// - The advice for uv: <https://docs.astral.sh/uv/guides/integration/docker/>
    pub PipeToShell {
        code: "DF2008",
        name: "pipe-to-shell",
        group: Security,
        severity: Info,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

/// Parts of addresses, and what to do instead.
const ADVICE: &[(&str, &str)] = &[
    ("astral.sh/uv", "take it from its image: `COPY --from=ghcr.io/astral-sh/uv:<version> /uv /uvx /bin/`"),
    (
        "sh.rustup.rs",
        "stand on the image `rust:<version>`, or download a fixed `rustup-init` and compare its checksum",
    ),
    (
        "nodesource.com",
        "stand on the image `node:<version>`, or add the repository with its key and `signed-by=`",
    ),
    ("get-pip.py", "use the `pip` of the base image or of `python -m ensurepip`"),
    ("install-poetry", "install it with `pip install poetry==<version>`"),
    ("install.python-poetry.org", "install it with `pip install poetry==<version>`"),
    (
        "getcomposer.org",
        "take it from its image: `COPY --from=composer:<version> /usr/bin/composer /usr/bin/`",
    ),
    ("bun.sh", "take it from its image: `COPY --from=oven/bun:<version> /usr/local/bin/bun /usr/local/bin/`"),
    ("deno.land", "take it from its image: `COPY --from=denoland/deno:bin-<version> /deno /usr/local/bin/`"),
    (
        "get.docker.com",
        "take the client from its image: `COPY --from=docker:<version>-cli /usr/local/bin/docker /usr/local/bin/`",
    ),
];

impl Rule for PipeToShell {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (_, script) in cx.model.run_scripts() {
            let commands = &script.commands;
            for (place, command) in commands.iter().enumerate() {
                let Some(interpreter) = Interpreter::of(command) else { continue };
                let found = if command.before.is_pipe() && interpreter.reads_input(command) {
                    piped(commands, place)
                } else {
                    substituted(commands, command, &interpreter)
                };
                if let Some(download) = found {
                    report_run(command, download, report);
                }
            }
        }
    }
}

fn report_run(runner: &Command, download: &Command, report: &mut Report<'_>) {
    let (runner_name, name) = (name(runner), name(download));
    let address = download.arguments().iter().map(Word::text).find(|text| text.contains("://"));
    let address = address.unwrap_or_default();
    let mut finding = report.at(download.span, format!("`{runner_name}` runs whatever `{name}` downloads"));
    if let Some(word) = runner.words.first().filter(|word| !word.span.overlaps(download.span)) {
        finding = finding.label(word.span, "runs it");
    }
    finding = finding
        .note("nothing says what it has to be: who answers at that address decides what the image becomes");
    if address.starts_with("http://") {
        finding = finding.note("without TLS that is anybody on the way");
    }
    let advice = ADVICE.iter().find(|(part, _)| address.contains(part));
    finding.help(advice.map_or(
        "download a fixed version with `ADD --checksum=sha256:…`, or compare it with `sha256sum -c`, then run it",
        |(_, advice)| advice,
    ));
}

fn name(command: &Command) -> &str {
    command.name.as_deref().unwrap_or("the command")
}

/// How an interpreter is told to run something else than its input.
struct Interpreter {
    /// The letters of options that bring the program, or take it from a module.
    program: &'static str,
    /// The letters of options that take a value.
    values: &'static str,
}

impl Interpreter {
    fn of(command: &Command) -> Option<Self> {
        let name = command.name.as_deref()?;
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let (program, values) = match name {
            "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" => ("c", "oO"),
            "python" | "pypy" => ("cm", "WX"),
            "perl" | "ruby" => ("eEnp", "I"),
            "node" | "nodejs" => ("ep", "r"),
            "php" => ("rRfFB", "cd"),
            _ => return None,
        };
        Some(Self { program, values })
    }

    /// Whether the program is what comes on the input.
    fn reads_input(&self, command: &Command) -> bool {
        let mut words = command.arguments().iter().map(Word::text);
        while let Some(word) = words.next() {
            if matches!(&*word, "-" | "--" | "/dev/stdin") {
                return true;
            }
            let Some(letters) = word.strip_prefix('-') else { return false };
            if letters.starts_with('-') {
                if letters == "-eval" || letters == "-print" {
                    return false;
                }
                continue;
            }
            if letters.contains(|letter| self.program.contains(letter)) {
                return false;
            }
            // The words after `-s` of a shell are those of the script.
            if self.program == "c" && letters.contains('s') {
                return true;
            }
            if letters.ends_with(|letter| self.values.contains(letter)) {
                words.next();
            }
        }
        // What another redirect brings is no download.
        !command.redirects.iter().any(|redirect| redirect.kind == RedirectKind::Input)
    }

    /// The word that is the program, or names the file with it.
    fn program_word<'c>(&self, command: &'c Command) -> Option<&'c Word> {
        let mut words = command.arguments().iter();
        while let Some(word) = words.next() {
            let text = word.text();
            let Some(letters) = text.strip_prefix('-').filter(|_| text.len() > 1) else { return Some(word) };
            if letters.contains(|letter| self.program.contains(letter)) {
                return words.next();
            }
            if self.program == "c" && letters.contains('s') && !letters.starts_with('-') {
                return None;
            }
            if letters.ends_with(|letter| self.values.contains(letter)) {
                words.next();
            }
        }
        None
    }
}

/// The download at the start of the pipe that ends, or goes on, with a command.
fn piped(commands: &[Command], mut place: usize) -> Option<&Command> {
    // What is substituted into the words of a command stands behind it.
    let depth = substitutions(&commands[place]);
    while commands[place].before.is_pipe() {
        place = commands[..place].iter().rposition(|command| substitutions(command) <= depth)?;
        if downloads(&commands[place]) {
            return Some(&commands[place]);
        }
    }
    None
}

/// The download whose output is the program: `bash <(curl …)`, `sh -c "$(curl …)"`, `bash <<< "$(curl …)"`.
fn substituted<'c>(
    commands: &'c [Command],
    runner: &Command,
    interpreter: &Interpreter,
) -> Option<&'c Command> {
    let word = interpreter.program_word(runner);
    let inputs = runner
        .redirects
        .iter()
        .filter(|redirect| matches!(redirect.kind, RedirectKind::Input | RedirectKind::HereString));
    let programs = word.into_iter().chain(inputs.map(|redirect| &redirect.target));
    let mut programs = programs.filter(|word| is_substitution(&word.raw));
    let program = programs.next()?;
    commands.iter().find(|command| {
        command.is_inside(Nesting::Substitution)
            && program.span.cover(command.span) == program.span
            && downloads(command)
            // The download is the first command of its substitution.
            && !command.before.is_pipe()
    })
}

/// Whether a word is one substitution and nothing else.
fn is_substitution(raw: &str) -> bool {
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
    (inner.ends_with(')') && (inner.starts_with("$(") || inner.starts_with("<(")))
        || (inner.len() > 1 && inner.starts_with('`') && inner.ends_with('`'))
}

fn substitutions(command: &Command) -> usize {
    command.nesting.iter().filter(|nesting| **nesting == Nesting::Substitution).count()
}

/// Whether a command downloads something onto its output.
fn downloads(command: &Command) -> bool {
    const OUTPUT: [&str; 2] = ["-", "/dev/stdout"];
    let words: Vec<_> = command.arguments().iter().map(Word::text).collect();
    if words.iter().any(|word| {
        word.starts_with("file://") || word.contains("://localhost") || word.contains("://127.0.0.1")
    }) {
        return false;
    }
    match command.name.as_deref() {
        Some("curl") => {
            !words.is_empty()
                && output_file(&words, 'o', "--output").is_none_or(|file| OUTPUT.contains(&file))
        }
        Some("wget") => {
            output_file(&words, 'O', "--output-document").is_some_and(|file| OUTPUT.contains(&file))
        }
        _ => false,
    }
}

/// The value of the option that names the output.
fn output_file<'w>(words: &'w [std::borrow::Cow<'_, str>], letter: char, long: &str) -> Option<&'w str> {
    for (place, word) in words.iter().enumerate() {
        let next = || words.get(place + 1).map(|word| &**word);
        if let Some(rest) = word.strip_prefix(long) {
            return rest.strip_prefix('=').or_else(next);
        }
        let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else {
            continue;
        };
        if let Some(at) =
            letters.find(letter).filter(|&at| letters[..at].bytes().all(|byte| byte.is_ascii_alphabetic()))
        {
            let value = letters[at + 1..].trim_start_matches('=');
            return if value.is_empty() { next() } else { Some(value) };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::text::SourceFile;

    fn is_found(script: &str) -> bool {
        let text = format!("FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN {script}\n");
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let model = Model::new(&source);
        let commands = &model.script(2).commands;
        (0..commands.len()).any(|place| {
            let command = &commands[place];
            Interpreter::of(command).is_some_and(|interpreter| {
                if command.before.is_pipe() && interpreter.reads_input(command) {
                    piped(commands, place).is_some()
                } else {
                    substituted(commands, command, &interpreter).is_some()
                }
            })
        })
    }

    #[test]
    fn what_runs_a_download() {
        for script in [
            "curl https://a | sh",
            "curl -fsSL https://a | sudo -E bash -",
            "curl https://a | bash -s -- --yes",
            "wget -qO- https://a | sh -x",
            "wget -q https://a -O - | /bin/bash",
            "wget --output-document=- https://a | sh",
            "curl https://a | python3 - --version 1",
            "curl https://a | POETRY_HOME=/x python3",
            "curl https://a | php -- --install-dir=/x",
            "curl https://a | sed s/a/b/ | tac | bash",
            "curl https://a | bash /dev/stdin -v latest",
            "curl -o - https://a | sh",
            "bash <(curl -s https://a)",
            "bash -c \"$(curl -fsSL https://a)\"",
            "sh -c \"`wget -qO- https://a`\"",
            "bash <<< \"$(curl https://a)\"",
            "bash < <(curl https://a)",
            "ruby -e \"$(curl -fsSL https://a)\"",
            "true && (curl https://a | sh)",
            "env A=$(uname) curl https://a | sh -s -- $(id -u)",
        ] {
            assert!(is_found(script), "{script}");
        }
        for script in [
            "curl https://a | tar xz",
            "curl https://a | python -m json.tool",
            "curl https://a | python3 -c 'import sys'",
            "curl https://a | perl -ne 'print'",
            "curl https://a | php -r 'x'",
            "curl https://a | node -e 'x'",
            "curl -o x https://a | sh",
            "wget https://a | sh",
            "curl https://a | sh script.sh",
            "curl https://a | bash -c 'cat > x'",
            "sh -c \"echo $(curl https://a)\"",
            "bash install.sh $(curl https://a/version)",
            "bash -s $(curl https://a/version) < x",
            "cat x | sh",
            "curl http://localhost/x | sh",
            "curl https://a > x; sh < x",
        ] {
            assert!(!is_found(script), "{script}");
        }
    }
}
