use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{From, InstructionKind};
use crate::text::Span;

declare_rule! {
    /// `FROM` and `AS` are written in different case.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 as build
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM golang:1.26 AS build
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS build
    /// from alpine:3.20 as tools
    /// ```
    ///
    /// A `FROM` that is neither is a matter of `instruction-casing`:
    ///
    /// ```dockerfile,good
    /// From golang:1.26 as build
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: BuildKit reads keywords in any case.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/from-as-casing/>
    /// - `doesFromCaseMatchAsCase` of BuildKit, `frontend/dockerfile/instructions/parse.go`
    pub FromAsCasing {
        code: "DF8005",
        name: "from-as-casing",
        group: Style,
        severity: Style,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["FromAsCasing"],
    }
}

impl Rule for FromAsCasing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let instruction = model.instruction(stage.from);
            let InstructionKind::From(from) = &instruction.kind else { continue };
            let Some(span) = as_keyword(model, from) else { continue };
            let written = model.slice(span);
            let keyword = model.dockerfile.keyword_text(instruction, model.source);
            let expected = match &*keyword {
                "FROM" => "AS",
                "from" => "as",
                _ => continue,
            };
            if written != expected {
                report
                    .at(span, format!("`{written}` is written in another case than `{keyword}`"))
                    .help(format!("write `{expected}`"))
                    .fix(Fix::safe(format!("write `{expected}`"), [Edit::replace(span, expected)]));
            }
        }
    }
}

/// The `AS` between the image and the name, over continuations and comment lines.
fn as_keyword(model: &Model<'_>, from: &From) -> Option<Span> {
    let (image, name) = from.image.as_ref().zip(from.name.as_ref())?;
    let between = Span::new(image.span.end, name.span.start.max(image.span.end));
    let mut start = between.start;
    for line in model.slice(between).split_inclusive('\n') {
        let at = line.find(|next: char| next.is_ascii_alphabetic());
        if let Some(at) = at.filter(|_| !line.trim_start().starts_with('#')) {
            let found = Span::new(start + at as u32, start + at as u32 + 2);
            let is_as = line.get(at..at + 2).is_some_and(|word| word.eq_ignore_ascii_case("as"));
            return is_as.then_some(found);
        }
        start += line.len() as u32;
    }
    None
}
