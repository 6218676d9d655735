use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::text::Span;

declare_rule! {
    /// One stage downloads with both wget and curl.
    ///
    /// Either does what the other does. Two tools mean two packages in the image, two ways to say "fail on an error"
    /// (`curl -f`), and two places for proxies and certificates.
    ///
    /// The rule is off by default, and about stages whose layers somebody gets.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN wget https://example.com/a.tar.gz
    /// RUN curl -fsSLO https://example.com/b.tar.gz
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN curl -fsSLO https://example.com/a.tar.gz
    /// RUN curl -fsSLO https://example.com/b.tar.gz
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL4001 does not see a command behind `xargs`, `sudo` or `sh -c`, and counts both tools in builder
    /// stages too. So does this rule in the profile `hadolint`:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN curl -fsSLO https://example.com/a && sudo wget https://example.com/b
    /// ```
    ///
    /// ## Sources
    ///
    /// - [hadolint DL4001](https://github.com/hadolint/hadolint/wiki/DL4001)
    pub WgetAndCurl {
        code: "DF7004",
        name: "wget-and-curl",
        group: Shell,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL4001"],
    }
}

const TOOLS: [&str; 2] = ["curl", "wget"];

impl Rule for WgetAndCurl {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages().iter().filter(|stage| cx.speaks_of(stage)) {
            // Where each of the tools is used first.
            let mut first: [Option<Span>; 2] = [None, None];
            for (index, _) in model.body(stage).filter(|(index, _)| model.is_run(*index)) {
                let commands = &model.script(index).commands;
                let use_of = |tool| {
                    let command = commands.iter().find(|command| command.is(tool) && cx.sees(command))?;
                    Some(command.words.first()?.span)
                };
                let uses = TOOLS.map(use_of);
                for (first, used) in first.iter_mut().zip(uses) {
                    *first = first.or(used);
                }
                let [Some(curl), Some(wget)] = first else { continue };
                // The one that joined later, if the step uses it, is the one too many.
                let later = usize::from(curl.start < wget.start);
                let tool = if uses[later].is_some() { later } else { 1 - later };
                let (Some(span), Some(other)) = (uses[tool], first[1 - tool]) else { continue };
                report
                    .at(span, format!("`{}` next to `{}` in one stage", TOOLS[tool], TOOLS[1 - tool]))
                    .label(other, format!("`{}` is used here", TOOLS[1 - tool]))
                    .help("use one of them for all downloads");
            }
        }
    }
}
