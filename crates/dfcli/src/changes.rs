//! What changed since a revision, as Git says it.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dfcore::diagnostic::{Diagnostic, FileRole};
use dfcore::text::{SourceFile, Span};

use crate::input::absolute;
use crate::output::Linted;

/// So many paths go on one command line.
const PATHS_AT_ONCE: usize = 256;

/// Why nobody knows what changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangesError {
    #[error("--diff-base: `{0}` is no revision")]
    NoRevision(String),
    #[error("--diff-base: git, which it needs, cannot be run: {0}")]
    NoGit(io::Error),
    #[error("--diff-base: {}: not in a Git repository", .0.display())]
    NoRepository(PathBuf),
    #[error("--diff-base {revision}: git says: {message}")]
    Git { revision: String, message: String },
}

/// The changed lines of files, by absolute path.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    files: HashMap<PathBuf, FileChanges>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum FileChanges {
    /// Git does not know the file yet.
    All,
    Lines(Vec<Hunk>),
}

/// Changed lines, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hunk {
    /// New or changed lines, the last one included.
    Lines(u32, u32),
    /// Lines are gone between this one and the next.
    GoneAfter(u32),
}

impl Hunk {
    fn touches(self, first: u32, last: u32) -> bool {
        match self {
            Self::Lines(start, end) => start <= last && first <= end,
            Self::GoneAfter(line) => first <= line && line < last,
        }
    }
}

impl Changes {
    /// Asks Git what changed in these files since a revision.
    ///
    /// # Errors
    /// When there is no Git, a file is in no repository, or Git does not know the revision.
    pub(crate) fn since(revision: &str, files: &[PathBuf]) -> Result<Self, ChangesError> {
        if revision.is_empty() || revision.starts_with('-') {
            return Err(ChangesError::NoRevision(revision.to_owned()));
        }
        let mut changes = Self::default();
        for (top, paths) in by_repository(files)? {
            for paths in paths.chunks(PATHS_AT_ONCE) {
                let mut arguments: Vec<OsString> = DIFF.iter().map(Into::into).collect();
                arguments.extend([revision.into(), "--".into()]);
                let diff = git(&top, revision, &arguments, paths)?;
                for (path, hunks) in parse(&diff) {
                    changes.files.insert(top.join(path), FileChanges::Lines(hunks));
                }
                let arguments = ["ls-files", "--others", "-z", "--"].map(OsString::from);
                for path in git(&top, revision, &arguments, paths)?.split(|byte| *byte == 0) {
                    if !path.is_empty() {
                        changes.files.insert(top.join(path_of(path)), FileChanges::All);
                    }
                }
            }
        }
        Ok(changes)
    }

    /// Leaves a Dockerfile the findings about what changed: one of the lines of the finding's instruction did.
    pub(crate) fn keep(&self, linted: &mut Linted) {
        let of = |file: &SourceFile| self.files.get(&absolute(Path::new(file.name())));
        let dockerfile = of(&linted.source);
        let ignore_file = linted.ignore_file.as_ref().and_then(of);
        let is_new = |finding: &Diagnostic| {
            let (changes, file) = match (finding.file, &linted.ignore_file) {
                (FileRole::DockerIgnore, Some(file)) => (ignore_file, file),
                _ => (dockerfile, &linted.source),
            };
            changes.is_some_and(|changes| changes.touch(file, finding.instruction.unwrap_or(finding.span)))
        };
        let is_new: Vec<bool> = linted.findings.iter().map(is_new).collect();
        let mut is_new = is_new.into_iter();
        linted.findings.retain(|_| is_new.next().unwrap_or(true));
    }
}

impl FileChanges {
    fn touch(&self, file: &SourceFile, span: Span) -> bool {
        let Self::Lines(hunks) = self else { return true };
        let first = file.position(span.start).line;
        let last = file.position(span.end.saturating_sub(1).max(span.start)).line;
        hunks.iter().any(|hunk| hunk.touches(first, last))
    }
}

/// How Git is asked: no colours, no other program, no names of its own for the two sides.
const DIFF: [&str; 8] = [
    "diff",
    "--unified=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
];

/// The files by the top folder of their repository, as paths from there.
fn by_repository(files: &[PathBuf]) -> Result<BTreeMap<PathBuf, Vec<PathBuf>>, ChangesError> {
    let mut repositories: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let path = absolute(file);
        let top = path.ancestors().skip(1).find(|folder| folder.join(".git").exists());
        let top = top.ok_or_else(|| ChangesError::NoRepository(file.clone()))?;
        let path = path.strip_prefix(top).unwrap_or(&path).to_owned();
        repositories.entry(top.to_owned()).or_default().push(path);
    }
    Ok(repositories)
}

