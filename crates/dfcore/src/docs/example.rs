use std::sync::Arc;

use super::markdown::{Part, parts};
use super::render::render;
use crate::config::{Config, ConfigError, Selection, Settings};
use crate::context::{BuildContext, IgnoreFile, MemoryTree};
use crate::diagnostic::Diagnostic;
use crate::linter::{self, FixOutcome};
use crate::rule::{Group, Registered, RuleMeta};
use crate::text::SourceFile;

/// What an example stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The rule finds something.
    Bad,
    /// The rule finds nothing.
    Good,
}

/// A Dockerfile of a rule's documentation, with the files and options that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// Whether the rule finds something.
    pub verdict: Verdict,
    /// The Dockerfile.
    pub dockerfile: String,
    /// The text of the `df.toml`.
    pub options: String,
    /// The files of the build context, with their paths; without one there is no build context.
    pub files: Vec<(String, String)>,
    /// The Dockerfile after all fixes of the rule.
    pub fixed: Option<String>,
    /// Files of the build context after all fixes of the rule.
    pub fixed_files: Vec<(String, String)>,
}

/// What is wrong with an example.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExampleError {
    /// A fenced block has marks that mean nothing, or stands where it has no example.
    #[error("{rule}: the block `{info}` {problem}")]
    Block {
        /// The rule's name.
        rule: &'static str,
        /// What stands behind the fence.
        info: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The options are no valid configuration.
    #[error("{rule}: {source}")]
    Options {
        /// The rule's name.
        rule: &'static str,
        /// What is wrong with them.
        source: ConfigError,
    },
}

/// The examples in a rule's documentation, in order.
///
/// # Errors
/// A fenced block that is no example and does not belong to one.
pub fn examples(meta: &RuleMeta) -> Result<Vec<Example>, ExampleError> {
    let mut examples: Vec<Example> = Vec::new();
    let mut options = String::new();
    let mut files: Vec<(String, String)> = Vec::new();
    for part in parts(&meta.documentation()) {
        let (info, body) = match part {
            Part::Line(line) => {
                if line.starts_with('#') {
                    options.clear();
                    files.clear();
                }
                continue;
            }
            Part::Block { info, body } => (info, body),
        };
        let problem = |problem| ExampleError::Block { rule: meta.name, info: info.clone(), problem };
        let example = |verdict, dockerfile| Example {
            verdict,
            dockerfile,
            options: options.clone(),
            files: files.clone(),
            fixed: None,
            fixed_files: Vec::new(),
        };
        let last_bad = examples.last_mut().filter(|example| example.verdict == Verdict::Bad);
        match info.as_str() {
            "dockerfile,bad" => examples.push(example(Verdict::Bad, body)),
            "dockerfile,good" => examples.push(example(Verdict::Good, body)),
            "dockerfile,fixed" => {
                last_bad.ok_or_else(|| problem("has no bad example above it"))?.fixed = Some(body);
            }
            "toml,options" => options = body,
            "dockerfile" | "toml" => return Err(problem("is not tested: say what it is (`dockerfile,bad`)")),
            other => match other.strip_prefix("file=") {
                Some(path) => match path.strip_suffix(",fixed") {
                    Some(path) => {
                        let example = last_bad.ok_or_else(|| problem("has no bad example above it"))?;
                        example.fixed_files.push((path.to_owned(), body));
                    }
                    None => files.push((path.to_owned(), body)),
                },
                None if other.contains(',') => return Err(problem("has marks that mean nothing")),
                None => {}
            },
        }
    }
    Ok(examples)
}

impl Example {
    /// The Dockerfile as a source.
    fn source(&self) -> SourceFile {
        SourceFile::new("Dockerfile", self.dockerfile.as_str()).expect("an example has less than 4 GiB")
    }

    /// The build context, when the example has files.
    fn context(&self) -> Option<BuildContext> {
        if self.files.is_empty() {
            return None;
        }
        let add = |tree: MemoryTree, (path, text): &(String, String)| tree.text(path, text.as_str());
        let tree = self.files.iter().fold(MemoryTree::new(), add);
        Some(BuildContext::new(Arc::new(tree), None).expect("a tree in memory can be read"))
    }

    /// The settings with the example's options. The rule runs alone; those of [`Group::Linter`] run with all
    /// others, since they are about them.
    fn settings(&self, rule: &Registered) -> Result<Settings, ExampleError> {
        let meta = rule.meta();
        let selector = if meta.group == Group::Linter { "*" } else { meta.code };
        let only = Selection { select: Some(vec![selector.to_owned()]), ..Selection::default() };
        let settings =
            Config::parse("df.toml", &self.options).and_then(|config| Settings::new(&config, &only));
        settings.map_err(|source| ExampleError::Options { rule: meta.name, source })
    }

    /// The rule's findings in the example.
    ///
    /// # Errors
    /// The options are no valid configuration.
    pub fn lint(&self, rule: &Registered) -> Result<Vec<Diagnostic>, ExampleError> {
        let settings = self.settings(rule)?;
        let mut found = linter::lint(&self.source(), self.context().as_ref(), &settings);
        found.retain(|diagnostic| diagnostic.code == rule.meta().code);
        Ok(found)
    }

    /// The rule's findings in the example as people see them, a few lines each.
    ///
    /// # Errors
    /// The options are no valid configuration.
    pub fn findings(&self, rule: &Registered) -> Result<String, ExampleError> {
        let context = self.context();
        let ignore_file = context.as_ref().and_then(BuildContext::ignore_file).map(IgnoreFile::source);
        Ok(self.lint(rule)?.iter().map(|finding| render(finding, &self.source(), ignore_file)).collect())
    }

    /// What all fixes of the rule, whatever they promise, make of the example.
    ///
    /// # Errors
    /// The options are no valid configuration.
    pub fn fix(&self, rule: &Registered) -> Result<FixOutcome, ExampleError> {
        let settings = self.settings(rule)?;
        let code = rule.meta().code;
        Ok(linter::fix(&self.source(), self.context().as_ref(), &settings, |finding, _| finding.code == code))
    }
}
