use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::model::{Lookup, Model, Reason, expand};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, Pairs, Word};

declare_rule! {
    /// An `ENV` uses a variable that it sets itself, on the same line.
    ///
    /// All values of one `ENV` are expanded first, and then set together. A value does not see its neighbours: where the
    /// variable was not set before, it is replaced by nothing.
    ///
    /// Nothing is said when the variable has a value from an earlier instruction, which is what the line then means, nor
    /// when a variable adds to itself (`PATH=/app/bin:$PATH`) or the value falls back to another one (`${NAME:-…}`).
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26
    /// ENV APP_HOME=/srv/app \
    ///     APP_CONFIG=$APP_HOME/config
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26
    /// ENV APP_HOME=/srv/app
    /// ENV APP_CONFIG=$APP_HOME/config
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint looks for the text `$NAME`, also where it is quoted or escaped, and takes a variable that any stage above
    /// has set for known.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#environment-replacement>
    /// - [hadolint DL3044](https://github.com/hadolint/hadolint/wiki/DL3044)
    pub EnvRefersToItself {
        code: "DF1015",
        name: "env-refers-to-itself",
        group: Correctness,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3044"],
    }
}

impl Rule for EnvRefersToItself {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, instruction) in cx.model.instructions() {
            if let InstructionKind::Env(pairs) = &instruction.kind
                && pairs.pairs.len() > 1
            {
                check(cx.model, index, pairs, report);
            }
        }
    }
}

fn check(model: &Model<'_>, index: usize, pairs: &Pairs, report: &mut Report<'_>) {
    let keys: FxHashMap<&str, &Word> =
        pairs.pairs.iter().map(|pair| (model.text(&pair.key), &pair.key)).collect();
    for pair in &pairs.pairs {
        let (key, Some(value)) = (model.text(&pair.key), &pair.value) else { continue };
        let used = variables(model, index, model.text(value));
        let is_missing = |name: &str| match model.state(index).scope.get(name) {
            Lookup::Unset | Lookup::Unknown(Reason::BaseImage) => true,
            Lookup::Set(_) | Lookup::Unknown(_) => false,
        };
        let falls_back = |name: &str| model.text(value).contains(&format!("${{{name}:-"));
        let missing = used.iter().filter(|name| *name != key && is_missing(name) && !falls_back(name));
        let Some((name, set)) = missing.filter_map(|name| keys.get_key_value(name.as_str())).next() else {
            continue;
        };
        report
            .at(value.span, format!("`{key}` uses `{name}`, which the same `ENV` sets"))
            .label(set.span, "set together with it")
            .note("an `ENV` expands all its values before it sets the first: the variable is replaced by its old value")
            .note(format!("nothing above sets `{name}`, so that is empty, unless the base image has one"))
            .help(format!("set `{key}` in an `ENV` of its own below"));
        // One finding says it for the whole instruction.
        return;
    }
}

/// The variables that the expansion of a text asks for.
fn variables(model: &Model<'_>, index: usize, text: &str) -> Vec<String> {
    let used = RefCell::new(Vec::new());
    let scope = model.state(index).scope;
    let lookup = |name: &str| {
        used.borrow_mut().push(name.to_owned());
        scope.get(name)
    };
    let _ = expand(text, model.dockerfile.escape, &lookup);
    used.into_inner()
}
