//! What a build is given.

use rustc_hash::FxHashMap;

use super::value::Value;

/// The arguments of one build: `--build-arg`, and the platforms.
///
/// ```
/// use dfcore::model::{BuildArguments, Model};
/// use dfcore::text::SourceFile;
///
/// let source = SourceFile::new("Dockerfile", "ARG TAG\nFROM alpine:$TAG\nARG TARGETARCH\nENV ARCH=$TARGETARCH\nRUN id\n")?;
/// let arguments = BuildArguments::new().argument("TAG", "3.20").target_platform("linux/arm64");
/// let model = Model::with_arguments(&source, &arguments);
/// assert_eq!(model.state(4).scope.env("ARCH").and_then(|value| value.as_known()), Some("arm64"));
/// # Ok::<(), dfcore::text::TooLarge>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct BuildArguments {
    values: FxHashMap<String, Value>,
    is_complete: bool,
}

impl BuildArguments {
    /// None: whatever a build could be given is unknown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With the value of an argument, as `--build-arg name=value` gives it. It wins over the file's default.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.insert(name.into(), Value::known(value.into()));
        self
    }

    /// With the platform that the image is for (`linux/arm64`, `linux/arm/v7`): `TARGETPLATFORM`, `TARGETOS`,
    /// `TARGETARCH` and `TARGETVARIANT`.
    #[must_use]
    pub fn target_platform(self, platform: &str) -> Self {
        self.platform("TARGET", platform)
    }

    /// With the platform that the build runs on: `BUILDPLATFORM`, `BUILDOS`, `BUILDARCH` and `BUILDVARIANT`.
    #[must_use]
    pub fn build_platform(self, platform: &str) -> Self {
        self.platform("BUILD", platform)
    }

    /// Source: `defaultArgs` of `frontend/dockerfile/dockerfile2llb/platform.go`. Arguments of these names win.
    fn platform(mut self, prefix: &str, platform: &str) -> Self {
        let mut parts = platform.splitn(3, '/');
        let mut part = || parts.next().unwrap_or_default();
        let [system, architecture, variant] = [part(), part(), part()];
        let values = [("PLATFORM", platform), ("OS", system), ("ARCH", architecture), ("VARIANT", variant)];
        for (name, value) in values {
            self.values.entry(format!("{prefix}{name}")).or_insert_with(|| Value::known(value));
        }
        self
    }

    /// There are no other arguments: an `ARG` without a default that is not among them is not set, where otherwise its
    /// value would be unknown.
    #[must_use]
    pub fn complete(mut self) -> Self {
        self.is_complete = true;
        self
    }

    /// The value of an argument.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        // Nearly always there are none.
        if self.values.is_empty() { None } else { self.values.get(name) }
    }

    /// Whether an argument that is not among them is not given.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }
}
