//! Looking at what a build left in the engine.

use std::process::Command;

use crate::environment::variable;
use crate::unique;

/// The name of an image in the engine's store, removed from it when it is dropped.
#[derive(Debug)]
pub struct Tag {
    name: String,
}

impl Tag {
    /// A name that nobody uses yet.
    #[must_use]
    pub fn new(what: &str) -> Self {
        Self { name: format!("dfe2e/{}:1", unique(what)) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the engine has an image of that name.
    #[must_use]
    pub fn exists(&self) -> bool {
        docker(&["image", "inspect", &self.name]).is_ok()
    }

    /// The digest under which the engine has the image.
    ///
    /// # Panics
    /// When it has none.
    #[must_use]
    #[track_caller]
    pub fn digest(&self) -> String {
        expect(docker(&["image", "inspect", "--format", "{{.Id}}", &self.name])).trim().to_owned()
    }

    /// The labels of the image, an object.
    ///
    /// # Panics
    /// When the engine has no such image.
    #[must_use]
    #[track_caller]
    pub fn labels(&self) -> serde_json::Value {
        let labels = expect(docker(&["image", "inspect", "--format", "{{json .Config.Labels}}", &self.name]));
        match serde_json::from_str(&labels) {
            Ok(labels) => labels,
            Err(error) => panic!("{labels}: {error}"),
        }
    }

    /// Runs a command in a container of the image for `platform` and returns what it prints.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    #[track_caller]
    pub fn run(&self, platform: &str, command: &[&str]) -> String {
        let mut arguments = vec!["run", "--rm", "--network", "none", "--platform", platform, &self.name];
        arguments.extend(command);
        expect(docker(&arguments))
    }
}

impl Drop for Tag {
    fn drop(&mut self) {
        // There may be no such image: many a test is about a build that leaves none.
        let _ = docker(&["image", "rm", "--force", &self.name]);
    }
}

/// The architecture that an ELF file says it is for, as in `linux/<architecture>`.
#[must_use]
pub fn elf_machine(program: &[u8]) -> Option<&'static str> {
    if !program.starts_with(b"\x7fELF") {
        return None;
    }
    match program.get(18..20)? {
        [0x3e, 0] => Some("amd64"),
        [0xb7, 0] => Some("arm64"),
        _ => None,
    }
}

fn docker(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("docker").args(arguments).env("DOCKER_HOST", variable("DOCKER_HOST")).output();
    let output = output.map_err(|error| format!("cannot start docker: {error}"))?;
    if !output.status.success() {
        return Err(format!("docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[track_caller]
fn expect(result: Result<String, String>) -> String {
    match result {
        Ok(output) => output,
        Err(error) => panic!("{error}"),
    }
}
