//! One walk over the instructions that finds the stages and what holds before each instruction.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use super::stages::{Base, Stage, StageNames};
use super::state::{State, User, join};
use super::timeline::{Moment, Timeline};
use super::variables::{
    Below, BuildArguments, Change, History, Lookup, Place, Reason, Scope, Value, expand, is_plain,
};
use crate::syntax::Dockerfile;
use crate::syntax::ast::{Argument, From, Instruction, InstructionKind, KeyValue, Onbuild, Pairs, Word};
use crate::text::SourceFile;

#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) stages: Vec<Stage>,
    pub(super) names: StageNames,
    variables: History,
    users: Timeline<User>,
    workdirs: Timeline<Value>,
    shells: Timeline<Arc<[String]>>,
    /// For each stage, the indices of its `ONBUILD`s.
    onbuilds: Vec<Vec<usize>>,
}

impl Resolved {
    /// What holds before an instruction runs. `FROM` itself sees the variables above the first one.
    pub(super) fn before(&self, index: usize) -> State<'_> {
        let place = match self.stage_of(index) {
            Some(stage) if self.stages[stage].from != index => Place::Stage(stage as u32),
            _ => Place::Global,
        };
        self.state(place, Moment::before(index))
    }

    /// What holds after an instruction ran; after a `FROM`, at the start of its stage.
    pub(super) fn after(&self, index: usize) -> State<'_> {
        let place = self.stage_of(index).map_or(Place::Global, |stage| Place::Stage(stage as u32));
        self.state(place, Moment::after(index))
    }

    /// What holds at the start of a stage, after what its base triggers.
    pub(super) fn at_start(&self, stage: &Stage) -> State<'_> {
        self.state(Place::Stage(stage.index as u32), Moment::after(stage.from))
    }

    /// What holds after the last instruction of a stage.
    pub(super) fn at_end(&self, stage: &Stage) -> State<'_> {
        self.state(Place::Stage(stage.index as u32), Moment::after(stage.body.end - 1))
    }

    /// The number of the stage that an instruction belongs to; `None` above the first `FROM`.
    pub(super) fn stage_of(&self, index: usize) -> Option<usize> {
        self.stages.partition_point(|stage| stage.from <= index).checked_sub(1)
    }

    fn state(&self, place: Place, moment: Moment) -> State<'_> {
        State {
            scope: Scope::new(&self.variables, place, moment),
            user: self.users.at(moment).unwrap_or(&User::Root),
            workdir: self.workdirs.at(moment).unwrap_or(&ROOT),
            shell: self.shells.at(moment).unwrap_or(&DEFAULT_SHELL),
        }
    }
}

pub(super) fn resolve(dockerfile: &Dockerfile, source: &SourceFile, arguments: &BuildArguments) -> Resolved {
    let mut walk = Walk::new(dockerfile, source, arguments);
    for (index, instruction) in dockerfile.instructions.iter().enumerate() {
        match (&instruction.kind, walk.resolved.stages.is_empty()) {
            (InstructionKind::From(from), _) => {
                walk.close_stage(index);
                walk.open_stage(index, from);
                walk.run_triggers(index);
            }
            (_, true) => walk.global_instruction(index, instruction),
            (_, false) => walk.stage_instruction(index, index, instruction),
        }
    }
    walk.close_stage(dockerfile.instructions.len());
    walk.resolved
}

