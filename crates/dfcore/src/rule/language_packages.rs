//! What the rules about package managers have in common.

use super::{Finding, Report, RuleContext};
use crate::fix::{Edit, Fix};
use crate::model::packages::{Package, PackageCommand, PackageSource};
use crate::model::{CacheCover, Model, cache_mount_flag};

/// Reports the packages that some installs leave to the registry: one finding per instruction. `floating` gives those of
/// a command, `help` says what to do for the name of one.
pub(crate) fn report_unpinned<'m>(
    cx: &RuleContext<'m>,
    report: &mut Report<'_>,
    floating: impl Fn(&'m PackageCommand) -> Vec<&'m Package>,
    help: impl Fn(&str) -> String,
) {
    let model = cx.model;
    for (index, _) in model.run_scripts().filter(|(index, _)| cx.speaks_of_instruction(*index)) {
        let found = cx
            .installs(index)
            .flat_map(|install| floating(install).into_iter().map(move |package| (install, package)));
        let found: Vec<(&PackageCommand, &Package)> = found.collect();
        let Some(((install, first), others)) = found.split_first() else { continue };
        let written = model.slice(first.span).trim_matches(['"', '\'']);
        let message = match &first.version {
            None => format!("`{written}` has no version"),
            Some(_) => format!("`{written}` names no fixed version"),
        };
        let help = match first.source {
            PackageSource::Address => "name a commit or a tag in the address".to_owned(),
            _ => help(first.name.as_deref().unwrap_or(written)),
        };
        report
            .at(first.span, message)
            .labels(others.iter().map(|(_, package)| package.span), "the same here")
            .note(format!("{} installs what is newest on the day of the build", install.manager.name()))
            .help(help);
    }
}

/// Reports the installs of a manager whose downloads stay in the layer: one finding per instruction. `fill` says why and
/// what to do, for the folder where it is known.
pub(crate) fn report_kept_cache(
    cx: &RuleContext<'_>,
    report: &mut Report<'_>,
    looks_at: impl Fn(usize, &PackageCommand) -> bool,
    fill: impl Fn(Finding<'_>, Option<&str>),
) {
    let model = cx.model;
    for (index, _) in model.run_scripts().filter(|(index, _)| cx.speaks_of_instruction(*index)) {
        let script = model.script(index);
        let keepers = model.cache_keepers(index).into_iter();
        let keepers = keepers.filter(|install| cx.sees(&script.commands[install.command]));
        let keepers: Vec<&PackageCommand> = keepers.filter(|install| looks_at(index, install)).collect();
        let Some((first, others)) = keepers.split_first() else { continue };
        let name = first.manager.name();
        let mut finding = report
            .at(first.span, format!("{name} keeps its downloads in the image"))
            .labels(others.iter().map(|install| install.span), "and so does this one");
        if let Some(edits) = mounts(model, index, &keepers) {
            finding = finding.fix(Fix::suggested(format!("mount a cache for {name}"), edits));
        }
        fill(finding, first.cache.directories.first().map(String::as_str));
    }
}

/// Mounts a cache where those installs keep their downloads. `None` where the step removes the folder itself, and where the
/// owner of the mount is not known.
fn mounts(model: &Model<'_>, index: usize, keepers: &[&PackageCommand]) -> Option<Vec<Edit>> {
    let mut flags: Vec<String> = Vec::new();
    for install in keepers {
        let CacheCover::Missing(directories) = model.cache_cover(index, install) else { return None };
        for directory in directories {
            let flag = cache_mount_flag(&directory, model.state(index))?;
            if model.removes(index, &directory) {
                return None;
            }
            if !flags.contains(&flag) {
                flags.push(flag);
            }
        }
    }
    let instruction = model.instruction(index);
    Some(flags.iter().map(|flag| Edit::insert_flag(instruction, flag)).collect())
}
