//! One walk over the instructions that finds the stages and what holds before each instruction.

use std::sync::Arc;

use super::image_ref::ImageReference;
use super::stages::{Base, Stage, StageNames};
use super::state::{State, User, clean};
use super::variables::{BaseEnvironment, Lookup, PLATFORM_ARGS, Scope, Value, expand};
use crate::syntax::Dockerfile;
use crate::syntax::ast::{Escape, From, Instruction, InstructionKind, Pairs, Word, Words};
use crate::text::SourceFile;

pub(super) struct Resolved {
    pub(super) stages: Vec<Stage>,
    pub(super) names: StageNames,
    /// What holds after each stage's last instruction.
    pub(super) ends: Vec<State>,
    pub(super) states: Vec<State>,
    pub(super) stage_of: Vec<Option<usize>>,
}

pub(super) fn resolve(dockerfile: &Dockerfile, source: &SourceFile) -> Resolved {
    let mut walk = Walk::new(dockerfile, source);
    for (index, instruction) in dockerfile.instructions.iter().enumerate() {
        if let InstructionKind::From(from) = &instruction.kind {
            walk.close_stage(index);
            // `FROM` itself sees the global scope.
            let opened = walk.open_stage(index, from);
            walk.resolved.states.push(State { scope: walk.global.clone(), ..opened.clone() });
            walk.current = Some(opened);
        } else {
            let state = walk.current.get_or_insert_with(|| empty_state(walk.global.clone()));
            walk.resolved.states.push(state.clone());
            if walk.resolved.stages.is_empty() {
                walk.global_instruction(instruction);
            } else {
                walk.stage_instruction(index, instruction);
            }
        }
        walk.resolved.stage_of.push(walk.resolved.stages.len().checked_sub(1));
    }
    walk.close_stage(dockerfile.instructions.len());
    walk.resolved
}

fn empty_state(scope: Scope) -> State {
    State { scope, user: User::Root, workdir: Value::known("/"), shell: default_shell() }
}

fn default_shell() -> Arc<[String]> {
    ["/bin/sh".to_owned(), "-c".to_owned()].into()
}

/// What a Windows image has in its place.
fn cmd() -> Arc<[String]> {
    ["cmd".to_owned(), "/S".to_owned(), "/C".to_owned()].into()
}

/// Whether an image is one of Microsoft's for Windows, or a variant of another that is made from them.
fn is_windows(base: &Base) -> bool {
    let Base::Image { reference, .. } = base else { return false };
    let tag = reference.tag.as_deref().unwrap_or_default();
    let is_microsoft = reference.registry.as_deref() == Some("mcr.microsoft.com");
    (is_microsoft && reference.path.starts_with("windows"))
        || ["windowsservercore", "nanoserver"].iter().any(|system| tag.contains(system))
}

struct Walk<'a> {
    source: &'a SourceFile,
    escape: Escape,
    /// The `ARG`s above the first `FROM`.
    global: Scope,
    current: Option<State>,
    resolved: Resolved,
}

impl<'a> Walk<'a> {
    fn new(dockerfile: &Dockerfile, source: &'a SourceFile) -> Self {
        let mut global = Scope::new(BaseEnvironment::Empty);
        for name in PLATFORM_ARGS {
            global.set_arg(name, None);
        }
        let count = dockerfile.instructions.len();
        Self {
            source,
            escape: dockerfile.escape,
            global,
            current: None,
            resolved: Resolved {
                stages: Vec::new(),
                names: StageNames::default(),
                ends: Vec::new(),
                states: Vec::with_capacity(count),
                stage_of: Vec::with_capacity(count),
            },
        }
    }

    fn close_stage(&mut self, end: usize) {
        if let (Some(stage), Some(state)) = (self.resolved.stages.last_mut(), self.current.take()) {
            stage.body.end = end;
            self.resolved.ends.push(state);
        }
    }

