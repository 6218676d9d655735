//! What `COPY` and `ADD` take from the build context, and where it lands.

use super::Model;
use super::state::clean;
use crate::syntax::ast::{CopySource, InstructionKind};
use crate::text::Span;

/// A `COPY` or `ADD` that takes files from the build context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextCopy {
    /// The index of the instruction.
    pub index: usize,
    /// The sources whose text is known, without URLs, Git references and heredocs.
    pub sources: Vec<ContextSource>,
    /// The absolute destination.
    pub destination: String,
    /// Whether the destination is written as a folder, or has to be one for its several sources.
    pub into_folder: bool,
}

/// One source of a [`ContextCopy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextSource {
    /// The word.
    pub span: Span,
    /// The path or pattern with its variables expanded, as it is written otherwise.
    pub path: String,
}

impl ContextSource {
    /// Whether it is the context itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        clean(&format!("/{}", self.path)) == "/"
    }
}

impl Model<'_> {
    /// What a `COPY` or `ADD` takes from the build context; `None` for other instructions, for a `--from`, and
    /// when the destination depends on the build.
    #[must_use]
    pub fn context_copy(&self, index: usize) -> Option<ContextCopy> {
        let (InstructionKind::Copy(copy) | InstructionKind::Add(copy)) = &self.instruction(index).kind else {
            return None;
        };
        if self.flag(index, "from").is_some() {
            return None;
        }
        let destination = self.expand(index, copy.destination.as_ref()?);
        let destination = destination.as_known()?;
        let into_folder = copy.sources.len() > 1
            || destination.ends_with('/')
            || destination.rsplit('/').next().is_some_and(|last| matches!(last, "." | ".."));
        let source = |source: &CopySource| {
            let CopySource::Path(word) = source else { return None };
            let path = self.expand(index, word).as_known()?.to_owned();
            let is_remote = path.contains("://") || path.starts_with("git@");
            (!is_remote).then_some(ContextSource { span: word.span, path })
        };
        Some(ContextCopy {
            index,
            sources: copy.sources.iter().filter_map(source).collect(),
            destination: self.state(index).absolute(destination)?,
            into_folder,
        })
    }
}
