use crate::fix::{Edit, Fix};
use crate::model::is_template;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{Escape, InstructionKind};

declare_rule! {
    /// Several files are copied to one path that is not written as a folder.
    ///
    /// The destination of more than one source has to end in `/`. Without it, other builders refuse the file, and BuildKit
    /// copies each source over the one before unless a folder of that name is there already: only the last file is
    /// left.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM node:24
    /// COPY package.json package-lock.json /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM node:24
    /// COPY package.json package-lock.json /app/
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:24
    /// COPY package.json package-lock.json /app/
    /// WORKDIR /app
    /// COPY index.html main.js .
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: unless a folder of that name is there already, all the files are in it afterwards and not the last one alone.
    ///
    /// ## Differs from
    ///
    /// hadolint reports `.` and `..` too, which are folders, and variables whatever their values are; here they are filled
    /// in, and left alone where only the build knows them.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#copy>: "the destination must be a directory (must end with a slash)"
    /// - [hadolint DL3021](https://github.com/hadolint/hadolint/wiki/DL3021)
    pub CopyDestinationWithoutSlash {
        code: "DF1017",
        name: "copy-destination-without-slash",
        group: Correctness,
        severity: Error,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["DL3021"],
    }
}

impl Rule for CopyDestinationWithoutSlash {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, instruction) in model.instructions() {
            let InstructionKind::Copy(copy) = &instruction.kind else { continue };
            let Some(word) = copy.destination.as_ref().filter(|_| copy.sources.len() > 1) else { continue };
            let path = model.expand(index, word);
            let written = model.text(word);
            if is_template(written) && !written.contains('$') {
                continue;
            }
            // A variable at the end may bring the slash.
            let may_be_folder = path.as_known().is_none() && path.text().ends_with('}');
            let last = path.text().rsplit(['/', '\\']).next().unwrap_or_default();
            if may_be_folder || matches!(last, "" | "." | "..") {
                continue;
            }
            let count = copy.sources.len();
            let finding = report
                .at(word.span, format!("{count} sources are copied to `{}`, which does not end in `/`", path.text()))
                .note("unless it is a folder already, each takes the place of the one before, or the build fails")
                .help(format!("write `{}/`", path.text()));
            // On Windows it may be the other slash.
            if !written.contains('\\') && model.dockerfile.escape == Escape::Backslash {
                let edit = Edit::insert(word.span.end, "/");
                finding.fix(Fix::suggested("let the destination end in `/`", [edit]));
            }
        }
    }
}
