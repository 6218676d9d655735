use crate::context::looks_like_secret;
use crate::model::{Model, Stage, clean};
use crate::rule::{Report, Rule, RuleContext, SecretFile, copied_files, declare_rule, removal};

declare_rule! {
    /// A file with secrets is removed in a later step than the one that brought it, so that the image still has it.
    ///
    /// Each step is a layer, and a layer that removes a file only hides it: whoever has the image finds it in the layer below.
    /// A mount brings the file for one step and leaves nothing behind: `RUN --mount=type=secret,id=npmrc,target=/root/.npmrc`.
    ///
    /// The rule looks for files that `COPY` and `ADD` name or that a step writes itself: those that hold secrets by their name
    /// (`.env`, `.netrc`, `id_rsa`, key stores) and those that may (`.npmrc`, `.yarnrc`, `.pypirc`, `pip.conf`, `auth.json`,
    /// `settings.xml`, `nuget.config`, `.ssh`, `.aws`, …): that somebody removes them says that they do. Files that the build
    /// context has are judged by what is in them, which `secret-in-context` does. Stages that do not ship are left alone.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM node:24
    /// WORKDIR /app
    /// COPY package.json package-lock.json .npmrc ./
    /// RUN npm ci
    /// RUN rm -f .npmrc
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ARG KEY
    /// RUN mkdir /root/.ssh && echo "$KEY" > /root/.ssh/id_ed25519
    /// RUN git clone ssh://git@example.com/app.git /app && rm -rf /root/.ssh
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:24
    /// WORKDIR /app
    /// COPY package.json package-lock.json ./
    /// RUN --mount=type=secret,id=npmrc,target=/app/.npmrc npm ci
    /// RUN echo "machine example.com login a" > /root/.netrc && curl -n https://example.com -o /x && rm /root/.netrc
    /// ```
    ///
    /// ## Fix safety
    ///
    /// There is no fix: the command that builds the image has to give the secret (`--secret id=…,src=…`).
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/secrets/>
    /// - <https://docs.docker.com/engine/storage/drivers/#images-and-layers>
    pub SecretRemovedLater {
        code: "DF2015",
        name: "secret-removed-later",
        group: Security,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

impl Rule for SecretRemovedLater {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages().iter().filter(|stage| cx.speaks_of(stage)) {
            let copied = copied_files(cx, stage, |path, _| is_secret(path));
            for file in copied.into_iter().chain(written_files(model, stage)) {
                let Some(removed) = removal(model, stage, &file) else { continue };
                let path = file.path.as_deref().unwrap_or(&file.name);
                let line = model.line(file.span.start);
                report
                    .at(removed, format!("`{path}` is removed too late: a layer of the image has it"))
                    .label(file.span, "this brings it")
                    .note(format!("the layer of line {line} stays in the image as it is"))
                    .help(format!(
                        "mount it for the steps that need it: `RUN --mount=type=secret,id={},target={path} …`",
                        file.name.trim_start_matches('.')
                    ));
            }
        }
    }
}

/// Whether a file holds secrets, or does so when somebody takes care to remove it.
fn is_secret(path: &str) -> bool {
    const NAMES: [&str; 18] = [
        ".aws",
        ".docker",
        ".gnupg",
        ".kube",
        ".npmrc",
        ".pypirc",
        ".ssh",
        ".vault_pass",
        ".yarnrc",
        ".yarnrc.yml",
        "_netrc",
        "auth.json",
        "credentials.json",
        "deploy_key",
        "nuget.config",
        "pip.conf",
        "privkey.pem",
        "settings.xml",
    ];
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    looks_like_secret(name)
        || NAMES.contains(&&*name.to_ascii_lowercase())
        || path.ends_with(".aws/credentials")
}

/// The files that steps of a stage write themselves and leave behind.
fn written_files(model: &Model<'_>, stage: &Stage) -> Vec<SecretFile> {
    let mut files = Vec::new();
    for (index, _) in model.body(stage).filter(|(index, _)| model.is_run(*index)) {
        for written in model.written_texts(index) {
            if !is_secret(&written.path) {
                continue;
            }
            let Some(path) = absolute(model, index, &written.path) else { continue };
            if model.is_mounted(index, &path) || model.removes(index, &path) {
                continue;
            }
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            files.push(SecretFile { name, instruction: index, span: written.span, path: Some(path) });
        }
    }
    files
}

/// A path of a script made absolute; `None` when it depends on more than the home directory.
fn absolute(model: &Model<'_>, index: usize, path: &str) -> Option<String> {
    let state = model.state(index);
    let path = match path.strip_prefix("~/").or_else(|| path.strip_prefix("${HOME}/")) {
        Some(rest) => format!("{}/{rest}", state.home()?),
        None => path.to_owned(),
    };
    if path.contains('$') {
        return None;
    }
    state.absolute(&path).map(|path| clean(&path))
}
