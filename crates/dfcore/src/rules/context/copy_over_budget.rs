use crate::context::Amount;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::text::format_bytes;

declare_rule! {
    /// A `COPY` takes more from the build context than it may.
    ///
    /// All of it is read, hashed and sent at every build, and becomes a layer that everybody pulls.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.rules.copy-over-budget]
    /// megabytes = 0
    /// ```
    ///
    /// ```file=data/model.bin
    /// weights
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ## Example
    ///
    /// ```file=app.py
    /// print("hello")
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY . /app
    /// ```
    ///
    /// ## Options
    ///
    /// `megabytes` is what one `COPY` or `ADD` may take, 50 unless said otherwise.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/best-practices/#exclude-with-dockerignore>
    pub CopyOverBudget {
        code: "DF6009",
        name: "copy-over-budget",
        group: Context,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
        options: {
            /// The megabytes that one `COPY` or `ADD` may take.
            megabytes: u64 = 50,
        },
        preview: true,
    }
}

impl Rule for CopyOverBudget {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        let budget = self.megabytes.saturating_mul(1_000_000);
        for (index, _) in cx.model.instructions() {
            let Some(copy) = cx.model.context_copy(index) else { continue };
            // What `--exclude` leaves out is not known here.
            if cx.model.flag(index, "exclude").is_some() {
                continue;
            }
            let mut taken = Amount::default();
            for source in &copy.sources {
                taken += context.select(&source.path).amount();
            }
            let Some(source) = copy.sources.first().filter(|_| taken.bytes > budget) else { continue };
            let files = if taken.files == 1 { "file" } else { "files" };
            report
                .at(
                    source.span,
                    format!(
                        "this takes {} from the build context, {} are allowed",
                        format_bytes(taken.bytes),
                        format_bytes(budget)
                    ),
                )
                .note(format!("{} {files}; `dflint context` shows which", taken.files))
                .help("name what the image needs, or add the rest to the ignore file");
        }
    }
}
