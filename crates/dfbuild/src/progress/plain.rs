//! One line per event, for logs and pipes, in the form that users of BuildKit know: `#5 DONE 1.2s`.

use std::io::Write;

use super::state::{Event, Outcome, State};
use super::{Display, seconds};

pub(super) struct Plain<W> {
    out: W,
}

impl<W: Write> Plain<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write + Send> Display for Plain<W> {
    fn show(&mut self, state: &State, events: &[Event]) {
        for event in events {
            let Some(step) = state.steps().get(event.step()) else { continue };
            let number = step.number;
            // Nobody listens any more if this fails, and the build goes on.
            drop(match event {
                Event::Started(_) => writeln!(self.out, "#{number} {}", step.name),
                Event::Line(_, line) => writeln!(self.out, "#{number} | {line}"),
                Event::Finished(_, Outcome::Cached) => writeln!(self.out, "#{number} CACHED"),
                Event::Finished(_, Outcome::Done(time)) => {
                    writeln!(self.out, "#{number} DONE {}", seconds(*time))
                }
                Event::Finished(_, Outcome::Failed) => writeln!(self.out, "#{number} ERROR {}", step.error),
            });
        }
    }

    fn clear(&mut self) {
        drop(self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::{Duration, SystemTime};

    use super::super::event::{Log, Update, Vertex};
    use super::*;

    #[test]
    fn a_build_in_lines() {
        let vertex = |name: &str, cached, error: &str, seconds: Option<u64>| Vertex {
            digest: name.into(),
            name: name.into(),
            cached,
            error: error.into(),
            started: Some(SystemTime::UNIX_EPOCH),
            completed: seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
        };
        let mut state = State::default();
        let mut out = Vec::new();
        for update in [
            Update { vertices: vec![vertex("[1/3] FROM base", true, "", Some(0))], logs: vec![] },
            Update {
                vertices: vec![vertex("[2/3] RUN make", false, "", None)],
                logs: vec![Log { vertex: "[2/3] RUN make".into(), data: b"cc a.c\n".to_vec() }],
            },
            Update { vertices: vec![vertex("[2/3] RUN make", false, "", Some(3))], logs: vec![] },
            Update {
                vertices: vec![vertex("[3/3] RUN false", false, "exit code: 1", Some(1))],
                logs: vec![],
            },
        ] {
            let events = state.apply(update);
            Plain::new(&mut out).show(&state, &events);
        }
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
