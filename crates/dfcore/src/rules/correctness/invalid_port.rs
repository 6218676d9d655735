use crate::model::is_template;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// `EXPOSE` names a port that does not exist.
    ///
    /// A port is a number up to 65535, or a range of them, with `/tcp`, `/udp` or `/sctp` behind it. The build stops at
    /// anything else: at names, at commas, at a comment behind the ports.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM nginx:1.29
    /// EXPOSE 80800
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM nginx:1.29
    /// EXPOSE 8090-8080 443/https 80, 8443 # TLS
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM nginx:1.29
    /// ARG PORT=8080
    /// EXPOSE 80 8000-8010/udp ${PORT} ${METRICS_PORT}
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint looks at the size of numbers and ranges only, and cannot parse most of the rest. Here the defaults of
    /// variables are filled in.
    ///
    /// ## Sources
    ///
    /// - `parsePort` of BuildKit, `frontend/dockerfile/dockerfile2llb/convert_expose.go`
    /// - [hadolint DL3011](https://github.com/hadolint/hadolint/wiki/DL3011)
    pub InvalidPort {
        code: "DF1018",
        name: "invalid-port",
        group: Correctness,
        severity: Error,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3011"],
    }
}

impl Rule for InvalidPort {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, instruction) in model.instructions() {
            let InstructionKind::Expose(ports) = &instruction.kind else { continue };
            for word in &ports.words {
                let value = model.expand(index, word);
                let Some(ports) = value.as_known() else { continue };
                if is_template(ports) {
                    continue;
                }
                // A variable may hold several.
                if let Some(problem) = ports.split_whitespace().find_map(|port| problem(port).err()) {
                    let finding = report.at(word.span, problem.message).note("the build stops here");
                    finding.help(problem.help);
                    if ports.starts_with('#') {
                        break;
                    }
                }
            }
        }
    }
}

struct Problem {
    message: String,
    help: &'static str,
}

/// What is wrong with `[[ip:]port:]port[/protocol]`.
fn problem(spec: &str) -> Result<(), Problem> {
    let mut parts = spec.rsplit(':');
    let last = parts.next().unwrap_or_default();
    let (port, protocol) = last.split_once('/').unwrap_or((last, ""));
    if !["", "tcp", "udp", "sctp"].iter().any(|known| protocol.eq_ignore_ascii_case(known)) {
        let message = format!("`{protocol}` is no protocol of `EXPOSE`");
        return Err(Problem { message, help: "write `/tcp`, `/udp` or `/sctp`" });
    }
    check_range(port, spec)?;
    match parts.next() {
        Some(host_port) if !host_port.is_empty() => check_range(host_port, spec),
        _ => Ok(()),
    }
}

fn check_range(range: &str, spec: &str) -> Result<(), Problem> {
    let Some((start, end)) = range.split_once('-') else { return check_number(range, spec).map(drop) };
    if check_number(end, spec)? < check_number(start, spec)? {
        let message = format!("the range `{range}` ends before it starts");
        return Err(Problem { message, help: "write the smaller number first" });
    }
    Ok(())
}

fn check_number(number: &str, spec: &str) -> Result<u16, Problem> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let help = match spec {
            _ if spec.starts_with('#') => "put the comment on a line of its own",
            _ if spec.contains(',') => "separate ports with blanks",
            _ => "write a number, or a range such as `8000-8010`",
        };
        return Err(Problem { message: format!("`{spec}` is not a port"), help });
    }
    digits.parse().map_err(|_| Problem {
        message: format!("there is no port {number}"),
        help: "write a number up to 65535",
    })
}
