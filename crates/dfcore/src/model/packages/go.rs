//! go.
//!
//! Source: `go help build`, `go help testflag` and `go help <verb>` of go 1.19.8, with the flags that later versions
//! have added (`src/cmd/go/alldocs.go` of 1.25). Directories: `go env GOMODCACHE GOCACHE` under several `HOME`, `GOPATH`
//! and `XDG_CACHE_HOME`. Since go 1.12 nothing switches the build cache off.

use super::command::{Action, Location, ManifestRole, Package, PackageCommand, PackageSource};
use super::options::Arguments;
use super::place::{implied_in, join};
use super::single_dash::SingleDashOptions;
use super::{Manager, Place};
use crate::shell::Word;

/// Each may also be written with two dashes.
const OPTIONS: SingleDashOptions = SingleDashOptions {
    with_value: &[
        "-C",
        "-asmflags",
        "-bench",
        "-benchtime",
        "-blockprofile",
        "-blockprofilerate",
        "-buildmode",
        "-compat",
        "-compiler",
        "-count",
        "-covermode",
        "-coverpkg",
        "-coverprofile",
        "-cpu",
        "-cpuprofile",
        "-exec",
        "-fuzz",
        "-fuzzminimizetime",
        "-fuzztime",
        "-gccgoflags",
        "-gcflags",
        "-go",
        "-installsuffix",
        "-ldflags",
        "-list",
        "-memprofile",
        "-memprofilerate",
        "-mod",
        "-modfile",
        "-mutexprofile",
        "-mutexprofilefraction",
        "-o",
        "-outputdir",
        "-overlay",
        "-p",
        "-parallel",
        "-pgo",
        "-pkgdir",
        "-reuse",
        "-run",
        "-shuffle",
        "-skip",
        "-tags",
        "-timeout",
        "-toolexec",
        "-trace",
        "-vet",
        "-vettool",
    ],
    with_attached: &[],
    separators: &['='],
    ignores_case: false,
};

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        ["install", ..] => ("install", Action::Install),
        ["get", ..] => ("get", Action::Install),
        ["mod", "download", ..] => ("mod download", Action::Download),
        ["mod", "tidy", ..] => ("mod tidy", Action::Download),
        ["mod", "vendor", ..] => ("mod vendor", Action::Download),
        ["work", "vendor", ..] => ("work vendor", Action::Download),
        ["build", ..] => ("build", Action::Build),
        ["run", ..] => ("run", Action::Build),
        ["test", ..] => ("test", Action::Build),
        ["vet", ..] => ("vet", Action::Build),
        ["clean", ..] => ("clean", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let words: Vec<&str> =
        place.arguments.iter().map(|word| word.value.as_deref().unwrap_or_default()).collect();
    let (name, action) = verb(&words)?;
    let (verb_words, rest) = place.arguments.split_at(name.split(' ').count());
    let mut arguments = OPTIONS.parse(rest);
    for option in &mut arguments.options {
        if option.name.starts_with("--") {
            option.name.remove(0);
        }
    }
    let mut command = place.package_command(Manager::Go, verb_words.last(), name, action);
    command.options = arguments.to_options();
    command.location = location(place, name, action);
    command.cache.directories = cache(place, name, &arguments);
    match name {
        "clean" if arguments.last(&["-cache", "-modcache", "-testcache", "-fuzzcache"]).is_none() => {
            return None;
        }
        "clean" => return Some(command),
        "install" | "get" | "mod download" => {
            command.packages = arguments.positionals.iter().filter_map(|word| package(word)).collect();
        }
        // What follows are arguments of the program.
        "run" => {
            command.packages.extend(arguments.positionals.first().and_then(|word| package(word)));
        }
        _ => {}
    }
    let versioned =
        matches!(name, "install" | "run") && command.packages.iter().any(|package| package.version.is_some());
    if versioned {
        // Outside of any module, whatever lies around.
        return Some(command);
    }
    manifests(&mut command, &arguments);
    let packages_only = matches!(name, "install" | "run") && !command.packages.is_empty();
    if !matches!(name, "get" | "mod download") && !packages_only {
        command.project = Some(command.verb.span);
    }
    Some(command)
}

fn manifests(command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let folder = arguments.last(&["-C"]);
    let verb = &command.verb;
    let mut files = vec![
        implied_in(folder, verb, "go.mod", ManifestRole::Packages),
        implied_in(folder, verb, "go.sum", ManifestRole::OptionalLock),
    ];
    if let Some(option) = arguments.last(&["-modfile"]) {
        let lock = |file: &str| format!("{}.sum", file.strip_suffix(".mod").unwrap_or(file));
        files[0].path = option.value.clone();
        files[1].path = option.value.as_deref().map(lock);
        if let (Some(span), Some(folder)) = (option.value_word, folder) {
            let below = |path: &String| Some(join(folder.value.as_deref()?, path));
            files[0].span = span.span;
            files.iter_mut().for_each(|file| file.path = file.path.as_ref().and_then(below));
        }
    }
    command.manifests = files;
}

fn location(place: &Place<'_>, name: &str, action: Action) -> Location {
    if name == "install" {
        let folder = place.folder_variable("GOBIN").or_else(|| Some(join(&go_path(place)?, "bin")));
        return folder.map_or(Location::User, |folder| Location::Folder(Some(folder)));
    }
    match name {
        "mod vendor" | "work vendor" => Location::Project,
        _ if action == Action::Build || name == "get" => Location::Project,
        _ => Location::Cache,
    }
}

/// The first folder of `GOPATH`, which is the one that is written to.
fn go_path(place: &Place<'_>) -> Option<String> {
    Some(place.folder_variable("GOPATH")?.split(':').next()?.to_owned())
}

