//! What a fix may not do: the result of a pass is held against what was there before, and what no fix claims has to be
//! the same.
//!
//! A fix claims the instructions that its edits touch, and what it [declares](crate::fix::Effect) to change beside them.

mod alignment;
mod ignore_file;
mod lines;
mod stages;
mod state;
mod tokens;

use alignment::{Alignment, Moves};
pub(super) use ignore_file::lost_line;

use crate::diagnostic::FileRole;
use crate::fix::{Edit, Fix};
use crate::model::Model;

/// What the fixes have damaged in the Dockerfile, as the end of "it would …"; `None` when all is well.
pub(super) fn damage(before: &Model<'_>, after: &Model<'_>, fixes: &[&Fix]) -> Option<String> {
    let mut edits: Vec<&Edit> =
        fixes.iter().flat_map(|fix| &fix.edits).filter(|edit| edit.file == FileRole::Dockerfile).collect();
    edits.sort_by_key(|edit| edit.span);
    if edits.is_empty() {
        return None;
    }
    if let Some(error) = new_error(before, after) {
        return Some(format!("make a syntax error: {error}"));
    }
    if let Some(damage) = lines::damage(before.source, after.source, &edits) {
        return Some(damage.to_owned());
    }
    if before.dockerfile.escape != after.dockerfile.escape {
        return Some("change the escape character".to_owned());
    }
    match Alignment::new(before, after, Moves::new(&edits)) {
        Ok(alignment) => {
            tokens::damage(before, after, &edits).or_else(|| state::damage(before, after, &alignment, fixes))
        }
        Err(lost) => Some(format!("change {}, which it does not touch", place(before, lost))),
    }
}

/// The first syntax error that the file has afterwards and did not have before.
fn new_error<'m>(before: &'m Model<'_>, after: &'m Model<'_>) -> Option<&'m str> {
    let messages = |model: &'m Model<'_>| model.errors.iter().map(|error| error.message.as_str());
    tokens::missing(messages(before), messages(after))
}

