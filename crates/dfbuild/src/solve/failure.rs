//! A failed build, with everything that the engine and its log tell about the cause.

use std::error::Error as _;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bollard_buildkit_proto::google::rpc::Status as RpcStatus;
use prost::Message;
use serde::Deserialize;
use tonic::Status;

use crate::progress::state::{State, Step};

/// The error of a step that did not fail itself.
const CANCELED: &str = "context canceled";

/// Why a build failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildFailure {
    /// The engine's message.
    pub message: String,
    /// The step that failed, as `[build 2/5] RUN make`.
    pub step: Option<String>,
    /// The exit code of its program.
    pub exit_code: Option<u32>,
    /// Where it stands in the Dockerfile.
    pub source: Option<SourceLines>,
    /// The last lines that it wrote.
    pub tail: Vec<String>,
}

/// Lines of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLines {
    /// The name under which the engine knows the file.
    pub file: String,
    /// The first line, counted from 1.
    pub first: usize,
    /// The last line, included.
    pub last: usize,
    /// The text of these lines.
    pub lines: Vec<String>,
}

/// BuildKit packs Go structures as JSON into the details of a gRPC status.
#[derive(Deserialize)]
struct SourceDetail {
    info: Option<SourceInfo>,
    #[serde(default)]
    ranges: Vec<Range>,
}

