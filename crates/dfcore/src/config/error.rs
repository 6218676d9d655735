use std::fmt;
use std::ops::Range;

use crate::text::{Position, SourceFile};

/// Everything that is wrong with a configuration: at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// The problems, in the order of the file.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The file and the place in it; `None` when it came from a command line.
    pub place: Option<(String, Position)>,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

impl ConfigError {
    pub(super) fn general(message: String) -> Self {
        Self { problems: vec![Problem { place: None, message, help: None }] }
    }

    /// The same problems of something that has a name, but no lines.
    pub(super) fn without_places(mut self, name: &str) -> Self {
        for problem in &mut self.problems {
            problem.place = None;
            problem.message = format!("{name}: {}", problem.message);
        }
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, position)) = &self.place {
            write!(f, "{file}:{}:{}: ", position.line, position.column)?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Problems with byte ranges, while a file is read.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<(usize, String, Option<String>)>,
}

impl Problems {
    pub(super) fn add(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.list.push((span.start, message, help));
    }

    pub(super) fn add_toml(&mut self, error: &toml::de::Error) {
        let at = error.span().map_or(0, |span| span.start);
        self.list.push((at, error.message().replace('\n', "; "), None));
    }

    /// An error when there is a problem.
    pub(super) fn into_result(mut self, source: &SourceFile) -> Result<(), ConfigError> {
        if self.list.is_empty() {
            return Ok(());
        }
        self.list.sort_by_key(|problem| problem.0);
        let place =
            |at| Some((source.name().to_owned(), source.position(u32::try_from(at).unwrap_or(u32::MAX))));
        let problems = self.list.into_iter();
        Err(ConfigError {
            problems: problems
                .map(|(at, message, help)| Problem { place: place(at), message, help })
                .collect(),
        })
    }
}
