use crate::model::packages::{Action, Manager, Package, PackageCommand};
use crate::rule::{Report, Rule, RuleContext, declare_rule, report_unpinned};

declare_rule! {
    /// A package of the npm registry is installed without a version.
    ///
    /// `npm install -g pm2` takes what the tag `latest` points to at the moment of the build, and so does any other tag
    /// (`next`, `lts`). No lock file holds a package that the command line names. A range such as `@^5` counts as a
    /// version.
    ///
    /// The rule is off by default: for a tool of the build the newest release is often what is wanted.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM node:22
    /// RUN npm install -g pm2 typescript@latest
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:22
    /// ARG PNPM=10.1.0
    /// RUN npm i -g pm2@5.4.3 typescript@^5 "pnpm@$PNPM"
    /// COPY package.json package-lock.json ./
    /// RUN npm ci
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3016 knows `npm install` only; here `npm i`, `npm add`, yarn, pnpm and bun are read as well, also behind
    /// `sudo` and in `sh -c`. It takes a tag for a version, and by mistake a folder that begins with a variable for a package. In the profile
    /// `hadolint` this rule looks at `npm install` only, and a tag is a version there, too:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:22
    /// RUN npm install -g typescript@latest && yarn global add pm2
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.npmjs.com/cli/v11/commands/npm-install>
    /// - <https://docs.npmjs.com/cli/v11/commands/npm-dist-tag>
    /// - [hadolint DL3016](https://github.com/hadolint/hadolint/wiki/DL3016)
    pub UnpinnedNpmPackage {
        code: "DF5005",
        name: "unpinned-npm-package",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3016"],
    }
}

impl Rule for UnpinnedNpmPackage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let floating = if cx.follows_hadolint() { without_version } else { floating };
        report_unpinned(cx, report, floating, |name| format!("write `{name}@<version>`"));
    }
}

/// What hadolint reports: packages of `npm install` without any version or tag.
fn without_version(install: &PackageCommand) -> Vec<&Package> {
    if install.manager != Manager::Npm || install.verb.name != "install" {
        return Vec::new();
    }
    install.packages.iter().filter(|package| package.version.is_none() && package.floats()).collect()
}

fn floating(install: &PackageCommand) -> Vec<&Package> {
    let is_npm = matches!(install.manager, Manager::Npm | Manager::Yarn | Manager::Pnpm | Manager::Bun);
    if !is_npm || install.verb.action != Action::Install {
        return Vec::new();
    }
    install.packages.iter().filter(|package| package.floats()).collect()
}
