use rustc_hash::FxHashMap;

use super::arguments::BuildArguments;
use super::scope::Lookup;
use super::value::{Reason, Value};
use crate::model::timeline::{Moment, Timeline};

/// Arguments that BuildKit sets in the scope of `FROM`, and in a stage that declares them.
///
/// Source: `defaultArgs` of `frontend/dockerfile/dockerfile2llb/platform.go`.
pub const PLATFORM_ARGS: [&str; 11] = [
    "BUILDARCH",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETPLATFORM",
    "TARGETSTAGE",
    "TARGETVARIANT",
];

/// On how many stages a stage may stand for its variables to be known.
const MAX_DEPTH: usize = 64;

/// All that instructions do to variables, in order.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct History {
    arguments: BuildArguments,
    /// The `ARG`s above the first `FROM`.
    global: Variables,
    stages: Vec<StageVariables>,
}

type Variables = FxHashMap<Box<str>, Variable>;

/// Whose variables are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Place {
    /// What `FROM` and the `ARG`s above the first one see.
    Global,
    /// What the instructions of the stage with this number see.
    Stage(u32),
}

/// What a stage finds where no instruction set a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Below {
    /// Nothing: it stands on `scratch`.
    Nothing,
    /// An image, which may have set anything.
    Image,
    /// What the stage with this number ends with.
    Stage(u32),
}

#[derive(Clone, Debug)]
struct StageVariables {
    below: Below,
    variables: Variables,
}

/// The changes of one variable within a stage.
#[derive(Clone, Debug)]
struct Variable {
    changes: Timeline<Change>,
    /// What `ENV` says, when `ARG` says something too. Otherwise the changes have it.
    env: Option<Box<Timeline<Value>>>,
}

/// What an instruction does to a variable.
#[derive(Clone, Debug)]
pub(in crate::model) enum Change {
    /// `ENV`, which the image keeps.
    Env(Value),
    /// An `ARG` with a value.
    Arg(Value),
    /// An `ARG` whose value only the build knows.
    Awaited(Reason),
}

impl Variable {
    fn new(from: Moment, change: Change) -> Self {
        Self { changes: Timeline::new(from, change), env: None }
    }

    fn set(&mut self, from: Moment, change: Change) {
        match (&mut self.env, &change) {
            (Some(env), Change::Env(value)) => env.set(from, value.clone()),
            (None, Change::Env(value)) => {
                // All changes so far were by `ARG`, or all were by `ENV`.
                if !matches!(self.changes.last(), Some(Change::Env(_))) {
                    self.env = Some(Box::new(Timeline::new(from, value.clone())));
                }
            }
            (None, Change::Arg(_) | Change::Awaited(_)) => {
                if matches!(self.changes.last(), Some(Change::Env(_))) {
                    self.env = Some(Box::new(self.changes.filter_map(Change::env)));
                }
            }
            (Some(_), _) => {}
        }
        self.changes.set(from, change);
    }

    fn env(&self, moment: Moment) -> Option<&Value> {
        match &self.env {
            Some(env) => env.at(moment),
            None => self.changes.at(moment)?.env(),
        }
    }
}

impl Change {
    fn env(&self) -> Option<&Value> {
        match self {
            Self::Env(value) => Some(value),
            Self::Arg(_) | Self::Awaited(_) => None,
        }
    }
}

impl History {
    pub(in crate::model) fn new(arguments: &BuildArguments) -> Self {
        Self { arguments: arguments.clone(), ..Self::default() }
    }

    /// Opens the next stage.
    pub(in crate::model) fn open_stage(&mut self, below: Below) {
        self.stages.push(StageVariables { below, variables: Variables::default() });
    }

    /// Writes a change down.
    pub(in crate::model) fn change(&mut self, name: &str, place: Place, from: Moment, change: Change) {
        let variables = match place {
            Place::Global => &mut self.global,
            Place::Stage(stage) => &mut self.stages[stage as usize].variables,
        };
        match variables.get_mut(name) {
            Some(variable) => variable.set(from, change),
            None => {
                variables.insert(name.into(), Variable::new(from, change));
            }
        }
    }

