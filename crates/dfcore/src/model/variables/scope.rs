use std::sync::LazyLock;

use super::persistent_map::PersistentMap;
use super::value::{Reason, Value};

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

/// The variables that one instruction sees. Clones are cheap.
///
/// As in BuildKit's state, `ARG` with a value and `ENV` write to the same names, and the later one wins; but a stage
/// that stands on another one starts with the `ENV`s of its image, which win over the `ARG`s that it inherits too.
#[derive(Clone, Debug)]
pub struct Scope {
    variables: PersistentMap<Variable>,
    base: BaseEnvironment,
    /// How many stages the one of this scope stands on.
    depth: u32,
}

#[derive(Clone, Debug)]
struct Variable {
    seen: Seen,
    /// The depth of the scope that set what is seen.
    depth: u32,
    /// What `ENV` says, which is what the image keeps.
    env: Option<Value>,
}

/// What expansion and processes see of a variable.
#[derive(Clone, Debug)]
enum Seen {
    Set(Value),
    /// An `ARG` without a default, or one that the build fills in.
    Awaited(Reason),
}

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

/// Source: `DefaultPathEnvUnix` of `util/system/path.go`.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static SCRATCH: LazyLock<Scope> = LazyLock::new(|| {
    let mut scope = Scope::new(BaseEnvironment::Empty);
    scope.set_env("PATH", Value::known(DEFAULT_PATH));
    scope
});

static GLOBAL: LazyLock<Scope> = LazyLock::new(|| {
    let mut scope = Scope::new(BaseEnvironment::Empty);
    for name in PLATFORM_ARGS {
        scope.await_arg(name, Reason::Platform);
    }
    scope
});

impl Scope {
    /// A scope without names. That of a stage on an image is open: its base may have set any name.
    #[must_use]
    pub fn new(base: BaseEnvironment) -> Self {
        Self { variables: PersistentMap::default(), base, depth: 0 }
    }

    /// The scope at the start of a stage on `scratch`, whose image has nothing but a `PATH`.
    pub(in crate::model) fn scratch() -> Self {
        SCRATCH.clone()
    }

    /// The scope at the start of a stage that stands on one that ends with this scope.
    pub(in crate::model) fn inherited(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }

    /// The scope above the first `FROM`.
    pub(in crate::model) fn global() -> Self {
        GLOBAL.clone()
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Lookup<'_> {
        match self.variables.get(name) {
            Some(Variable { env: Some(value), depth, .. }) if *depth < self.depth => Lookup::Set(value),
            Some(Variable { seen: Seen::Set(value), .. }) => Lookup::Set(value),
            Some(Variable { seen: Seen::Awaited(reason), .. }) => Lookup::Unknown(*reason),
            None if self.base == BaseEnvironment::Unknown => Lookup::Unknown(Reason::BaseImage),
            None => Lookup::Unset,
        }
    }

    /// The value that an `ENV` of this or a parent stage gave the name: what the image keeps.
    #[must_use]
    pub fn env(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)?.env.as_ref()
    }

    /// What a process of a `RUN` finds in its environment, as far as instructions say: the value of an `ENV`
    /// or of an `ARG` with a default.
    #[must_use]
    pub fn run_environment(&self, name: &str) -> Option<&Value> {
        match self.get(name) {
            Lookup::Set(value) => Some(value),
            Lookup::Unset | Lookup::Unknown(_) => None,
        }
    }

    pub(in crate::model) fn set_env(&mut self, name: &str, value: Value) {
        self.variables
            .insert(name, Variable { seen: Seen::Set(value.clone()), depth: self.depth, env: Some(value) });
    }

    pub(in crate::model) fn set_arg(&mut self, name: &str, value: Value) {
        let env = self.variables.get(name).and_then(|variable| variable.env.clone());
        self.variables.insert(name, Variable { seen: Seen::Set(value), depth: self.depth, env });
    }

    /// An `ARG` without a value: what is set already stays, until the build gives one.
    pub(in crate::model) fn await_arg(&mut self, name: &str, reason: Reason) {
        if self.variables.get(name).is_none() {
            self.variables
                .insert(name, Variable { seen: Seen::Awaited(reason), depth: self.depth, env: None });
        }
    }
}

/// Whether the base's environment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseEnvironment {
    /// `scratch`, or the scope above the first `FROM`: what no instruction sets is not set.
    Empty,
    /// An image: anything may be set.
    Unknown,
}
