//! Whether a package on a command line is one version, or whatever its registry has on the day of the build.

use super::command::{Package, PackageSource};

impl Package {
    /// Whether another build may get another version, as far as the command line says. Something that only the build
    /// knows is taken for a version, and so is any upper bound: somebody thought of it.
    #[must_use]
    pub fn floats(&self) -> bool {
        match (&self.version, self.source) {
            (Some(version), _) => is_open(version),
            (None, PackageSource::Registry) => self.name.is_some(),
            (None, PackageSource::Address) => self.text.as_deref().is_some_and(is_head_of_repository),
            (None, _) => false,
        }
    }
}

/// Whether a version leaves the choice to the registry: a lower bound alone (`>=2`), or a name without a number, such as
/// the tag `latest` of npm and `@main` of go.
fn is_open(version: &str) -> bool {
    let is_known = !version.contains('$');
    let is_lower_bound =
        version.trim_start_matches([':', '@', ' ']).starts_with('>') && !version.contains(['<', '~', '!']);
    let has_number = version.bytes().any(|byte| byte.is_ascii_digit());
    is_known && (is_lower_bound && !version.contains("==") || !has_number)
}

/// Whether an address is that of a repository without a commit, tag or branch: `git+https://host/x` of pip,
/// `git+https://host/x#commit` and `user/x` of npm.
fn is_head_of_repository(address: &str) -> bool {
    let (address, fragment) = address.split_once('#').unwrap_or((address, ""));
    let is_commit = !fragment.is_empty() && !fragment.contains('=');
    let (scheme, rest) = address.split_once("://").unwrap_or(("git", address));
    let scheme = scheme.rsplit(['@', ' ']).next().unwrap_or(scheme);
    let is_repository = ["git", "hg", "svn", "bzr"].iter().any(|program| {
        scheme.strip_prefix(program).is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
    });
    // What stands before the path is the user.
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    is_repository && !is_commit && !path.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_move() {
        for version in [">=2", ":>= 2", "@latest", "@next", "@main", ">2", "==*", "@*"] {
            assert!(is_open(version), "{version}");
        }
        for version in
            ["==2", "~=2.1", ">=2,<3", "<3", "@^4", ":~> 2", "@v1.2.3", "==$V", "@${V}", "@latest-10"]
        {
            assert!(!is_open(version), "{version}");
        }
    }

    #[test]
    fn addresses_that_move() {
        for address in [
            "git+https://github.com/a/b",
            "git+https://github.com/a/b.git#egg=b",
            "git+ssh://git@github.com/a/b",
            "b @ git+https://github.com/a/b",
            "a/b",
        ] {
            assert!(is_head_of_repository(address), "{address}");
        }
        for address in [
            "git+https://github.com/a/b@v1",
            "git+https://github.com/a/b@v1#egg=b",
            "git+https://github.com/a/b#v1",
            "https://example.com/b-1.0.tar.gz",
            "a/b#semver:^1",
        ] {
            assert!(!is_head_of_repository(address), "{address}");
        }
    }
}
