//! The state of a build, put together from the engine's news.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, SystemTime};

use super::event::{Update, Vertex};

/// How many lines of a step's output are kept for the case that it fails.
const KEPT_LINES: usize = 20;

/// A line is cut here: a step may write megabytes without a line break.
const MAX_LINE_BYTES: usize = 4096;

/// What has become of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The result was there already.
    Cached,
    /// It was carried out, in this time.
    Done(Duration),
    /// It failed, or was cancelled because another one did.
    Failed,
}

/// A step and its output.
#[derive(Clone, Debug)]
pub struct Step {
    /// Counted from 1, in the order in which the steps showed up.
    pub number: usize,
    /// What people call it.
    pub name: String,
    /// Identifies the step within the build.
    pub digest: String,
    /// When it began.
    pub started: Option<SystemTime>,
    /// When it ended.
    pub completed: Option<SystemTime>,
    /// The engine had the result already.
    pub cached: bool,
    /// Why it failed; empty if it did not.
    pub error: String,
    /// The last lines that it wrote.
    pub tail: VecDeque<String>,
    /// The begin of a line whose end has not come yet.
    unfinished: Vec<u8>,
}

impl Step {
    /// What has become of the step, once it has ended.
    pub fn outcome(&self) -> Option<Outcome> {
        let completed = self.completed?;
        if !self.error.is_empty() {
            return Some(Outcome::Failed);
        }
        if self.cached {
            return Some(Outcome::Cached);
        }
        let started = self.started.unwrap_or(completed);
        // Clocks may be set while a step runs.
        Some(Outcome::Done(completed.duration_since(started).unwrap_or_default()))
    }

    /// Takes what was written, keeps the tail and returns the lines that are now complete.
    fn write(&mut self, data: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in data.split_inclusive(|byte| *byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.unfinished.len() > MAX_LINE_BYTES {
                lines.push(readable(&std::mem::take(&mut self.unfinished)));
            }
        }
        for line in &lines {
            self.keep(line.clone());
        }
        lines
    }

    fn keep(&mut self, line: String) {
        if self.tail.len() == KEPT_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
    }
}

/// A line as it may be shown on a terminal: without its end, escape sequences and what a carriage return overwrote.
fn readable(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\n', '\r']);
    let visible = text.rsplit('\r').next().unwrap_or_default();
    let mut cleaned = String::with_capacity(visible.len());
    let mut characters = visible.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\t' => cleaned.push('\t'),
            '\u{1b}' if characters.next_if_eq(&'[').is_some() => {
                // A control sequence ends with a character from `@` to `~`.
                while characters.next().is_some_and(|next| !('@'..='~').contains(&next)) {}
            }
            control if control.is_control() => {}
            other => cleaned.push(other),
        }
        if cleaned.len() > MAX_LINE_BYTES {
            cleaned.push('…');
            break;
        }
    }
    cleaned
}

/// Something that a display may want to show, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The step with this index has begun.
    Started(usize),
    /// It has written a line.
    Line(usize, String),
    /// It has ended.
    Finished(usize, Outcome),
}

impl Event {
    /// The index of the step that the event is about.
    pub fn step(&self) -> usize {
        match self {
            Self::Started(index) | Self::Line(index, _) | Self::Finished(index, _) => *index,
        }
    }
}

/// All steps of a build.
#[derive(Clone, Debug, Default)]
pub struct State {
    steps: Vec<Step>,
    by_digest: HashMap<String, usize>,
}

impl State {
    /// The steps in the order in which they showed up.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step with the given digest.
    pub fn step(&self, digest: &str) -> Option<&Step> {
        self.steps.get(*self.by_digest.get(digest)?)
    }

    /// Takes the news in and says what happened. Each step starts and finishes at most once.
    pub fn apply(&mut self, update: Update) -> Vec<Event> {
        let mut events = Vec::new();
        for vertex in update.vertices {
            self.apply_vertex(vertex, &mut events);
        }
        for log in update.logs {
            let Some(&index) = self.by_digest.get(&log.vertex) else { continue };
            let Some(step) = self.steps.get_mut(index) else { continue };
            events.extend(step.write(&log.data).into_iter().map(|line| Event::Line(index, line)));
        }
        events
    }

