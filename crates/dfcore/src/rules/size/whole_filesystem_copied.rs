use crate::model::{Base, Model, Origin, SourceKind, Stage, clean};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// The whole file system of another image is copied over this one.
    ///
    /// `COPY --from=build / /` brings all that is in there: a second operating system with its package lists, caches, build
    /// tools and secrets, over the files of the base, which still take up their room below.
    ///
    /// Nothing is said about a stage on `scratch`, which becomes the other image flattened into one layer, nor when the
    /// other stage stands on `scratch` itself and was put together to be copied.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS build
    /// RUN go build -o /srv/app ./cmd/app
    ///
    /// FROM debian:12
    /// COPY --from=build / /
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS build
    /// RUN go build -o /srv/app ./cmd/app
    ///
    /// FROM debian:12
    /// COPY --from=build /srv/app /srv/app
    /// ```
    ///
    /// ## Limits
    ///
    /// Some images hold only a few files that are meant to be copied like this (`tonistiigi/xx`). The file does not say what
    /// is in an image, which is why the rule is off by default.
    ///
    /// ## Differs from
    ///
    /// hadolint looks at all stages, also those that only build, and reports stages on `scratch` too.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/multi-stage/>
    /// - hadolint DL3067
    pub WholeFilesystemCopied {
        code: "DF4010",
        name: "whole-filesystem-copied",
        group: Size,
        severity: Warning,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3067"],
    }
}

impl Rule for WholeFilesystemCopied {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, instruction) in model.instructions() {
            if !matches!(instruction.kind, InstructionKind::Copy(_)) {
                continue;
            }
            let Some(stage) = model.stage_of(index).filter(|stage| cx.speaks_of(stage)) else { continue };
            let Some(transfer) = model.transfer(index) else { continue };
            let Some(origin) = &transfer.origin else { continue };
            if transfer.destination.as_known() != Some("/") || is_from_scratch(model, stage) {
                continue;
            }
            let from = match origin {
                Origin::Stage(other) if is_from_scratch(model, &model.stages()[*other]) => continue,
                Origin::Stage(other) => model.stages()[*other].display_name(),
                Origin::External(image) => format!("`{}`", image.text()),
            };
            let is_root = |kind: &SourceKind| match kind {
                SourceKind::Path(path) => path.as_known().is_some_and(|path| clean(path) == "/"),
                SourceKind::Address(_) | SourceKind::Heredoc { .. } => false,
            };
            let Some(source) = transfer.sources.iter().find(|source| is_root(&source.kind)) else { continue };
            report
                .at(source.span, format!("the whole file system of {from} is copied over this one"))
                .note("all that is in there becomes one layer on top of the base, tools and caches too")
                .help("copy only the files and folders that are needed");
        }
    }
}

fn is_from_scratch(model: &Model<'_>, stage: &Stage) -> bool {
    model.stages()[stage.root].base == Base::Scratch
}
