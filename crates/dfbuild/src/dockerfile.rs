//! The Dockerfile of a build: where it is, and the form in which it is handed to the engine.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Error;

/// A Dockerfile above this size is something else.
const MAX_BYTES: u64 = 8 << 20;

/// How many similar names are offered when there is no Dockerfile.
const MAX_HINTS: usize = 3;

/// The names that are similar enough to be meant, by Jaro-Winkler similarity.
const SIMILAR: f64 = 0.85;

/// Who turns the Dockerfile into build steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frontend {
    /// The frontend image that the file's `# syntax=` line names, or the engine's own if there is none.
    #[default]
    Named,
    /// The engine's own, whatever the file says: no image has to be pulled.
    Builtin,
}

/// A Dockerfile that was found and read.
#[derive(Debug)]
pub struct Dockerfile {
    /// Where it was found.
    pub path: PathBuf,
    /// What it holds, as it is on the disk.
    pub text: String,
}

impl Dockerfile {
    /// Finds the Dockerfile of `context`: the one that was asked for, or `Dockerfile`.
    pub fn find(context: &Path, asked_for: Option<&Path>) -> Result<Self, Error> {
        let path = asked_for.map_or_else(|| context.join("Dockerfile"), Path::to_path_buf);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Self::read(path),
            Ok(_) => Err(Error::file(path, "is not a file")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Error::NoDockerfile { nearest: nearest(context, &path), tried: vec![path] })
            }
            Err(error) => Err(Error::file(path, error)),
        }
    }

    fn read(path: PathBuf) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        fs::File::open(&path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| Error::file(&path, error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Error::file(
                path,
                format!("is larger than {} MiB, which no Dockerfile is", MAX_BYTES >> 20),
            ));
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::file(&path, "is not UTF-8"))?;
        Ok(Self { path, text })
    }

    /// The file's name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The directory to share with the engine so that it finds the file under its name.
    ///
    /// It is the file's own directory unless the frontend has to be overruled: then it is a temporary one, with the
    /// file rewritten and its ignore file beside it.
    pub fn share(&self, frontend: Frontend) -> Result<SharedDockerfile, Error> {
        let own = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let rewritten = match frontend {
            Frontend::Named => None,
            Frontend::Builtin => without_syntax_line(&self.text),
        };
        let Some(text) = rewritten else { return Ok(SharedDockerfile { directory: own, temporary: None }) };
        let temporary =
            TempDir::with_prefix("dfbuild-").map_err(|error| Error::file(std::env::temp_dir(), error))?;
        let name = self.name();
        let copy = temporary.path().join(&name);
        fs::write(&copy, text).map_err(|error| Error::file(&copy, error))?;
        let ignore_name = format!("{name}.dockerignore");
        match fs::copy(own.join(&ignore_name), temporary.path().join(&ignore_name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::file(own.join(ignore_name), error));
            }
            Ok(_) | Err(_) => {}
        }
        Ok(SharedDockerfile { directory: temporary.path().to_path_buf(), temporary: Some(temporary) })
    }
}

/// The directory that the engine gets the Dockerfile from.
#[derive(Debug)]
pub struct SharedDockerfile {
    /// The directory.
    pub directory: PathBuf,
    /// Removes a temporary directory at the end of the build.
    #[expect(dead_code, reason = "held for its destructor")]
    temporary: Option<TempDir>,
}

