use crate::rule::{Report, Rule, RuleContext, declare_rule};

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
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// EXPOSE 53/udp 53/tcp
    /// ```
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
        fix: None,
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
                    report
                        .at(port.span, format!("the protocol `{protocol}` has capital letters"))
                        .help(format!("write `{lower}`"));
                }
            }
        }
    }
}
