use crate::model::packages::Manager;
use crate::model::{Origin, is_below};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{CopySource, InstructionKind};

declare_rule! {
    /// Packages of `pip install --user` are copied between stages as `~/.local` instead of as a virtual environment.
    ///
    /// The user's site directory belongs to one home: the stage that receives `/root/.local` finds its packages
    /// only when it runs as a user with that home, its programs only with `~/.local/bin` on the `PATH`, and
    /// the folder brings along whatever else was installed for that user. With a `USER` other than root the
    /// packages are not even readable, since `/root` is closed to others. A virtual environment at a fixed
    /// path (`/opt/venv`) works for every user, in every stage with the same Python.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim AS builder
    /// COPY requirements.txt ./
    /// RUN pip install --user -r requirements.txt
    ///
    /// FROM python:3.12-slim
    /// COPY --from=builder /root/.local /root/.local
    /// ENV PATH="/root/.local/bin:$PATH"
    /// USER 1000
    /// CMD ["gunicorn", "app:app"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim AS builder
    /// RUN python -m venv /opt/venv
    /// ENV PATH="/opt/venv/bin:$PATH"
    /// COPY requirements.txt ./
    /// RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
    ///
    /// FROM python:3.12-slim
    /// COPY --from=builder /opt/venv /opt/venv
    /// ENV PATH="/opt/venv/bin:$PATH"
    /// USER 1000
    /// CMD ["gunicorn", "app:app"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-user>
    /// - <https://docs.python.org/3/library/site.html#site.USER_SITE>
    /// - <https://docs.python.org/3/library/venv.html>
    pub UserSiteCopied {
        code: "DF1001",
        name: "user-site-copied",
        group: Correctness,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for UserSiteCopied {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, instruction) in model.instructions() {
            let InstructionKind::Copy(copy) = &instruction.kind else { continue };
            let Some(Origin::Stage(origin)) = model.copy_origin(index) else { continue };
            // The first `pip install --user` of the stage that is copied from, and where it puts its files.
            let lineage = model.lineage(&model.stages()[origin]);
            let installs = lineage
                .iter()
                .flat_map(|stage| model.body(stage))
                .flat_map(|(place, _)| model.installs(place).map(move |install| (place, install)));
            let mut user_installs = installs.filter_map(|(place, install)| {
                let option = install.option(&["--user"]).filter(|_| install.manager == Manager::Pip)?;
                let site = format!("{}/.local", model.state(place).home()?);
                Some((option.span, install, site))
            });
            let Some((option, install, site)) = user_installs.next() else { continue };

            for source in &copy.sources {
                let CopySource::Path(word) = source else { continue };
                let Some(path) =
                    model.expand(index, word).as_known().map(|path| crate::model::clean(&format!("/{path}")))
                else {
                    continue;
                };
                if !is_below(&path, &site) && path != site.trim_end_matches("/.local") {
                    continue;
                }
                let mut finding = report
                    .at(word.span, format!("packages of `pip install --user` are copied with `{path}`"))
                    .label(option, "installed below the user's home");
                if let Some(note) = unreadable(cx, index, copy.destination.as_ref()) {
                    finding = finding.note(note);
                } else {
                    finding = finding.note("they are found only by a user whose home it is");
                }
                let what = match install.manifests.iter().find_map(|manifest| manifest.path.as_deref()) {
                    Some(manifest) => format!("-r {manifest}"),
                    None => "…".to_owned(),
                };
                finding.help(format!(
                    "create a virtual environment (`python -m venv /opt/venv`), install with `/opt/venv/bin/pip install {what}`, and copy `/opt/venv`"
                ));
            }
        }
    }
}

/// Why the user that the stage ends with cannot read the copy, when it is below `/root`.
fn unreadable(
    cx: &RuleContext<'_>,
    index: usize,
    destination: Option<&crate::syntax::ast::Word>,
) -> Option<String> {
    let model = cx.model;
    let stage = model.stage_of(index)?;
    let destination = model.expand(index, destination?);
    let path = model.state(index).absolute(destination.as_known()?)?;
    let user = &model.state_at_end(stage).user;
    let is_closed = is_below(&path, "/root") && user.is_root() == Some(false);
    is_closed.then(|| {
        let name = user.name().unwrap_or_default();
        format!("the stage ends as user `{name}`, who cannot enter `/root`: the packages are out of reach")
    })
}
