use std::cell::LazyCell;

use rustc_hash::FxHashMap;

use crate::model::{ImageReference, Lookup, Model, PLATFORM_ARGS, Reason, Value, expand};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// Without `--build-arg` the name of the base image is empty or broken.
    ///
    /// Who builds the file without arguments gets "invalid reference format", which does not say what is missing. An `ARG`
    /// with a default (`ARG VERSION=3.20`), or a fallback in the place of its use (`${VERSION:-3.20}`), makes the file build
    /// everywhere.
    ///
    /// Files that are meant for a build that always gives the argument do without; so the rule is off by default.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// ARG VERSION
    /// FROM alpine:${VERSION}
    /// ```
    ///
    /// ```dockerfile,bad
    /// ARG BASE
    /// FROM ${BASE}
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG VERSION=3.20
    /// ARG SUFFIX
    /// FROM alpine:${VERSION}${SUFFIX}
    /// FROM ${BASE:-debian:12}
    /// ```
    ///
    /// ## Differs from
    ///
    /// BuildKit also reports names without variables, which `invalid-image-reference` does here, and variables that are not
    /// declared, which are a matter of `undefined-argument-in-from`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/>
    /// - `validateBaseImagesWithDefaultArgs` of BuildKit, `frontend/dockerfile/dockerfile2llb/validations.go`
    pub EmptyDefaultInFrom {
        code: "DF1022",
        name: "empty-default-in-from",
        group: Correctness,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["InvalidDefaultArgInFrom"],
    }
}

impl Rule for EmptyDefaultInFrom {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let defaults = LazyCell::new(|| defaults(model));
        for stage in model.stages() {
            let InstructionKind::From(from) = &model.instruction(stage.from).kind else { continue };
            let Some(word) = from.image.as_ref().filter(|word| model.text(word).contains('$')) else {
                continue;
            };
            let taken = model.taken_variables(stage.from, word);
            let scope = model.state(stage.from).scope;
            if taken.iter().any(|name| scope.get(name) == Lookup::Unset) {
                continue;
            }
            let value = expand(model.text(word), model.dockerfile.escape, &|name| lookup(&defaults, name));
            let Some(image) = value.as_known() else { continue };
            let Err(why) = ImageReference::parse(image).check() else { continue };
            let given = match image {
                "" => "nothing is left of it".to_owned(),
                image => format!("`{image}` is left of it"),
            };
            let is_empty = |name: &&&str| defaults.get(**name).is_none_or(|value| value.text().is_empty());
            let help = match taken.iter().find(is_empty) {
                Some(name) => format!("give it a default: `ARG {name}=…`"),
                None => "correct the defaults of its arguments".to_owned(),
            };
            report
                .at(word.span, format!("without `--build-arg`, `{}` names no image", model.text(word)))
                .note(format!("{given}: {why}"))
                .help(help);
        }
    }
}

/// The `ARG`s above the first `FROM` in a build that is given none; what has no default is not among them.
fn defaults<'m>(model: &'m Model<'_>) -> FxHashMap<&'m str, Value> {
    let mut defaults = FxHashMap::default();
    let end = model.stages().first().map_or(0, |stage| stage.from);
    for (_, instruction) in model.instructions().take(end) {
        let InstructionKind::Arg(arg) = &instruction.kind else { continue };
        for pair in &arg.pairs {
            let Some(value) = &pair.value else { continue };
            let value = expand(model.text(value), model.dockerfile.escape, &|name| lookup(&defaults, name));
            defaults.insert(model.text(&pair.key), value);
        }
    }
    defaults
}

fn lookup<'d>(defaults: &'d FxHashMap<&str, Value>, name: &str) -> Lookup<'d> {
    match defaults.get(name) {
        Some(value) => Lookup::Set(value),
        None if PLATFORM_ARGS.contains(&name) => Lookup::Unknown(Reason::Platform),
        None => Lookup::Unset,
    }
}
