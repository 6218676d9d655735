//! dnf, dnf5, microdnf, yum and tdnf, which share their verbs and most options.
//!
//! Source: the option parser of dnf 4.14, asked for the options with a value; the manual pages and option tables of dnf5
//! 5.4, microdnf 3.10 and tdnf 3.5. Directories: tried out with dnf 4.14 (`--setopt=cachedir`, `--installroot`);
//! dnf5.conf(5), microdnf's `CACHEDIR`, tdnf.conf. The file does not say which program a name stands for: `yum` is
//! taken for itself, though it is dnf 4 since RHEL 8, and `dnf` for dnf 4, though it is dnf5 since Fedora 41.

use super::command::{Action, Cache, Location, Package, PackageCommand, PackageSource};
use super::options::{Arguments, Options};
use super::{Manager, Place, rpm};
use crate::shell::Word;

const LONG: &[&str] = &[
    "--advisories",
    "--advisory",
    "--advisory-severities",
    "--arch",
    "--archlist",
    "--bz",
    "--bzs",
    "--color",
    "--comment",
    "--config",
    "--cve",
    "--cves",
    "--debuglevel",
    "--define",
    "--destdir",
    "--disable-plugin",
    "--disable-repo",
    "--disableexcludepkgs",
    "--disableexcludes",
    "--disableplugin",
    "--disablerepo",
    "--download-path",
    "--downloaddir",
    "--enable-plugin",
    "--enable-repo",
    "--enableplugin",
    "--enablerepo",
    "--errorlevel",
    "--exclude",
    "--excludepkgs",
    "--forcearch",
    "--from-repo",
    "--from-vendor",
    "--installed-from-repo",
    "--installroot",
    "--metadata-path",
    "--randomwait",
    "--releasever",
    "--releasever-major",
    "--releasever-minor",
    "--repo",
    "--repofromdir",
    "--repofrompath",
    "--repoid",
    "--rpmdefine",
    "--rpmverbosity",
    "--sec-severity",
    "--secseverity",
    "--setopt",
    "--setvar",
    "--store",
    "--urlprotocol",
    "--with",
    "--without",
];

/// `-x` takes a value everywhere but in tdnf, where `-i` does.
const OPTIONS: Options = Options { long: LONG, short: "cdexRD" };
const TDNF_OPTIONS: Options = Options { long: LONG, short: "cdei" };

fn verb(words: &[&str]) -> Option<(&'static str, Action)> {
    Some(match words {
        ["install" | "in" | "localinstall" | "install-n" | "install-na" | "install-nevra", ..] => {
            ("install", Action::Install)
        }
        ["reinstall" | "rei", ..] => ("reinstall", Action::Install),
        ["downgrade" | "dg", ..] => ("downgrade", Action::Install),
        ["swap", ..] => ("swap", Action::Install),
        ["builddep" | "build-dep", ..] => ("builddep", Action::Install),
        ["debuginfo-install", ..] => ("debuginfo-install", Action::Install),
        ["groupinstall", ..] => ("group install", Action::Install),
        ["group" | "groups" | "grp", "install", ..] => ("group install", Action::Install),
        ["environment", "install", ..] => ("environment install", Action::Install),
        ["module", "install", ..] => ("module install", Action::Install),
        ["upgrade" | "update" | "up" | "upgrade-to" | "update-to" | "localupdate", ..] => {
            ("upgrade", Action::Upgrade)
        }
        ["upgrade-minimal" | "update-minimal" | "up-min", ..] => ("upgrade-minimal", Action::Upgrade),
        ["distro-sync" | "distrosync" | "distribution-synchronization" | "dsync", ..] => {
            ("distro-sync", Action::Upgrade)
        }
        ["groupupdate", ..] => ("group upgrade", Action::Upgrade),
        ["group" | "groups" | "grp", "upgrade" | "update", ..] => ("group upgrade", Action::Upgrade),
        ["download", ..] => ("download", Action::Download),
        ["reposync", ..] => ("reposync", Action::Download),
        ["makecache" | "mc", ..] => ("makecache", Action::Refresh),
        ["check-update" | "check-upgrade", ..] => ("check-update", Action::Refresh),
        ["remove" | "erase" | "rm", ..] => ("remove", Action::Remove),
        ["remove-n" | "remove-na" | "remove-nevra", ..] => ("remove", Action::Remove),
        ["erase-n" | "erase-na" | "erase-nevra", ..] => ("remove", Action::Remove),
        ["autoremove" | "autoerase" | "autoremove-n" | "autoremove-na" | "autoremove-nevra", ..] => {
            ("autoremove", Action::Remove)
        }
        ["groupremove" | "grouperase", ..] => ("group remove", Action::Remove),
        ["group" | "groups" | "grp", "remove" | "erase", ..] => ("group remove", Action::Remove),
        ["environment", "remove", ..] => ("environment remove", Action::Remove),
        ["module", "remove", ..] => ("module remove", Action::Remove),
        ["clean", ..] => ("clean", Action::Clean),
        _ => return None,
    })
}

