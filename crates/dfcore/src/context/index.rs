//! Contexts shared by the Dockerfiles that use them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::tree::ReadError;
use super::{BuildContext, DiskTree, IgnoreFile};

/// The contexts that a run has met, so that each folder is walked once however many Dockerfiles it serves.
///
/// Dockerfiles that have an ignore file of their own (`<Dockerfile>.dockerignore`) have a context of their own
/// too, since other entries are sent.
#[derive(Debug, Default)]
pub struct ContextIndex {
    /// The folders by the paths that they were asked for, so that the links in a path are resolved once.
    trees: Mutex<FxHashMap<PathBuf, Arc<DiskTree>>>,
    contexts: Mutex<FxHashMap<Key, Arc<BuildContext>>>,
}

/// A context's folder, and the Dockerfile if that has an ignore file of its own.
type Key = (PathBuf, Option<PathBuf>);

impl ContextIndex {
    /// An index of no contexts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The context in `folder` as the Dockerfile at `dockerfile` sees it. Only the ignore file is read; the walk
    /// waits until somebody asks for the listing.
    ///
    /// # Errors
    /// [`ReadError`] when the folder or its ignore file cannot be read.
    pub fn open(&self, folder: &Path, dockerfile: Option<&Path>) -> Result<Arc<BuildContext>, ReadError> {
        let tree = self.tree(folder)?;
        let own =
            dockerfile.map_or(Ok(None), |path| IgnoreFile::read_beside(path, |folder| self.tree(folder)))?;
        let key = (tree.root().to_owned(), own.as_ref().and(dockerfile).map(Path::to_owned));
        let mut contexts = lock(&self.contexts);
        if let Some(context) = contexts.get(&key) {
            return Ok(Arc::clone(context));
        }
        let ignore = match own {
            Some(own) => Some(own),
            None => IgnoreFile::read_root(&*tree)?,
        };
        let context = Arc::new(BuildContext::with_ignore_file(tree, ignore));
        contexts.insert(key, Arc::clone(&context));
        Ok(context)
    }

    fn tree(&self, folder: &Path) -> Result<Arc<DiskTree>, ReadError> {
        let mut trees = lock(&self.trees);
        if let Some(tree) = trees.get(folder) {
            return Ok(Arc::clone(tree));
        }
        let tree = Arc::new(DiskTree::open(folder)?);
        trees.insert(folder.to_owned(), Arc::clone(&tree));
        Ok(tree)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
