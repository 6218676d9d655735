use crate::model::Base;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Operator};
use crate::syntax::ast::{CommandForm, Healthcheck, Instruction, InstructionKind};

declare_rule! {
    /// A command is written as text for a shell, not as a JSON list.
    ///
    /// The shell is then the first process of the container. It does not pass signals on: `docker stop` waits ten
    /// seconds and kills what is still running. After an `ENTRYPOINT` in this form, `CMD` and the arguments of
    /// `docker run` are ignored. And an image without a shell cannot run it at all.
    ///
    /// Nothing is said when a `SHELL` of the file chooses the shell, and of a `CMD` or `ENTRYPOINT` that begins with `exec`,
    /// which hands over to the program.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// CMD gunicorn --bind 0.0.0.0:8000 app:app
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// ENTRYPOINT gunicorn --bind 0.0.0.0:$PORT app:app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim AS fixed
    /// CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    ///
    /// FROM python:3.12-slim
    /// CMD exec gunicorn --bind 0.0.0.0:$PORT app:app
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint knows neither `SHELL` nor `exec`, and in the profile `hadolint` they do not count:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// CMD exec gunicorn --bind 0.0.0.0:$PORT app:app
    /// ```
    ///
    /// BuildKit does not look at `HEALTHCHECK`, and reports `exec`; so does this rule in the profile `buildkit`. It also knows
    /// the `SHELL` of the base image.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#shell-and-exec-form>
    /// - [hadolint DL3025](https://github.com/hadolint/hadolint/wiki/DL3025), BuildKit's check
    ///   [JSONArgsRecommended](https://docs.docker.com/reference/build-checks/json-args-recommended/)
    pub ShellFormCommand {
        code: "DF8002",
        name: "shell-form-command",
        group: Style,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3025", "JSONArgsRecommended"],
    }
}

impl Rule for ShellFormCommand {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        // For each stage so far, whether a `SHELL` of the file chose its shell in the end.
        let mut is_chosen: Vec<bool> = Vec::with_capacity(model.stages().len());
        for stage in model.stages() {
            let mut chosen = matches!(stage.base, Base::Stage(base) if is_chosen[base]);
            for (index, instruction) in model.body(stage) {
                if matches!(instruction.kind, InstructionKind::Shell(_)) {
                    chosen = !cx.follows_hadolint();
                } else if !chosen {
                    check(cx, index, instruction, report);
                }
            }
            is_chosen.push(chosen);
        }
    }
}

fn check(cx: &RuleContext<'_>, index: usize, instruction: &Instruction, report: &mut Report<'_>) {
    let model = cx.model;
    let (form, note) = match &instruction.kind {
        InstructionKind::Cmd(form) => {
            (form, "signals may reach the shell only: `docker stop` then waits, and kills")
        }
        InstructionKind::Entrypoint(form) => (
            form,
            "signals may reach the shell only, and `CMD` and the arguments of `docker run` are ignored",
        ),
        InstructionKind::Healthcheck(Healthcheck::Cmd { command }) => {
            (command, "each check starts a shell, which the image has to have")
        }
        _ => return,
    };
    let CommandForm::Shell(text) = form else { return };
    let name = instruction.kind.name();
    let is_check = name == "HEALTHCHECK";
    let text = text.text(model.source);
    let begins_with_exec = text.split_whitespace().next() == Some("exec");
    let hands_over = begins_with_exec && !is_check && !cx.follows_hadolint() && !cx.follows_buildkit();
    let is_left_out = is_check && cx.follows_buildkit();
    if text.trim().is_empty() || hands_over || is_left_out {
        return;
    }
    let keyword = if is_check { "HEALTHCHECK CMD" } else { name };
    let help = match (model.script(index).commands.as_slice(), is_check) {
        ([command], _) if let Some(list) = json(command) => format!("write `{keyword} {list}`"),
        (_, true) => format!("write `{keyword} [\"program\", \"argument\"]` where no shell is needed"),
        (_, false) => {
            "start the program with `exec`, or write a JSON list where no shell is needed".to_owned()
        }
    };
    report.at(instruction.keyword, format!("the `{name}` is text for a shell")).note(note).help(help);
}

/// The command as a JSON list, when it means the same without a shell.
fn json(command: &Command) -> Option<String> {
    let is_plain = command.assignments.is_empty()
        && command.redirects.is_empty()
        && command.nesting.is_empty()
        && command.after == Operator::None;
    if !is_plain {
        return None;
    }
    let word = |word: &crate::shell::Word| {
        let text = word.value.as_deref()?;
        let is_pattern = text.contains(['*', '?', '[', '{', '~']);
        (!is_pattern).then(|| serde_json::to_string(text).ok()).flatten()
    };
    let words: Vec<String> = command.words.iter().map(word).collect::<Option<_>>()?;
    (!words.is_empty()).then(|| format!("[{}]", words.join(", ")))
}
