use crate::model::packages::{Manager, Package, PackageCommand, PackageSource};
use crate::rule::{Report, RuleContext};

use super::{program, report_together};

/// Packages that a command installs in whatever version there is.
pub(crate) struct Unpinned {
    /// Whose commands are looked at.
    pub(crate) managers: &'static [Manager],
    /// Those of their programs that hadolint looks at.
    pub(crate) hadolint: &'static [&'static str],
    /// What stands between a package and its version.
    pub(crate) joint: &'static str,
    /// What to do when a version for each package is too much to ask.
    pub(crate) instead: &'static str,
    /// Why the same line gives another version some day.
    pub(crate) note: &'static str,
}

impl Unpinned {
    /// One finding for each `RUN` with such packages, but for the commands that `is_fixed` knows to be fixed otherwise.
    pub(crate) fn check(
        &self,
        cx: &RuleContext<'_>,
        report: &mut Report<'_>,
        is_fixed: impl Fn(usize, &PackageCommand) -> bool,
    ) {
        let model = cx.model;
        for index in model.runs().filter(|&index| cx.speaks_of_instruction(index)) {
            let is_known = |install: &&PackageCommand| {
                !cx.follows_hadolint() || self.hadolint.contains(&program(model, index, install))
            };
            let installs = cx.installs(index).filter(|install| self.managers.contains(&install.manager));
            let installs = installs.filter(is_known).filter(|install| !is_fixed(index, install));
            let packages: Vec<(&Package, &str)> = installs
                .flat_map(|install| install.packages.iter().map(move |package| (install, package)))
                .filter_map(|(install, package)| Some((package, self.unpinned_name(cx, install, package)?)))
                .collect();
            let Some(&(first, name)) = packages.first() else { continue };
            let message = match packages.len() - 1 {
                0 => format!("`{name}` is installed without a version"),
                1 => format!("`{name}` and 1 other package are installed without a version"),
                others => format!("`{name}` and {others} other packages are installed without a version"),
            };
            let places: Vec<_> = packages.iter().map(|(package, _)| package.span).collect();
            let Some(finding) = report_together(report, &places, message, "this one too") else { continue };
            let version = match first.source {
                PackageSource::Group => format!("`{name}:<stream>`"),
                _ => format!("`{name}{}<version>`", self.joint),
            };
            finding.note(self.note).help(format!("write {version}{}", self.instead));
        }
    }

    /// The name of a package that the command asks for without a version; `None` for one with a version, for files,
    /// addresses and groups of packages, which have none, and where a variable leaves it open. To hadolint a variable is a
    /// package without a version.
    fn unpinned_name<'m>(
        &self,
        cx: &RuleContext<'m>,
        install: &PackageCommand,
        package: &'m Package,
    ) -> Option<&'m str> {
        let has_versions = match package.source {
            PackageSource::Registry => install.verb.name == "install" || install.verb.name == "add",
            // Streams, which are versions of a module.
            PackageSource::Group => install.verb.name == "module install",
            PackageSource::Unknown => cx.follows_hadolint(),
            _ => false,
        };
        if !has_versions || package.version.is_some() {
            return None;
        }
        let written = cx.model.slice(package.span);
        // What stands in a substitution is no version.
        let text = written.split("$(").next().unwrap_or(written);
        let is_variable = cx.follows_hadolint() && written.contains('$') && !text.contains(self.joint);
        package.name.as_deref().or(is_variable.then_some(written))
    }
}
