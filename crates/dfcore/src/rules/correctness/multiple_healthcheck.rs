use crate::rule::{Report, Rule, RuleContext, declare_rule, report_repeated};

declare_rule! {
    /// A stage has more than one `HEALTHCHECK`.
    ///
    /// An image has one health check. Each `HEALTHCHECK`, also `HEALTHCHECK NONE`, replaces the one before it, which then
    /// never runs.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM nginx:1.29
    /// HEALTHCHECK CMD ["curl", "-f", "http://localhost/"]
    /// HEALTHCHECK CMD ["curl", "-f", "http://localhost/ready"]
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM nginx:1.29
    /// HEALTHCHECK CMD ["curl", "-f", "http://localhost/ready"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM nginx:1.29
    /// HEALTHCHECK CMD ["curl", "-f", "http://localhost/ready"]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: the instruction that is removed has no effect on the image. Comments above it stay; one with a comment between its
    /// lines is left alone.
    ///
    /// ## Differs from
    ///
    /// BuildKit points at the one without effect, hadolint at the one that replaces it; here the finding is the later one, with
    /// a label on the earlier, and in the profile `buildkit` the other way round.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#healthcheck>
    /// - [hadolint DL3012](https://github.com/hadolint/hadolint/wiki/DL3012), BuildKit's check
    ///   [MultipleInstructionsDisallowed](https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/)
    pub MultipleHealthcheck {
        code: "DF1013",
        name: "multiple-healthcheck",
        group: Correctness,
        severity: Warning,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["DL3012", "MultipleInstructionsDisallowed"],
    }
}

impl Rule for MultipleHealthcheck {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let note = "an image has one health check: the last `HEALTHCHECK` of its stage";
        report_repeated(cx, "HEALTHCHECK", note, report);
    }
}