/// An instruction in a message: "the `RUN` in line 3".
fn place(model: &Model<'_>, index: usize) -> String {
    let instruction = model.instruction(index);
    let keyword = model.dockerfile.keyword_text(instruction, model.source);
    format!("the `{keyword}` in line {}", model.line(instruction.span.start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::{Effect, apply};
    use crate::text::{SourceFile, Span};

    /// What the guard says when marked places are replaced: `«old»new»`.
    fn verdict(marked: &str, declare: impl Fn(Fix) -> Fix) -> Option<String> {
        let mut text = String::new();
        let mut edits = Vec::new();
        for (index, part) in marked.split('«').enumerate() {
            let Some((old, rest)) = part.split_once('»').filter(|_| index > 0) else {
                text.push_str(part);
                continue;
            };
            let (new, rest) = rest.split_once('»').expect("«old»new»");
            let start = text.len() as u32;
            edits.push(Edit::replace(Span::new(start, start + old.len() as u32), new));
            text.push_str(old);
            text.push_str(rest);
        }
        let before = SourceFile::new("Dockerfile", text).expect("small");
        let edited: Vec<&Edit> = edits.iter().collect();
        let after = apply(before.bytes(), FileRole::Dockerfile, &edited);
        let after = SourceFile::new("Dockerfile", after).expect("small");
        let fix = declare(Fix::safe("test", edits));
        damage(&Model::new(&before), &Model::new(&after), &[&fix])
    }

    #[track_caller]
    fn refused(marked: &str, expected: &str) {
        assert_eq!(verdict(marked, |fix| fix).as_deref(), Some(expected), "{marked}");
    }

    #[track_caller]
    fn accepted(marked: &str) {
        assert_eq!(verdict(marked, |fix| fix), None, "{marked}");
    }

    /// What only a declared effect makes possible.
    #[track_caller]
    fn declared(marked: &str, effect: Effect, expected: &str) {
        refused(marked, expected);
        assert_eq!(verdict(marked, |fix| fix.changes(effect)), None, "{marked}");
    }

    #[test]
    fn what_is_edited_may_change() {
        accepted("FROM a\nRUN «b»c»\nUSER d\n");
        accepted("FROM a\n«RUN»COPY» b «»c»\nUSER d\n");
        accepted("FROM a\n«RUN b\n»»USER d\n");
        accepted("FROM a\n«»EXPOSE 1\n»# c\nRUN b\n");
        accepted("FROM a\nRUN«» --network=none» b \\\n  c\n");
        accepted("FROM a\nRUN b«»\nEXPOSE 1»");
        accepted("FROM a\nRUN b«\nRUN »&& »c\n");
    }

    #[test]
    fn instructions_do_not_run_into_each_other() {
        refused(
            "FROM a\nWORKDIR /opt«\n»»WORKDIR opt\n",
            "change the `WORKDIR` in line 2, which it does not touch",
        );
        refused("FROM a\n«»EXPOSE 1 \\\n»RUN b\n", "change the `RUN` in line 2, which it does not touch");
        refused(
            "FROM a\n«RUN b»RUN <<E»\nUSER c\nE\n",
            "change the `USER` in line 3, which it does not touch",
        );
    }

    #[test]
    fn comments_are_kept_but_for_those_that_are_meant() {
        accepted("FROM a\n«# why\n»»RUN b\n");
        accepted("FROM a\n# dflint: ignore=«x,»»y\nRUN b\n");
        accepted("FROM a\nRUN b \\\n «# why\n c»c\n # why»\n");
        refused("FROM a\nRUN b\\\n  «# why\n  c»c»\n", "lose the comment `# why`");
        refused("FROM a\n«# why\nRUN b\n»»USER c\n", "lose the comment `# why`");
        refused("«# a\n»»# syntax=b\nFROM c\n", "lose a part of line 2 that it does not touch");
    }

    #[test]
    fn line_endings_and_marks_are_kept() {
        refused("FROM a\r\n«»USER b\n»RUN c\r\n", "mix line endings");
        accepted("FROM a\r\nRUN b\n«»EXPOSE 1\n»RUN c\r\n");
        refused("«\u{FEFF}»»FROM a\n", "change the byte order mark");
        refused("# escape=«`»\\»\nFROM a\n", "change the escape character");
    }

    #[test]
    fn what_is_declared_may_change() {
        let user = "change the user for the `RUN` in line 3, which it does not declare";
        declared("FROM a\n«»USER b\n»RUN c\n", Effect::User, user.replace("line 3", "line 2").as_str());
        declared("FROM a\nUSER «b»c»\nRUN c\n", Effect::User, user);
        declared(
            "FROM a\nRUN b\n«»USER c\n»",
            Effect::User,
            "change the user at the end of stage 1, which it does not declare",
        );
        declared(
            "FROM a\n«»SHELL [\"/bin/bash\", \"-c\"]\n»RUN c\n",
            Effect::Shell,
            "change the shell for the `RUN` in line 2, which it does not declare",
        );
        declared(
            "FROM a\nWORKDIR «/b»/c»\nRUN c\n",
            Effect::Workdir,
            "change the working directory for the `RUN` in line 3, which it does not declare",
        );
        declared(
            "FROM a\n«ENV B=1\n»»RUN c\n",
            Effect::Environment,
            "change the variable `B` for the `RUN` in line 3, which it does not declare",
        );
        refused(
            "ARG B=«1»2»\nFROM a:$B\n",
            "change the variable `B` for the `FROM` in line 2, which it does not declare",
        );
        declared(
            "FROM a AS «b»c»\nRUN d\n",
            Effect::Stages,
            "change the name of stage \"b\", which it does not declare",
        );
    }

    #[test]
    fn what_comes_to_the_same_needs_no_declaration() {
        accepted("FROM a\n«ENV B 1»ENV B=1»\nRUN c\n");
        accepted("FROM a\n«ENV B=1 C=2»ENV B=1\nENV C=2»\nRUN c\n");
        accepted("FROM a\nWORKDIR /b\n«WORKDIR c»WORKDIR /b/c»\nRUN c\n");
        accepted("FROM a AS «B»b»\nRUN c\n");
        accepted("FROM a AS b\nENV C=1\nFROM b\n«ENV C=1\n»»RUN c\n");
    }

    #[test]
    fn a_safe_fix_changes_no_variable_that_is_named() {
        let text = "FROM a\n«ENV B=1\n»»RUN c\nRUN ${B}\n";
        assert_eq!(
            verdict(text, |fix| fix.changes(Effect::Environment)).as_deref(),
            Some("change the variable `B`, which the `RUN` in line 4 names")
        );
        let suggested = |fix: Fix| Fix::suggested("test", fix.edits).changes(Effect::Environment);
        assert_eq!(verdict(text, suggested), None);
    }

    #[test]
    fn a_stage_that_is_referred_to_stays_the_same() {
        let broken = "FROM a AS b\nFROM c AS «d»e»\nFROM f\nCOPY --from=d /x /x\n";
        refused(broken, "change the name of stage \"d\", which it does not declare");
        accepted("FROM a AS «B»b»\nFROM c\nCOPY --from=B /x /x\n");
        refused(
            "FROM a AS b\n«FROM c\n»»FROM d\nCOPY --from=0 /x /x\n",
            "change the stages, which it does not declare",
        );
    }

    #[test]
    fn triggers_are_looked_into() {
        refused(
            "FROM a AS b\nONBUILD ENV «C=1»C=2»\nFROM b\nRUN d\n",
            "change the variable `C` for the `RUN` in line 4, which it does not declare",
        );
        refused(
            "FROM a AS b\n«ONBUILD USER c»USER c»\nFROM b\nRUN d\n",
            "change the user at the end of stage \"b\", which it does not declare",
        );
    }
}
