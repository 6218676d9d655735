use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::fix::{Edit, Effect, Fix};
use crate::model::{Lookup, Model, Reason, expand};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, KeyValue, Pairs, Word};
use crate::text::Span;

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
    /// ```dockerfile,fixed
    /// FROM golang:1.26
    /// ENV APP_HOME=/srv/app
    /// ENV APP_CONFIG=$APP_HOME/config
    /// ```
    ///
    /// In which order they are set is for somebody to say where the variable comes last:
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26
    /// ENV APP_CONFIG=$APP_HOME/config APP_HOME=/srv/app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26
    /// ENV APP_HOME=/srv/app
    /// ENV APP_CONFIG=$APP_HOME/config
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the value now has the variable in it. There is no fix when another value behind it uses a variable of the same
    /// `ENV`, which would change as well.
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
        fix: Suggested,
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
    for (place, pair) in pairs.pairs.iter().enumerate() {
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
        let finding = report
            .at(value.span, format!("`{key}` uses `{name}`, which the same `ENV` sets"))
            .label(set.span, "set together with it")
            .note("an `ENV` expands all its values before it sets the first: the variable is replaced by its old value")
            .note(format!("nothing above sets `{name}`, so that is empty, unless the base image has one"))
            .help(format!("set `{key}` in an `ENV` of its own below"));
        if let Some(fix) = split(model, index, pairs, place) {
            finding.fix(fix);
        }
        // One finding says it for the whole instruction.
        return;
    }
}

/// Lets a new `ENV` begin with the pair at `place`, which uses a variable that is set before it and has no value yet.
fn split(model: &Model<'_>, index: usize, pairs: &Pairs, place: usize) -> Option<Fix> {
    let instruction = model.instruction(index);
    let (first, second) = pairs.pairs.split_at_checked(place)?;
    let (last, next) = (first.last()?, second.first()?);
    let is_set = |name: &String| first.iter().any(|pair| model.text(&pair.key) == name);
    let is_unset = |name: &String| match model.state(index).scope.get(name) {
        Lookup::Unset | Lookup::Unknown(Reason::BaseImage) => true,
        Lookup::Set(_) | Lookup::Unknown(_) => false,
    };
    let uses = |pair: &KeyValue| {
        let value = pair.value.as_ref().map_or("", |value| model.text(value));
        variables(model, index, value).into_iter().filter(is_set).collect::<Vec<_>>()
    };
    let is_meant = |name: &String| is_set(name) && is_unset(name);
    if !uses(next).iter().any(is_meant) || !uses(next).iter().all(is_unset) {
        return None;
    }
    let gap = Span::new(last.span.end, next.span.start);
    if second[1..].iter().any(|pair| !uses(pair).is_empty()) || model.slice(gap).contains('#') {
        return None;
    }
    let line = model.slice(model.source.line_span(instruction.span.start));
    let indentation = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let keyword = model.slice(instruction.keyword);
    let joint = format!("{}{indentation}{keyword} ", model.source.line_ending());
    Some(Fix::suggested("begin a new `ENV`", [Edit::replace(gap, joint)]).changes(Effect::Environment))
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
