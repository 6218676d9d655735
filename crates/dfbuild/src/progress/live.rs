//! A live view for a terminal: what is done scrolls up, what runs stays at the bottom with its last line.

use std::collections::HashMap;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::state::{Event, Outcome, State, Step};
use super::{Display, seconds};

const TICK: Duration = Duration::from_millis(100);

pub(super) struct Live {
    screen: MultiProgress,
    running: HashMap<usize, ProgressBar>,
    /// Nothing like `NO_COLOR` asks for plain text.
    has_colors: bool,
}

impl Live {
    pub(super) fn new() -> Self {
        let has_colors = AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
        Self { screen: MultiProgress::new(), running: HashMap::new(), has_colors }
    }

    fn start(&mut self, index: usize, step: &Step) {
        // Only this kind of field is cut at the edge of the terminal.
        let template = "{spinner:.cyan} {elapsed:.dim} {wide_msg}";
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
        let spinner =
            self.screen.add(ProgressBar::new_spinner().with_style(style).with_message(step.name.clone()));
        spinner.enable_steady_tick(TICK);
        self.running.insert(index, spinner);
    }

    fn finish(&mut self, index: usize, step: &Step, outcome: Outcome) {
        if let Some(spinner) = self.running.remove(&index) {
            spinner.finish_and_clear();
        }
        let (color, word) = match outcome {
            Outcome::Cached => (AnsiColor::Blue, "CACHED".to_owned()),
            Outcome::Done(time) => (AnsiColor::Green, seconds(time)),
            Outcome::Failed => (AnsiColor::Red, "ERROR".to_owned()),
        };
        let style = Style::new().fg_color(self.has_colors.then_some(color.into()));
        // A terminal that has gone away is no reason to stop the build.
        drop(self.screen.println(format!("{style}{word:>7}{style:#} {}", step.name)));
    }
}

impl Display for Live {
    fn show(&mut self, state: &State, events: &[Event]) {
        for event in events {
            let Some(step) = state.steps().get(event.step()) else { continue };
            match event {
                Event::Started(index) => self.start(*index, step),
                Event::Line(index, line) => {
                    if let Some(spinner) = self.running.get(index) {
                        spinner.set_message(format!("{} | {line}", step.name));
                    }
                }
                Event::Finished(index, outcome) => self.finish(*index, step, *outcome),
            }
        }
    }

    fn clear(&mut self) {
        for spinner in self.running.values() {
            spinner.finish_and_clear();
        }
        self.running.clear();
    }
}
