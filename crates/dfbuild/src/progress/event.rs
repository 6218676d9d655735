//! What the engine tells about a build under way.

use std::time::SystemTime;

/// A step as the engine knows it. It comes again, under the same digest, each time that it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vertex {
    /// Identifies the step within a build.
    pub digest: String,
    /// What people call it: `[linux/amd64 build 2/5] RUN make`.
    pub name: String,
    /// The result was there already.
    pub cached: bool,
    /// When it began, the last time.
    pub started: Option<SystemTime>,
    /// When it ended.
    pub completed: Option<SystemTime>,
    /// Why it failed; empty if it did not.
    pub error: String,
}

/// Bytes that a step wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The digest of the step.
    pub vertex: String,
    /// The bytes: not necessarily whole lines, nor text.
    pub data: Vec<u8>,
}

/// News of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// Steps that changed.
    pub vertices: Vec<Vertex>,
    /// Output of steps.
    pub logs: Vec<Log>,
}
