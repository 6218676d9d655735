use std::cell::LazyCell;
use std::iter;

use rustc_hash::FxHashMap;

use crate::diagnostic::Confidence;
use crate::model::{Lookup, Model, PLATFORM_ARGS, Reason};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{CopySource, Instruction, InstructionKind, Word};
use crate::text::Span;

declare_rule! {
    /// A variable is used where nothing sets it, so it is empty.
    ///
    /// An `ARG` above the first `FROM` counts for `FROM` only, until a stage declares it again with `ARG NAME`. The same holds
    /// for the platform arguments such as `TARGETARCH`. An `ARG` that stands below its use comes too late.
    ///
    /// What the environment of a base image has, the file does not tell. So in a stage on an image the rule speaks of
    /// platform arguments, of arguments that the stage declares further down, and of arguments above the first `FROM` whose
    /// names no image is known to set (not `…_VERSION`, `…_HOME`, `PATH` and the like); on `scratch` it speaks of all
    /// variables.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// ARG APP_DIR=/srv/app
    /// FROM alpine:3.20
    /// WORKDIR ${APP_DIR}
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COPY tool-${TARGETARCH} /usr/bin/tool
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM scratch
    /// ENV LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH
    /// LABEL $VENDOR.name="a variable in a name counts too"
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG APP_DIR=/srv/app
    /// FROM alpine:3.20
    /// ARG APP_DIR
    /// ARG TARGETARCH
    /// WORKDIR ${APP_DIR}
    /// COPY tool-${TARGETARCH} /usr/bin/tool
    /// ENV PATH=$PATH:/opt/bin LEVEL=${LEVEL:-info}
    /// ```
    ///
    /// ## Limits
    ///
    /// The texts of here-documents and the commands of `RUN`, which the shell expands, are not looked at.
    ///
    /// ## Differs from
    ///
    /// BuildKit asks the registry for the environment of the base image, and so finds misspelled names too. It also reports a
    /// variable with a fallback, `${LEVEL:-info}`, which is nothing to worry about, and looks into here-documents. It does not
    /// report variables in `EXPOSE`.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/undefined-var/>
    /// - `reportUnmatchedVariables` of BuildKit, `frontend/dockerfile/dockerfile2llb/validations.go`
    pub UndefinedVariable {
        code: "DF1021",
        name: "undefined-variable",
        group: Correctness,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: ["UndefinedVar"],
    }
}

/// Why a variable is empty.
enum Why {
    /// The stage stands on `scratch`, and nothing sets it.
    Nothing,
    /// It is a platform argument, which the stage does not declare.
    Platform,
    /// It is declared above the first `FROM`, here.
    OnlyAbove(Span),
    /// The stage declares it further down, here.
    Later(Span),
}

/// What BuildKit itself reads, so that it has no value in the build.
const NO_ENVIRONMENT: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];
/// Names that images are known to set, and the ends of such names.
const OF_IMAGES: [&str; 12] = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "HOSTNAME",
    "SHELL",
    "TERM",
    "USER",
    "PWD",
    "PORT",
    "DEBIAN_FRONTEND",
];
const ENDS_OF_IMAGES: [&str; 9] =
    ["_VERSION", "_HOME", "_PATH", "_ROOT", "_MAJOR", "_RELEASE", "_KEY", "_KEYS", "_DIGEST"];

impl Rule for UndefinedVariable {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let declarations = LazyCell::new(|| model.declarations());
        for stage in model.stages() {
            // What a template has yet to fill in may set anything.
            if model.body(stage).any(|(_, instruction)| instruction.kind == InstructionKind::Unknown) {
                continue;
            }
            for (index, instruction) in model.body(stage) {
                let mut reported: Vec<&str> = Vec::new();
                for word in words(model, instruction) {
                    for name in model.taken_variables(index, word) {
                        if reported.contains(&name) || is_declared_before(model, instruction, name, word) {
                            continue;
                        }
                        let Some(why) = why(model, index, name, &declarations) else { continue };
                        reported.push(name);
                        undefined(model.variable_span(word, name), name, &why, report);
                    }
                }
            }
        }
    }
}