#[derive(Deserialize)]
struct SourceInfo {
    #[serde(default)]
    filename: String,
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
struct Range {
    start: Option<Position>,
    end: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    #[serde(default)]
    line: usize,
}

#[derive(Deserialize)]
struct VertexDetail {
    #[serde(default)]
    digest: String,
}

#[derive(Deserialize)]
struct ExitDetail {
    #[serde(rename = "Code", alias = "code", default)]
    code: u32,
}

impl BuildFailure {
    pub(super) fn new(status: &Status, state: &State) -> Self {
        let mut failure = Self { message: message(status), ..Self::default() };
        let mut digest = None;
        // Details that cannot be read are left out: the message is there in any case.
        let details = RpcStatus::decode(status.details()).map(|status| status.details).unwrap_or_default();
        for detail in details {
            let kind = detail.type_url.rsplit('/').next().unwrap_or_default();
            match kind {
                "errdefs.Source+json" => {
                    let source = serde_json::from_slice::<SourceDetail>(&detail.value).ok();
                    failure.source = failure.source.or_else(|| source.and_then(SourceLines::new));
                }
                "errdefs.Vertex+json" => {
                    digest = serde_json::from_slice::<VertexDetail>(&detail.value)
                        .ok()
                        .map(|vertex| vertex.digest);
                }
                "gatewayapi.ExitMessage+json" => {
                    failure.exit_code =
                        serde_json::from_slice::<ExitDetail>(&detail.value).ok().map(|exit| exit.code);
                }
                _ => {}
            }
        }
        if let Some(step) = digest.and_then(|digest| state.step(&digest)).or_else(|| failed_step(state)) {
            failure.step = Some(step.name.clone());
            failure.tail = step.tail.iter().cloned().collect();
        }
        failure
    }
}

/// What the engine says; or, when it could say nothing, that the connection broke.
fn message(status: &Status) -> String {
    // Only an error of the connection has a cause; what an engine answers has none.
    let Some(mut cause) = status.source() else { return status.message().to_owned() };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("the connection to the engine broke ({cause}); if the engine stopped, its log says why")
}

/// The step that most likely is the cause: one that failed by itself, rather one that wrote something.
fn failed_step(state: &State) -> Option<&Step> {
    state
        .steps()
        .iter()
        .filter(|step| !step.error.is_empty() && !step.error.contains(CANCELED))
        .max_by_key(|step| !step.tail.is_empty())
}

impl SourceLines {
    fn new(detail: SourceDetail) -> Option<Self> {
        let info = detail.info?;
        // BuildKit gives a range for each line of the instruction.
        let starts = detail.ranges.iter().filter_map(|range| Some(range.start.as_ref()?.line));
        let ends = detail.ranges.iter().filter_map(|range| Some(range.end.as_ref()?.line));
        let first = starts.min()?;
        let last = ends.max().map_or(first, |last| last.max(first));
        let text = BASE64_STANDARD.decode(info.data).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let count = last.checked_sub(first)?.saturating_add(1);
        let lines = text.lines().skip(first.checked_sub(1)?).take(count).map(str::to_owned).collect();
        Some(Self { file: info.filename, first, last, lines })
    }
}

impl fmt::Display for BuildFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.step, self.exit_code) {
            (Some(step), Some(code)) => write!(f, "{step}: exit code {code}")?,
            (Some(step), None) => write!(f, "{step}: {}", self.message)?,
            (None, _) => f.write_str(&self.message)?,
        }
        if let Some(source) = &self.source {
            write!(f, "\n{source}")?;
        }
        if !self.tail.is_empty() {
            write!(f, "\nthe last lines of its output:")?;
            for line in &self.tail {
                write!(f, "\n  | {line}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for SourceLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  --> {}:{}", self.file, self.first)?;
        if self.last > self.first {
            write!(f, "-{}", self.last)?;
        }
        let width = self.last.to_string().len();
        for (number, line) in (self.first..).zip(&self.lines) {
            write!(f, "\n{number:>width$} | {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::SystemTime;

    use bollard_buildkit_proto::google::protobuf::Any;

    use super::*;
    use crate::progress::event::{Log, Update, Vertex};

    fn status(details: &[(&str, serde_json::Value)]) -> Status {
        let details = details
            .iter()
            .map(|(kind, value)| Any {
                type_url: format!("github.com/moby/buildkit/{kind}"),
                value: value.to_string().into_bytes(),
            })
            .collect();
        let rpc = RpcStatus { code: 2, message: "process did not complete".into(), details };
        Status::with_details(tonic::Code::Unknown, rpc.message.clone(), rpc.encode_to_vec().into())
    }

    #[test]
    fn a_connection_that_breaks_is_no_answer_of_the_engine() {
        let closed = std::io::Error::other("connection closed");
        let failure = BuildFailure::new(&Status::from_error(Box::new(closed)), &State::default());
        let expected =
            "the connection to the engine broke (connection closed); if the engine stopped, its log says why";
        assert_eq!(failure.message, expected);
        assert_eq!(BuildFailure::new(&status(&[]), &State::default()).message, "process did not complete");
    }

    fn state() -> State {
        let vertex = |digest: &str, error: &str| Vertex {
            digest: digest.into(),
            name: format!("[{digest}] RUN make"),
            started: Some(SystemTime::UNIX_EPOCH),
            completed: Some(SystemTime::UNIX_EPOCH),
            error: error.into(),
            ..Vertex::default()
        };
        let mut state = State::default();
        let logs = vec![Log { vertex: "b 2/3".into(), data: b"cc a.c\nerror: no a.c\n".to_vec() }];
        state.apply(Update { vertices: vec![vertex("b 2/3", "")], ..Update::default() });
        state.apply(Update { logs, ..Update::default() });
        state.apply(Update {
            vertices: vec![
                vertex("a 2/2", CANCELED),
                vertex("b 2/3", "exit code: 7"),
                vertex("x", "not found"),
            ],
            ..Update::default()
        });
        state
    }

    #[test]
    fn details_are_decoded() {
        let dockerfile = BASE64_STANDARD.encode("FROM base\nWORKDIR /x\nRUN cd /x && \\\n    make\n");
        let status = status(&[
            ("stack.Stack+json", serde_json::json!({ "frames": [] })),
            (
                "errdefs.Source+json",
                serde_json::json!({
                    "info": { "filename": "Dockerfile", "data": dockerfile, "language": "Dockerfile" },
                    "ranges": [
                        { "start": { "line": 3 }, "end": { "line": 3 } },
                        { "start": { "line": 4 }, "end": { "line": 4 } },
                    ],
                }),
            ),
            ("errdefs.Vertex+json", serde_json::json!({ "digest": "b 2/3" })),
            ("gatewayapi.ExitMessage+json", serde_json::json!({ "Code": 7 })),
        ]);
        insta::assert_snapshot!(BuildFailure::new(&status, &state()));
    }

    #[test]
    fn without_details_the_failed_step_is_found() {
        let failure =
            BuildFailure::new(&Status::unknown("executor failed running [make]: exit code: 7"), &state());
        assert_eq!(failure.step.as_deref(), Some("[b 2/3] RUN make"));
        assert_eq!(failure.tail, ["cc a.c", "error: no a.c"]);
        assert_eq!(failure.source, None);
    }

    #[test]
    fn nonsense_is_survived() {
        let garbage = Status::with_details(tonic::Code::Unknown, "m", vec![0xff; 40].into());
        assert_eq!(BuildFailure::new(&garbage, &State::default()).to_string(), "m");
        let zero = status(&[(
            "errdefs.Source+json",
            serde_json::json!({ "info": {}, "ranges": [{ "start": { "line": 0 }, "end": { "line": 9 } }] }),
        )]);
        assert_eq!(BuildFailure::new(&zero, &State::default()).source, None);
    }
}
