use crate::rule::{Report, Rule, RuleContext, declare_rule, report_repeated};

declare_rule! {
    /// A stage has more than one `ENTRYPOINT`.
    ///
    /// An image has one entry point. Each `ENTRYPOINT` replaces the one before it, which then does nothing.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// ENTRYPOINT ["/srv/prepare"]
    /// ENTRYPOINT ["/srv/app"]
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// ENTRYPOINT ["/srv/app"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ENTRYPOINT ["/srv/prepare"]
    /// CMD ["/srv/app"]
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
    /// - <https://docs.docker.com/reference/dockerfile/#entrypoint>
    /// - [hadolint DL4004](https://github.com/hadolint/hadolint/wiki/DL4004), BuildKit's check
    ///   [MultipleInstructionsDisallowed](https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/)
    pub MultipleEntrypoint {
        code: "DF1012",
        name: "multiple-entrypoint",
        group: Correctness,
        severity: Warning,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["DL4004", "MultipleInstructionsDisallowed"],
    }
}

impl Rule for MultipleEntrypoint {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let note = "an image has one entry point: the last `ENTRYPOINT` of its stage";
        report_repeated(cx, "ENTRYPOINT", note, report);
    }
}
