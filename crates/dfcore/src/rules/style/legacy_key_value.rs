use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// `ENV` or `LABEL` is written without the `=`.
    ///
    /// `ENV KEY some value` takes all the rest of the line for the value, and can set only one key. The form `KEY="value"`
    /// says where the value ends, and is the one that Docker keeps.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// ENV APP_HOME /srv/app
    /// LABEL maintainer someone@example.com
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ENV APP_HOME=/srv/app APP_NAME="the app"
    /// ```
    ///
    /// ## Differs from
    ///
    /// BuildKit does not look behind `ONBUILD`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/legacy-key-value-format/>
    pub LegacyKeyValue {
        code: "DF8008",
        name: "legacy-key-value",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["LegacyKeyValueFormat"],
    }
}

impl Rule for LegacyKeyValue {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (_, instruction) in model.instructions() {
            let (InstructionKind::Env(pairs) | InstructionKind::Label(pairs)) = &instruction.inner().kind
            else {
                continue;
            };
            let Some(pair) = pairs.pairs.first().filter(|_| pairs.legacy) else { continue };
            let key = model.text(&pair.key);
            report
                .at(pair.span, format!("`{key}` is set without a `=`"))
                .help(format!("write `{key}=…`, with the value in quotes when it has blanks"));
        }
    }
}
