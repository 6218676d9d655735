//! Progress: the engine's news, the state that they add up to, and the ways to show it.

pub mod event;
mod live;
mod plain;
pub mod state;

use std::io::IsTerminal;

use self::event::Update;
use self::state::{Event, State};

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Live on a terminal, plain lines otherwise.
    #[default]
    Auto,
    /// A live view.
    Tty,
    /// One line per event.
    Plain,
    /// Nothing but errors.
    Quiet,
}

/// One way to show progress.
trait Display: Send {
    /// Shows events that have just been taken into `state`.
    fn show(&mut self, state: &State, events: &[Event]);

    /// Removes what should not stay on the terminal.
    fn clear(&mut self);
}

/// Which steps are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Build,
    /// Those that write the result. The others were shown before, when they were carried out.
    Export,
}

/// Follows one solve.
pub struct Monitor {
    state: State,
    scope: Scope,
    display: Option<Box<dyn Display>>,
}

impl Monitor {
    /// Shows progress on standard error.
    pub fn new(style: Style, scope: Scope) -> Self {
        let display: Option<Box<dyn Display>> = match style {
            Style::Auto if is_live_terminal() => Some(Box::new(live::Live::new())),
            Style::Tty => Some(Box::new(live::Live::new())),
            Style::Auto | Style::Plain => Some(Box::new(plain::Plain::new(std::io::stderr()))),
            Style::Quiet => None,
        };
        Self { state: State::default(), scope, display }
    }

    /// Takes news in and shows them.
    pub fn apply(&mut self, update: Update) {
        let mut events = self.state.apply(update);
        if self.scope == Scope::Export {
            // Steps of the Dockerfile and of the frontend have their place in brackets.
            let is_export = |step: &state::Step| !step.name.starts_with('[');
            events.retain(|event| self.state.steps().get(event.step()).is_some_and(is_export));
        }
        if let Some(display) = &mut self.display {
            display.show(&self.state, &events);
        }
    }

    /// What is known of the build.
    pub fn state(&self) -> &State {
        &self.state
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        if let Some(display) = &mut self.display {
            display.clear();
        }
    }
}

/// Whether standard error is a terminal on which lines can be rewritten.
fn is_live_terminal() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// `duration` in seconds, as precise as is useful.
fn seconds(duration: std::time::Duration) -> String {
    format!("{:.1}s", duration.as_secs_f64())
}
