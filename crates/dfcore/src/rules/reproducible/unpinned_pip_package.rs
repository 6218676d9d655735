use crate::model::packages::{Action, Manager, ManifestRole, Package, PackageCommand, PackageSource};
use crate::rule::{Report, Rule, RuleContext, declare_rule, report_unpinned};

declare_rule! {
    /// A Python package is installed without a version.
    ///
    /// pip takes the newest release that fits. It changes without the Dockerfile changing: the next build without a
    /// cache has other packages, with other bugs. A lower bound alone (`flask>=3`) does not help, since the newest
    /// release is above it.
    ///
    /// A command with a constraints file is left alone, and so is one whose packages are in a variable. Any upper bound
    /// counts as a version.
    ///
    /// The rule is off by default: for many images the newest release is what is wanted.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// RUN pip install --no-cache-dir flask 'gunicorn>=20' requests==2.32.3
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// RUN pip install git+https://github.com/pallets/flask
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// ARG FLASK=3.1.0
    /// COPY requirements.txt constraints.txt ./
    /// RUN pip install "flask==$FLASK" 'gunicorn~=23.0' 'git+https://github.com/pallets/click@8.1.7'
    /// RUN pip install -r requirements.txt
    /// RUN pip install -c constraints.txt requests
    /// RUN pip install ./dist/app.whl .
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3013
    ///
    /// - takes any operator for a pin, also `>=`,
    /// - does not look at packages next to `-r` or `.`, nor at extras and `-e git+https://…`,
    /// - reports variables, whose text it does not know,
    /// - takes the user in `git+ssh://git@host/…` for a version,
    /// - does not know `uv pip install`, nor pip behind `sudo` and with an option before `install`.
    ///
    /// In the profile `hadolint` this rule does as hadolint does but for `git+ssh://`:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// RUN pip install 'gunicorn>=20' && uv pip install flask
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// RUN pip install $PACKAGES
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://pip.pypa.io/en/stable/topics/repeatable-installs/>
    /// - <https://packaging.python.org/en/latest/specifications/version-specifiers/>
    /// - [hadolint DL3013](https://github.com/hadolint/hadolint/wiki/DL3013)
    pub UnpinnedPipPackage {
        code: "DF5004",
        name: "unpinned-pip-package",
        group: Reproducible,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3013"],
    }
}

impl Rule for UnpinnedPipPackage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let floating = if cx.follows_hadolint() { without_version } else { floating };
        report_unpinned(cx, report, floating, |name| {
            format!("write `{name}==<version>`, or list it with its version in a requirements file")
        });
    }
}

/// What hadolint reports: packages of pip itself without any constraint, where no file lists others.
fn without_version(install: &PackageCommand) -> Vec<&Package> {
    let is_listed = !install.manifests.is_empty() || install.project.is_some();
    if install.manager != Manager::Pip || install.verb.action != Action::Install || is_listed {
        return Vec::new();
    }
    let is_open = |package: &&Package| {
        package.version.is_none() && (package.floats() || package.source == PackageSource::Unknown)
    };
    install.packages.iter().filter(is_open).collect()
}

fn floating(install: &PackageCommand) -> Vec<&Package> {
    let is_pip = match install.manager {
        Manager::Pip => install.verb.action == Action::Install,
        Manager::Uv => install.verb.name == "pip install",
        _ => false,
    };
    let is_constrained = install.manifests.iter().any(|manifest| manifest.role == ManifestRole::Constraints);
    if !is_pip || is_constrained {
        return Vec::new();
    }
    install.packages.iter().filter(|package| package.floats()).collect()
}
