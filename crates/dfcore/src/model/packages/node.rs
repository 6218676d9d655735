//! What npm, yarn, pnpm and bun have in common: how a package is written.
//!
//! Source: `npm-package-arg` of npm 11.21.2, asked for each form; the `workspace:`, `link:`, `portal:`, `patch:`, `jsr:`
//! and `catalog:` protocols: <https://yarnpkg.com/protocols>, <https://pnpm.io/package-sources>.

use super::command::{Package, PackageCommand, PackageSource};
use crate::shell::Word;

/// Sorts the words after a verb into packages and the project's own tree; a local package is both.
pub(super) fn targets(command: &mut PackageCommand, words: &[&Word]) {
    for word in words {
        let text = word.text();
        // `true` and `false` belong to the switch before them.
        if matches!(&*text, "true" | "false") {
            continue;
        }
        if is_local_tree(&text) {
            command.project = Some(word.span);
        }
        command.packages.push(package(word));
    }
}

/// `name`, `@scope/name`, either with `@` and a version, a tag or a source; or a source alone.
pub(super) fn package(word: &Word) -> Package {
    let text = word.text();
    let of = |source| Package::of(word, source);
    let (name, version) = split(&text);
    let target = version.strip_prefix('@').unwrap_or_default();
    if is_name(name)
        && let Some(source) = source(target)
    {
        return of(source).named(name, "");
    }
    if let Some(source) = source(&text) {
        return of(source);
    }
    // `npm:real@1`, `alias@npm:real@1`; `name@npm:^1` of yarn names a version.
    for real in [&*text, target].into_iter().filter_map(|text| text.split_once(':')) {
        if matches!(real.0, "npm" | "jsr")
            && real.1.starts_with(|c: char| c == '@' || c.is_ascii_alphabetic())
        {
            let (name, version) = split(real.1);
            return of(PackageSource::Registry).named(name, version);
        }
    }
    of(PackageSource::Registry).named(name, if target.is_empty() { "" } else { version })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(':') && (text.starts_with('@') || !text.contains('/'))
}

/// The name, and from the `@` on the rest.
fn split(text: &str) -> (&str, &str) {
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// Where a package comes from that is written without a name; `None` for the registry.
fn source(text: &str) -> Option<PackageSource> {
    let is_local =
        ["file:", "link:", "portal:", "workspace:", "~/"].iter().any(|start| text.starts_with(start));
    if is_local || text.starts_with(['.', '/']) {
        return Some(PackageSource::Local);
    }
    let hosts = ["github:", "gitlab:", "bitbucket:", "gist:", "git@", "git+"];
    if text.contains("://") || hosts.iter().any(|start| text.starts_with(start)) {
        return Some(PackageSource::Address);
    }
    if is_archive(text) {
        return Some(PackageSource::Local);
    }
    // `user/repository` of GitHub; a scope begins with `@`.
    let path = text.split('#').next().unwrap_or_default();
    let is_repository = path.contains('/') && !path.starts_with(['@', '$']) && !path.contains([':', '@']);
    is_repository.then_some(PackageSource::Address)
}

fn is_archive(text: &str) -> bool {
    [".tgz", ".tar.gz", ".tar"].iter().any(|ending| text.ends_with(ending))
}

/// Whether a target is a folder of the build's own tree.
fn is_local_tree(text: &str) -> bool {
    let path = text.strip_prefix("file:").unwrap_or(text);
    path.starts_with(['.', '/']) && !is_archive(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn packages_are_read_as_npm_reads_them() {
        for (text, expected) in [
            ("react", "Registry react"),
            ("react@^18", "Registry react @^18"),
            ("react@latest", "Registry react @latest"),
            ("react@>=1 <2", "Registry react @>=1 <2"),
            ("foo@", "Registry foo"),
            ("@s/x", "Registry @s/x"),
            ("@s/x@1", "Registry @s/x @1"),
            ("react@$V", "Registry react @${V}"),
            ("$P", "Unknown"),
            ("$P@1", "Unknown @1"),
            ("@s/$P@1", "Registry ? @1"),
            ("alias@npm:@s/x@^1", "Registry @s/x @^1"),
            ("alias@npm:x", "Registry x"),
            ("lodash@npm:^4", "Registry lodash @npm:^4"),
            ("npm:foo@1", "Registry foo @1"),
            ("jsr:@std/fs@1", "Registry @std/fs @1"),
            ("./lib", "Local"),
            ("../x", "Local"),
            ("/abs", "Local"),
            (".", "Local"),
            ("~/x", "Local"),
            ("file:../x", "Local"),
            ("x.tgz", "Local"),
            ("foo@file:../a", "Local foo"),
            ("a@workspace:*", "Local a"),
            ("git+https://h/x.git#v1", "Address"),
            ("https://x/y.tgz", "Address"),
            ("user/repo", "Address"),
            ("user/repo#semver:^1", "Address"),
            ("github:u/r", "Address"),
            ("git@github.com:u/r.git", "Address"),
            ("@s/x@https://h/t.tgz", "Address @s/x"),
            ("foo@github:u/r", "Address foo"),
            ("", "Registry"),
            ("@", "Registry @"),
        ] {
            let word = Word {
                span: Span::default(),
                raw: text.to_owned(),
                value: (!text.contains('$')).then(|| text.to_owned()),
            };
            let package = package(&word);
            let mut shown = format!("{:?}", package.source);
            let unknown_name = text.contains('$') && package.name.is_none() && !text.starts_with('$');
            for part in
                [package.name, unknown_name.then(|| "?".to_owned()), package.version].into_iter().flatten()
            {
                shown.push_str(&format!(" {part}"));
            }
            assert_eq!(shown, expected, "{text}");
        }
    }
}
