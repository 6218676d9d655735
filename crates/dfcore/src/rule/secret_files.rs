use super::RuleContext;
use crate::model::{Model, SourceKind, Stage, clean, is_below};
use crate::text::Span;

/// A file with secrets that a step brings into the image.
#[derive(Clone, Debug)]
pub(crate) struct SecretFile {
    /// Its name.
    pub(crate) name: String,
    /// The index of the instruction that brings it.
    pub(crate) instruction: usize,
    /// The word or command that does.
    pub(crate) span: Span,
    /// The absolute path in the image, where it is known.
    pub(crate) path: Option<String>,
}

/// The files that a stage copies from the build context by their own names. Those that the context has are left to what is
/// in them.
///
/// `is_secret` is asked with the path and with all paths of the same instruction.
pub(crate) fn copied_files(
    cx: &RuleContext<'_>,
    stage: &Stage,
    is_secret: impl Fn(&str, &[&str]) -> bool,
) -> Vec<SecretFile> {
    let model = cx.model;
    let mut files = Vec::new();
    for (index, _) in model.body(stage) {
        let Some(transfer) = model.transfer(index).filter(|transfer| transfer.origin.is_none()) else {
            continue;
        };
        let path_of = |kind: &SourceKind| match kind {
            SourceKind::Path(path) => path.as_known().map(str::to_owned),
            SourceKind::Address(_) | SourceKind::Heredoc { .. } => None,
        };
        let paths: Vec<Option<String>> =
            transfer.sources.iter().map(|source| path_of(&source.kind)).collect();
        let known: Vec<&str> = paths.iter().flatten().map(String::as_str).collect();
        for (source, path) in transfer.sources.iter().zip(&paths) {
            let Some(path) = path else { continue };
            let is_judged_by_content = cx.context.is_some_and(|context| context.exists(&relative(path)));
            if is_judged_by_content || !is_secret(path, &known) {
                continue;
            }
            files.push(SecretFile {
                name: file_name(path).to_owned(),
                instruction: index,
                span: source.span,
                path: transfer.landing(source),
            });
        }
    }
    files
}

/// Where a later step of the stage removes a file, whose layer stays.
pub(crate) fn removal(model: &Model<'_>, stage: &Stage, file: &SecretFile) -> Option<Span> {
    let path = file.path.as_deref()?;
    // The destination may be a folder that is not written as one.
    let below = format!("{path}/{}", file.name);
    let later = model
        .body(stage)
        .map(|(index, _)| index)
        .filter(|&index| index > file.instruction && model.is_run(index));
    let removes = |index: usize| {
        let cleanups = model.cleanups(index).into_iter();
        cleanups.into_iter().find(|cleanup| {
            cleanup.empties(path)
                || cleanup.paths.iter().any(|removed| *removed == below || is_below(&below, removed))
        })
    };
    later.into_iter().find_map(|index| Some(removes(index)?.span))
}

/// A path of the context as the context has it.
fn relative(path: &str) -> String {
    clean(&format!("/{path}")).trim_start_matches('/').to_owned()
}

fn file_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}
