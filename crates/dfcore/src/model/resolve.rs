//! One walk over the instructions that finds the stages and what holds before each instruction.

use std::sync::{Arc, LazyLock};

use super::image_ref::ImageReference;
use super::stages::{Base, Stage, StageNames};
use super::state::{State, User, clean, is_clean};
use super::variables::{BaseEnvironment, Lookup, Reason, Scope, Value, expand, is_plain};
use crate::syntax::Dockerfile;
use crate::syntax::ast::{From, Instruction, InstructionKind, Onbuild, Pairs, Word, Words};
use crate::text::SourceFile;

pub(super) struct Resolved {
    pub(super) stages: Vec<Stage>,
    pub(super) names: StageNames,
    /// For each stage, what holds after its last instruction.
    pub(super) ends: Vec<State>,
    pub(super) states: States,
    /// For each instruction, its stage; `None` above the first `FROM`.
    pub(super) stage_of: Vec<Option<u32>>,
    /// For each stage, the indices of its `ONBUILD`s.
    onbuilds: Vec<Vec<usize>>,
}

/// What holds before each instruction. Most instructions change nothing, and those after them share a state.
#[derive(Debug, Default)]
pub(super) struct States {
    distinct: Vec<State>,
    /// For each instruction, its place in `distinct`.
    of_instruction: Vec<u32>,
}

impl States {
    pub(super) fn before(&self, index: usize) -> &State {
        &self.distinct[self.of_instruction[index] as usize]
    }

    /// The next instruction finds this.
    fn push(&mut self, state: &State, is_new: bool) {
        if is_new {
            self.distinct.push(state.clone());
        }
        self.of_instruction.push(self.distinct.len() as u32 - 1);
    }
}

pub(super) fn resolve(dockerfile: &Dockerfile, source: &SourceFile) -> Resolved {
    let mut walk = Walk::new(dockerfile, source);
    for (index, instruction) in dockerfile.instructions.iter().enumerate() {
        if let InstructionKind::From(from) = &instruction.kind {
            walk.close_stage(index);
            // `FROM` itself sees the global scope.
            let opened = walk.open_stage(index, from);
            let seen = State { scope: walk.global.clone(), ..opened.clone() };
            walk.resolved.states.push(&seen, true);
            walk.state = opened;
            walk.has_changed = true;
            walk.run_triggers();
        } else {
            walk.resolved.states.push(&walk.state, std::mem::take(&mut walk.has_changed));
            if walk.resolved.stages.is_empty() {
                walk.global_instruction(instruction);
            } else {
                walk.stage_instruction(index, instruction);
            }
        }
        walk.resolved.stage_of.push((walk.resolved.stages.len() as u32).checked_sub(1));
    }
    walk.close_stage(dockerfile.instructions.len());
    walk.resolved
}

fn empty_state(scope: Scope) -> State {
    State { scope, user: User::Root, workdir: ROOT.clone(), shell: Arc::clone(&DEFAULT_SHELL) }
}

static WORKDIR_OF_BASE: LazyLock<Value> = LazyLock::new(|| Value::unknown("WORKDIR", Reason::BaseImage));
static ROOT: LazyLock<Value> = LazyLock::new(|| Value::known("/"));
static DEFAULT_SHELL: LazyLock<Arc<[String]>> = LazyLock::new(|| shell(&["/bin/sh", "-c"]));
/// What a Windows image has in its place.
static CMD: LazyLock<Arc<[String]>> = LazyLock::new(|| shell(&["cmd", "/S", "/C"]));

fn shell(words: &[&str]) -> Arc<[String]> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Whether an image is one of Microsoft's for Windows, or a variant of another that is made from them.
fn is_windows(base: &Base) -> bool {
    let Base::Image { reference, .. } = base else { return false };
    let tag = reference.tag.as_deref().unwrap_or_default();
    let is_microsoft = reference.registry.as_deref() == Some("mcr.microsoft.com");
    (is_microsoft && reference.path.starts_with("windows"))
        || ["windowsservercore", "nanoserver"].iter().any(|system| tag.contains(system))
}

