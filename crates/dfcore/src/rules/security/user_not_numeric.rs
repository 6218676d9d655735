use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, Word};

declare_rule! {
    /// The container's user is a name, which only the image itself can turn into a number.
    ///
    /// The kernel, volumes and the host know numbers. Kubernetes cannot tell whether `app` is root and refuses to start
    /// such a container with `runAsNonRoot`; files on a volume belong to whatever number the name has in this
    /// version of the image.
    ///
    /// Only the `USER` that containers start with is looked at, not those that the build changes to in between. The
    /// accounts of Windows have no numbers.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN useradd --uid 10001 app
    /// USER app
    /// CMD ["/srv/app"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN useradd --uid 10001 app
    /// USER app
    /// RUN /srv/prepare
    /// USER 10001:10001
    /// CMD ["/srv/app"]
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint 2.15 reports each `USER` of the file (later versions only the last one), takes every `ARG` for a number
    /// and every `ENV` for a name, and does not know the accounts of Windows. Here values are filled in, and nothing
    /// is said where only the build or the base image knows them. In the profile `hadolint` this rule does as hadolint
    /// does:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// USER root
    /// RUN apt-get update
    /// USER 10001
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// ARG ACCOUNT=app
    /// USER $ACCOUNT
    /// ```
    ///
    /// ## Sources
    ///
    /// - `verifyRunAsNonRoot` of the kubelet, `pkg/kubelet/kuberuntime/security_context.go`
    /// - hadolint DL3066
    pub UserNotNumeric {
        code: "DF2005",
        name: "user-not-numeric",
        group: Security,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3066"],
    }
}

/// The accounts that Windows images have.
const WINDOWS: [&str; 2] = ["ContainerAdministrator", "ContainerUser"];

impl Rule for UserNotNumeric {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        if cx.follows_hadolint() {
            written_names(cx.model, report);
            return;
        }
        for last in cx.last_users() {
            let Some(name) = last.value.as_known().and_then(|value| value.split(':').next()) else {
                continue;
            };
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
            if is_number || WINDOWS.iter().any(|account| name.eq_ignore_ascii_case(account)) {
                continue;
            }
            report_name(
                last.word,
                &format!("the container's user is the name `{name}`, not a number"),
                name,
                report,
            );
        }
    }
}

fn report_name(word: &Word, message: &str, name: &str, report: &mut Report<'_>) {
    report
        .at(word.span, message)
        .note("only the image itself knows its number: `runAsNonRoot` and owners of volumes go by numbers")
        .help(match name {
            "root" => "write `0`, or better the number of another user".to_owned(),
            _ => format!("write the number that `{name}` has"),
        });
}

/// What hadolint reports: each `USER` that is not written as a number or as an argument of the build.
fn written_names(model: &Model<'_>, report: &mut Report<'_>) {
    let mut arguments: Vec<&str> = Vec::new();
    for (_, instruction) in model.instructions() {
        match &instruction.kind {
            InstructionKind::Arg(pairs) => {
                arguments.extend(pairs.pairs.iter().map(|pair| model.text(&pair.key)));
            }
            InstructionKind::User(user) => {
                let Some(word) = &user.word else { continue };
                let name = model.text(word).split(':').next().unwrap_or_default();
                let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
                let variable = name.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
                if !is_number && !variable.is_some_and(|name| arguments.contains(&name)) {
                    report_name(word, &format!("the user is the name `{name}`, not a number"), name, report);
                }
            }
            _ => {}
        }
    }
}
