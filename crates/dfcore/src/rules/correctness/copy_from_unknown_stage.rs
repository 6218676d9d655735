use crate::fix::{Applicability, Edit, Fix};
use crate::model::{Model, Need, Origin, Use, is_template};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::suggest;

declare_rule! {
    /// Files are taken from a stage that the file does not have.
    ///
    /// What is no stage in `COPY --from=` or `RUN --mount=from=` is a build context that has to be given
    /// (`--build-context name=…`), or else an image that is pulled from a registry. A misspelled or removed
    /// stage therefore fails late, with a message about access to a registry, or takes its files from a stranger's
    /// image of that name.
    ///
    /// Bare names are reported and numbers; what has a registry, a namespace, a tag or a digest is meant to be an image.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS builder
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM alpine:3.20
    /// COPY --from=bulider /app /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM golang:1.26 AS builder
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM alpine:3.20
    /// COPY --from=builder /app /app
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM alpine:3.20
    /// COPY --from=2 /app /app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS builder
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM alpine:3.20
    /// COPY --from=builder /app /app
    /// COPY --from=ghcr.io/astral-sh/uv /uv /bin/uv
    /// COPY --from=busybox:1.37 /bin/wget /bin/wget
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Unsafe: the nearest name is a guess.
    ///
    /// ## Limits
    ///
    /// A build context that is given to every build cannot be told from a misspelled stage. A comment
    /// `# dflint: ignore=copy-from-unknown-stage` above the line says so.
    ///
    /// ## Differs from
    ///
    /// hadolint takes any name without a `:` for a stage, also `owner/image`, compares names with their case, wants the
    /// stage to stand above, though BuildKit looks below too, and does not look at mounts.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#copy---from>
    /// - [hadolint DL3022](https://github.com/hadolint/hadolint/wiki/DL3022)
    pub CopyFromUnknownStage {
        code: "DF1007",
        name: "copy-from-unknown-stage",
        group: Correctness,
        severity: Warning,
        confidence: Medium,
        fix: Unsafe,
        since: "0.1.0",
        aliases: ["DL3022"],
    }
}

impl Rule for CopyFromUnknownStage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for stage in cx.model.stages() {
            for need in cx.model.needs(stage) {
                // What a trigger names is looked up in the file that the child is built from.
                if need.by != Use::Base && !need.is_triggered(stage) {
                    check(cx.model, &need, report);
                }
            }
        }
    }
}

fn check(model: &Model<'_>, need: &Need, report: &mut Report<'_>) {
    let Origin::External(value) = &need.origin else { return };
    let is_bare = |name: &&str| !name.is_empty() && !name.contains([':', '@', '/']) && !is_template(name);
    // Nothing comes from the empty image, but it is one.
    let Some(name) = value.as_known().filter(is_bare).filter(|name| *name != "scratch") else { return };
    let count = model.stages().len();
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        let stages = if count == 1 { "one stage".to_owned() } else { format!("{count} stages") };
        report
            .at(need.span, format!("there is no stage {name}"))
            .note(format!("the file has {stages}, and they are counted from 0"))
            .help("give the stage a name with `FROM … AS name`, and take the files from that");
        return;
    }
    let name = name.to_lowercase();
    let names = model.stages().iter().filter_map(|stage| stage.name.as_deref());
    let finding = report.at(need.span, format!("there is no stage `{name}`")).note(format!(
        "it is then a build context of that name, or the image `docker.io/library/{name}:latest`"
    ));
    match suggest::nearest(&name, names) {
        Some(nearest) => {
            let finding = finding.help(suggest::did_you_mean(nearest));
            // A name with a quote or a blank in it would have to be written in another way.
            let is_plain = nearest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            let edit = Edit::replace(need.span, nearest);
            let fix = Fix::new(format!("write `{nearest}`"), Applicability::Unsafe, [edit]);
            if is_plain { finding.fix(fix) } else { finding }
        }
        None => {
            finding.help(format!("name a stage of the file, or the image with its tag: `{name}:<version>`"))
        }
    };
}
