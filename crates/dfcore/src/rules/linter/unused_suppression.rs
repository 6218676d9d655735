use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::suppress::{Unused, UnusedReason};
use crate::syntax::suggest::did_you_mean;

declare_rule! {
    /// A `# dflint: ignore=…` comment suppresses nothing.
    ///
    /// It is a leftover, has a typing mistake, or stands in the wrong place; in each case somebody believes in
    /// a protection that is not there. Comments for hadolint, BuildKit, ShellCheck and tally (`# hadolint ignore=…`,
    /// `# check=skip=…`) are read, and reported only where their tool does not understand them either. Rules that did not run
    /// are left alone.
    ///
    /// `# dflint: ignore=RULE,RULE reason` stands above an instruction or, inside one of several lines, above
    /// a line; `# dflint: stage ignore=RULE reason` stands above a `FROM`, and `# dflint: global ignore=RULE reason` above the
    /// first instruction.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// # dflint: ignore=latest-tag we want the newest
    /// USER app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// USER app
    /// ```
    ///
    /// ```dockerfile,good
    /// # dflint: ignore=latest-tag we want the newest
    /// FROM alpine:latest
    /// USER app
    /// ```
    ///
    /// Of several rules only the needed ones stay:
    ///
    /// ```dockerfile,bad
    /// # dflint: ignore=latest-tag,last-user-root the newest
    /// FROM alpine:latest
    /// USER app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// # dflint: ignore=latest-tag the newest
    /// FROM alpine:latest
    /// USER app
    /// ```
    ///
    /// Mistakes are for people to put right:
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// # dflint: ingore=last-user-root
    /// USER app
    /// # dflint: global ignore=last-user-root
    /// RUN id
    /// # hadolint ignore: DL3059
    /// RUN id -u
    /// # dflint: ignore=last-user-rot
    /// RUN id -g
    /// ```
    pub UnusedSuppression {
        code: "DF0002",
        name: "unused-suppression",
        group: Linter,
        severity: Info,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for UnusedSuppression {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for unused in cx.unused_suppressions {
            check_comment(unused, cx.model, report);
        }
    }
}

fn check_comment(unused: &Unused, model: &Model<'_>, report: &mut Report<'_>) {
    let rules: Vec<String> = unused.unused.iter().map(|rule| format!("`{rule}`")).collect();
    let rules = rules.join(", ");
    match unused.reason {
        UnusedReason::NoFinding => {
            let place = if unused.used.is_empty() {
                "this comment suppresses nothing"
            } else {
                "a part of this comment suppresses nothing"
            };
            report
                .at(unused.list, place)
                .note(format!("there is no finding of {rules} where it reaches"))
                .fix(remove_unused(unused, model));
        }
        UnusedReason::UnknownRule => {
            let help = match &unused.suggestion {
                Some(name) => did_you_mean(name),
                None => "`dflint rules` lists the rules with their codes, names and aliases".to_owned(),
            };
            report.at(unused.list, format!("there is no rule {rules}")).help(help);
        }
        UnusedReason::Misplaced => {
            report.at(unused.comment, "this comment cannot suppress anything here").help(
                "put `ignore=…` above an instruction, `stage ignore=…` above a `FROM`, and `global ignore=…` above the \
                 first instruction",
            );
        }
        UnusedReason::NotUnderstood => {
            let help = match &unused.suggestion {
                Some(comment) => did_you_mean(comment),
                None if is_directive(unused, model) => {
                    "BuildKit knows `skip=…`, `error=true` and `experimental=…` here".to_owned()
                }
                None => "write `# dflint: ignore=RULE,RULE reason`, or `stage ignore` or `global ignore`"
                    .to_owned(),
            };
            report.at(unused.comment, "this comment is not understood").help(help);
        }
    }
}

fn is_directive(unused: &Unused, model: &Model<'_>) -> bool {
    let mut directives = model.dockerfile.directives.iter();
    directives.any(|directive| {
        directive.span.start <= unused.comment.start && unused.comment.start < directive.span.end
    })
}

fn remove_unused(unused: &Unused, model: &Model<'_>) -> Fix {
    if unused.used.is_empty() {
        return Fix::safe("remove the comment", [Edit::remove_line(model.source, unused.comment.start)]);
    }
    Fix::safe("keep the rules that are needed", [Edit::replace(unused.list, unused.used.join(","))])
}
