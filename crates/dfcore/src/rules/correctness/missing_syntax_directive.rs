use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fix::{Edit, Fix};
use crate::model::Model;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{Instruction, InstructionKind, Run};
use crate::text::Span;

declare_rule! {
    /// The file uses a feature that the frontend of a supported engine does not have.
    ///
    /// Each Docker Engine has a Dockerfile frontend built in, and refuses what is newer ("unknown flag: link").
    /// A line `# syntax=docker/dockerfile:1` at the top makes any engine with BuildKit fetch the newest stable
    /// frontend instead. The rule reports a file without that line (or with one that pins an older version)
    /// that needs more than the oldest engine it has to build with.
    ///
    /// | engine | frontend | | engine | frontend |
    /// |---|---|---|---|---|
    /// | 20.10 | 1.2 | | 26 | 1.7 |
    /// | 23 | 1.4 | | 27 | 1.8 |
    /// | 24 | 1.5 | | 28 | 1.14 |
    /// | 25 | 1.6 | | 29 | 1.19 |
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COPY --exclude=*.md . /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// # syntax=docker/dockerfile:1
    /// FROM alpine:3.20
    /// COPY --exclude=*.md . /app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN --mount=type=cache,target=/var/cache/apk apk add curl
    /// ```
    ///
    /// With an older engine to support, here-documents need the line as well:
    ///
    /// ```toml,options
    /// [lint.rules.missing-syntax-directive]
    /// oldest-engine = "20.10"
    /// ```
    ///
    /// ```dockerfile,bad
    /// # syntax=docker/dockerfile:1.3
    /// FROM alpine:3.20
    /// RUN <<EOF
    /// apk add curl
    /// EOF
    /// ```
    ///
    /// ```dockerfile,fixed
    /// # syntax=docker/dockerfile:1
    /// FROM alpine:3.20
    /// RUN <<EOF
    /// apk add curl
    /// EOF
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Suggested: the file means the same, but the build fetches the frontend from a registry.
    ///
    /// ## Sources
    ///
    /// - "Minimum Dockerfile version" in <https://docs.docker.com/reference/dockerfile/>
    /// - <https://docs.docker.com/build/buildkit/dockerfile-release-notes/>
    /// - the BuildKit version in each engine's release notes, and BuildKit's ("built-in Dockerfile frontend")
    pub MissingSyntaxDirective {
        code: "DF1003",
        name: "missing-syntax-directive",
        group: Correctness,
        severity: Warning,
        confidence: High,
        fix: Suggested,
        since: "0.1.0",
        aliases: [],
        options: {
            /// The oldest Docker Engine that has to build the file.
            oldest_engine: Engine = Engine::V23,
        },
    }
}

/// Engines by what is built in.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
pub(crate) enum Engine {
    #[serde(rename = "20.10")]
    V20,
    #[serde(rename = "23")]
    V23,
    #[serde(rename = "24")]
    V24,
    #[serde(rename = "25")]
    V25,
    #[serde(rename = "26")]
    V26,
    #[serde(rename = "27")]
    V27,
    #[serde(rename = "28")]
    V28,
    #[serde(rename = "29")]
    V29,
}

impl Engine {
    const fn name(self) -> &'static str {
        match self {
            Self::V20 => "20.10",
            Self::V23 => "23",
            Self::V24 => "24",
            Self::V25 => "25",
            Self::V26 => "26",
            Self::V27 => "27",
            Self::V28 => "28",
            Self::V29 => "29",
        }
    }

    /// The minor version of the built-in frontend 1.x.
    const fn frontend(self) -> u32 {
        match self {
            Self::V20 => 2,
            Self::V23 => 4,
            Self::V24 => 5,
            Self::V25 => 6,
            Self::V26 => 7,
            Self::V27 => 8,
            Self::V28 => 14,
            Self::V29 => 19,
        }
    }
}

/// Flags and the minor version of the frontend 1.x that brought them to its stable channel.
const FLAGS: [(&str, &str, u32); 13] = [
    ("RUN", "mount", 2),
    ("RUN", "network", 3),
    ("RUN", "security", 20),
    ("COPY", "chmod", 2),
    ("COPY", "link", 4),
    ("COPY", "parents", 20),
    ("COPY", "exclude", 19),
    ("ADD", "chmod", 2),
    ("ADD", "link", 4),
    ("ADD", "checksum", 6),
    ("ADD", "unpack", 17),
    ("ADD", "exclude", 19),
    ("HEALTHCHECK", "start-interval", 6),
];

/// Something in the file and the minor version that it needs.
struct Feature {
    span: Span,
    name: String,
    needs: u32,
}

impl Rule for MissingSyntaxDirective {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let directive =
            model.dockerfile.directives.iter().find(|directive| directive.is("syntax", model.source));
        let (has, comes_from) = match directive {
            Some(directive) => match pinned_version(model.slice(directive.value)) {
                Some(minor) => (minor, format!("the `# syntax=` line asks for 1.{minor}")),
                None => return,
            },
            None => {
                let (engine, minor) = (self.oldest_engine.name(), self.oldest_engine.frontend());
                (minor, format!("Docker Engine {engine} has 1.{minor} built in"))
            }
        };
        let mut features: Vec<Feature> = model
            .dockerfile
            .instructions
            .iter()
            .flat_map(|instruction| features(model, instruction))
            .collect();
        features.retain(|feature| feature.needs > has);
        let Some(newest) = features.iter().max_by_key(|feature| feature.needs) else { return };
        let mut finding = report
            .at(newest.span, format!("{} needs the Dockerfile frontend 1.{}", newest.name, newest.needs))
            .note(comes_from)
            .help("let the file begin with `# syntax=docker/dockerfile:1`");
        for other in features.iter().filter(|feature| feature.span != newest.span).take(3) {
            finding = finding.label(other.span, format!("{} needs 1.{}", other.name, other.needs));
        }
        let edit = match directive {
            Some(directive) => Edit::replace(directive.value, "docker/dockerfile:1"),
            None => Edit::insert_directive(model.source, "syntax=docker/dockerfile:1"),
        };
        finding.fix(Fix::suggested("build with the newest stable frontend", [edit]));
    }
}

/// The minor version that a `# syntax=` line pins; `None` for the newest one and for other frontends.
fn pinned_version(value: &str) -> Option<u32> {
    let image = value.strip_prefix("docker.io/").unwrap_or(value);
    let tag = image.strip_prefix("docker/dockerfile:1.")?;
    let minor: String = tag.chars().take_while(char::is_ascii_digit).collect();
    minor.parse().ok()
}

fn features(model: &Model<'_>, instruction: &Instruction) -> Vec<Feature> {
    let keyword = instruction.kind.name();
    let mut features = Vec::new();
    for flag in &instruction.flags {
        let name = model.text(&flag.name);
        let known = FLAGS.iter().find(|(of, known, _)| *of == keyword && *known == name);
        if let Some((_, _, needs)) = known {
            features.push(Feature { span: flag.span, name: format!("`{keyword} --{name}`"), needs: *needs });
        }
    }
    if let InstructionKind::Run(Run { mounts, .. }) = &instruction.kind {
        let with_env = mounts.iter().filter(|mount| mount.environment(model.source).is_some());
        features.extend(with_env.map(|mount| Feature {
            span: mount.span,
            name: "a secret as an environment variable".to_owned(),
            needs: 10,
        }));
    }
    features.extend(instruction.heredocs.first().map(|heredoc| Feature {
        span: heredoc.marker,
        name: "a here-document".to_owned(),
        needs: 4,
    }));
    features
}
