//! gem.
//!
//! Source: the option parsers of RubyGems 3.3.15, asked for the options with a value. Directories: `gem env` under several
//! variables. Without `GEM_HOME` the folder of gems holds the version of Ruby, so that it is not known, nor the `cache` of
//! downloads in it. RubyGems has no switch for it.

use super::command::{Action, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource};
use super::options::{Arguments, Options};
use super::place::join;
use super::{Manager, Place};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--bindir",
        "--build-root",
        "--bulk-threshold",
        "--config-file",
        "--install-dir",
        "--platform",
        "--skip",
        "--source",
        "--trust-policy",
        "--version",
        "--without",
    ],
    short: "vinPBs",
};

/// Options whose value may be left out.
const OPTIONAL: &[&str] = &["--document", "--file", "-g", "--http-proxy", "-p", "--system"];

/// A verb may be cut short as long as it is the only one.
fn verb(word: &str) -> Option<(&'static str, Action)> {
    Some(match word {
        "install" | "i" | "inst" | "insta" | "instal" => ("install", Action::Install),
        "update" | "up" | "upd" => ("update", Action::Upgrade),
        "fetch" => ("fetch", Action::Download),
        "uninstall" | "uninst" => ("uninstall", Action::Remove),
        "cleanup" => ("cleanup", Action::Remove),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    // After two dashes come options for building.
    let end = place.arguments.iter().position(|word| word.is("--")).unwrap_or(place.arguments.len());
    let mut arguments = OPTIONS.parse(&place.arguments[..end]);
    arguments.drop_values_of(OPTIONAL, 1);
    let (word, gems) = arguments.positionals.split_first()?;
    let (name, action) = verb(word.value.as_deref()?)?;
    let mut command = place.package_command(Manager::Gem, Some(word), name, action);
    command.packages = gems.iter().map(|word| package(word)).collect();
    if let (Some(version), [package]) =
        (arguments.last(&["--version", "-v"]), command.packages.as_mut_slice())
    {
        package.version = version.value_text();
    }
    command.manifests = manifest(place.arguments).into_iter().collect();
    command.location = location(place, &arguments, action);
    if let Location::Folder(Some(folder)) = &command.location
        && action != Action::Download
    {
        command.cache.directories.extend(place.folder(&join(folder, "cache")));
    }
    command.options = arguments.to_options();
    Some(command)
}

/// The file of `--file Gemfile`, which may also be left out.
fn manifest(words: &[Word]) -> Option<Manifest> {
    let at = words.iter().position(|word| word.is("--file") || word.is("-g"))?;
    let file = words.get(at + 1).filter(|word| !word.raw.starts_with('-'))?;
    Some(Manifest { span: file.span, path: file.value.clone(), role: ManifestRole::Packages })
}

pub(super) fn location(place: &Place<'_>, arguments: &Arguments<'_>, action: Action) -> Location {
    if action == Action::Download {
        return Location::Folder(Some(".".to_owned()));
    }
    if let Some(folder) = arguments.last(&["--install-dir", "-i"]) {
        return Location::Folder(folder.value.clone());
    }
    if arguments.last(&["--user-install"]).is_some() {
        return Location::User;
    }
    home(place).map_or(Location::System, |home| Location::Folder(Some(home)))
}

/// Where gems are, when a variable says so.
pub(super) fn home(place: &Place<'_>) -> Option<String> {
    place.folder_variable("GEM_HOME")
}

/// `name`, `name:1.2`, `'name:~> 1.2'`, or a file.
fn package(word: &Word) -> Package {
    let text = word.text();
    if text.contains('/') || text.ends_with(".gem") {
        return Package::of(word, PackageSource::Local);
    }
    let (name, version) = text.split_at(text.find(':').unwrap_or(text.len()));
    Package::of(word, PackageSource::Registry).named(name, version)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    #[test]
    fn gems() {
        assert_shown(&[
            ("gem install rails -v 7.0 --no-document", "gem install (Install); rails 7.0; in System"),
            (
                "gem install rails:7.0 'rack:~> 2' puma",
                "gem install (Install); rails :7.0; rack :~> 2; puma; in System",
            ),
            ("gem i -v \"$V\" bundler", "gem install (Install); bundler ${V}; in System"),
            ("gem install --version='~> 2.0' bundler", "gem install (Install); bundler ~> 2.0; in System"),
            (
                "gem install --document ri -s https://x a ./b.gem -- --with-x y",
                "gem install (Install); a; ./b.gem (Local); in System",
            ),
            ("gem install -i /g a", "gem install (Install); a; in Folder(Some(\"/g\")); cache /g/cache"),
            ("gem install --user-install a", "gem install (Install); a; in User"),
            ("gem install -g Gemfile", "gem install (Install); reads Gemfile; in System"),
            ("gem update --system 3.4.1 --no-document", "gem update (Upgrade); in System"),
            ("gem update --system", "gem update (Upgrade); in System"),
            ("gem update --system --no-document rake", "gem update (Upgrade); rake; in System"),
            ("gem fetch rake", "gem fetch (Download); rake; in Folder(Some(\".\"))"),
            ("gem uninstall -aIx rake", "gem uninstall (Remove); rake; in System"),
        ]);
        assert_nothing(&[
            "gem",
            "gem list",
            "gem --version",
            "gem -v install",
            "gem sources --add https://x",
            "gem $X",
        ]);
    }

    #[test]
    fn folders() {
        for (above, expected) in [
            ("FROM ruby:3.4-slim", "in Folder(Some(\"/usr/local/bundle\")); cache /usr/local/bundle/cache"),
            ("FROM x\nENV GEM_HOME=/g", "in Folder(Some(\"/g\")); cache /g/cache"),
        ] {
            assert_eq!(
                show(&format!("{above}\nRUN gem install a")),
                [format!("gem install (Install); a; {expected}")]
            );
        }
    }
}
