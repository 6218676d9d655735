use crate::fix::{Edit, Fix};
use crate::model::{Base, Model, Stage};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::{Command, Operator, ScriptStatus};
use crate::syntax::ast::{CommandForm, Escape, Healthcheck, Instruction, InstructionKind, ShellText};

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
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// ENTRYPOINT gunicorn --access-logformat 'say "%(h)s"' app:app
    /// HEALTHCHECK --interval=5s \
    ///     CMD curl -f http://localhost:8000/
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// ENTRYPOINT ["gunicorn", "--access-logformat", "say \"%(h)s\"", "app:app"]
    /// HEALTHCHECK --interval=5s \
    ///     CMD ["curl", "-f", "http://localhost:8000/"]
    /// ```
    ///
    /// What a shell has to do stays with the shell:
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// ENTRYPOINT gunicorn --bind 0.0.0.0:$PORT app:app
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// HEALTHCHECK CMD curl -f http://localhost:8000/ || exit 1
    /// ENTRYPOINT gunicorn app:app
    /// CMD ["now", "ignored"]
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
    /// ## Fix safety
    ///
    /// Suggested: the program is the first process of the container and gets its signals, and no shell is started. There is
    /// no fix where a shell has something to do (variables, patterns, pipes, what a shell has built in), for a script such as
    /// `start.sh`, which without a `#!` line only a shell can run, on Windows, for an `ENTRYPOINT` beside a `CMD`, whose words
    /// it would then receive, and for a `CMD` beside an `ENTRYPOINT`, which would receive other words; one of the base image
    /// does.
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
        fix: Suggested,
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
    let shell_text = text;
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
    let message = format!("the `{name}` is text for a shell");
    let finding = report.at(instruction.keyword, message).note(note).help(help);
    if let Some(fix) = fix(model, index, shell_text) {
        finding.fix(fix);
    }
}

/// Commands that a shell has built in, which are other programs or none without it.
const BUILT_IN: [&str; 29] = [
    ".", ":", "[", "alias", "bg", "builtin", "cd", "command", "echo", "eval", "exec", "exit", "export", "fg",
    "kill", "printf", "pwd", "read", "return", "set", "shift", "source", "test", "time", "trap", "type",
    "ulimit", "umask", "wait",
];

/// Writes the list in place of the text.
fn fix(model: &Model<'_>, index: usize, text: &ShellText) -> Option<Fix> {
    let script = model.script(index);
    let [command] = script.commands.as_slice() else { return None };
    let is_default = model.state(index).shell == ["/bin/sh", "-c"];
    let is_posix = model.dockerfile.escape == Escape::Backslash && !model.is_windows(index);
    let written = model.slice(text.span);
    let end = text.span.start + written.trim_end().len() as u32;
    let is_whole = command.span.start == text.span.start && command.span.end == end;
    let is_known = script.status == ScriptStatus::Parsed && script.dialect.is_shell();
    let has_comment = written.lines().any(|line| line.trim_start().starts_with('#'));
    let is_for_shell = command
        .name
        .as_deref()
        .is_none_or(|name| BUILT_IN.contains(&name) || name.ends_with(".sh") || name.ends_with(".bash"));
    if !is_default || !is_posix || !is_whole || !is_known || has_comment || is_for_shell {
        return None;
    }
    if meets_other(model, index) {
        return None;
    }
    Some(Fix::suggested("write a JSON list", [Edit::replace(text.span, json(command)?)]))
}

/// Whether the list would go together with a `CMD` or `ENTRYPOINT`, in the stage or in one that stands on it or below it.
fn meets_other(model: &Model<'_>, index: usize) -> bool {
    let Some(stage) = model.stage_of(index) else { return true };
    let is_other: fn(&InstructionKind) -> bool = match &model.instruction(index).kind {
        InstructionKind::Cmd(_) => |kind| matches!(kind, InstructionKind::Entrypoint(_)),
        InstructionKind::Entrypoint(_) => |kind| matches!(kind, InstructionKind::Cmd(_)),
        _ => return false,
    };
    let is_related = |other: &&Stage| {
        let stands_on =
            |one: &Stage, other: &Stage| model.lineage(one).iter().any(|below| below.index == other.index);
        stands_on(stage, other) || stands_on(other, stage)
    };
    let mut related = model.stages().iter().filter(is_related);
    related.any(|stage| model.body(stage).any(|(_, instruction)| is_other(&instruction.inner().kind)))
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