fn cache(place: &Place<'_>, name: &str, arguments: &Arguments<'_>) -> Vec<String> {
    let modules = || {
        let set = place.folder_variable("GOMODCACHE");
        let below = || Some(join(&go_path(place).or_else(|| Some(join(&place.home()?, "go")))?, "pkg/mod"));
        place.folder(&set.or_else(below)?)
    };
    let builds = || place.folder(&place.folder_variable("GOCACHE").or_else(|| place.user_cache("go-build"))?);
    match name {
        "clean" => {
            let modules = arguments.last(&["-modcache"]).and_then(|_| modules());
            modules.into_iter().chain(arguments.last(&["-cache"]).and_then(|_| builds())).collect()
        }
        "mod download" | "mod tidy" | "mod vendor" | "work vendor" => modules().into_iter().collect(),
        _ => modules().into_iter().chain(builds()).collect(),
    }
}

/// `path@version`; `None` for what is in the module itself: `./cmd/app`, `.`, `./...`, files.
fn package(word: &Word) -> Option<Package> {
    let text = word.text();
    if text.starts_with(['.', '/'])
        || text.ends_with(".go")
        || matches!(&*text, "all" | "std" | "cmd" | "tool")
    {
        return None;
    }
    let (name, version) = text.split_at(text.find('@').unwrap_or(text.len()));
    Some(Package::of(word, PackageSource::Registry).named(name, version))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    const MODULES: &str = "/root/go/pkg/mod";
    const BUILDS: &str = "/root/.cache/go-build";

    #[test]
    fn verbs() {
        for (script, expected) in [
            (
                "go install golang.org/x/tools/cmd/stringer@latest",
                "go install (Install); golang.org/x/tools/cmd/stringer @latest; in User",
            ),
            (
                "go install -v \"x.org/y@$V\" x.org/z@v1.2.3",
                "go install (Install); x.org/y @${V}; x.org/z @v1.2.3; in User",
            ),
            (
                "go install -tags a,b -ldflags '-s -w' ./...",
                "go install (Install); reads go.mod; reads go.sum (OptionalLock); project install; in User",
            ),
            (
                "go get -u github.com/a/b",
                "go get (Install); github.com/a/b; reads go.mod; reads go.sum (OptionalLock); in Project",
            ),
            (
                "CGO_ENABLED=0 GOOS=linux go build -C src --ldflags=-s -o /app x.org/y/cmd/z",
                "go build (Build); reads src/go.mod; reads src/go.sum (OptionalLock); project build; in Project",
            ),
            (
                "go build -mod vendor -modfile=alt.mod .",
                "go build (Build); reads alt.mod; reads alt.sum (OptionalLock); project build; in Project",
            ),
            ("go run x.org/y@v1 -flag z@v2", "go run (Build); x.org/y @v1; in Project"),
            (
                "go run main.go x",
                "go run (Build); reads go.mod; reads go.sum (OptionalLock); project run; in Project",
            ),
            (
                "go test -run X -count 1 ./...",
                "go test (Build); reads go.mod; reads go.sum (OptionalLock); project test; in Project",
            ),
        ] {
            assert_shown(&[(script, &format!("{expected}; cache {MODULES} {BUILDS}"))]);
        }
        assert_nothing(&[
            "go",
            "go version",
            "go mod",
            "go mod init x",
            "go env -w A=b",
            "go clean",
            "go $X",
            "go build$X",
        ]);
    }

    #[test]
    fn modules_alone() {
        assert_shown(&[
            (
                "go mod download -x",
                "go mod download (Download); reads go.mod; reads go.sum (OptionalLock); in Cache; cache /root/go/pkg/mod",
            ),
            (
                "GOMODCACHE=/m go mod download x.org/y@v1",
                "go mod download (Download); x.org/y @v1; reads go.mod; reads go.sum (OptionalLock); in Cache; cache /m",
            ),
            (
                "go mod vendor",
                "go mod vendor (Download); reads go.mod; reads go.sum (OptionalLock); project vendor; in Project; \
                 cache /root/go/pkg/mod",
            ),
            ("go clean -modcache", "go clean (Clean); in Cache; cache /root/go/pkg/mod"),
            (
                "go clean -cache -modcache",
                "go clean (Clean); in Cache; cache /root/go/pkg/mod /root/.cache/go-build",
            ),
            ("go clean -testcache", "go clean (Clean); in Cache"),
        ]);
    }

    #[test]
    fn folders() {
        for (above, expected) in [
            (
                "FROM golang:1.25-alpine",
                "in Folder(Some(\"/go/bin\")); cache /go/pkg/mod /root/.cache/go-build",
            ),
            ("FROM me/golang", "in User; cache /root/go/pkg/mod /root/.cache/go-build"),
            (
                "FROM golang AS a\nENV GOPATH=/g:/h\nFROM a",
                "in Folder(Some(\"/g/bin\")); cache /g/pkg/mod /root/.cache/go-build",
            ),
            (
                "FROM x\nENV XDG_CACHE_HOME=/c GOBIN=/b\nUSER app",
                "in Folder(Some(\"/b\")); cache /home/app/go/pkg/mod /c/go-build",
            ),
            ("FROM x\nENV GOCACHE=/c", "in User; cache /root/go/pkg/mod /c"),
            ("FROM golang\nENV GOPATH=$X", "in User; cache /root/go/pkg/mod /root/.cache/go-build"),
        ] {
            let shown = show(&format!("{above}\nRUN go install x@v1"));
            assert_eq!(shown, [format!("go install (Install); x @v1; {expected}")], "{above}");
        }
    }
}