fn manager(program: &str) -> (Manager, &'static str) {
    match program {
        "microdnf" => (Manager::Microdnf, "/var/cache/yum"),
        "tdnf" => (Manager::Tdnf, "/var/cache/tdnf"),
        "yum" => (Manager::Yum, "/var/cache/yum"),
        "dnf5" => (Manager::Dnf, "/var/cache/libdnf5"),
        _ => (Manager::Dnf, "/var/cache/dnf"),
    }
}

pub(super) fn read(place: &Place<'_>) -> Option<PackageCommand> {
    let options = if place.program == "tdnf" { TDNF_OPTIONS } else { OPTIONS };
    let arguments = options.parse(place.arguments);
    let words = arguments.words();
    let (name, mut action) = verb(&words)?;
    if action == Action::Install && arguments.last(&["--downloadonly"]).is_some() {
        action = Action::Download;
    }
    let verb_length = match words.first() {
        Some(&("group" | "groups" | "grp" | "environment" | "module")) => 2,
        _ => 1,
    };
    let (verb_words, specs) = arguments.positionals.split_at(verb_length);
    let (manager, cache_folder) = manager(place.program);
    let mut command = place.package_command(manager, verb_words.last().copied(), name, action);
    command.options = arguments.to_options();
    command.location = location(&arguments, action);
    command.cache = cache(place, &arguments, cache_folder);
    match name {
        "clean" if !specs.iter().any(|word| word.is("all")) => command.cache.directories.clear(),
        "clean" | "reposync" => {}
        // The first is removed.
        "swap" => command.packages = specs.iter().skip(1).map(|word| package(word)).collect(),
        _ if name.contains(' ') => command.packages = specs.iter().map(|word| group(word)).collect(),
        _ => command.packages = specs.iter().map(|word| package(word)).collect(),
    }
    Some(command)
}

fn location(arguments: &Arguments<'_>, action: Action) -> Location {
    if action == Action::Download {
        let folder = arguments.last(&["--downloaddir", "--destdir", "--download-path"]);
        return folder.map_or(Location::Cache, |folder| Location::Folder(folder.value.clone()));
    }
    match arguments.last(&["--installroot", "-i"]) {
        Some(root) => Location::Folder(root.value.clone()),
        None => Location::System,
    }
}

fn cache(place: &Place<'_>, arguments: &Arguments<'_>, folder: &str) -> Cache {
    let mut cache = Cache::default();
    let settings = arguments.all(&["--setopt"]).filter_map(|option| option.value.as_deref());
    if let Some(folder) = settings.filter_map(|setting| setting.strip_prefix("cachedir=")).last() {
        cache.directory_from = Some("--setopt=cachedir");
        cache.directories.extend(place.folder(folder));
    } else if let Some(root) = arguments.last(&["--installroot", "-i"]) {
        // Only dnf 4 was seen to put the cache below that root.
        let root = root.value.as_deref().filter(|_| matches!(place.program, "dnf" | "yum"));
        cache.directories.extend(root.and_then(|root| place.folder(&format!("{root}/{folder}"))));
    } else {
        cache.directories.push(folder.to_owned());
    }
    cache
}

/// A group of packages by its name or number, or a module stream: `nodejs:18/minimal`.
fn group(word: &Word) -> Package {
    let text = word.text();
    let text = text.trim_start_matches('@');
    let (name, stream) = text.split_at(text.find([':', '/']).unwrap_or(text.len()));
    Package::of(word, PackageSource::Group).named(name, stream)
}

