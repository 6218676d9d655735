//! Which file of the build context a command in a stage reads.

use crate::context::BuildContext;
use crate::model::{Model, SourceKind, clean, is_below};
use crate::syntax::ast::MountType;

/// The file of the build context that an instruction finds at an absolute path, brought by a `COPY` above it or by a bind
/// mount of its own.
pub(crate) fn context_file(
    model: &Model<'_>,
    context: &BuildContext,
    index: usize,
    path: &str,
) -> Option<String> {
    let exists = |file: &String| context.entry(file).is_some();
    let mounted = bind_mounts(model, index).into_iter().find_map(|(source, target)| {
        let below = is_below(path, &target).then(|| path.strip_prefix(target.trim_end_matches('/')))??;
        Some(relative(&format!("{source}/{below}"))).filter(exists)
    });
    mounted.or_else(|| {
        copies_above(model, index).into_iter().find_map(|above| {
            let copy = model.context_copy(above)?;
            let name = path.rsplit('/').next().unwrap_or_default();
            copy.sources.iter().find_map(|source| {
                let beside = source.path.rfind('/').map_or("", |slash| &source.path[..slash]);
                let in_folder = path.strip_prefix(copy.destination.trim_end_matches('/'));
                let by_folder = in_folder.filter(|below| below.starts_with('/'));
                let by_folder = by_folder.map(|below| relative(&format!("{}/{below}", source.path)));
                let arrives =
                    copy.destination == path || clean(&format!("{}/{name}", copy.destination)) == path;
                let by_name = arrives.then(|| relative(&format!("{beside}/{name}")));
                let selection = context.select(&source.path);
                by_folder.into_iter().chain(by_name).find(|file| selection.takes(file) && exists(file))
            })
        })
    })
}

/// Whether a `COPY` above an instruction, or a bind mount of its own, names a file of that name itself and no pattern, so
/// that the build context has it.
pub(crate) fn is_brought_by_name(model: &Model<'_>, index: usize, name: &str) -> bool {
    let is_it = |path: &str| path.rsplit('/').next() == Some(name);
    let mounted = bind_mounts(model, index).iter().any(|(source, _)| is_it(source));
    mounted
        || copies_above(model, index).into_iter().filter_map(|above| model.transfer(above)).any(|transfer| {
            transfer.origin.is_none()
                && transfer.sources.iter().any(|source| match &source.kind {
                    SourceKind::Path(path) => path.as_known().is_some_and(is_it),
                    _ => false,
                })
        })
}

/// The `COPY`s and `ADD`s above an instruction, the nearest first, those of the stages below it too.
fn copies_above(model: &Model<'_>, index: usize) -> Vec<usize> {
    let Some(stage) = model.stage_of(index) else { return Vec::new() };
    let indices = model.lineage(stage).into_iter().flat_map(|stage| stage.body.clone().rev());
    indices.filter(|&above| above < index).collect()
}

/// The bind mounts of the build context: the source in it and the absolute target.
fn bind_mounts(model: &Model<'_>, index: usize) -> Vec<(String, String)> {
    let Some(run) = model.run(index) else { return Vec::new() };
    let mounts = run
        .mounts
        .iter()
        .filter(|mount| mount.mount_type == MountType::Bind && mount.from(model.source).is_none());
    let bound = mounts.filter_map(|mount| {
        let source = mount.source(model.source).unwrap_or(".").to_owned();
        let target = model.expand_text(index, mount.target(model.source)?);
        Some((source, model.state(index).absolute(target.as_known()?)?))
    });
    bound.collect()
}

fn relative(path: &str) -> String {
    clean(&format!("/{path}")).trim_start_matches('/').to_owned()
}
