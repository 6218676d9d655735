use crate::model::packages::{Action, Manager, PackageCommand, PackageSource};
use crate::model::{Model, Stage};
use crate::rule::{Report, Rule, RuleContext, declare_rule, is_for_running};
use crate::syntax::ast::InstructionKind;
use crate::text::Span;

declare_rule! {
    /// The image that ships has a compiler, or headers that only a compiler reads.
    ///
    /// They are needed to build, not to run: hundreds of megabytes, and tools for whoever breaks in. Build in a stage of
    /// its own and copy the result, or install and remove them in one `RUN`.
    ///
    /// The rule looks at the last stage when it says what it starts: packages of apt, apk, dnf, microdnf and yum that are
    /// compilers or headers, and images that hold a whole toolchain (`golang`, `rust`, `maven`, `gradle`, the .NET SDK)
    /// under a program that is built already.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev curl
    /// COPY requirements.txt ./
    /// RUN pip install -r requirements.txt
    /// CMD ["gunicorn", "app:app"]
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26
    /// WORKDIR /src
    /// COPY . .
    /// RUN go build -o /usr/local/bin/server .
    /// CMD ["/usr/local/bin/server"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-alpine
    /// COPY requirements.txt ./
    /// RUN apk add --no-cache --virtual .build gcc musl-dev \
    ///     && pip install -r requirements.txt \
    ///     && apk del .build
    /// CMD ["gunicorn", "app:app"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN CGO_ENABLED=0 go build -o /server .
    ///
    /// FROM gcr.io/distroless/static-debian12
    /// COPY --from=build /server /server
    /// CMD ["/server"]
    /// ```
    ///
    /// ## Limits
    ///
    /// A program that compiles while it runs needs its compiler; ignore the rule there. Silent where the name of the
    /// stage or the file, or the started command, speaks of developing, testing or building.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/best-practices/#use-multi-stage-builds>
    /// - <https://docs.docker.com/build/building/multi-stage/>
    pub CompilerShipped {
        code: "DF4016",
        name: "compiler-shipped",
        group: Size,
        severity: Info,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

/// Packages that compile, without the version at the end of their names.
const COMPILERS: [&str; 19] = [
    "alpine-sdk",
    "build-base",
    "build-essential",
    "cargo",
    "clang",
    "cmake",
    "cpp",
    "g++",
    "gcc",
    "gcc-c++",
    "gfortran",
    "go",
    "golang",
    "golang-go",
    "kernel-headers",
    "linux-headers",
    "rust",
    "rustc",
    "ldc",
];

/// How many more packages a finding points at.
const MOST_LABELS: usize = 4;

impl Rule for CompilerShipped {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let Some(last) = model.final_stage().filter(|stage| is_for_running(model, stage)) else { return };
        toolchain(model, last, report);
        for stage in model.lineage(last) {
            for (index, _) in model.body(stage) {
                packages(model, stage, index, report);
            }
        }
    }
}

/// Reports the compilers and headers that a `RUN` installs and keeps.
fn packages(model: &Model<'_>, stage: &Stage, index: usize, report: &mut Report<'_>) {
    let commands = model.package_commands(index);
    let kept: Vec<Span> = commands
        .iter()
        .enumerate()
        .filter(|(_, install)| install.verb.action == Action::Install)
        .flat_map(|(place, install)| {
            let packages =
                install.packages.iter().filter(|package| is_for_building(install, package.name.as_deref()));
            let later = &commands[place + 1..];
            packages
                .filter(move |package| !is_removed(model, index, install, package.name.as_deref(), later))
                .map(|package| package.span)
        })
        .collect();
    let Some((&first, others)) = kept.split_first() else { return };
    let name = model.slice(first).trim_matches(['"', '\'']);
    let what = match others.len() {
        0 => format!("`{name}` stays in the image that ships"),
        1 => format!("`{name}` and another package to build with stay in the image that ships"),
        more => format!("`{name}` and {more} other packages to build with stay in the image that ships"),
    };
    let mut finding = report.at(first, what);
    finding = finding.labels(others.iter().copied().take(MOST_LABELS), "this too");
    // A removal below is too late.
    let later = model.body(stage).filter(|(later, _)| *later > index);
    let too_late = later.flat_map(|(later, _)| model.package_commands(later)).find(|command| {
        let names_it = |package: &crate::model::packages::Package| package.name.as_deref() == Some(name);
        command.verb.action == Action::Remove && command.packages.iter().any(names_it)
    });
    if let Some(command) = too_late {
        finding = finding.label(command.span, "this comes too late: the layer above has it");
    }
    finding
        .note("compilers and headers are needed to build, not to run")
        .help("build in another stage and copy the result, or remove it at the end of the same `RUN`");
}

/// Whether a package only serves to build.
fn is_for_building(install: &PackageCommand, name: Option<&str>) -> bool {
    let Some(name) = name else { return false };
    let has_headers = match install.manager {
        Manager::Apt | Manager::Apk => name.ends_with("-dev"),
        Manager::Dnf | Manager::Microdnf | Manager::Yum | Manager::Tdnf => name.ends_with("-devel"),
        _ => return false,
    };
    // `gcc-12`
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    has_headers || COMPILERS.contains(&base)
}

/// Whether a command below in the same step removes what an install brings, or may do so.
fn is_removed(
    model: &Model<'_>,
    index: usize,
    install: &PackageCommand,
    name: Option<&str>,
    later: &[PackageCommand],
) -> bool {
    let group = install.option(&["--virtual", "-t"]).filter(|_| install.manager == Manager::Apk);
    let group = group.map(|option| option.value.as_deref());
    let script = &model.script(index).commands;
    let marks = script.iter().any(|command| command.is("apt-mark"));
    later.iter().filter(|command| command.verb.action == Action::Remove).any(|command| {
        let names_it = command.packages.iter().any(|package| {
            let is_open = package.source == PackageSource::Unknown
                || package.text.as_deref().is_none_or(|text| text.contains(['*', '^', '?']));
            let is_group = group.is_some_and(|group| group.is_none() || group == package.text.as_deref());
            is_open || is_group || package.name.as_deref() == name
        });
        names_it || (command.packages.is_empty() && marks)
    })
}

/// Reports an image of a whole toolchain under a program that is built.
fn toolchain(model: &Model<'_>, last: &Stage, report: &mut Report<'_>) {
    let root = &model.stages()[last.root];
    let Some(image) = root.base.image_of_known_version() else { return };
    let name = match image.release() {
        Some(release) => release.name,
        None if image.registry == Some("mcr.microsoft.com") && image.path == "dotnet/sdk" => "dotnet",
        None => return,
    };
    let Some((started, command)) = model.started(last) else { return };
    let Some(program) = command.words.first().and_then(|word| word.value.as_deref()) else { return };
    let builds = |manager: Manager| {
        model.lineage(last).iter().flat_map(|stage| stage.body.clone()).any(|index| {
            let mut builds =
                model.package_commands(index).iter().filter(|build| build.verb.action == Action::Build);
            builds.any(|build| build.manager == manager)
        })
    };
    let is_own_program = program.contains('/') && !program.ends_with(".sh");
    let argument = command.words.get(1).and_then(|word| word.value.as_deref());
    let (is_built, slim) = match name {
        "golang" => {
            (is_own_program && builds(Manager::Go), "`gcr.io/distroless/static-debian12`, or `alpine`")
        }
        "rust" => (is_own_program && builds(Manager::Cargo), "`debian:12-slim`"),
        "maven" | "gradle" => (program == "java", "an image with a JRE alone"),
        "dotnet" => {
            let is_library = argument.is_some_and(|argument| argument.ends_with(".dll"));
            (program == "dotnet" && is_library, "`mcr.microsoft.com/dotnet/aspnet`")
        }
        _ => return,
    };
    let InstructionKind::From(from) = &model.instruction(root.from).kind else { return };
    if let (true, Some(word)) = (is_built, &from.image) {
        report
            .at(word.span, "the image that ships is one to build with")
            .label(model.instruction(started).span, "what is started needs no compiler")
            .help(format!("build in this stage, and copy the result to one on {slim}"));
    }
}
