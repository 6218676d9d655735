use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// A keyword is written in another case than most keywords of the file.
    ///
    /// BuildKit reads keywords in any case. Most files have them in capital letters, which sets them off from the rest of the
    /// line; whichever it is, one file should have one.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// run apk add --no-cache curl
    /// Cmd ["curl"]
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// RUN apk add --no-cache curl
    /// CMD ["curl"]
    /// ```
    ///
    /// ```dockerfile,good
    /// from alpine:3.20
    /// run apk add --no-cache curl
    /// cmd ["curl"]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: BuildKit reads keywords in any case.
    ///
    /// ## Differs from
    ///
    /// BuildKit does not look at the `ARG`s above the first `FROM`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/consistent-instruction-casing/>
    /// - `validateCommandCasing` of BuildKit, `frontend/dockerfile/dockerfile2llb/validations.go`
    pub InstructionCasing {
        code: "DF8007",
        name: "instruction-casing",
        group: Style,
        severity: Style,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["ConsistentInstructionCasing"],
    }
}

impl Rule for InstructionCasing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let dockerfile = &cx.model.dockerfile;
        let known = || {
            let instructions = dockerfile.instructions.iter();
            instructions.filter(|instruction| instruction.kind != InstructionKind::Unknown)
        };
        let (mut upper, mut lower) = (0_usize, 0_usize);
        for instruction in known() {
            let keyword = dockerfile.keyword_text(instruction, cx.model.source);
            upper += usize::from(!keyword.bytes().any(|byte| byte.is_ascii_lowercase()));
            lower += usize::from(!keyword.bytes().any(|byte| byte.is_ascii_uppercase()));
        }
        let is_lower = lower > upper;
        for instruction in known() {
            let keyword = dockerfile.keyword_text(instruction, cx.model.source);
            let expected = if is_lower { keyword.to_ascii_lowercase() } else { keyword.to_ascii_uppercase() };
            if keyword != expected {
                let most = if is_lower { "small" } else { "capital" };
                let finding = report
                    .at(
                        instruction.keyword,
                        format!("`{keyword}` is not in {most} letters, as the file has them"),
                    )
                    .help(format!("write `{expected}`"));
                // A continuation may lie inside.
                if cx.model.slice(instruction.keyword) == keyword {
                    let edit = Edit::replace(instruction.keyword, expected.as_str());
                    finding.fix(Fix::safe(format!("write `{expected}`"), [edit]));
                }
            }
        }
    }
}
