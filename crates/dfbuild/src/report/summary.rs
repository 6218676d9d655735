//! The last lines on the terminal.

use std::fmt::Write;

use dfcore::text::format_bytes;

use super::{Gate, Report, StepState};

impl Report {
    /// What was built, how much of it was cached, how large it is, and what the gate said.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_summary(&mut text);
        text
    }

    fn write_summary(&self, out: &mut String) -> std::fmt::Result {
        let steps = self.steps.iter().filter(|step| step.is_work());
        let (mut total, mut cached) = (0, 0);
        for step in steps {
            total += 1;
            cached += usize::from(step.state == StepState::Cached);
        }
        let seconds = std::time::Duration::from_millis(self.duration_ms).as_secs_f64();
        writeln!(out, "steps    {total}, {cached} of them cached; {seconds:.1} s in all")?;
        if let Some(lint) = self.lint {
            writeln!(
                out,
                "lint     errors {}, warnings {}, notes {}",
                lint.errors, lint.warnings, lint.notes
            )?;
        }
        if let Some(context) = &self.context {
            let (all, sent) = (format_bytes(context.bytes), format_bytes(context.sent_bytes));
            writeln!(
                out,
                "context  files: {}, {all}; files sent: {}, {sent}",
                context.files, context.sent_files
            )?;
        }
        if let Some(image) = &self.image {
            let names =
                if image.names.is_empty() { "without a name".to_owned() } else { image.names.join(", ") };
            writeln!(out, "image    {names}")?;
            writeln!(out, "         {}", image.digest)?;
            for platform in &image.platforms {
                let size = format_bytes(platform.bytes);
                let layers = if platform.layers == 1 { "layer" } else { "layers" };
                writeln!(
                    out,
                    "         {:<14} {size} compressed, {} {layers}",
                    platform.platform, platform.layers
                )?;
            }
        }
        match &self.gate {
            Gate::NotReached => {}
            Gate::Off => writeln!(out, "gate     switched off with --no-gate: not scanned")?,
            Gate::NotScanned { reason } => writeln!(out, "gate     not scanned: {reason}")?,
            Gate::Passed(scanned) => {
                let severities: Vec<_> = scanned.severities.iter().map(|severity| severity.name()).collect();
                writeln!(out, "gate     passed: nothing {} ({})", severities.join(" or "), scanned.scanner)?;
            }
            Gate::Refused(scanned) => {
                let count: usize = scanned.platforms.iter().map(|platform| platform.findings.len()).sum();
                writeln!(out, "gate     refused, findings: {count} ({})", scanned.scanner)?;
            }
        }
        for output in &self.outputs {
            writeln!(out, "written  {output}")?;
        }
        Ok(())
    }
}