/// `text` without its `# syntax=` line, or none if it has no such line.
///
/// An ordinary comment would end the block of directives and hide those that follow, `# escape=` above all. So the
/// comment goes to the end of the block, and every line below keeps its number.
fn without_syntax_line(text: &str) -> Option<String> {
    let (bom, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    let shebang = usize::from(lines.first().is_some_and(|line| line.starts_with("#!")));
    let (head, rest) = lines.split_at_checked(shebang)?;
    let block = rest.iter().take_while(|line| directive(line).is_some()).count();
    let (block, rest) = rest.split_at_checked(block)?;
    let is_syntax = |line: &&&str| directive(line) == Some("syntax".to_owned());
    let syntax = block.iter().find(is_syntax)?;
    let end = if syntax.ends_with('\n') { "\n" } else { "" };
    let others = block.iter().filter(|line| !is_syntax(line));
    let placeholder = format!("# built by the engine's own frontend{end}");
    // The last directive of the file may have no line end: the comment that follows it needs one.
    let mut result = bom.to_owned();
    head.iter().chain(others).for_each(|line| {
        result.push_str(line);
        if !line.ends_with('\n') {
            result.push('\n');
        }
    });
    result.push_str(&placeholder);
    rest.iter().for_each(|line| result.push_str(line));
    Some(result)
}

/// The name of the parser directive on `line`, in lower case.
fn directive(line: &str) -> Option<String> {
    let (name, value) = line.strip_prefix('#')?.trim_start().split_once('=')?;
    let name = name.trim_end().to_ascii_lowercase();
    (matches!(name.as_str(), "syntax" | "escape" | "check") && !value.trim().is_empty()).then_some(name)
}

/// Files that may have been meant instead of `missing`.
fn nearest(context: &Path, missing: &Path) -> Vec<String> {
    let wanted = missing.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let mut candidates = Vec::new();
    if missing.is_relative() && context.join(missing).is_file() {
        candidates.push((f64::MAX, context.join(missing)));
    }
    let parent = match missing.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let entries = parent.read_dir().into_iter().chain(context.read_dir());
    for entry in entries.flatten().flatten() {
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let looks_right = name.contains("dockerfile") || name.contains("containerfile");
        let similarity = strsim::jaro_winkler(&wanted, &name);
        let is_candidate = similarity >= SIMILAR || looks_right;
        if is_candidate && !name.ends_with(".dockerignore") && entry.path().is_file() {
            candidates.push((similarity, entry.path()));
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    candidates.dedup_by(|a, b| a.1 == b.1);
    candidates.into_iter().take(MAX_HINTS).map(|(_, path)| path.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_syntax_line_goes_and_the_lines_keep_their_numbers() {
        let comment = "# built by the engine's own frontend";
        for (given, expected) in [
            ("# syntax=docker/dockerfile:1\nFROM a\n", format!("{comment}\nFROM a\n")),
            ("#SYNTAX = x\n# escape=`\n\nFROM a\n", format!("# escape=`\n{comment}\n\nFROM a\n")),
            ("# escape=`\r\n# syntax=x\r\nFROM a", format!("# escape=`\r\n{comment}\nFROM a")),
            ("#!/usr/bin/env x\n# syntax=y\nFROM a", format!("#!/usr/bin/env x\n{comment}\nFROM a")),
            ("\u{feff}# syntax=y\nFROM a", format!("\u{feff}{comment}\nFROM a")),
            ("# syntax=y\n# check=skip=all", format!("# check=skip=all\n{comment}\n")),
        ] {
            assert_eq!(without_syntax_line(given).as_deref(), Some(expected.as_str()), "{given:?}");
        }
    }

    #[test]
    fn without_a_syntax_line_nothing_changes() {
        for given in [
            "",
            "FROM a",
            "# a comment\n# syntax=late\nFROM a",
            "# syntax\nFROM a",
            "\n# syntax=x\n",
            "# syntax=\n",
        ] {
            assert_eq!(without_syntax_line(given), None, "{given:?}");
        }
    }

    #[test]
    fn a_missing_dockerfile_names_what_is_there() {
        let context = tempfile::tempdir().unwrap();
        fs::write(context.path().join("Dockerfile.dev"), "").unwrap();
        fs::write(context.path().join("readme"), "").unwrap();
        let message = Dockerfile::find(context.path(), None).unwrap_err().to_string();
        let expected = context.path().join("Dockerfile.dev").display().to_string();
        assert!(message.contains(&format!("is it {expected}? say so with -f")), "{message}");
        assert!(!message.contains("readme"), "{message}");
    }

    #[test]
    fn a_directory_is_no_dockerfile() {
        let context = tempfile::tempdir().unwrap();
        fs::create_dir(context.path().join("Dockerfile")).unwrap();
        let message = Dockerfile::find(context.path(), None).unwrap_err().to_string();
        assert!(message.ends_with("Dockerfile: is not a file"), "{message}");
    }

    #[test]
    fn a_rewritten_dockerfile_keeps_its_ignore_file() {
        let context = tempfile::tempdir().unwrap();
        fs::write(context.path().join("Dockerfile"), "# syntax=x\nFROM a").unwrap();
        fs::write(context.path().join("Dockerfile.dockerignore"), "b").unwrap();
        let dockerfile = Dockerfile::find(context.path(), None).unwrap();
        assert_eq!(dockerfile.share(Frontend::Named).unwrap().directory, context.path());
        let shared = dockerfile.share(Frontend::Builtin).unwrap();
        assert_ne!(shared.directory, context.path());
        assert_eq!(fs::read_to_string(shared.directory.join("Dockerfile.dockerignore")).unwrap(), "b");
        let directory = shared.directory.clone();
        drop(shared);
        assert!(!directory.exists(), "a temporary directory is removed");
    }
}