/// How many `ONBUILD` triggers a file may run in all: each child of a stage runs all of its triggers, which can be the
/// square of the file's size.
const MAX_TRIGGERED: usize = 1 << 16;

struct Walk<'a> {
    source: &'a SourceFile,
    dockerfile: &'a Dockerfile,
    /// The `ARG`s above the first `FROM`.
    global: Scope,
    /// What holds before the next instruction.
    state: State,
    /// Whether that is something else than before the last one.
    has_changed: bool,
    /// How many bytes values may still take up: each may be far longer than the text that makes it.
    budget: usize,
    triggered: usize,
    resolved: Resolved,
}

impl<'a> Walk<'a> {
    fn new(dockerfile: &'a Dockerfile, source: &'a SourceFile) -> Self {
        let global = Scope::global();
        let count = dockerfile.instructions.len();
        Self {
            source,
            dockerfile,
            state: empty_state(global.clone()),
            global,
            has_changed: true,
            budget: (source.len() as usize).saturating_mul(4).saturating_add(1 << 20),
            triggered: 0,
            resolved: Resolved {
                stages: Vec::new(),
                names: StageNames::default(),
                ends: Vec::new(),
                states: States {
                    distinct: Vec::with_capacity(count / 2 + 2),
                    of_instruction: Vec::with_capacity(count),
                },
                stage_of: Vec::with_capacity(count),
                onbuilds: Vec::new(),
            },
        }
    }

    fn close_stage(&mut self, end: usize) {
        if let Some(stage) = self.resolved.stages.last_mut() {
            stage.body.end = end;
            self.resolved.ends.push(self.state.clone());
        }
    }

    /// Adds the stage and gives what holds at its start.
    fn open_stage(&mut self, index: usize, from: &From) -> State {
        let image = match &from.image {
            Some(word) => self.expand(word, &self.global),
            None => Value::unknown("image", Reason::Refused),
        };
        let base = self.base(image);
        let mut triggers = Vec::new();
        let state = match &base {
            Base::Stage(parent) => {
                triggers = self.triggers_of(*parent);
                let end = &self.resolved.ends[*parent];
                State { scope: end.scope.inherited(), ..end.clone() }
            }
            Base::Scratch => empty_state(Scope::scratch()),
            Base::Image { .. } => State {
                scope: Scope::new(BaseEnvironment::Unknown),
                user: User::OfBaseImage,
                workdir: WORKDIR_OF_BASE.clone(),
                shell: Arc::clone(if is_windows(&base) { &CMD } else { &DEFAULT_SHELL }),
            },
        };
        let name = from.name.as_ref().map(|name| name.text(self.source).to_lowercase());
        let body = index + 1..index + 1;
        let stage = Stage { index: self.resolved.stages.len(), name, from: index, body, base, triggers };
        if let Some(name) = &stage.name {
            self.resolved.names.insert(name, stage.index);
        }
        self.resolved.stages.push(stage);
        self.resolved.onbuilds.push(Vec::new());
        state
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
        let reference = ImageReference::parse(image.text());
        Base::Image { value: image, reference }
    }

    /// The `ONBUILD`s of a stage, which the stages on top of it run first.
    fn triggers_of(&mut self, stage: usize) -> Vec<usize> {
        let left = MAX_TRIGGERED.saturating_sub(self.triggered);
        let triggers: Vec<_> = self.resolved.onbuilds[stage].iter().copied().take(left).collect();
        self.triggered += triggers.len();
        triggers
    }

    /// Runs what the stage that was opened last inherits from the `ONBUILD`s of its base.
    fn run_triggers(&mut self) {
        let triggers = self.resolved.stages.last().map(|stage| stage.triggers.clone()).unwrap_or_default();
        let dockerfile = self.dockerfile;
        for index in triggers {
            if let InstructionKind::Onbuild(Onbuild { instruction: Some(trigger) }) =
                &dockerfile.instructions[index].kind
            {
                self.stage_instruction(index, trigger);
            }
        }
    }