/// What Git prints.
fn git(
    top: &Path,
    revision: &str,
    arguments: &[OsString],
    paths: &[PathBuf],
) -> Result<Vec<u8>, ChangesError> {
    let output = Command::new("git")
        // No monitor that the repository asks for, and paths as they are.
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--literal-pathspecs", "-C"])
        .arg(top)
        .args(arguments)
        .args(paths)
        .env("GIT_OPTIONAL_LOCKS", "0")
        // Git sets these for its hooks; the files may be of another repository.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(ChangesError::NoGit)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr);
    let message = message.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing").to_owned();
    Err(ChangesError::Git { revision: revision.to_owned(), message })
}

/// The files of a diff without context lines, with their hunks. What lines say is passed over by their number, so that
/// none can look like a header.
fn parse(diff: &[u8]) -> Vec<(PathBuf, Vec<Hunk>)> {
    let mut files: Vec<(PathBuf, Vec<Hunk>)> = Vec::new();
    let mut lines = diff.split(|byte| *byte == b'\n');
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix(b"+++ ") {
            files.push((new_name(name), Vec::new()));
        } else if let Some((old, (start, count))) = line.strip_prefix(b"@@ ").and_then(hunk_header)
            && let Some((_, hunks)) = files.last_mut()
        {
            hunks.push(match count {
                0 => Hunk::GoneAfter(start),
                count => Hunk::Lines(start, start.saturating_add(count - 1)),
            });
            let mut left = u64::from(old) + u64::from(count);
            while left > 0 {
                match lines.next() {
                    Some(line) if line.starts_with(b"\\") => {}
                    Some(_) => left -= 1,
                    None => break,
                }
            }
        }
    }
    files
}

/// `-3,2 +4 @@`: how many lines there were, and where those that there are begin and how many they are.
fn hunk_header(line: &[u8]) -> Option<(u32, (u32, u32))> {
    let line = std::str::from_utf8(line.split(|byte| *byte == b'@').next()?).ok()?;
    let mut sides = line.split_whitespace();
    let mut side = |sign| {
        let side = sides.next()?.strip_prefix(sign)?;
        let (start, count) = side.split_once(',').unwrap_or((side, "1"));
        Some((start.parse::<u32>().ok()?, count.parse::<u32>().ok()?))
    };
    Some((side('-')?.1, side('+')?))
}

/// `b/app/Dockerfile`, or the same in quotes when it has characters of its own kind; a tab may follow.
fn new_name(name: &[u8]) -> PathBuf {
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    let quoted = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\""));
    let name = quoted.map_or_else(|| name.to_owned(), unquoted);
    path_of(name.strip_prefix(b"b/").unwrap_or(&name))
}

/// A name without Git's escapes: `\t`, `\"`, `\303`.
fn unquoted(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let [first, after @ ..] = rest {
        rest = after;
        let (b'\\', [kind, after @ ..]) = (*first, rest) else {
            plain.push(*first);
            continue;
        };
        rest = after;
        plain.push(match kind {
            b'a' => 0x07,
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 0x0B,
            b'f' => 0x0C,
            b'r' => b'\r',
            // Three octal digits.
            b'0'..=b'3' => match rest {
                [tens @ b'0'..=b'7', ones @ b'0'..=b'7', after @ ..] => {
                    rest = after;
                    (kind - b'0') * 64 + (tens - b'0') * 8 + (ones - b'0')
                }
                _ => *kind,
            },
            other => *other,
        });
    }
    plain
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;

    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_counted_and_what_lines_say_is_passed_over() {
        let diff = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@ FROM a\n-FROM b\n+++ b/no\n+@@ -1 +1 @@\n\
                     @@ -5,2 +6,0 @@\n-one\n-two\n\\ No newline at end of file\n\
                     diff --git a/y b/y\n--- /dev/null\n+++ \"b/d\\303\\251 \\\"y\\\"\"\t\n@@ -0,0 +1 @@\n+FROM c\n";
        let expected = [
            (PathBuf::from("x"), vec![Hunk::Lines(1, 2), Hunk::GoneAfter(6)]),
            (PathBuf::from("d\u{e9} \"y\""), vec![Hunk::Lines(1, 1)]),
        ];
        assert_eq!(parse(diff), expected);
    }

    #[test]
    fn an_instruction_is_touched_by_its_lines_and_by_those_that_are_gone_inside() {
        assert!(Hunk::Lines(2, 3).touches(3, 5) && Hunk::Lines(4, 9).touches(3, 5));
        assert!(!Hunk::Lines(1, 2).touches(3, 5) && !Hunk::Lines(6, 6).touches(3, 5));
        assert!(Hunk::GoneAfter(3).touches(3, 5) && Hunk::GoneAfter(4).touches(3, 5));
        assert!(!Hunk::GoneAfter(2).touches(3, 5) && !Hunk::GoneAfter(5).touches(3, 5));
    }

    #[test]
    fn options_and_nonsense_are_no_revisions() {
        for revision in ["", "--output=/tmp/x", "-c"] {
            assert!(matches!(Changes::since(revision, &[]), Err(ChangesError::NoRevision(_))), "{revision}");
        }
        assert_eq!(hunk_header(b"-1 x @@"), None);
        assert_eq!(hunk_header(b""), None);
    }
}
