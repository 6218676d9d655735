use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// `EXPOSE` names a port or an address of the host.
    ///
    /// An image records the ports of its containers and nothing else. Which port of the host leads there is chosen when a
    /// container starts, with `docker run -p 8080:80`. BuildKit drops what stands in front of the container's port, and its
    /// next versions will refuse the file.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM nginx:1.27
    /// EXPOSE 8080:80 127.0.0.1:8443:443/tcp
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM nginx:1.27
    /// EXPOSE 80 443/tcp
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM nginx:1.27
    /// ARG PORT=80
    /// EXPOSE ${PORT} 443/tcp
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the image stays the same, but the port of the host may have been the one that was meant.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/expose-invalid-format/>
    /// - `frontend/dockerfile/dockerfile2llb/convert_expose.go` of BuildKit
    pub ExposeHostPort {
        code: "DF1019",
        name: "expose-host-port",
        group: Correctness,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: ["ExposeInvalidFormat"],
    }
}

impl Rule for ExposeHostPort {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, _) in cx.model.instructions() {
            for port in cx.model.exposed_ports(index) {
                let Some(host) = port.host() else { continue };
                let container = port.container();
                let finding = report
                    .at(port.span, format!("`{host}` is a place of the host, which an image cannot choose"))
                    .note(format!("only `{container}` is recorded; the rest is dropped, and a later BuildKit refuses the file"))
                    .help(format!("write `{container}`, and start containers with `-p {host}:{}`", port.number()));
                // What comes from a variable is written elsewhere.
                if cx.model.slice(port.span) == port.text && !container.is_empty() {
                    let edit = Edit::replace(port.span, container);
                    finding.fix(Fix::suggested(format!("write `{container}`"), [edit]));
                }
            }
        }
    }
}