    fn global_instruction(&mut self, instruction: &Instruction) {
        let InstructionKind::Arg(pairs) = &instruction.kind else { return };
        // Each sees those before it on the same line.
        for pair in &pairs.pairs {
            let name = pair.key.text(self.source);
            match &pair.value {
                Some(value) => {
                    let value = self.expand(value, &self.global);
                    let value = self.afford(name, value);
                    self.global.set_arg(name, value);
                }
                None => self.global.await_arg(name, Reason::BuildArgument),
            }
        }
        self.state.scope = self.global.clone();
        self.has_changed = true;
    }

    fn stage_instruction(&mut self, index: usize, instruction: &Instruction) {
        match &instruction.kind {
            InstructionKind::Arg(pairs) => self.arg(pairs),
            InstructionKind::Env(pairs) => self.env(pairs),
            InstructionKind::User(words) => {
                let Some(value) = self.only(words) else { return };
                let value = self.afford("USER", value);
                self.state.user = User::Set { value, instruction: index };
            }
            InstructionKind::Workdir(words) => {
                let Some(path) = self.only(words) else { return };
                let path = join(&self.state.workdir, path);
                self.state.workdir = self.afford("WORKDIR", path);
            }
            InstructionKind::Shell(words) if !words.words.is_empty() => {
                let words = words.words.iter();
                self.state.shell = words.map(|word| word.text(self.source).to_owned()).collect();
            }
            InstructionKind::Onbuild(_) => {
                if let Some(onbuilds) = self.resolved.onbuilds.last_mut() {
                    onbuilds.push(index);
                }
                return;
            }
            _ => return,
        }
        self.has_changed = true;
    }

    /// Each pair sees those before it on the same line. One without a value takes that of the global scope.
    fn arg(&mut self, pairs: &Pairs) {
        for pair in &pairs.pairs {
            let name = pair.key.text(self.source);
            if let Some(value) = &pair.value {
                let value = self.expand(value, &self.state.scope);
                let value = self.afford(name, value);
                self.state.scope.set_arg(name, value);
                continue;
            }
            match self.global.get(name) {
                Lookup::Set(value) => self.state.scope.set_arg(name, value.clone()),
                Lookup::Unknown(reason) => self.state.scope.await_arg(name, reason),
                Lookup::Unset => self.state.scope.await_arg(name, Reason::BuildArgument),
            }
        }
    }

    /// All pairs see the environment before the instruction.
    fn env(&mut self, pairs: &Pairs) {
        let before = self.state.scope.clone();
        for pair in &pairs.pairs {
            let value = pair.value.as_ref().map(|value| self.expand(value, &before)).unwrap_or_default();
            let key = pair.key.text(self.source);
            if is_plain(key, self.dockerfile.escape) {
                let value = self.afford(key, value);
                self.state.scope.set_env(key, value);
                continue;
            }
            let key = self.expand(&pair.key, &before);
            let value = self.afford(key.text(), value);
            self.state.scope.set_env(key.text(), value);
        }
    }

    fn expand(&self, word: &Word, scope: &Scope) -> Value {
        expand(word.text(self.source), self.dockerfile.escape, scope)
    }

    fn only(&self, words: &Words) -> Option<Value> {
        Some(self.expand(words.words.first()?, &self.state.scope))
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

/// The working directory after `WORKDIR path`.
fn join(current: &Value, path: Value) -> Value {
    match (current.as_known(), path.as_known()) {
        (_, Some(text)) if is_clean(text) => path,
        (_, Some(text)) if text.starts_with('/') => Value::known(clean(text)),
        (Some(current), Some(path)) => Value::known(clean(&format!("{current}/{path}"))),
        // An unknown value that starts with a slash is absolute whatever its unknown parts are.
        (_, None) if path.text().starts_with('/') => path,
        _ => {
            let blamed = current.unknown_parts().iter().chain(path.unknown_parts()).next_back();
            blamed.map_or(path.clone(), |part| Value::unknown(&part.name, part.reason))
        }
    }
}
