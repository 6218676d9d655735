//! cargo, with its plugin cargo-chef, which builds the dependencies that a recipe lists.
//!
//! Source: `cargo <verb> --help` of cargo 1.95 and `cargo chef cook --help` of cargo-chef 0.1.78. Directories:
//! `CARGO_HOME`, else `~/.cargo`, tried out with `cargo fetch`; cargo has no switch for its cache. The official image
//! sets `CARGO_HOME`, which is known by the image's name (`official_images.rs`).

use super::command::{Action, Location, Manifest, ManifestRole, Package, PackageCommand, PackageSource};
use super::options::{Arguments, Options};
use super::place::{implied_in, join};
use super::{Manager, Place};
use crate::shell::Word;

const OPTIONS: Options = Options {
    long: &[
        "--artifact-dir",
        "--base",
        "--bench",
        "--bin",
        "--branch",
        "--color",
        "--config",
        "--example",
        "--exclude",
        "--explain",
        "--features",
        "--git",
        "--index",
        "--jobs",
        "--lockfile-path",
        "--manifest-path",
        "--message-format",
        "--package",
        "--path",
        "--precise",
        "--profile",
        "--publish-time",
        "--recipe-path",
        "--registry",
        "--rename",
        "--rev",
        "--root",
        "--sync",
        "--tag",
        "--target",
        "--target-dir",
        "--test",
        "--version",
    ],
    short: "pFjsCZ",
};

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        ["install", ..] => ("install", Action::Install),
        ["fetch", ..] => ("fetch", Action::Download),
        ["vendor", ..] => ("vendor", Action::Download),
        ["build" | "b", ..] => ("build", Action::Build),
        ["check" | "c", ..] => ("check", Action::Build),
        ["test" | "t", ..] => ("test", Action::Build),
        ["run" | "r", ..] => ("run", Action::Build),
        ["bench", ..] => ("bench", Action::Build),
        ["doc" | "d", ..] => ("doc", Action::Build),
        ["rustc", ..] => ("rustc", Action::Build),
        ["rustdoc", ..] => ("rustdoc", Action::Build),
        ["clippy", ..] => ("clippy", Action::Build),
        ["fix", ..] => ("fix", Action::Build),
        ["chef", "cook", ..] => ("chef cook", Action::Build),
        ["add", ..] => ("add", Action::Refresh),
        ["update", ..] => ("update", Action::Refresh),
        ["generate-lockfile", ..] => ("generate-lockfile", Action::Refresh),
        ["uninstall", ..] => ("uninstall", Action::Remove),
        ["remove" | "rm", ..] => ("remove", Action::Remove),
        ["clean", ..] => ("clean", Action::Clean),
        _ => return None,
    })
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let words = match place.arguments.split_first() {
        // `+nightly` names a toolchain.
        Some((first, rest)) if first.text().starts_with('+') => rest,
        _ => place.arguments,
    };
    let arguments = OPTIONS.parse(words);
    let (name, action) = verb(&arguments.words())?;
    let (verb_words, crates) = arguments.positionals.split_at(name.split(' ').count());
    let mut command = place.package_command(Manager::Cargo, verb_words.last().copied(), name, action);
    command.options = arguments.to_options();
    command.location = location(place, &arguments, name, crates);
    command.cache.directories = caches(place);
    match name {
        "clean" => command.cache.directories = cleaned(place, &arguments),
        "install" => install(&mut command, &arguments, crates),
        "uninstall" => command.packages = crates.iter().map(|word| package(word)).collect(),
        "chef cook" => command.manifests.push(recipe(&command, &arguments)),
        "add" | "update" | "remove" => {
            command.packages = crates.iter().map(|word| package(word)).collect();
            manifests(&mut command, &arguments);
        }
        _ => manifests(&mut command, &arguments),
    }
    if action == Action::Build && name != "chef cook" {
        command.project = Some(command.verb.span);
    }
    Some(command)
}

