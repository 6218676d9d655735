//! Comments that say in which language scripts are: `# hadolint shell=powershell`, `# tally shell=bash`.

use crate::shell::Dialect;
use crate::syntax::Dockerfile;
use crate::syntax::ast::InstructionKind;
use crate::text::SourceFile;

/// What comments say about the shell, from place to place. A comment holds until the next one or the next `SHELL`, in later
/// stages too, as with hadolint.
#[derive(Debug, Default)]
pub(super) struct ShellComments {
    /// From which byte on there is which dialect; `None` where `SHELL` has the word.
    changes: Vec<(u32, Option<Dialect>)>,
}

impl ShellComments {
    /// Reads the comments of a file.
    pub(super) fn of(dockerfile: &Dockerfile, source: &SourceFile) -> Self {
        let said = dockerfile
            .comments
            .iter()
            .filter_map(|comment| Some((comment.span.start, Some(dialect_in(source.slice(comment.span))?))));
        let mut changes: Vec<_> = said.collect();
        if changes.is_empty() {
            return Self::default();
        }
        let shells = dockerfile
            .instructions
            .iter()
            .filter(|instruction| matches!(instruction.kind, InstructionKind::Shell(_)));
        changes.extend(shells.map(|shell| (shell.span.start, None)));
        changes.sort_by_key(|(start, _)| *start);
        Self { changes }
    }

    /// The dialect that a comment gives to an instruction that begins there.
    pub(super) fn at(&self, start: u32) -> Option<Dialect> {
        let count = self.changes.partition_point(|(from, _)| *from <= start);
        self.changes[count.checked_sub(1)?].1
    }
}

/// The dialect that a comment line names.
fn dialect_in(comment: &str) -> Option<Dialect> {
    let body = comment.trim_start().trim_start_matches('#').trim_start();
    let told = body.strip_prefix("hadolint").or_else(|| body.strip_prefix("tally"))?;
    let told = told.strip_prefix([' ', '\t'])?.trim_start().strip_prefix("shell")?;
    let shell = told.trim_start().strip_prefix('=')?;
    let words = shell.split([' ', '\t', ';', ',', '"', '[', ']']).filter(|word| !word.is_empty());
    let mut words = words.peekable();
    words.peek()?;
    Some(Dialect::from_shell(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn the_shell_is_the_first_word() {
        for (comment, expected) in [
            ("# hadolint shell=powershell", Some(Dialect::PowerShell)),
            ("#hadolint shell = bash", Some(Dialect::Bash)),
            ("  # tally shell=/bin/ksh;reason=it is", Some(Dialect::Ksh)),
            ("# hadolint shell=cmd.exe /S /C", Some(Dialect::Cmd)),
            ("# hadolint shell=", None),
            ("# hadolint ignore=DL3006", None),
            ("# hadolintshell=bash", None),
            ("# shell=bash", None),
        ] {
            assert_eq!(dialect_in(comment), expected, "{comment}");
        }
    }

    #[test]
    fn a_comment_holds_until_the_next_shell() {
        let text = "FROM a\nRUN x\n# hadolint shell=powershell\nRUN x\nFROM b\nRUN x\n\
                    SHELL [\"bash\", \"-c\"]\nRUN x\n# tally shell=zsh\nRUN x\n# hadolint shell=sh\nRUN x\n";
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let model = Model::new(&source);
        let dialects: Vec<Dialect> = model.runs().map(|index| model.script(index).dialect).collect();
        let expected =
            [Dialect::Sh, Dialect::PowerShell, Dialect::PowerShell, Dialect::Bash, Dialect::Zsh, Dialect::Sh];
        assert_eq!(dialects, expected);
    }
}
