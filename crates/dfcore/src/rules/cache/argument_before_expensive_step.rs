use crate::fix::{Edit, Effect, Fix};
use crate::model::packages::{Action, PackageCommand};
use crate::model::{ContextSource, Model, Stage};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{Instruction, InstructionKind, KeyValue};

declare_rule! {
    /// An argument that is another one at every build stands above an install, which therefore runs at every build.
    ///
    /// A `RUN` sees all arguments above it as environment variables, whether it uses them or not, so their values are part
    /// of what its layer is looked up by. A commit, a build number or a date is never the same twice: no `RUN` below its
    /// `ARG` comes from the cache when the build is given the next one.
    ///
    /// The rule looks at arguments whose names say that they are such (`GIT_SHA`, `BUILD_DATE`, `VCS_REF`), that have no
    /// fixed default, and that the install does not use. It is silent where the whole source is copied above the install,
    /// which then runs at every commit anyway.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// ARG GIT_SHA
    /// COPY requirements.txt ./
    /// RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
    /// COPY . .
    /// LABEL org.opencontainers.image.revision=$GIT_SHA
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// COPY requirements.txt ./
    /// RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
    /// COPY . .
    /// ARG GIT_SHA
    /// LABEL org.opencontainers.image.revision=$GIT_SHA
    /// ```
    ///
    /// A label or variable that holds it has to move as well:
    ///
    /// ```dockerfile,bad
    /// FROM node:22-slim
    /// ARG BUILD_NUMBER=dev
    /// ENV BUILD_NUMBER=$BUILD_NUMBER
    /// COPY package.json package-lock.json ./
    /// RUN npm ci
    /// COPY . .
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY requirements.txt ./
    /// RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
    /// COPY . .
    /// ARG GIT_SHA
    /// ENV GIT_SHA=$GIT_SHA
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: a step between the old and the new place that reads the variable from its environment, in a script of
    /// its own, finds it empty. There is a fix where the first instruction that names the argument stands below the
    /// install.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#impact-on-build-caching>
    pub ArgumentBeforeExpensiveStep {
        code: "DF3005",
        name: "argument-before-expensive-step",
        group: Cache,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

/// Names of arguments that change with every commit or build.
const CHANGING: [&str; 41] = [
    "BUILD_COMMIT",
    "BUILD_DATE",
    "BUILD_DATETIME",
    "BUILD_ID",
    "BUILD_NUM",
    "BUILD_NUMBER",
    "BUILD_SHA",
    "BUILD_TIME",
    "BUILD_TIMESTAMP",
    "BUILDDATE",
    "BUILDTIME",
    "CI_BUILD_ID",
    "CI_BUILD_NUMBER",
    "CI_COMMIT_SHA",
    "CI_COMMIT_SHORT_SHA",
    "CI_JOB_ID",
    "CI_PIPELINE_ID",
    "COMMIT",
    "COMMIT_HASH",
    "COMMIT_ID",
    "COMMIT_REF",
    "COMMIT_SHA",
    "CREATED",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "GITHUB_SHA",
    "GIT_COMMIT",
    "GIT_COMMIT_HASH",
    "GIT_COMMIT_ID",
    "GIT_COMMIT_SHA",
    "GIT_HASH",
    "GIT_REF",
    "GIT_REV",
    "GIT_REVISION",
    "GIT_SHA",
    "GIT_SHA1",
    "GITCOMMIT",
    "REVISION",
    "SOURCE_COMMIT",
    "TIMESTAMP",
    "VCS_REF",
];

/// Defaults that only fill the place of a value.
const PLACEHOLDERS: [&str; 12] =
    ["", "-", "0", "dev", "development", "latest", "local", "n/a", "none", "null", "undefined", "unknown"];

impl Rule for ArgumentBeforeExpensiveStep {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for stage in cx.model.stages() {
            for (index, instruction) in cx.model.body(stage) {
                let InstructionKind::Arg(arguments) = &instruction.kind else { continue };
                for pair in arguments.pairs.iter().filter(|pair| changes(cx.model, index, pair)) {
                    check(cx.model, stage, index, pair, report);
                }
            }
        }
    }
}

/// Whether an argument is another one at every build.
fn changes(model: &Model<'_>, index: usize, pair: &KeyValue) -> bool {
    let name = model.text(&pair.key).to_ascii_uppercase();
    let is_open = match &pair.value {
        None => true,
        Some(value) => {
            let value = model.expand(index, value);
            PLACEHOLDERS.iter().any(|placeholder| value.text().eq_ignore_ascii_case(placeholder))
        }
    };
    is_open && CHANGING.contains(&name.as_str())
}

fn check(model: &Model<'_>, stage: &Stage, index: usize, pair: &KeyValue, report: &mut Report<'_>) {
    let name = model.text(&pair.key);
    let mut holders: Vec<usize> = Vec::new();
    let below = model.body(stage).skip_while(|&(below, _)| below <= index);
    for (below, instruction) in below {
        if model.context_copy(below).is_some_and(|copy| copy.sources.iter().any(ContextSource::is_root)) {
            // What comes below runs again at every commit anyway.
            return;
        }
        let names_it = uses(model, instruction, name);
        if let Some(install) = expensive(model, below) {
            if names_it {
                return;
            }
            say(model, stage, (index, pair), (below, install), &holders, report);
            return;
        }
        match &instruction.kind {
            // Declared again, maybe with a value.
            InstructionKind::Arg(_) if names_it => return,
            InstructionKind::Env(_) | InstructionKind::Label(_) if names_it => holders.push(below),
            _ if names_it => return,
            _ => {}
        }
    }
}

/// The first command of a `RUN` that installs packages.
fn expensive<'m>(model: &'m Model<'_>, index: usize) -> Option<&'m PackageCommand> {
    let is_run = matches!(model.instruction(index).kind, InstructionKind::Run(_));
    let is_expensive =
        |install: &&PackageCommand| matches!(install.verb.action, Action::Install | Action::Download);
    model.installs(index).filter(|_| is_run).find(is_expensive)
}

/// Whether an instruction names a variable.
fn uses(model: &Model<'_>, instruction: &Instruction, name: &str) -> bool {
    let text = model.slice(instruction.span);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

fn say(
    model: &Model<'_>,
    stage: &Stage,
    (index, pair): (usize, &KeyValue),
    (place, install): (usize, &PackageCommand),
    holders: &[usize],
    report: &mut Report<'_>,
) {
    let name = model.text(&pair.key);
    let mut finding = report
        .at(pair.span, format!("`{name}` is another one at every build, and an install comes after it"))
        .label(install.span, "runs again at every build");
    finding = finding.labels(
        holders.iter().map(|&holder| model.instruction(holder).span),
        "this has to move below as well",
    );
    let runs = model
        .body(stage)
        .filter(|(below, instruction)| *below > place && matches!(instruction.kind, InstructionKind::Run(_)));
    let lines: Vec<String> =
        runs.map(|(_, instruction)| model.line(instruction.span.start).to_string()).collect();
    finding =
        finding.note("every `RUN` sees the arguments above it, and its layer is looked up by their values");
    if !lines.is_empty() {
        finding = finding.note(format!("the steps on lines {} run again too", lines.join(", ")));
    }
    finding = finding.help("declare it right above the first instruction that uses it");
    if let Some(fix) = fix(model, stage, index, name, place).filter(|_| holders.is_empty()) {
        finding.fix(fix);
    }
}

/// Moves the `ARG` right above the first instruction that names it.
fn fix(model: &Model<'_>, stage: &Stage, index: usize, name: &str, install: usize) -> Option<Fix> {
    let argument = model.instruction(index);
    let text = model.slice(argument.span);
    let InstructionKind::Arg(pairs) = &argument.kind else { return None };
    if pairs.pairs.len() != 1 || text.contains('\n') {
        return None;
    }
    let mut below = model.body(stage).skip_while(|&(below, _)| below <= install);
    let (_, user) = below.find(|(_, instruction)| uses(model, instruction, name))?;
    let fix = Fix::suggested(
        format!("declare `{name}` where it is used"),
        [
            Edit::remove_instruction(model.source, argument),
            Edit::insert_lines_before(model.source, &model.dockerfile, user, &[text]),
        ],
    );
    Some(fix.changes(Effect::Environment))
}
