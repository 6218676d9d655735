use crate::fix::{Edit, Effect, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// Python is started with its output buffered, so that the log is late and its end may be lost.
    ///
    /// Without a terminal, Python collects what a program prints in blocks of some kilobytes. `docker logs` shows a line
    /// minutes later, and a container that is killed takes the last block with it. `PYTHONUNBUFFERED=1` or `python -u` writes
    /// at once. The `logging` module writes to the error stream, which is not buffered.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY app.py /app/
    /// CMD ["python", "/app/app.py"]
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// COPY app.py /app/
    /// ENV PYTHONUNBUFFERED=1
    /// CMD ["python", "/app/app.py"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY app.py /app/
    /// CMD ["python", "-u", "/app/app.py"]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image's environment gets the variable, and a program that prints very much becomes slower.
    ///
    /// ## Sources
    ///
    /// - <https://docs.python.org/3/using/cmdline.html#envvar-PYTHONUNBUFFERED>
    /// - <https://docs.python.org/3/library/sys.html#sys.stdout>
    pub PythonUnbuffered {
        code: "DF8024",
        name: "python-unbuffered",
        group: Style,
        severity: Info,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

const VARIABLE: &str = "PYTHONUNBUFFERED";

impl Rule for PythonUnbuffered {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let Some(stage) = model.final_stage() else { return };
        let Some((index, command)) = model.started(stage) else { return };
        let is_version = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let starts_python =
            command.name.as_deref().and_then(|name| name.strip_prefix("python")).is_some_and(is_version);
        let options =
            command.arguments().iter().take_while(|word| word.raw.starts_with('-') && !word.is("-m"));
        let is_short = |text: &str| text.starts_with('-') && !text.starts_with("--");
        let mut options = options.map(|word| word.text());
        let is_unbuffered = options.any(|text| is_short(&text) && text.contains('u'));
        let is_set =
            model.state_at_end(stage).scope.env(VARIABLE).is_some_and(|value| !value.text().is_empty());
        let in_command = model.slice(model.instruction(index).span).contains(VARIABLE);
        // One in the stage below is not this stage's to change.
        if !starts_python || command.arguments().is_empty() || is_unbuffered || is_set || in_command {
            return;
        }
        let line = format!("ENV {VARIABLE}=1");
        let edit =
            Edit::insert_lines_before(model.source, &model.dockerfile, model.instruction(index), &[&line]);
        report
            .at(command.span, "the output of Python is buffered")
            .note("lines are late in the log, and the last ones are lost when the container is killed")
            .help(format!("set `{line}`, or start `python -u`"))
            .fix(Fix::suggested(format!("set `{VARIABLE}`"), [edit]).changes(Effect::Environment));
    }
}