fn install(command: &mut PackageCommand, arguments: &Arguments<'_>, crates: &[&Word]) {
    if let Some(path) = arguments.last(&["--path"]) {
        command.project = Some(path.value_word.map_or(path.span, |word| word.span));
        return;
    }
    command.packages = crates.iter().map(|word| package(word)).collect();
    if let Some(git) = arguments.last(&["--git"]) {
        command.packages.iter_mut().for_each(|package| package.source = PackageSource::Address);
        if command.packages.is_empty() {
            command.packages.extend(git.value_word.map(|word| Package::of(word, PackageSource::Address)));
        }
    }
    if let (Some(version), [package]) = (arguments.last(&["--version"]), command.packages.as_mut_slice()) {
        package.version = version.value_text();
    }
}

/// `Cargo.toml` and `Cargo.lock`, which lies beside it unless it is a member of a workspace.
fn manifests(command: &mut PackageCommand, arguments: &Arguments<'_>) {
    let folder = arguments.last(&["-C"]);
    let is_locked = arguments.last(&["--locked", "--frozen"]).is_some();
    let role = if is_locked { ManifestRole::Lock } else { ManifestRole::OptionalLock };
    let mut manifest = implied_in(folder, &command.verb, "Cargo.toml", ManifestRole::Packages);
    let mut lock = implied_in(folder, &command.verb, "Cargo.lock", role);
    if let Some(option) = arguments.last(&["--manifest-path"]) {
        let beside = |path: &String| match path.rsplit_once('/') {
            Some((folder, _)) => join(folder, "Cargo.lock"),
            None => "Cargo.lock".to_owned(),
        };
        manifest.span = option.value_word.map_or(option.span, |word| word.span);
        manifest.path = option.value.clone();
        lock.path = manifest.path.as_ref().map(beside);
    }
    command.manifests = vec![manifest, lock];
}

fn recipe(command: &PackageCommand, arguments: &Arguments<'_>) -> Manifest {
    match arguments.last(&["--recipe-path"]) {
        Some(option) => Manifest {
            span: option.value_word.map_or(option.span, |word| word.span),
            path: option.value.clone(),
            role: ManifestRole::Packages,
        },
        None => implied_in(None, &command.verb, "recipe.json", ManifestRole::Packages),
    }
}

fn location(place: &Place<'_>, arguments: &Arguments<'_>, name: &str, folders: &[&Word]) -> Location {
    match name {
        "install" | "uninstall" => {
            if let Some(root) = arguments.last(&["--root"]) {
                return Location::Folder(root.value.clone());
            }
            let folder =
                place.folder_variable("CARGO_INSTALL_ROOT").or_else(|| place.folder_variable("CARGO_HOME"));
            folder.map_or(Location::User, |folder| Location::Folder(Some(folder)))
        }
        "vendor" => match folders.first() {
            Some(folder) => Location::Folder(folder.value.clone()),
            None => Location::Folder(Some("vendor".to_owned())),
        },
        "fetch" | "update" | "generate-lockfile" => Location::Cache,
        _ => Location::Project,
    }
}

/// What is downloaded of registries, and what of repositories.
fn caches(place: &Place<'_>) -> Vec<String> {
    let home = place.folder_variable("CARGO_HOME").or_else(|| Some(join(&place.home()?, ".cargo")));
    let Some(home) = home.and_then(|home| place.folder(&home)) else { return Vec::new() };
    ["registry", "git"].iter().map(|folder| join(&home, folder)).collect()
}

/// The folder of what was built, unless only a part of it is removed.
fn cleaned(place: &Place<'_>, arguments: &Arguments<'_>) -> Vec<String> {
    let parts = ["--package", "-p", "--release", "-r", "--profile", "--doc", "--target", "--dry-run", "-n"];
    if arguments.last(&parts).is_some() || arguments.last(&["--manifest-path", "-C"]).is_some() {
        return Vec::new();
    }
    let folder = match arguments.last(&["--target-dir"]) {
        Some(option) => option.value.clone(),
        None => place.folder_variable("CARGO_TARGET_DIR").or_else(|| Some("target".to_owned())),
    };
    folder.and_then(|folder| place.folder(&folder)).into_iter().collect()
}

