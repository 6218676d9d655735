//! What `EXPOSE` says.

use super::{Model, Reason};
use crate::syntax::ast::InstructionKind;
use crate::text::Span;

/// A port of an `EXPOSE`, as far as the file tells: variables without a value stand in it as `${NAME}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposedPort {
    /// The word that says it.
    pub span: Span,
    /// All of it.
    pub text: String,
}

impl ExposedPort {
    /// What stands before the port of the container, `8080` or `127.0.0.1:8080`, where it does not belong.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let (host, _) = self.text.rsplit_once(':')?;
        (!host.trim_matches(':').is_empty()).then_some(host)
    }

    /// The port or range of the container with its protocol.
    #[must_use]
    pub fn container(&self) -> &str {
        self.text.rsplit_once(':').map_or(&self.text, |(_, container)| container)
    }

    /// The same without the protocol.
    #[must_use]
    pub fn number(&self) -> &str {
        self.container().split('/').next().unwrap_or_default()
    }

    /// The protocol, when it is written.
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.container().split_once('/').map(|(_, protocol)| protocol)
    }
}

impl Model<'_> {
    /// The ports of an `EXPOSE`, also under `ONBUILD`. A word may hold several when a variable does.
    #[must_use]
    pub fn exposed_ports(&self, index: usize) -> Vec<ExposedPort> {
        let InstructionKind::Expose(expose) = &self.instruction(index).inner().kind else {
            return Vec::new();
        };
        let mut ports = Vec::new();
        for word in &expose.words {
            let value = self.expand(index, word);
            if value
                .unknown_parts()
                .iter()
                .any(|part| matches!(part.reason, Reason::Refused | Reason::TooLarge))
            {
                continue;
            }
            let texts = value.text().split_whitespace();
            ports.extend(texts.map(|text| ExposedPort { span: word.span, text: text.to_owned() }));
        }
        ports
    }
}
