//! In which folder each command of a script starts: the working directory, moved by `cd`.

use crate::model::{State, clean};
use crate::shell::{Command, Nesting, Script, Wrapper};

/// The absolute folder that each command of a script starts in; `None` where a `cd` before it leads to a folder that is
/// not known, or may not have been reached.
pub(super) fn directories(state: State<'_>, script: &Script) -> Vec<Option<String>> {
    let start = state.workdir.as_known().map(str::to_owned);
    let mut scopes = vec![Scope { nesting: &[], through: &[], folder: start }];
    script.commands.iter().map(|command| enter(&mut scopes, command, state)).collect()
}

/// A part of the script that changed to a folder.
struct Scope<'a> {
    nesting: &'a [Nesting],
    through: &'a [Wrapper],
    folder: Option<String>,
}

impl Scope<'_> {
    fn holds(&self, command: &Command) -> bool {
        command.nesting.starts_with(self.nesting) && command.through.starts_with(self.through)
    }

    /// Whether the folder is the old one again after it: it has a shell of its own.
    fn is_closed(&self) -> bool {
        let is_shell = |nesting: &Nesting| matches!(nesting, Nesting::Subshell | Nesting::Substitution);
        !self.through.is_empty() || self.nesting.iter().any(is_shell)
    }
}

/// Where the command starts; a `cd` moves the commands after it.
fn enter<'a>(scopes: &mut Vec<Scope<'a>>, command: &'a Command, state: State<'_>) -> Option<String> {
    while let Some(left) = scopes.pop_if(|scope| !scope.holds(command)) {
        // A branch, loop or group without a shell of its own may have moved what follows.
        if !left.is_closed()
            && let Some(scope) = scopes.last_mut()
        {
            scope.folder = None;
        }
    }
    let folder = scopes.last().and_then(|scope| scope.folder.clone());
    if matches!(command.name.as_deref(), Some("cd" | "pushd" | "popd")) {
        let folder = changed(command, folder.as_deref(), state);
        match scopes.last_mut() {
            Some(scope)
                if scope.nesting.len() == command.nesting.len()
                    && scope.through.len() == command.through.len() =>
            {
                scope.folder = folder;
            }
            _ => scopes.push(Scope { nesting: &command.nesting, through: &command.through, folder }),
        }
    }
    folder
}

/// The folder after a `cd` in a folder.
fn changed(command: &Command, folder: Option<&str>, state: State<'_>) -> Option<String> {
    let mut targets = command.arguments().iter().filter(|word| !matches!(&*word.raw, "-P" | "-L" | "--"));
    let (target, None) = (targets.next()?, targets.next()) else { return None };
    let path = target.resolve(|name| state.scope.run_environment(name)?.as_known().map(str::to_owned))?;
    let is_elsewhere = command.is("popd") || path.starts_with(['-', '+', '~']);
    if is_elsewhere { None } else { absolute(folder, &path) }
}

/// A path made absolute and clean; `None` when the folder is needed and unknown.
pub(super) fn absolute(folder: Option<&str>, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some(clean(path));
    }
    Some(clean(&format!("{}/{path}", folder?)))
}

#[cfg(test)]
mod tests {
    use crate::model::Model;
    use crate::text::SourceFile;

    /// The folder of the last command, a `pwd`.
    fn folder(script: &str) -> Option<String> {
        let text = format!("FROM x\nWORKDIR /w\nENV SUB=s\nARG ANY\nRUN {script}");
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let model = Model::new(&source);
        super::directories(model.state(4), model.script(4)).pop().flatten()
    }

    #[test]
    fn a_folder_follows_cd_through_scopes() {
        for (script, expected) in [
            ("pwd", Some("/w")),
            ("cd a && pwd", Some("/w/a")),
            ("cd a && cd ../b/./ && pwd", Some("/w/b")),
            ("cd /a; cd -P \"$SUB\"; pwd", Some("/a/s")),
            ("cd $ANY && pwd", None),
            ("cd $ANY && cd /a && pwd", Some("/a")),
            ("cd - && pwd", None),
            ("cd && pwd", None),
            ("pushd a && pwd", Some("/w/a")),
            ("pushd a && popd && pwd", None),
            ("(cd a && id) && pwd", Some("/w")),
            ("(cd a && pwd)", Some("/w/a")),
            ("cd a && (cd b && pwd)", Some("/w/a/b")),
            ("{ cd a && pwd; }", Some("/w/a")),
            ("{ cd a; }; pwd", None),
            ("if id; then cd a; fi; pwd", None),
            ("if id; then cd a; pwd; fi", Some("/w/a")),
            ("bash -c 'cd a && pwd'", Some("/w/a")),
            ("bash -c 'cd a'; pwd", Some("/w")),
            ("bash -c 'cd a && id'; bash -c 'cd b && pwd'", Some("/w/b")),
            ("x=$(cd a && id); pwd", Some("/w")),
        ] {
            assert_eq!(folder(script).as_deref(), expected, "{script}");
        }
    }
}