/// `name`, `name@version`
fn package(word: &Word) -> Package {
    let text = word.text();
    let (name, version) = text.split_at(text.find('@').unwrap_or(text.len()));
    Package::of(word, PackageSource::Registry).named(name, version)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown, show};

    const CACHE: &str = "cache /root/.cargo/registry /root/.cargo/git";

    #[test]
    fn install() {
        for (script, expected) in [
            (
                "cargo install ripgrep@14 'fd-find@^10' --locked",
                "cargo install (Install); ripgrep @14; fd-find @^10; in User",
            ),
            ("cargo install ripgrep --version 14", "cargo install (Install); ripgrep 14; in User"),
            ("cargo install ripgrep --version=$V", "cargo install (Install); ripgrep ${V}; in User"),
            ("cargo +nightly install --features a -j 2 b", "cargo install (Install); b; in User"),
            (
                "cargo install --git https://x/y --tag v1 tool",
                "cargo install (Install); tool (Address); in User",
            ),
            ("cargo install --git https://x/y", "cargo install (Install); https://x/y (Address); in User"),
            (
                "cargo install --path . --root /out",
                "cargo install (Install); project .; in Folder(Some(\"/out\"))",
            ),
            ("cargo uninstall ripgrep", "cargo uninstall (Remove); ripgrep; in User"),
        ] {
            assert_shown(&[(script, &format!("{expected}; {CACHE}"))]);
        }
    }

    #[test]
    fn projects() {
        for (script, expected) in [
            (
                "cargo build --release --bin app -p core -F a,b",
                "cargo build (Build); reads Cargo.toml; reads Cargo.lock (OptionalLock); project build; in Project",
            ),
            (
                "cargo b --locked --manifest-path sub/Cargo.toml",
                "cargo build (Build); reads sub/Cargo.toml; reads sub/Cargo.lock (Lock); project b; in Project",
            ),
            (
                "cargo run --example x -- install y",
                "cargo run (Build); reads Cargo.toml; reads Cargo.lock (OptionalLock); project run; in Project",
            ),
            (
                "cargo fetch --target x --frozen",
                "cargo fetch (Download); reads Cargo.toml; reads Cargo.lock (Lock); in Cache",
            ),
            (
                "cargo vendor third",
                "cargo vendor (Download); reads Cargo.toml; reads Cargo.lock (OptionalLock); in Folder(Some(\"third\"))",
            ),
            (
                "cargo add serde@1 -F derive",
                "cargo add (Refresh); serde @1; reads Cargo.toml; reads Cargo.lock (OptionalLock); in Project",
            ),
            (
                "cargo chef cook --release --recipe-path /r.json",
                "cargo chef cook (Build); reads /r.json; in Project",
            ),
            ("cargo chef cook", "cargo chef cook (Build); reads recipe.json; in Project"),
        ] {
            assert_shown(&[(script, &format!("{expected}; {CACHE}"))]);
        }
        assert_nothing(&[
            "cargo",
            "cargo +nightly",
            "cargo new x",
            "cargo chef prepare",
            "cargo --version",
            "cargo $X",
        ]);
    }

    #[test]
    fn folders() {
        for (above, cache) in [
            (
                "FROM rust:1-slim",
                "in Folder(Some(\"/usr/local/cargo\")); cache /usr/local/cargo/registry /usr/local/cargo/git",
            ),
            ("FROM rust\nENV CARGO_HOME=/c", "in Folder(Some(\"/c\")); cache /c/registry /c/git"),
            ("FROM debian\nUSER app", "in User; cache /home/app/.cargo/registry /home/app/.cargo/git"),
            ("FROM debian\nUSER 1000", "in User"),
            (
                "FROM debian\nENV CARGO_INSTALL_ROOT=/o",
                "in Folder(Some(\"/o\")); cache /root/.cargo/registry /root/.cargo/git",
            ),
        ] {
            let shown = show(&format!("{above}\nRUN cargo install x"));
            assert_eq!(shown, [format!("cargo install (Install); x; {cache}")], "{above}");
        }
        let clean = |command: &str| show(&format!("FROM rust\nWORKDIR /w\nRUN {command}"));
        assert_eq!(clean("cargo clean"), ["cargo clean (Clean); in Project; cache /w/target"]);
        assert_eq!(clean("CARGO_TARGET_DIR=/t cargo clean"), ["cargo clean (Clean); in Project; cache /t"]);
        assert_eq!(clean("cargo clean -p x"), ["cargo clean (Clean); in Project"]);
    }
}
