use crate::model::{BuildArguments, Model};
use crate::syntax::suggest::nearest;
use crate::text::SourceFile;

/// The build that a Dockerfile is judged for; by default any.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Build {
    /// The values that it gives to `ARG`s.
    pub arguments: BuildArguments,
    /// The stage that is built, by name or number; the last one and those that nothing else needs without it.
    pub target: Option<String>,
}

/// The stage to build is none of the file's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no stage `{target}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
#[non_exhaustive]
pub struct NoSuchStage {
    /// The stage that was asked for.
    pub target: String,
    /// The nearest name of a stage.
    pub nearest: Option<String>,
}

impl Build {
    /// A file, resolved for this build.
    ///
    /// # Errors
    /// When it has not the stage to build.
    pub fn model<'s>(&self, source: &'s SourceFile) -> Result<Model<'s>, NoSuchStage> {
        let model = Model::with_arguments(source, &self.arguments);
        let Some(target) = &self.target else { return Ok(model) };
        let names = || model.stages().iter().filter_map(|stage| stage.name.as_deref());
        let nearest = nearest(&target.to_lowercase(), names()).map(str::to_owned);
        model.with_target(target).ok_or_else(|| NoSuchStage { target: target.clone(), nearest })
    }
}
