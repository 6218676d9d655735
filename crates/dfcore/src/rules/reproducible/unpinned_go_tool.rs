use crate::model::packages::{Manager, Package, PackageCommand};
use crate::rule::{Report, Rule, RuleContext, declare_rule, report_unpinned};

declare_rule! {
    /// A Go program is fetched without a version.
    ///
    /// `@latest`, the name of a branch, and a `go get` without a version all mean what is newest at the moment of the
    /// build. A number or a commit gives the same program again, and its checksum is verified against the checksum
    /// database.
    ///
    /// Nothing is said of `go install` and `go run` without an `@`: they build the version that `go.mod` names.
    ///
    /// The rule is off by default: for a tool of the build the newest release is often what is wanted.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26
    /// RUN go install golang.org/x/tools/cmd/stringer@latest
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26
    /// RUN go get github.com/spf13/cobra
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26
    /// ARG STRINGER=v0.29.0
    /// RUN go install "golang.org/x/tools/cmd/stringer@$STRINGER" && go run golang.org/x/tools/cmd/godoc@v0.1.0
    /// COPY . .
    /// RUN go install -ldflags '-s -w' ./cmd/... && go install example.com/app
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3062 reports any package without an `@`, also of the module that is built, takes the values of
    /// options (`-tags netgo`, `-ldflags '…'`), the word `tool` and files (`main.go`) for packages, and a branch for a
    /// version. It is mistaken there, so that this rule keeps to what is right in the profile `hadolint` too.
    ///
    /// ## Sources
    ///
    /// - <https://go.dev/ref/mod#version-queries>, <https://go.dev/ref/mod#go-install>
    /// - [hadolint DL3062](https://github.com/hadolint/hadolint/wiki/DL3062)
    pub UnpinnedGoTool {
        code: "DF5011",
        name: "unpinned-go-tool",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3062"],
    }
}

impl Rule for UnpinnedGoTool {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        report_unpinned(cx, report, floating, |name| format!("write `{name}@v<version>`"));
    }
}

fn floating(install: &PackageCommand) -> Vec<&Package> {
    if install.manager != Manager::Go {
        return Vec::new();
    }
    let floats = |package: &&Package| match package.version.as_deref() {
        // It takes the module out.
        Some("@none") => false,
        Some(_) => package.floats(),
        None => install.verb.name == "get" && package.floats(),
    };
    install.packages.iter().filter(floats).collect()
}