static WORKDIR_OF_BASE: LazyLock<Value> = LazyLock::new(|| Value::unknown("WORKDIR", Reason::BaseImage));
static ROOT: LazyLock<Value> = LazyLock::new(|| Value::known("/"));
static DEFAULT_SHELL: LazyLock<Arc<[String]>> = LazyLock::new(|| shell(&["/bin/sh", "-c"]));
/// What a Windows image has in its place.
static CMD: LazyLock<Arc<[String]>> = LazyLock::new(|| shell(&["cmd", "/S", "/C"]));
/// The `PATH` of an image that is made from `scratch`, which has nothing else in its environment.
///
/// Source: `DefaultPathEnvUnix` of `util/system/path.go`.
static PATH_OF_SCRATCH: LazyLock<Value> =
    LazyLock::new(|| Value::known("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));

fn shell(words: &[&str]) -> Arc<[String]> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Whether an image is one of Microsoft's for Windows, or a variant of another that is made from them.
fn is_windows(base: &Base) -> bool {
    let Some(reference) = base.image() else { return false };
    let tag = reference.tag.unwrap_or_default();
    let is_microsoft = reference.registry == Some("mcr.microsoft.com");
    (is_microsoft && reference.path.starts_with("windows"))
        || ["windowsservercore", "nanoserver"].iter().any(|system| tag.contains(system))
}

/// How many `ONBUILD` triggers a file may run in all: each child of a stage runs all of its triggers, which can be the
/// square of the file's size.
const MAX_TRIGGERED: usize = 1 << 16;

struct Walk<'a> {
    source: &'a SourceFile,
    dockerfile: &'a Dockerfile,
    /// How many bytes values may still take up: each may be far longer than the text that makes it.
    budget: usize,
    triggered: usize,
    resolved: Resolved,
}

impl<'a> Walk<'a> {
    fn new(dockerfile: &'a Dockerfile, source: &'a SourceFile, arguments: &BuildArguments) -> Self {
        Self {
            source,
            dockerfile,
            budget: (source.len() as usize).saturating_mul(4).saturating_add(1 << 20),
            triggered: 0,
            resolved: Resolved {
                stages: Vec::new(),
                names: StageNames::default(),
                variables: History::new(arguments),
                users: Timeline::default(),
                workdirs: Timeline::default(),
                shells: Timeline::default(),
                onbuilds: Vec::new(),
            },
        }
    }

    fn close_stage(&mut self, end: usize) {
        if let Some(stage) = self.resolved.stages.last_mut() {
            stage.body.end = end;
        }
    }

    /// Adds the stage with what holds at its start.
    fn open_stage(&mut self, index: usize, from: &From) {
        let image = match &from.image {
            Some(word) => self.expand(word, self.scope(Place::Global, index)),
            None => Value::unknown("image", Reason::Refused),
        };
        let base = self.base(image);
        let number = self.resolved.stages.len();
        let start = Moment::before(index);
        let mut triggers = Vec::new();
        let (below, user, workdir, shell) = match &base {
            Base::Stage(parent) => {
                triggers = self.triggers_of(*parent);
                let end = self.resolved.at_end(&self.resolved.stages[*parent]);
                let shell =
                    self.resolved.shells.at(Moment::after(self.resolved.stages[*parent].body.end - 1));
                let shell = shell.unwrap_or(&DEFAULT_SHELL);
                (Below::Stage(*parent as u32), end.user.clone(), end.workdir.clone(), Arc::clone(shell))
            }
            Base::Scratch => (Below::Nothing, User::Root, ROOT.clone(), Arc::clone(&DEFAULT_SHELL)),
            Base::Image(_) => {
                let shell = if is_windows(&base) { &CMD } else { &DEFAULT_SHELL };
                (Below::Image, User::OfBaseImage, WORKDIR_OF_BASE.clone(), Arc::clone(shell))
            }
        };
        self.resolved.variables.open_stage(below);
        if base == Base::Scratch {
            let path = Change::Env(PATH_OF_SCRATCH.clone());
            self.resolved.variables.change("PATH", Place::Stage(number as u32), start, path);
        }
        self.resolved.users.set(start, user);
        self.resolved.workdirs.set(start, workdir);
        self.resolved.shells.set(start, shell);

        let name = from.name.as_ref().map(|name| name.text(self.source).to_lowercase());
        let body = index + 1..index + 1;
        let root = match base {
            Base::Stage(parent) => self.resolved.stages[parent].root,
            Base::Scratch | Base::Image(_) => number,
        };
        let stage = Stage { index: number, name, from: index, body, base, root, triggers };
        if let Some(name) = &stage.name {
            self.resolved.names.insert(name, stage.index);
        }
        self.resolved.stages.push(stage);
        self.resolved.onbuilds.push(Vec::new());
    }

    fn base(&self, image: Value) -> Base {
        if let Some(text) = image.as_known() {
            if let Some(stage) = self.resolved.names.last_exactly(text) {
                return Base::Stage(stage);
            }
            if text == "scratch" {
                return Base::Scratch;
            }
        }
        Base::Image(image)
    }

    /// The `ONBUILD`s of a stage, which the stages on top of it run first.
    fn triggers_of(&mut self, stage: usize) -> Vec<usize> {
        let left = MAX_TRIGGERED.saturating_sub(self.triggered);
        let triggers: Vec<_> = self.resolved.onbuilds[stage].iter().copied().take(left).collect();
        self.triggered += triggers.len();
        triggers
    }

    /// Runs what the stage that a `FROM` opened inherits from the `ONBUILD`s of its base.
    fn run_triggers(&mut self, from: usize) {
        let triggers = self.resolved.stages.last().map(|stage| stage.triggers.clone()).unwrap_or_default();
        let dockerfile = self.dockerfile;
        for index in triggers {
            if let InstructionKind::Onbuild(Onbuild { instruction: Some(trigger) }) =
                &dockerfile.instructions[index].kind
            {
                self.stage_instruction(from, index, trigger);
            }
        }
    }

    fn global_instruction(&mut self, at: usize, instruction: &Instruction) {
        let InstructionKind::Arg(pairs) = &instruction.kind else { return };
        // Each sees those before it on the same line.
        for pair in &pairs.pairs {
            let name = pair.key.text(self.source);
            let variables = &self.resolved.variables;
            let change = match (variables.given(name), &pair.value) {
                (Some(given), _) => Some(Change::Arg(given.clone())),
                (None, Some(default)) => {
                    Some(Change::Arg(self.expand(default, self.scope(Place::Global, at))))
                }
                (None, None) if variables.is_declared(name, Place::Global, Moment::after(at)) => None,
                (None, None) => variables.awaited(),
            };
            self.change(name, Place::Global, at, change);
        }
    }

    /// Runs an instruction of the last stage. `at` is the index of the one that is running, which for a trigger is the
    /// `FROM`; `index` is where it stands.
    fn stage_instruction(&mut self, at: usize, index: usize, instruction: &'a Instruction) {
        let now = Moment::after(at);
        match &instruction.kind {
            InstructionKind::Arg(pairs) => self.arg(at, pairs),
            InstructionKind::Env(pairs) => self.env(at, pairs),
            InstructionKind::User(argument) => {
                let Some(value) = self.only(at, argument) else { return };
                let value = self.afford("USER", value);
                self.resolved.users.set(now, User::Set { value, instruction: index });
            }
            InstructionKind::Workdir(argument) => {
                let Some(path) = self.only(at, argument) else { return };
                let path = join(self.resolved.workdirs.last().unwrap_or(&ROOT), path);
                let path = self.afford("WORKDIR", path);
                self.resolved.workdirs.set(now, path);
            }
            InstructionKind::Shell(words) if !words.words.is_empty() => {
                let words = words.words.iter().map(|word| word.text(self.source).to_owned());
                self.resolved.shells.set(now, words.collect());
            }
            InstructionKind::Onbuild(_) => {
                if let Some(onbuilds) = self.resolved.onbuilds.last_mut() {
                    onbuilds.push(index);
                }
            }
            _ => {}
        }
    }

    /// Each pair sees those before it on the same line. What the build is given wins; a pair without a value takes that
    /// of the global scope.
    fn arg(&mut self, at: usize, pairs: &Pairs) {
        let place = self.place();
        for pair in &pairs.pairs {
            let name = pair.key.text(self.source);
            let variables = &self.resolved.variables;
            let change = if let Some(given) = variables.given(name) {
                Some(Change::Arg(given.clone()))
            } else if let Some(default) = &pair.value {
                Some(Change::Arg(self.expand(default, self.scope(place, at))))
            } else {
                match (self.scope(Place::Global, at).get(name), variables.awaited()) {
                    (Lookup::Set(value), _) => Some(Change::Arg(value.clone())),
                    // What is set already stays until the build gives a value.
                    _ if variables.is_declared(name, place, Moment::after(at)) => None,
                    (Lookup::Unknown(reason), _) => Some(Change::Awaited(reason)),
                    (Lookup::Unset, awaited) => awaited,
                }
            };
            self.change(name, place, at, change);
        }
    }

    /// All pairs see the environment before the instruction.
    fn env(&mut self, at: usize, pairs: &'a Pairs) {
        let place = self.place();
        let before = self.scope(place, at);
        let pair = |pair: &'a KeyValue| {
            let value = pair.value.as_ref().map(|value| self.expand(value, before)).unwrap_or_default();
            let key = pair.key.text(self.source);
            let is_plain = is_plain(key, self.dockerfile.escape);
            let key = if is_plain {
                Cow::Borrowed(key)
            } else {
                self.expand(&pair.key, before).text().to_owned().into()
            };
            (key, value)
        };
        let changes: Vec<(Cow<'_, str>, Value)> = pairs.pairs.iter().map(pair).collect();
        for (key, value) in changes {
            self.change(&key, place, at, Some(Change::Env(value)));
        }
    }

    /// Writes down what an instruction does to a variable, if there is still room for it.
    fn change(&mut self, name: &str, place: Place, at: usize, change: Option<Change>) {
        let change = match change {
            None => return,
            Some(Change::Env(value)) => Change::Env(self.afford(name, value)),
            Some(Change::Arg(value)) => Change::Arg(self.afford(name, value)),
            Some(awaited) => awaited,
        };
        self.resolved.variables.change(name, place, Moment::after(at), change);
    }

    /// The last stage.
    fn place(&self) -> Place {
        self.resolved.stages.len().checked_sub(1).map_or(Place::Global, |last| Place::Stage(last as u32))
    }

    /// What a running instruction sees, with what it has done so far.
    fn scope(&self, place: Place, at: usize) -> Scope<'_> {
        Scope::new(&self.resolved.variables, place, Moment::after(at))
    }

    fn expand(&self, word: &Word, scope: Scope<'_>) -> Value {
        expand(word.text(self.source), self.dockerfile.escape, &|name| scope.get(name))
    }

    fn only(&self, at: usize, argument: &Argument) -> Option<Value> {
        Some(self.expand(argument.word.as_ref()?, self.scope(self.place(), at)))
    }

    /// The value, if there is still room for it.
    fn afford(&mut self, name: &str, value: Value) -> Value {
        match self.budget.checked_sub(value.text().len()) {
            Some(left) => {
                self.budget = left;
                value
            }
            None => Value::unknown(name, Reason::TooLarge),
        }
    }
}