    fn apply_vertex(&mut self, vertex: Vertex, events: &mut Vec<Event>) {
        let index = *self.by_digest.entry(vertex.digest.clone()).or_insert_with(|| {
            self.steps.push(Step {
                number: self.steps.len() + 1,
                name: String::new(),
                digest: vertex.digest.clone(),
                started: None,
                completed: None,
                cached: false,
                error: String::new(),
                tail: VecDeque::new(),
                unfinished: Vec::new(),
            });
            self.steps.len() - 1
        });
        let Some(step) = self.steps.get_mut(index) else { return };
        let (had_started, had_outcome) = (step.started.is_some(), step.outcome().is_some());
        step.name = vertex.name;
        step.cached |= vertex.cached;
        // A step may run in several pieces: the first begin and the last end count.
        step.started = step.started.or(vertex.started);
        step.completed = vertex.completed.max(step.completed);
        if !vertex.error.is_empty() {
            step.error = vertex.error;
        }
        if !had_started && step.started.is_some() {
            events.push(Event::Started(index));
        }
        if let (false, Some(outcome)) = (had_outcome, step.outcome()) {
            if !step.unfinished.is_empty() {
                let line = readable(&std::mem::take(&mut step.unfinished));
                step.keep(line.clone());
                events.push(Event::Line(index, line));
            }
            events.push(Event::Finished(index, outcome));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::event::Log;
    use super::*;

    fn vertex(digest: &str, started: u64, completed: Option<u64>) -> Vertex {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        Vertex {
            digest: digest.into(),
            name: format!("step {digest}"),
            started: Some(at(started)),
            completed: completed.map(at),
            ..Vertex::default()
        }
    }

    fn log(digest: &str, text: &str) -> Update {
        Update { logs: vec![Log { vertex: digest.into(), data: text.into() }], ..Update::default() }
    }

    fn vertices(vertices: Vec<Vertex>) -> Update {
        Update { vertices, ..Update::default() }
    }

    #[test]
    fn a_step_starts_and_finishes_once() {
        let mut state = State::default();
        assert_eq!(state.apply(vertices(vec![vertex("a", 1, None)])), [Event::Started(0)]);
        assert_eq!(state.apply(vertices(vec![vertex("a", 1, None)])), []);
        let done = Event::Finished(0, Outcome::Done(Duration::from_secs(2)));
        assert_eq!(state.apply(vertices(vec![vertex("a", 1, Some(3))])), [done]);
        assert_eq!(state.apply(vertices(vec![vertex("a", 1, Some(4))])), []);
    }

    #[test]
    fn lines_are_put_together_and_the_last_ones_kept() {
        let mut state = State::default();
        state.apply(vertices(vec![vertex("a", 1, None)]));
        assert_eq!(state.apply(log("a", "one\ntw")), [Event::Line(0, "one".into())]);
        assert_eq!(state.apply(log("a", "o\n")), [Event::Line(0, "two".into())]);
        for number in 0..50 {
            state.apply(log("a", &format!("{number}\n")));
        }
        state.apply(log("a", "no end"));
        state.apply(vertices(vec![vertex("a", 1, Some(2))]));
        let tail = &state.step("a").unwrap().tail;
        assert_eq!(tail.len(), KEPT_LINES);
        assert_eq!((tail.front().unwrap().as_str(), tail.back().unwrap().as_str()), ("31", "no end"));
    }

    #[test]
    fn terminal_control_does_not_reach_the_terminal() {
        assert_eq!(readable(b"10%\r50%\r100%\r\n"), "100%");
        assert_eq!(readable(b"\x1b[31mred\x1b[0m \x07bell\n"), "red bell");
        assert_eq!(readable(&[0xff, b'x', b'\n']), "\u{fffd}x");
        assert!(readable(&[b'x'; 100_000]).len() < 5_000);
    }

    #[test]
    fn output_of_unknown_steps_is_ignored() {
        assert_eq!(State::default().apply(log("nobody", "x\n")), []);
    }
}
