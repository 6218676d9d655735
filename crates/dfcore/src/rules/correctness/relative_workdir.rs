use crate::fix::{Applicability, Edit, Effect, Fix};
use crate::model::{Base, Model, Reason, clean, is_relative};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, Word};

declare_rule! {
    /// The working directory is relative to that of the base image, which the file does not say.
    ///
    /// `WORKDIR app` means `/app` on one base and `/go/app` on another: it is a folder in the working directory of the
    /// base image, and everything below the line moves when that changes with a new version.
    ///
    /// Nothing is said once an absolute `WORKDIR` came before, in the stage or in one that it stands on, nor on
    /// `scratch`: then the place is known. Of several relative ones in a row the first is reported, which makes all
    /// of them absolute, also those of stages that stand on this one.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS build
    /// WORKDIR src
    /// COPY . .
    ///
    /// FROM build
    /// WORKDIR cmd
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM golang:1.26 AS build
    /// WORKDIR /go/src
    /// COPY . .
    ///
    /// FROM build
    /// WORKDIR cmd
    /// ```
    ///
    /// Which folder it is on other images is for somebody to say:
    ///
    /// ```dockerfile,bad
    /// FROM example.com/base:1
    /// WORKDIR src
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26
    /// WORKDIR /src
    /// COPY . .
    /// WORKDIR cmd/server
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe where an absolute `WORKDIR` above says which folder it is. Suggested on an official image whose working directory is
    /// known: it is the same folder as long as that image stays as it is. No fix on other images.
    ///
    /// ## Differs from
    ///
    /// hadolint reports each relative `WORKDIR`, also below an absolute one, and lets everything pass that begins with a
    /// `$`; here a variable is filled in. In the profile `hadolint` this rule does the same:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26
    /// WORKDIR /src
    /// WORKDIR cmd/server
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM golang:1.26
    /// WORKDIR /src
    /// WORKDIR /src/cmd/server
    /// ```
    ///
    /// BuildKit reports only the first `WORKDIR` of a stage, as here, but on
    /// `scratch` too. It takes `C:/app` for relative unless it builds for Windows, which a file does not say.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#workdir>
    /// - [hadolint DL3000](https://github.com/hadolint/hadolint/wiki/DL3000), BuildKit's check
    ///   [WorkdirRelativePath](https://docs.docker.com/reference/build-checks/workdir-relative-path/)
    pub RelativeWorkdir {
        code: "DF1006",
        name: "relative-workdir",
        group: Correctness,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3000", "WorkdirRelativePath"],
    }
}

impl Rule for RelativeWorkdir {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        // For each stage, whether there is a finding in it or in one that it stands on.
        let mut is_reported: Vec<bool> = Vec::with_capacity(model.stages().len());
        for stage in model.stages() {
            let mut reported = matches!(stage.base, Base::Stage(base) if is_reported[base]);
            for (index, instruction) in model.body(stage) {
                let InstructionKind::Workdir(argument) = &instruction.kind else { continue };
                let Some(word) = &argument.word else { continue };
                let value = model.expand(index, word);
                let is_of_base = |reason| reason == Reason::BaseImage;
                let depends_on_base =
                    model.state(index).workdir.unknown_parts().iter().any(|part| is_of_base(part.reason));
                // hadolint speaks of each that is written so.
                let is_meant = match cx.follows_hadolint() {
                    true => !model.text(word).starts_with('$'),
                    false => depends_on_base && !reported,
                };
                if !is_meant || !is_relative(&value) {
                    continue;
                }
                reported = true;
                let mut finding =
                    report.at(word.span, format!("the working directory `{}` is relative", value.text()));
                if let Some(image) = model.stages()[stage.root].base.image().filter(|_| depends_on_base) {
                    finding = finding.note(format!(
                        "it is a folder in the working directory of `{image}`, wherever that is"
                    ));
                }
                let finding = finding.help(format!(
                    "write the whole path, such as `/{}`",
                    value.text().trim_start_matches("./")
                ));
                if let Some(fix) = fix(model, index, word) {
                    finding.fix(fix);
                }
            }
            is_reported.push(reported);
        }
    }
}

/// Writes the whole path where the folder is known that it is in.
fn fix(model: &Model<'_>, index: usize, word: &Word) -> Option<Fix> {
    let (folder, applicability) = match model.state(index).workdir.as_known() {
        Some(folder) => (folder, Applicability::Safe),
        None => (model.official_base(index)?.workdir?, Applicability::Suggested),
    };
    // A build may choose the values of variables.
    let path = model.literal(word).filter(|path| path == model.slice(word.span))?;
    let needs_quotes = path.contains([' ', '\t', '\\', '"', '\'']);
    let path = clean(&format!("{folder}/{path}"));
    let fix = Fix::new(format!("write `{path}`"), applicability, [Edit::replace_word(word, path)]);
    // What was a part of a path that only the base image knows is known now.
    (!needs_quotes && !model.is_windows(index)).then(|| fix.changes(Effect::Workdir))
}
