use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::model::packages::{Manager, ManifestRole, PackageCommand};
use crate::rule::{Report, Rule, RuleContext, ScriptEdits, context_file, declare_rule, is_brought_by_name};
use crate::shell::Word;

declare_rule! {
    /// There is a lock file, and an install may change it or pass over it instead of failing.
    ///
    /// `uv sync`, `npm install`, `yarn`, `pnpm install`, `bun install`, `pdm install` and `pipenv install` write a new lock
    /// when it does not fit the list of packages any more: the image then has versions that nobody has seen or tested, and
    /// nobody is told. In a build the lock has the last word: let the install fail when it is out of date.
    ///
    /// The rule speaks up where the lock is in the build context, or where the file names it in a `COPY` or a bind mount.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY pyproject.toml uv.lock ./
    /// RUN uv sync --no-dev
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM python:3.12-slim
    /// COPY pyproject.toml uv.lock ./
    /// RUN uv sync --locked --no-dev
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM node:22-slim
    /// COPY package.json package-lock.json ./
    /// RUN npm install --omit=dev
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM node:22-slim
    /// COPY package.json package-lock.json ./
    /// RUN npm ci --omit=dev
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// ENV UV_LOCKED=1
    /// COPY pyproject.toml uv.lock ./
    /// RUN uv sync --no-dev
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:22-slim
    /// COPY package.json ./
    /// RUN npm install --omit=dev
    /// ```
    ///
    /// ### A pattern is judged by the build context
    ///
    /// ```file=package.json
    /// {"name": "app", "dependencies": {"express": "^5.1.0"}}
    /// ```
    ///
    /// ```file=pnpm-lock.yaml
    /// lockfileVersion: '9.0'
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM node:22-slim
    /// WORKDIR /app
    /// COPY package.json pnpm-lock.yaml* ./
    /// RUN pnpm install --prod
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM node:22-slim
    /// WORKDIR /app
    /// COPY package.json pnpm-lock.yaml* ./
    /// RUN pnpm install --frozen-lockfile --prod
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the build fails when the lock is out of date, and `npm ci` removes a `node_modules` that is there.
    /// There is no fix for `yarn`, whose versions have different options.
    ///
    /// ## Limits
    ///
    /// Silent where `CI` is set, which makes pnpm and yarn keep to the lock.
    ///
    /// ## Sources
    ///
    /// - <https://docs.astral.sh/uv/concepts/projects/sync/#automatic-lock-and-sync>
    /// - <https://docs.npmjs.com/cli/v11/commands/npm-ci>
    /// - <https://pnpm.io/cli/install#--frozen-lockfile>
    /// - <https://classic.yarnpkg.com/lang/en/docs/cli/install/#toc-yarn-install-frozen-lockfile>
    /// - <https://yarnpkg.com/cli/install>
    /// - <https://bun.com/docs/pm/cli/install>
    /// - <https://pipenv.pypa.io/en/latest/cli.html#install>
    pub LockNotEnforced {
        code: "DF5025",
        name: "lock-not-enforced",
        group: Reproducible,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

impl Rule for LockNotEnforced {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, _) in model.run_scripts() {
            for install in model.installs(index).filter(|install| ignores_lock(model, index, install)) {
                let Some(lock) = lock(cx, index, install) else { continue };
                say(model, index, install, &lock, report);
            }
        }
    }
}

/// Whether an install of a project may go on with another lock than the one that is there.
fn ignores_lock(model: &Model<'_>, index: usize, install: &PackageCommand) -> bool {
    let scope = model.state(index).scope;
    let assignments = &model.script(index).commands[install.command].assignments;
    let is_set = |name: &str| {
        scope.run_environment(name).is_some() || assignments.iter().any(|assignment| assignment.name == name)
    };
    let has = |names: &[&str]| install.option(names).is_some();
    let exported = |name: &str| model.slice(model.instruction(index).span).contains(&format!("{name}="));
    let is_lax = match install.manager {
        Manager::Uv => install.verb.name == "sync" && !exported("UV_LOCKED") && !exported("UV_FROZEN"),
        Manager::Npm => install.verb.name == "install",
        Manager::Yarn => {
            let options = ["--frozen-lockfile", "--immutable", "--pure-lockfile", "--no-immutable"];
            let decides = is_set("YARN_ENABLE_IMMUTABLE_INSTALLS") || is_set("CI") || exported("CI");
            install.verb.name == "install" && !has(&options) && !decides
        }
        Manager::Pnpm => {
            let options = ["--frozen-lockfile", "--no-frozen-lockfile", "--fix-lockfile"];
            install.verb.name == "install" && !has(&options) && !is_set("CI") && !exported("CI")
        }
        Manager::Bun => {
            install.verb.name == "install" && !has(&["--frozen-lockfile", "--production", "-p", "--no-save"])
        }
        Manager::Pdm => {
            let options = ["--frozen-lockfile", "--no-lock"];
            install.verb.name == "install" && !has(&options) && !is_set("PDM_FROZEN_LOCKFILE")
        }
        Manager::Pipenv => {
            install.verb.name == "install"
                && !has(&["--deploy", "--ignore-pipfile"])
                && !is_set("PIPENV_DEPLOY")
        }
        _ => false,
    };
    // `uv sync $OPTIONS`
    let is_open = |word: &Word| word.value.is_none() && word.literal_prefix().is_empty();
    let words = &model.script(index).commands[install.command].words;
    is_lax && install.packages.is_empty() && !words.iter().any(is_open)
}

/// The name of the lock that the install finds.
fn lock(cx: &RuleContext<'_>, index: usize, install: &PackageCommand) -> Option<String> {
    let locks = install.manifests.iter().filter(|manifest| manifest.role == ManifestRole::OptionalLock);
    locks.filter_map(|manifest| manifest.path.as_deref()).find_map(|path| {
        let name = path.rsplit('/').next()?.to_owned();
        let in_context = || {
            let path = match path.starts_with('/') {
                true => path.to_owned(),
                false => crate::model::clean(&format!("{}/{path}", install.directory.as_deref()?)),
            };
            context_file(cx.model, cx.context?, index, &path)
        };
        let is_there = is_brought_by_name(cx.model, index, &name) || in_context().is_some();
        is_there.then_some(name)
    })
}

fn say(model: &Model<'_>, index: usize, install: &PackageCommand, lock: &str, report: &mut Report<'_>) {
    let name = install.manager.name();
    let flag = match install.manager {
        Manager::Uv => "--locked",
        Manager::Pipenv => "--deploy",
        Manager::Yarn => "--immutable",
        _ => "--frozen-lockfile",
    };
    let help = match install.manager {
        Manager::Npm => "install with `npm ci`".to_owned(),
        Manager::Yarn => "add `--immutable`, with yarn 1 `--frozen-lockfile`".to_owned(),
        _ => format!("add `{flag}`"),
    };
    let finding = report
        .at(install.span, format!("`{name} {}` does not insist on `{lock}`", install.verb.name))
        .note(format!("when it does not fit any more, {name} installs other versions and says nothing"))
        .help(help);
    let edit = ScriptEdits::of(model, index).and_then(|edits| {
        let command = &model.script(index).commands[install.command];
        match install.manager {
            Manager::Yarn => None,
            Manager::Npm => {
                let verb = command.words.iter().find(|word| word.span == install.verb.span)?;
                edits.replace(verb, "ci")
            }
            _ => edits.insert_behind(command, install.verb.span, flag),
        }
    });
    if let Some(edit) = edit {
        let edit: Edit = edit;
        finding.fix(Fix::suggested("fail when the lock is out of date", [edit]));
    }
}
