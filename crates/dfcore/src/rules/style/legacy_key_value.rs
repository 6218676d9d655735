use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{Instruction, InstructionKind, KeyValue};
use crate::text::{SourceFile, Span};

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
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// ENV APP_HOME=/srv/app
    /// LABEL maintainer=someone@example.com
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// ENV APP_NAME the   app
    /// ENV JAVA_OPTIONS -Xmx1g \
    ///     # For the tests.
    ///     -Xms${SIZE:-1g}
    /// ONBUILD ENV GREETING "hello there"
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// ENV APP_NAME="the   app"
    /// ENV JAVA_OPTIONS="-Xmx1g \
    ///     # For the tests.
    ///     -Xms${SIZE:-1g}"
    /// ONBUILD ENV GREETING="hello there"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ENV APP_HOME=/srv/app APP_NAME="the app"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: the value stays the same. A value with blanks gets double quotes; where it has quotes or escapes inside as well,
    /// so that they might come to mean something else, there is no fix:
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL maintainer "Ada" <ada@example.com>
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
        fix: Safe,
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
            let finding = report
                .at(pair.span, format!("`{key}` is set without a `=`"))
                .help(format!("write `{key}=…`, with the value in quotes when it has blanks"));
            if let Some(fix) = fix(model, instruction.inner(), pair) {
                finding.fix(fix);
            }
        }
    }
}

/// Writes the `=`, and quotes around the value where it needs them and has none.
fn fix(model: &Model<'_>, instruction: &Instruction, pair: &KeyValue) -> Option<Fix> {
    let value = pair.value.as_ref()?;
    let (key, text) = (model.text(&pair.key), model.text(value));
    let gap = Span::new(pair.key.span.end, value.span.start);
    let is_plain_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte));
    // In a comment line between the two anything may stand.
    if !is_plain_key || model.slice(gap).contains('#') {
        return None;
    }
    let title = format!("write `{key}=…`");
    if says_the_same(model, instruction, key, text, text) {
        return Some(Fix::safe(title, [Edit::replace(gap, "=")]));
    }
    let has_quotes = text.contains(['"', '\'', model.dockerfile.escape.as_char()]);
    let is_sound = !has_quotes && says_the_same(model, instruction, key, &format!("\"{text}\""), text);
    is_sound.then(|| Fix::safe(title, [Edit::replace(gap, "=\""), Edit::insert(value.span.end, "\"")]))
}

/// Whether `key=value` is one pair, whose value is that of `key old`.
fn says_the_same(model: &Model<'_>, instruction: &Instruction, key: &str, value: &str, old: &str) -> bool {
    let escape = model.dockerfile.escape.as_char();
    let keyword = instruction.kind.name();
    let text = format!("# escape={escape}\nFROM x\n{keyword} {key}={value}\n");
    let Ok(source) = SourceFile::new("Dockerfile", text) else { return false };
    let written = Model::new(&source);
    let (InstructionKind::Env(pairs) | InstructionKind::Label(pairs)) = &written.instruction(1).kind else {
        return false;
    };
    let [pair] = &*pairs.pairs else { return false };
    let is_one = written.errors.is_empty() && !pairs.legacy && written.text(&pair.key) == key;
    let is_whole = pair.value.as_ref().is_some_and(|word| written.text(word) == value);
    is_one && is_whole && written.expand_text(1, value) == written.expand_text(1, old)
}