/// `name`, `name.architecture`, `name-version-release`, `name >= version`, `@group`, a file or an address.
fn package(word: &Word) -> Package {
    let text = &*word.text();
    if text.starts_with('@') {
        return group(word);
    }
    if text.contains("://") {
        return Package::of(word, PackageSource::Address);
    }
    if text.ends_with(".rpm") || text.ends_with(".spec") {
        return Package::of(word, PackageSource::Local);
    }
    let package = Package::of(word, PackageSource::Registry);
    if text.starts_with(['/', '(', '*']) {
        // The package that has this file, or any that answers a condition.
        return package;
    }
    if let Some(at) = text.find(['=', '<', '>']) {
        let (name, version) = text.split_at(at);
        return package.named(name.trim(), version);
    }
    match rpm::split_version(rpm::without_architecture(text)) {
        Some((name, version)) => package.named(name, version),
        None => package,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_nothing, assert_shown};

    #[test]
    fn packages() {
        for (script, expected) in [
            (
                "dnf -y --setopt install_weak_deps=False install gcc 'foo >= 1.2' /usr/bin/x ./y.rpm https://x/z.rpm",
                "dnf install (Install); gcc; foo >= 1.2; /usr/bin/x; ./y.rpm (Local); https://x/z.rpm (Address)",
            ),
            (
                "dnf install -y nginx-1.20.1-14.el9.x86_64 vim-enhanced bind-32:9.16 libstdc++.i686 perl-5-480.fc39",
                "dnf install (Install); nginx -1.20.1-14.el9; vim-enhanced; bind -32:9.16; libstdc++; perl -5-480.fc39",
            ),
            // Which of these have a version only the repository knows.
            (
                "dnf install gcc-toolset-12 cuda-toolkit-12-4 nginx-1.20.1 java-17-openjdk httpd-${V} php-*",
                "dnf install (Install); gcc-toolset-12; cuda-toolkit-12-4; nginx-1.20.1; java-17-openjdk; httpd-${V}; \
                 php-*",
            ),
            (
                "dnf in @core @nodejs:18/minimal",
                "dnf install (Install); core (Group); nodejs :18/minimal (Group)",
            ),
            (
                "dnf groupinstall -y 'Development Tools'",
                "dnf group install (Install); Development Tools (Group)",
            ),
            ("dnf group install web", "dnf group install (Install); web (Group)"),
            ("dnf grp install web", "dnf group install (Install); web (Group)"),
            ("dnf module install nodejs:18", "dnf module install (Install); nodejs :18 (Group)"),
            ("dnf swap -y curl-minimal curl", "dnf swap (Install); curl"),
            ("dnf builddep -D 'x y' app.spec", "dnf builddep (Install); app.spec (Local)"),
            ("dnf -x a -c /etc/c update", "dnf upgrade (Upgrade)"),
        ] {
            assert_shown(&[(script, &format!("{expected}; in System; cache /var/cache/dnf"))]);
        }
    }

    #[test]
    fn programs_and_folders() {
        assert_shown(&[
            ("yum localinstall -y a", "yum install (Install); a; in System; cache /var/cache/yum"),
            ("microdnf install --nodocs a", "microdnf install (Install); a; in System; cache /var/cache/yum"),
            ("tdnf install -x -i /r a", "tdnf install (Install); a; in Folder(Some(\"/r\"))"),
            ("dnf5 makecache", "dnf makecache (Refresh); in System; cache /var/cache/libdnf5"),
            (
                "dnf --installroot /mnt/r --releasever 9 install bash",
                "dnf install (Install); bash; in Folder(Some(\"/mnt/r\")); cache /mnt/r/var/cache/dnf",
            ),
            (
                "dnf install bash --setopt=keepcache=1 --setopt=cachedir=/c",
                "dnf install (Install); bash; in System; cache /c; by --setopt=cachedir",
            ),
            ("dnf install --downloadonly a", "dnf install (Download); a; in Cache; cache /var/cache/dnf"),
            (
                "dnf download --destdir=/d a",
                "dnf download (Download); a; in Folder(Some(\"/d\")); cache /var/cache/dnf",
            ),
            ("dnf clean all", "dnf clean (Clean); in System; cache /var/cache/dnf"),
            ("dnf clean metadata", "dnf clean (Clean); in System"),
            ("yum -y erase gcc", "yum remove (Remove); gcc; in System; cache /var/cache/yum"),
        ]);
        assert_nothing(&[
            "dnf",
            "dnf --version",
            "dnf config-manager --add-repo https://x",
            "dnf group",
            "dnf module enable nodejs:18",
            "dnf -x",
        ]);
    }
}
