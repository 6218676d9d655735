use crate::context::{BuildContext, Entry, IgnoreFile, excludes_any, ignore_line};
use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule, named_entries};
use crate::text::Span;

declare_rule! {
    /// A `COPY` takes a file with secrets into the image.
    ///
    /// Whoever gets the image gets the file, also when a later step deletes it: the layer stays. Key files are told
    /// by their content (`BEGIN … PRIVATE KEY`, `_authToken`), the others by their name. A build that needs a secret
    /// mounts it: `RUN --mount=type=secret,id=token …`.
    ///
    /// ## Example
    ///
    /// ```file=.env
    /// DATABASE_PASSWORD=hunter2
    /// ```
    ///
    /// ```file=app.py
    /// print("hello")
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ```file=.dockerignore,fixed
    /// .env
    /// ```
    ///
    /// ## Example
    ///
    /// A public certificate is no secret, nor is an example:
    ///
    /// ```file=certs/ca.pem
    /// -----BEGIN CERTIFICATE-----
    /// ```
    ///
    /// ```file=.env.example
    /// DATABASE_PASSWORD=
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image loses the file. A file that a `COPY` names itself is never excluded; then there is no fix.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/secrets/>
    pub SecretInContext {
        code: "DF6008",
        name: "secret-in-context",
        group: Context,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for SecretInContext {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        let copies: Vec<_> =
            cx.model.instructions().filter_map(|(index, _)| cx.model.context_copy(index)).collect();
        if copies.is_empty() {
            return;
        }
        let secrets: Vec<&Entry> = context.secrets().collect();
        if secrets.is_empty() {
            return;
        }
        let needed = named_entries(cx.model, context);
        let mut reported = vec![false; secrets.len()];
        for source in copies.iter().flat_map(|copy| &copy.sources) {
            let selection = context.select(&source.path);
            let mut taken: Vec<&str> = Vec::new();
            for (secret, reported) in secrets.iter().zip(&mut reported) {
                if !*reported && (selection.is_root() || selection.takes(&secret.path)) {
                    *reported = true;
                    taken.push(&secret.path);
                }
            }
            if !taken.is_empty() {
                report_taken(context, source.span, &taken, &needed, report);
            }
        }
    }
}

fn report_taken(
    context: &BuildContext,
    span: Span,
    taken: &[&str],
    needed: &[String],
    report: &mut Report<'_>,
) {
    let more = if taken.len() > 3 { format!(" and {} more", taken.len() - 3) } else { String::new() };
    let names = taken.iter().take(3).copied().collect::<Vec<_>>().join("`, `");
    let finding = report
        .at(span, format!("this copies `{names}`{more} into the image, which looks like a secret"))
        .note("whoever has the image can read it, also after a later step deletes it");
    let lines: Option<Vec<String>> = taken.iter().map(|path| ignore_line(path)).collect();
    let lines = lines.filter(|lines| !lines.iter().any(|line| excludes_any(line, needed)));
    let Some(lines) = lines else {
        finding.help("mount it where a step needs it: `RUN --mount=type=secret,id=… …`");
        return;
    };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let ignore_file = context.ignore_file().map(IgnoreFile::source);
    finding
        .help(format!(
            "add `{}` to the ignore file; mount what a step needs with `--mount=type=secret`",
            lines.join("`, `")
        ))
        .fix(Fix::suggested(
            "keep it out of the build context",
            [Edit::append_ignore_lines(ignore_file, &lines)],
        ));
}
