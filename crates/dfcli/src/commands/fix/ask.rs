//! `dflint fix --ask`: shows each fix, and asks whether to apply it.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use dfcore::diagnostic::FileRole;
use dfcore::fix::{Applicability, Edit, apply};
use dfcore::linter::{self, Candidate};
use dfcore::text::SourceFile;

use super::{Fixed, is_possible};
use crate::output::diff::{Change, write_diff};
use crate::session::{IGNORE_FILE, Target};
use crate::terminal::{Terminal, printable};

const HELP: &str = "\
y - apply this fix
n - leave it
a - apply it and all that follow
q - leave it and all that follow; what was applied before is kept
";

/// Where questions are shown.
pub(super) trait Screen: Write {
    /// Whether styles reach the reader.
    fn is_colored(&self) -> bool;
}

impl Screen for Terminal {
    fn is_colored(&self) -> bool {
        self.is_colored()
    }
}

/// Asks about one fix after the other, through all files.
pub(super) struct Asker<'t, In> {
    input: In,
    screen: &'t mut dyn Screen,
    limit: Applicability,
    /// The answer to all questions from now on.
    settled: Option<bool>,
    error: Option<io::Error>,
}

/// What tells fixes apart that come up again in a later pass: code, title and message. Places do not, since other fixes
/// move them.
type Identity = (&'static str, String, String);

impl<'t, In: BufRead> Asker<'t, In> {
    pub(super) fn new(input: In, screen: &'t mut dyn Screen, limit: Applicability) -> Self {
        Self { input, screen, limit, settled: None, error: None }
    }

    /// Fixes a file with the fixes that were agreed to.
    pub(super) fn fix(&mut self, target: Target) -> Fixed {
        let is_wanted = is_possible(&target, self.limit);
        let mut declined: HashMap<Identity, usize> = HashMap::new();
        let choose = |candidates: &[Candidate<'_>]| {
            let wanted: Vec<bool> = candidates.iter().map(|candidate| is_wanted(candidate.fix)).collect();
            self.choose(candidates, &wanted, &mut declined)
        };
        let outcome = linter::fix_chosen(&target.source, target.context.as_deref(), &target.settings, choose);
        Fixed::of(target, outcome)
    }

    /// What went wrong while asking.
    ///
    /// # Errors
    /// When the terminal could not be read from or written to.
    pub(super) fn finish(self) -> io::Result<()> {
        self.error.map_or(Ok(()), Err)
    }

    /// Asks about the wanted fixes of one pass, but not once more about those that were declined before.
    fn choose(
        &mut self,
        candidates: &[Candidate<'_>],
        wanted: &[bool],
        declined: &mut HashMap<Identity, usize>,
    ) -> Vec<bool> {
        let mut counts: HashMap<Identity, usize> = HashMap::new();
        let wanted_ones = || candidates.iter().zip(wanted).filter(|(_, wanted)| **wanted);
        wanted_ones().for_each(|(candidate, _)| *counts.entry(identity(candidate)).or_default() += 1);
        // Where there are more of a kind than were declined, nobody knows which those were: all are asked about.
        declined.retain(|identity, count| counts.get(identity).is_some_and(|there| there <= count));
        let is_known: Vec<bool> =
            candidates.iter().map(|candidate| declined.contains_key(&identity(candidate))).collect();
        let mut answers = Vec::with_capacity(candidates.len());
        for ((candidate, wanted), is_known) in candidates.iter().zip(wanted).zip(is_known) {
            let answer = *wanted && !is_known && self.answer(candidate);
            if *wanted && !is_known && !answer {
                *declined.entry(identity(candidate)).or_default() += 1;
            }
            answers.push(answer);
        }
        answers
    }

    fn answer(&mut self, candidate: &Candidate<'_>) -> bool {
        if let Some(settled) = self.settled {
            return settled;
        }
        self.ask(candidate).unwrap_or_else(|error| {
            self.error = Some(error);
            self.settled = Some(false);
            false
        })
    }

    fn ask(&mut self, candidate: &Candidate<'_>) -> io::Result<bool> {
        self.show(candidate)?;
        loop {
            write!(self.screen, "Apply this fix [y,n,a,q,?]? ")?;
            self.screen.flush()?;
            let mut line = String::new();
            let is_end = self.input.read_line(&mut line)? == 0;
            let (answer, is_settled) = match line.trim() {
                _ if is_end => (false, true),
                "y" => (true, false),
                "n" => (false, false),
                "a" => (true, true),
                "q" => (false, true),
                _ => {
                    write!(self.screen, "{HELP}")?;
                    continue;
                }
            };
            self.settled = is_settled.then_some(answer);
            return Ok(answer);
        }
    }

    /// Shows what is wrong, and what the fix would change.
    fn show(&mut self, candidate: &Candidate<'_>) -> io::Result<()> {
        let Candidate { finding, fix, dockerfile, ignore_file, .. } = *candidate;
        let line = dockerfile.position(finding.span.start).line;
        let place = match finding.file {
            FileRole::Dockerfile => format!("{}:{line}", dockerfile.name()),
            _ => dockerfile.name().to_owned(),
        };
        let color = self.screen.is_colored();
        let out = &mut self.screen;
        writeln!(
            out,
            "\n{}: {} {}: {}",
            printable(&place),
            finding.code,
            finding.name,
            printable(&finding.message)
        )?;
        writeln!(out, "{} ({}: {})", printable(&fix.title), fix.applicability, printable(fix.reason()))?;
        let edits: Vec<&Edit> = fix.edits.iter().collect();
        let mut diff = |name: &str, before: Option<&SourceFile>, role: FileRole| {
            let old = before.map(SourceFile::bytes);
            let after = apply(old.unwrap_or_default(), role, &edits);
            write_diff(Change { name, before: old, after: &after }, color, out)
        };
        diff(dockerfile.name(), Some(dockerfile), FileRole::Dockerfile)?;
        diff(ignore_file.map_or(IGNORE_FILE, SourceFile::name), ignore_file, FileRole::DockerIgnore)
    }
}

fn identity(candidate: &Candidate<'_>) -> Identity {
    (candidate.finding.code, candidate.fix.title.clone(), candidate.finding.message.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[derive(Default)]
    struct Paper(Vec<u8>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Screen for Paper {
        fn is_colored(&self) -> bool {
            false
        }
    }

    const TEXT: &str = "# dflint: ignore=a-1\nFROM a:1\n# dflint: ignore=latest-tag\nRUN b\n# dflint: ignore=latest-tag\nUSER c\n";

    /// Fixes with these answers: the text afterwards, what was shown, and what was not read of the answers.
    fn fixed(text: &str, answers: &str) -> (String, String, String) {
        let mut paper = Paper::default();
        let mut input = answers.as_bytes();
        let mut asker = Asker::new(&mut input, &mut paper, Applicability::Suggested);
        let target = Target {
            input: crate::discover::Input::File("Dockerfile".into()),
            source: SourceFile::new("Dockerfile", text).unwrap(),
            settings: Default::default(),
            config: None,
            context: None,
            foreign: None,
        };
        let fixed = asker.fix(target);
        asker.finish().unwrap();
        let left = String::from_utf8(input.to_vec()).unwrap();
        (fixed.outcome.dockerfile.text().to_owned(), String::from_utf8(paper.0).unwrap(), left)
    }

    #[test]
    fn each_fix_is_shown_and_asked_about_once() {
        let (text, shown, left) = fixed(TEXT, "n\ny\nleft");
        assert_eq!(text, "# dflint: ignore=a-1\nFROM a:1\n# dflint: ignore=latest-tag\nRUN b\nUSER c\n");
        assert_eq!(left, "left");
        assert_eq!(shown.matches("Apply this fix").count(), 2, "{shown}");
        assert!(shown.contains("Dockerfile:5: DF0002 unused-suppression: "), "{shown}");
        assert!(shown.contains("remove the comment (safe: the image stays the same)\n"), "{shown}");
        assert!(shown.contains("\n-# dflint: ignore=latest-tag\n"), "{shown}");
    }

    #[test]
    fn one_answer_may_go_for_all_that_follow() {
        let without = "# dflint: ignore=a-1\nFROM a:1\nRUN b\nUSER c\n";
        assert_eq!(fixed(TEXT, "a\n").0, without);
        assert_eq!(fixed(TEXT, "q\n").0, TEXT);
        assert_eq!(fixed(TEXT, "").0, TEXT, "the end is a no");
        let (text, shown, _) = fixed(TEXT, "?\nwhat\na\n");
        assert_eq!(text, without);
        assert_eq!(shown.matches("y - apply this fix").count(), 2, "{shown}");
    }
}