fn undefined(span: Span, name: &str, why: &Why, report: &mut Report<'_>) {
    let finding = report.at(span, format!("`{name}` is not set here, so it is empty"));
    let declare = format!("write `ARG {name}` in this stage, above the line that uses it");
    match why {
        Why::Nothing => finding
            .note("the stage stands on `scratch`, and nothing in the file sets it")
            .confidence(Confidence::High)
            .help(format!(
                "set it with `ENV {name}=…` or `ARG {name}=…`, or give a fallback: `${{{name}:-…}}`"
            )),
        Why::Platform => finding
            .note("BuildKit sets it only in stages that declare it")
            .confidence(Confidence::High)
            .help(declare),
        Why::OnlyAbove(declared) => {
            finding.label(*declared, "above the first `FROM` it counts for `FROM` only").help(declare)
        }
        Why::Later(declared) => {
            finding.label(*declared, "this stage declares it only here").help("move the `ARG` up")
        }
    };
}

fn why(
    model: &Model<'_>,
    index: usize,
    name: &str,
    declarations: &FxHashMap<&str, Vec<(usize, Span)>>,
) -> Option<Why> {
    if NO_ENVIRONMENT.contains(&name) {
        return None;
    }
    let is_closed = match model.state(index).scope.get(name) {
        Lookup::Unset => true,
        Lookup::Unknown(Reason::BaseImage) => false,
        Lookup::Set(_) | Lookup::Unknown(_) => return None,
    };
    if PLATFORM_ARGS.contains(&name) {
        return Some(Why::Platform);
    }
    let places = declarations.get(name).map_or(&[][..], Vec::as_slice);
    let stage = model.stage_of(index)?;
    // The places are in the order of the file.
    let next = places.partition_point(|&(at, _)| at <= index);
    if let Some(&(_, span)) = places.get(next).filter(|&&(at, _)| stage.body.contains(&at)) {
        return Some(Why::Later(span));
    }
    let global = places.first().filter(|&&(at, _)| model.stage_of(at).is_none());
    match global {
        Some(&(_, span)) if is_closed || !is_of_images(name) => Some(Why::OnlyAbove(span)),
        _ if is_closed => Some(Why::Nothing),
        _ => None,
    }
}

/// Whether the same `ARG` declares a name in front of a word. Its values see each other, unlike those of an `ENV`.
fn is_declared_before(model: &Model<'_>, instruction: &Instruction, name: &str, word: &Word) -> bool {
    let InstructionKind::Arg(arg) = &instruction.kind else { return false };
    let mut before = arg.pairs.iter().take_while(|pair| pair.key.span.start < word.span.start);
    before.any(|pair| model.text(&pair.key) == name && pair.value.as_ref() != Some(word))
}

fn is_of_images(name: &str) -> bool {
    OF_IMAGES.contains(&name) || ENDS_OF_IMAGES.iter().any(|end| name.ends_with(end))
}

/// The words of an instruction that BuildKit expands.
fn words<'m>(model: &'m Model<'_>, instruction: &'m Instruction) -> Vec<&'m Word> {
    let is_expanded = |name: &str| matches!(name, "chown" | "chmod" | "mount");
    let flags = instruction.flags.iter().filter(|flag| is_expanded(model.text(&flag.name)));
    let mut words: Vec<&Word> = flags.filter_map(|flag| flag.value.as_ref()).collect();
    match &instruction.kind {
        InstructionKind::Add(copy) | InstructionKind::Copy(copy) => {
            words.extend(copy.sources.iter().filter_map(|source| match source {
                CopySource::Path(path) => Some(path),
                CopySource::Heredoc { .. } => None,
            }));
            words.extend(&copy.destination);
        }
        InstructionKind::Arg(pairs) => {
            words.extend(pairs.pairs.iter().filter_map(|pair| pair.value.as_ref()));
        }
        InstructionKind::Env(pairs) | InstructionKind::Label(pairs) => {
            words.extend(pairs.pairs.iter().flat_map(|pair| iter::once(&pair.key).chain(&pair.value)));
        }
        InstructionKind::Expose(list) | InstructionKind::Volume(list) => words.extend(&list.words),
        InstructionKind::Stopsignal(argument)
        | InstructionKind::User(argument)
        | InstructionKind::Workdir(argument) => words.extend(&argument.word),
        _ => {}
    }
    words
}
