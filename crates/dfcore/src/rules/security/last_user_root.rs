use crate::model::{Model, Stage, User};
use crate::rule::{LastUser, Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// The container's process runs as root, since the last `USER` says so.
    ///
    /// A process that is root in the container owns every file of the image and, without user namespaces, is
    /// root for the kernel of the host too: one hole in the application is enough to change what it runs, and
    /// one hole in the runtime to leave the container. Root is needed while the image is built, hardly ever
    /// after that.
    ///
    /// Only stages that ship are looked at, the last one and others that no stage needs, with the `USER` of the stages
    /// that they stand on. An image without any `USER` runs as its base says, which the file does not tell: nothing is said about
    /// it. Neither is anything said when `ENTRYPOINT` or `CMD` gives root up itself, with `gosu`, `su-exec`,
    /// `setpriv`, `runuser` or `s6-setuidgid`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// USER app
    /// COPY . /app
    /// USER root
    /// RUN pip install -r /app/requirements.txt
    /// CMD ["python", "-m", "app"]
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS base
    /// USER 0:0
    ///
    /// FROM base
    /// CMD ["/srv/run"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.24 AS build
    /// USER root
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM debian:12
    /// COPY --from=build /app /app
    /// USER 65532:65532
    /// CMD ["/app"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// USER root
    /// ENTRYPOINT ["gosu", "app", "/srv/run"]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// There is no fix: which user the application can run as depends on the files that it writes.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3002 looks at every stage, also those that are only built from, and takes `USER $NAME` for a name, both
    /// as the profile `hadolint` does; and it knows no programs that give root up.
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// ARG ACCOUNT=root
    /// USER $ACCOUNT
    /// ```
    ///
    /// ## Sources
    ///
    /// - Docker, [Building best practices: USER](https://docs.docker.com/build/building/best-practices/#user).
    /// - [hadolint DL3002](https://github.com/hadolint/hadolint/wiki/DL3002).
    /// - Trivy DS-0002, checkov CKV_DOCKER_8.
    pub LastUserRoot {
        code: "DF2001",
        name: "last-user-root",
        group: Security,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3002", "DS-0002", "CKV_DOCKER_8"],
    }
}

impl Rule for LastUserRoot {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for last in cx.last_users() {
            let is_root = cx.model.state_at_end(last.stage).user.is_root() == Some(true);
            // hadolint does not fill variables in.
            let is_left_open = cx.follows_hadolint() && cx.model.text(last.word).starts_with('$');
            if is_root && !is_left_open && !gives_root_up(cx.model, last.stage) {
                check(cx.model, last, report);
            }
        }
    }
}

fn check(model: &Model<'_>, last: LastUser<'_>, report: &mut Report<'_>) {
    let LastUser { stage, instruction, word, value } = last;
    let mut finding = report.at(word.span, format!("the container runs as `{}`", value.text()));
    if model.text(word) != value.text() {
        finding = finding.note(format!("`{}` is `{}` by default", model.text(word), value.text()));
    }
    if let User::Set { value: before, instruction: place } = &model.state(instruction).user
        && before.as_known().is_some()
    {
        let line = model.line(model.instruction(*place).span.start);
        finding = finding.note(format!("line {line} has set `{}`, which this takes back", before.text()));
    }
    if let Some(owner) = model.stage_of(instruction).filter(|owner| owner.index != stage.index) {
        let (stage, owner) = (stage.display_name(), owner.display_name());
        finding = finding.note(format!("{stage} has no `USER` and inherits that of {owner}"));
    }
    finding.help("end with a `USER` that only owns what the application writes");
}

/// Whether the command of the image changes the user before it does anything else.
fn gives_root_up(model: &Model<'_>, stage: &Stage) -> bool {
    const CHANGERS: [&str; 5] = ["gosu", "su-exec", "setpriv", "runuser", "s6-setuidgid"];
    let bodies = model.lineage(stage).into_iter().flat_map(|stage| model.body(stage));
    bodies.into_iter().any(|(_, instruction)| {
        if !matches!(instruction.kind, InstructionKind::Entrypoint(_) | InstructionKind::Cmd(_)) {
            return false;
        }
        let text = instruction.arguments.text(model.source);
        text.split(|next: char| !next.is_alphanumeric() && next != '-').any(|word| CHANGERS.contains(&word))
    })
}