    /// Adds the stage and gives what holds at its start.
    fn open_stage(&mut self, index: usize, from: &From) -> State {
        let image = match &from.image {
            Some(word) => expand(word.text(self.source), self.escape, &self.global),
            None => Value::unknown("image"),
        };
        let base = self.base(image);
        let state = match &base {
            Base::Stage(parent) => self.resolved.ends[*parent].clone(),
            Base::Scratch => empty_state(Scope::new(BaseEnvironment::Empty)),
            Base::Image { .. } => State {
                scope: Scope::new(BaseEnvironment::Unknown),
                user: User::OfBaseImage,
                workdir: Value::unknown("WORKDIR"),
                shell: if is_windows(&base) { cmd() } else { default_shell() },
            },
        };
        let name = from.name.as_ref().map(|name| name.text(self.source).to_lowercase());
        let stage =
            Stage { index: self.resolved.stages.len(), name, from: index, body: index + 1..index + 1, base };
        if let Some(name) = &stage.name {
            self.resolved.names.insert(name, stage.index);
        }
        self.resolved.stages.push(stage);
        state
    }

    fn base(&self, image: Value) -> Base {
        if let Some(text) = image.as_known() {
            if let Some(stage) = self.resolved.names.last_before(text, self.resolved.stages.len()) {
                return Base::Stage(stage);
            }
            if text == "scratch" {
                return Base::Scratch;
            }
        }
        let reference = ImageReference::parse(image.text());
        Base::Image { value: image, reference }
    }

    fn global_instruction(&mut self, instruction: &Instruction) {
        if let InstructionKind::Arg(pairs) = &instruction.kind {
            for (name, value) in self.pairs(pairs, &self.global) {
                self.global.set_arg(&name, value);
            }
            if let Some(state) = &mut self.current {
                state.scope = self.global.clone();
            }
        }
    }

    fn stage_instruction(&mut self, index: usize, instruction: &Instruction) {
        let Some(mut state) = self.current.take() else { return };
        match &instruction.kind {
            InstructionKind::Arg(pairs) => {
                for (name, value) in self.pairs(pairs, &state.scope) {
                    let value = value.or_else(|| match self.global.get(&name) {
                        Lookup::Set(value) => Some(value.clone()),
                        Lookup::Unset | Lookup::Unknown => None,
                    });
                    state.scope.set_arg(&name, value);
                }
            }
            InstructionKind::Env(pairs) => {
                // All pairs see the environment before the instruction.
                for (name, value) in self.pairs(pairs, &state.scope) {
                    state.scope.set_env(&name, value.unwrap_or_default());
                }
            }
            InstructionKind::User(words) => {
                if let Some(value) = self.only(words, &state.scope) {
                    state.user = User::Set { value, instruction: index };
                }
            }
            InstructionKind::Workdir(words) => {
                if let Some(value) = self.only(words, &state.scope) {
                    state.workdir = join(&state.workdir, value);
                }
            }
            InstructionKind::Shell(words) if !words.words.is_empty() => {
                state.shell = words.words.iter().map(|word| word.text(self.source).to_owned()).collect();
            }
            _ => {}
        }
        self.current = Some(state);
    }

    fn pairs(&self, pairs: &Pairs, scope: &Scope) -> Vec<(String, Option<Value>)> {
        let value = |word: &Word| expand(word.text(self.source), self.escape, scope);
        let pair = |pair: &crate::syntax::ast::KeyValue| {
            (value(&pair.key).text().to_owned(), pair.value.as_ref().map(value))
        };
        pairs.pairs.iter().map(pair).collect()
    }

    fn only(&self, words: &Words, scope: &Scope) -> Option<Value> {
        Some(expand(words.words.first()?.text(self.source), self.escape, scope))
    }
}

/// The working directory after `WORKDIR path`.
fn join(current: &Value, path: Value) -> Value {
    match (current.as_known(), path.as_known()) {
        (_, Some(path)) if path.starts_with('/') => Value::known(clean(path)),
        (Some(current), Some(path)) => Value::known(clean(&format!("{current}/{path}"))),
        // An unknown value that starts with a slash is absolute whatever its unknown parts are.
        (_, None) if path.text().starts_with('/') => path,
        _ => {
            let names = current.unknown_names().iter().chain(path.unknown_names());
            Value::unknown(names.last().map_or("WORKDIR", String::as_str))
        }
    }
}
