//! What is looked at before the engine has anything to do: the Dockerfile, and the context.

mod lines;
mod lint;
mod settings;

use std::path::Path;

use dfcore::context::{BuildContext, ContextReport};
use dfcore::linter::{foreign_frontend, is_official_frontend};
use dfcore::model::Model;
use dfcore::syntax::Phase;
use dfcore::text::{SourceFile, displayable, format_bytes};

pub(crate) use self::lines::StepLines;
use crate::dockerfile::{Dockerfile, Frontend};
use crate::error::Error;
use crate::report::{Context, Lint};
use crate::request::LintMode;

/// How many of the largest files are named.
const LARGEST: usize = 3;

/// A context of this size deserves a look at what makes it large.
const LARGE_BYTES: u64 = 10_000_000;

/// What is known before the build begins.
#[derive(Debug)]
pub(crate) struct Preflight {
    /// The context measured.
    pub(crate) context: Context,
    /// How many findings the linter has, if it ran.
    pub(crate) lint: Option<Lint>,
    /// Where the steps stand in the Dockerfile.
    pub(crate) lines: StepLines,
    /// What to tell.
    pub(crate) notes: Vec<String>,
}

impl Preflight {
    /// Reads and lints the Dockerfile, and measures the context.
    pub(crate) fn run(
        context: &Path,
        dockerfile: &Dockerfile,
        frontend: Frontend,
        mode: LintMode,
    ) -> Result<Self, Error> {
        let name = display_name(&dockerfile.path);
        let source = SourceFile::new(name, dockerfile.text.as_bytes())
            .map_err(|error| Error::file(&dockerfile.path, error))?;
        let model = Model::new(&source);
        check_syntax(&model, frontend)?;
        let failed = |cause: String| Error::Context { path: context.to_path_buf(), cause };
        let files =
            BuildContext::open(context, Some(&dockerfile.path)).map_err(|error| failed(error.to_string()))?;
        check_ignore_file(&files)?;
        let mut notes = Vec::new();
        let lint = match (mode, foreign_frontend(&source)) {
            (LintMode::Off, _) => None,
            (LintMode::Warn | LintMode::Error, Some(foreign)) => {
                let (name, image) = (source.name(), foreign.image);
                notes.push(format!(
                    "{name}: not linted, since it is for the frontend {image}, which alone can read it"
                ));
                None
            }
            (LintMode::Warn | LintMode::Error, None) => {
                let settings = settings::of(&dockerfile.path)?;
                let findings = lint::Findings::new(&source, &files, &settings);
                if mode == LintMode::Error && findings.failing > 0 {
                    return Err(Error::LintRefused {
                        findings: findings.failing,
                        list: findings.list.join("\n"),
                    });
                }
                notes.extend(findings.list);
                Some(findings.counts)
            }
        };
        let report = ContextReport::new(&files, LARGEST);
        notes.push(describe(&report));
        let measured = Context {
            path: context.to_path_buf(),
            files: report.sent.files,
            bytes: report.sent.bytes,
            ..Context::default()
        };
        Ok(Self { context: measured, lint, lines: StepLines::new(&model), notes })
    }
}

/// Refuses a file that BuildKit would refuse, with all its errors instead of the first one.
///
/// A frontend image of somebody else may read another language.
fn check_syntax(model: &Model<'_>, frontend: Frontend) -> Result<(), Error> {
    let named = dfcore::syntax::frontend(model.source);
    let is_ours = named.is_none_or(|named| named.image.is_empty() || is_official_frontend(&named.image));
    if frontend == Frontend::Named && !is_ours {
        return Ok(());
    }
    let errors: Vec<String> = model
        .errors
        .iter()
        .filter(|error| error.phase != Phase::Trigger)
        .map(|error| {
            let position = model.source.position(error.span.start);
            let help = error.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
            let message = displayable(&error.message).into_owned();
            format!("{}:{}:{}: {message}{help}", model.source.name(), position.line, position.column)
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Syntax { errors: errors.join("\n") }) }
}

/// Refuses an ignore file on which BuildKit gives up, and names its lines, which BuildKit does not.
fn check_ignore_file(context: &BuildContext) -> Result<(), Error> {
    let Some(file) = context.ignore_file() else { return Ok(()) };
    // Some patterns fail only when there is a path to compare them with.
    let is_compared = context.listing().broken().is_some();
    let name = display_name(Path::new(file.source().name()));
    let errors: Vec<String> = file
        .rules()
        .errors()
        .iter()
        .filter(|error| is_compared || error.fails_every_build())
        .map(|error| format!("{name}:{}: {}", error.line.number, error.cause))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Syntax { errors: errors.join("\n") }) }
}