    /// What the build is given for an `ARG`.
    pub(in crate::model) fn given(&self, name: &str) -> Option<&Value> {
        self.arguments.get(name)
    }

    /// What an `ARG` without a value that the build is not given amounts to; `None` when it is not set then.
    pub(in crate::model) fn awaited(&self) -> Option<Change> {
        (!self.arguments.is_complete()).then_some(Change::Awaited(Reason::BuildArgument))
    }

    /// Whether an instruction that this place sees has set or declared the variable.
    pub(in crate::model) fn is_declared(&self, name: &str, place: Place, moment: Moment) -> bool {
        match place {
            Place::Global => self.global.contains_key(name) || PLATFORM_ARGS.contains(&name),
            Place::Stage(stage) => {
                let own = self.stages[stage as usize].variables.get(name);
                own.is_some_and(|variable| variable.changes.at(moment).is_some())
                    || self.below(stage).any(|stage| stage.variables.contains_key(name))
            }
        }
    }

    pub(super) fn get(&self, name: &str, place: Place, moment: Moment) -> Lookup<'_> {
        match place {
            Place::Global => match self.global.get(name).and_then(|variable| variable.changes.at(moment)) {
                Some(change) => change.lookup(),
                None => self.platform_argument(name),
            },
            Place::Stage(stage) => self.get_in_stage(name, stage, moment),
        }
    }

    fn platform_argument(&self, name: &str) -> Lookup<'_> {
        if !PLATFORM_ARGS.contains(&name) {
            return Lookup::Unset;
        }
        self.given(name).map_or(Lookup::Unknown(Reason::Platform), Lookup::Set)
    }

    fn get_in_stage(&self, name: &str, stage: u32, moment: Moment) -> Lookup<'_> {
        let own = self.stages[stage as usize].variables.get(name);
        if let Some(change) = own.and_then(|variable| variable.changes.at(moment)) {
            return change.lookup();
        }
        // The environment of the image below wins over the arguments of the stages below.
        let mut seen = None;
        for stage in self.below(stage) {
            let Some(variable) = stage.variables.get(name) else { continue };
            if let Some(value) = variable.env(Moment::END) {
                return Lookup::Set(value);
            }
            seen = seen.or_else(|| variable.changes.last());
        }
        match (seen, self.root(stage)) {
            (Some(change), _) => change.lookup(),
            (None, Some(Below::Nothing)) => Lookup::Unset,
            (None, Some(Below::Image | Below::Stage(_))) => Lookup::Unknown(Reason::BaseImage),
            (None, None) => Lookup::Unknown(Reason::TooLarge),
        }
    }

    pub(super) fn env(&self, name: &str, place: Place, moment: Moment) -> Option<&Value> {
        let Place::Stage(stage) = place else { return None };
        let own = self.stages[stage as usize].variables.get(name);
        own.and_then(|variable| variable.env(moment)).or_else(|| {
            let below = self.below(stage).filter_map(|stage| stage.variables.get(name));
            below.filter_map(|variable| variable.env(Moment::END)).next()
        })
    }

    /// The stages that a stage stands on, nearest first.
    fn below(&self, stage: u32) -> impl Iterator<Item = &StageVariables> {
        let next = |stage: &&StageVariables| match stage.below {
            Below::Stage(below) => self.stages.get(below as usize),
            Below::Nothing | Below::Image => None,
        };
        std::iter::successors(self.stages.get(stage as usize), next).skip(1).take(MAX_DEPTH)
    }

    /// What the lowest stage that a stage stands on stands on; `None` when that is too far below.
    fn root(&self, stage: u32) -> Option<Below> {
        let lowest = self.below(stage).last().or_else(|| self.stages.get(stage as usize))?;
        (!matches!(lowest.below, Below::Stage(_))).then_some(lowest.below)
    }
}
