use super::history::{Change, History, Place};
use super::value::{Reason, Value};
use crate::model::timeline::Moment;

/// What a scope says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// Not set: expands to nothing.
    Unset,
    /// Set to this.
    Set(&'a Value),
    /// Nobody knows before the build whether it is set, and to what.
    Unknown(Reason),
}

/// The variables that one instruction sees: a view into the model.
///
/// As in BuildKit's state, `ARG` with a value and `ENV` write to the same names, and the later one wins; but a stage
/// that stands on another one starts with the `ENV`s of its image, which win over the `ARG`s that it inherits too.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    history: &'a History,
    place: Place,
    moment: Moment,
}

impl<'a> Scope<'a> {
    pub(in crate::model) fn new(history: &'a History, place: Place, moment: Moment) -> Self {
        Self { history, place, moment }
    }

    /// The value of a name.
    #[must_use]
    pub fn get(self, name: &str) -> Lookup<'a> {
        self.history.get(name, self.place, self.moment)
    }

    /// The value that an `ENV` of this or a parent stage gave the name: what the image keeps.
    #[must_use]
    pub fn env(self, name: &str) -> Option<&'a Value> {
        self.history.env(name, self.place, self.moment)
    }

    /// What a process of a `RUN` finds in its environment, as far as instructions say: the value of an `ENV`
    /// or of an `ARG` with a value.
    #[must_use]
    pub fn run_environment(self, name: &str) -> Option<&'a Value> {
        match self.get(name) {
            Lookup::Set(value) => Some(value),
            Lookup::Unset | Lookup::Unknown(_) => None,
        }
    }
}

impl Change {
    /// What it is seen as.
    pub(super) fn lookup(&self) -> Lookup<'_> {
        match self {
            Self::Env(value) | Self::Arg(value) => Lookup::Set(value),
            Self::Awaited(reason) => Lookup::Unknown(*reason),
        }
    }
}