/// A sentence about the context.
fn describe(report: &ContextReport) -> String {
    let ignore_file = report
        .ignore_file
        .as_deref()
        .map_or("no .dockerignore".to_owned(), |name| display_name(Path::new(name)));
    let files = if report.sent.files == 1 { "file" } else { "files" };
    let bytes = format_bytes(report.sent.bytes);
    let mut sentence = format!("context: {} {files}, {bytes} ({ignore_file})", report.sent.files);
    if report.sent.bytes >= LARGE_BYTES {
        let largest =
            report.largest_files.iter().map(|file| format!("{} {}", file.path, format_bytes(file.bytes)));
        sentence.push_str("; largest: ");
        sentence.push_str(&largest.collect::<Vec<_>>().join(", "));
    }
    sentence
}

/// A path as a person would write it: relative where it lies below the working directory.
fn display_name(path: &Path) -> String {
    let working_directory = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(working_directory).unwrap_or(path);
    let shown = shown.strip_prefix(".").unwrap_or(shown);
    shown.display().to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    fn preflight(text: &str, frontend: Frontend, mode: LintMode) -> Result<Preflight, Error> {
        let context = tempfile::tempdir().unwrap();
        fs::write(context.path().join("Dockerfile"), text).unwrap();
        fs::write(context.path().join("app.py"), "print()").unwrap();
        let dockerfile = Dockerfile::find(context.path(), None).unwrap();
        Preflight::run(context.path(), &dockerfile, frontend, mode)
    }

    #[test]
    fn every_error_is_told_with_its_line() {
        let error =
            preflight("FROM a:1\nRUNN true\nCOPY onlyone\n", Frontend::Named, LintMode::Off).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("Dockerfile:2:1: ") && message.contains("Dockerfile:3:"), "{message}");
        assert_eq!(error.exit(), crate::error::Exit::Usage);
    }

    #[test]
    fn a_foreign_frontend_reads_its_own_language() {
        let foreign = "# syntax=example.com/other\nINSTALL it\n";
        assert!(preflight(foreign, Frontend::Named, LintMode::Off).is_ok());
        assert!(preflight(foreign, Frontend::Builtin, LintMode::Off).is_err());
        let official = "# syntax=docker/dockerfile:1\nINSTALL it\n";
        assert!(preflight(official, Frontend::Named, LintMode::Off).is_err());
    }

    #[test]
    fn what_is_no_dockerfile_is_not_linted() {
        let found =
            preflight("// syntax=example/hcl\ntarget {}\n", Frontend::Named, LintMode::Error).unwrap();
        assert_eq!(found.lint, None);
        assert!(found.notes[0].contains("for the frontend example/hcl"), "{:?}", found.notes);
    }

    #[test]
    fn the_linter_warns_or_refuses() {
        let text = "FROM alpine:latest\nUSER 1000\n";
        let warned = preflight(text, Frontend::Named, LintMode::Warn).unwrap();
        assert!(warned.notes.iter().any(|note| note.contains("latest-tag")), "{:?}", warned.notes);
        assert!(warned.lint.unwrap().warnings > 0);
        let refused = preflight(text, Frontend::Named, LintMode::Error).unwrap_err();
        assert_eq!(refused.exit(), crate::error::Exit::LintRefused);
        assert_eq!(preflight(text, Frontend::Named, LintMode::Off).unwrap().lint, None);
    }

    #[test]
    fn a_broken_ignore_file_is_told_with_its_line() {
        let context = tempfile::tempdir().unwrap();
        fs::write(context.path().join("Dockerfile"), "FROM a:1\n").unwrap();
        fs::write(context.path().join(".dockerignore"), "*.log\n!\na[\n").unwrap();
        let dockerfile = Dockerfile::find(context.path(), None).unwrap();
        let error = Preflight::run(context.path(), &dockerfile, Frontend::Named, LintMode::Off).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(".dockerignore:2: ") && message.contains(".dockerignore:3: "), "{message}");
    }

    #[test]
    fn the_context_is_measured() {
        let found = preflight("FROM a:1\n", Frontend::Named, LintMode::Off).unwrap();
        assert_eq!((found.context.files, found.context.bytes), (2, 16));
        assert_eq!(found.notes, ["context: 2 files, 16 B (no .dockerignore)"]);
    }
}
