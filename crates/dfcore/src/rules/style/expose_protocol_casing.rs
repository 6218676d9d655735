use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::text::Span;

declare_rule! {
    /// The protocol of an `EXPOSE` is written with capital letters.
    ///
    /// `EXPOSE 53/UDP` means `53/udp`; BuildKit writes it in lower case into the image.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// EXPOSE 53/UDP
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// EXPOSE 53/udp
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// EXPOSE 53/udp 53/tcp
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Safe: BuildKit writes the protocol in lower case into the image in any case.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/expose-proto-casing/>
    pub ExposeProtocolCasing {
        code: "DF8010",
        name: "expose-protocol-casing",
        group: Style,
        severity: Style,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: ["ExposeProtoCasing"],
    }
}

impl Rule for ExposeProtocolCasing {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, _) in cx.model.instructions() {
            for port in cx.model.exposed_ports(index) {
                let Some(protocol) = port.protocol() else { continue };
                let lower = protocol.to_ascii_lowercase();
                if protocol != lower && matches!(&*lower, "tcp" | "udp" | "sctp") {
                    let finding = report
                        .at(port.span, format!("the protocol `{protocol}` has capital letters"))
                        .help(format!("write `{lower}`"));
                    // What comes from a variable is written elsewhere.
                    if let Some(number) = cx.model.slice(port.span).strip_suffix(protocol) {
                        let end = port.span.start + number.len() as u32;
                        let edit = Edit::replace(Span::new(end, port.span.end), lower.as_str());
                        finding.fix(Fix::safe(format!("write `{lower}`"), [edit]));
                    }
                }
            }
        }
    }
}
