//! From a request to what the engine is asked: attributes of the frontend, exporters, caches, directories.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::engine::Features;
use crate::error::Error;
use crate::oci::tagged;
use crate::request::{BuildContext, Cache, GateMode, Network, Output, Request};
use crate::solve::{Solve, Typed};

/// The name that BuildKit gives to the entry of a cache that has no other.
const CACHE_TAG: &str = "latest";

/// The names under which BuildKit's frontend asks for directories.
const CONTEXT: &str = "context";
const DOCKERFILE: &str = "dockerfile";

/// What the gate has to do with this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatePlan {
    /// Nothing: it was switched off.
    Off,
    /// The image is scanned if a scanner is at hand.
    Optional,
    /// The image must be scanned, for this reason.
    Required(&'static str),
}

/// A request in the engine's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Directories that the engine may ask for, by name.
    pub directories: BTreeMap<String, PathBuf>,
    /// Whether the image is scanned before anything is published.
    pub gate: GatePlan,
    /// What becomes of the result, at least one thing.
    pub outputs: Vec<Output>,
    /// Directories that hold caches, by the name under which the engine asks for them.
    pub cache_directories: BTreeMap<String, PathBuf>,
    base: Solve,
    cache_exports: Vec<Cache>,
    names: String,
}

impl Plan {
    /// Plans `request`, with the Dockerfile `name` in `dockerfile_directory`.
    pub fn new(
        request: &Request,
        dockerfile_directory: &Path,
        name: &str,
        in_ci: bool,
    ) -> Result<Self, Error> {
        let mut directories = BTreeMap::from([
            (CONTEXT.to_owned(), request.context.clone()),
            (DOCKERFILE.to_owned(), dockerfile_directory.to_path_buf()),
        ]);
        let mut frontend = BTreeMap::from([("filename".to_owned(), name.to_owned())]);
        let mut set = |key: String, value: String| drop(frontend.insert(key, value));
        if !request.platforms.is_empty() {
            let platforms: Vec<String> = request.platforms.iter().map(ToString::to_string).collect();
            set("platform".to_owned(), platforms.join(","));
        }
        if let Some(target) = &request.target {
            set("target".to_owned(), target.clone());
        }
        for (name, value) in &request.build_args {
            set(format!("build-arg:{name}"), value.clone());
        }
        for (name, value) in &request.labels {
            set(format!("label:{name}"), value.clone());
        }
        for (name, context) in &request.build_contexts {
            let name = context_name(name);
            match context {
                BuildContext::Image(image) => {
                    set(format!("context:{name}"), format!("docker-image://{image}"));
                }
                BuildContext::Directory(path) => {
                    set(format!("context:{name}"), format!("local:{name}"));
                    directories.insert(name.to_owned(), path.clone());
                }
            }
        }
        if request.no_cache {
            // An empty list of stages means all of them.
            set("no-cache".to_owned(), String::new());
        }
        if request.pull {
            set("image-resolve-mode".to_owned(), "pull".to_owned());
        }
        if !request.add_hosts.is_empty() {
            set("add-hosts".to_owned(), request.add_hosts.join(","));
        }
        let mut entitlements = Vec::new();
        match request.network {
            Network::Default => {}
            Network::None => set("force-network-mode".to_owned(), "none".to_owned()),
            Network::Host => {
                set("force-network-mode".to_owned(), "host".to_owned());
                entitlements.push("network.host".to_owned());
            }
        }
        let outputs = if request.outputs.is_empty() { vec![Output::Store] } else { request.outputs.clone() };
        if request.tags.is_empty() && outputs.contains(&Output::Registry) {
            return Err(Error::Usage(
                "to push an image it needs a name: add -t REGISTRY/NAME:TAG".to_owned(),
            ));
        }
        let names: Vec<String> = request.tags.iter().map(ToString::to_string).collect();
        let cache_imports = request.cache_from.iter().map(cache_import).collect::<Result<_, _>>()?;
        let cache_directories = request
            .cache_from
            .iter()
            .chain(&request.cache_to)
            .filter_map(|cache| match cache {
                Cache::Local(path, _) => Some((cache_store(path), path.clone())),
                Cache::Registry(_) | Cache::Inline => None,
            })
            .collect();
        Ok(Self {
            directories,
            gate: gate_plan(request.gate, &outputs, in_ci),
            outputs,
            cache_directories,
            base: Solve { frontend, entitlements, cache_imports, ..Solve::default() },
            cache_exports: request.cache_to.clone(),
            names: names.join(","),
        })
    }

    /// Refuses what the engine could not do, or would only pretend to do.
    pub fn check(&self, features: &Features) -> Result<(), Error> {
        let refuse =
            |what| if features.containerd_store { Ok(()) } else { Err(Error::NeedsContainerdStore { what }) };
        if self.is_multi_platform()
            && self.outputs.iter().any(|output| !matches!(output, Output::Local(_) | Output::Tar(_)))
        {
            refuse("an image for several platforms")?;
        }
        for output in &self.outputs {
            match output {
                Output::Registry => refuse("pushing")?,
                Output::Oci(_) | Output::OciDirectory(_) | Output::Docker(_) => {
                    refuse("writing an image archive")?;
                }
                Output::Store | Output::Tar(_) | Output::Local(_) => {}
            }
        }
        if self.is_multi_platform() && self.outputs.iter().any(|output| matches!(output, Output::Docker(_))) {
            return Err(Error::Usage(
                "an archive of type=docker holds one platform: use type=oci for several".to_owned(),
            ));
        }
        if self.cache_exports.iter().any(|cache| *cache != Cache::Inline) {
            refuse("exporting a cache")?;
        }
        if matches!(self.gate, GatePlan::Required(_)) {
            refuse("the gate")?;
        }
        Ok(())
    }

    /// The platforms whose programs the engine cannot run: RUN steps for them fail.
    fn is_multi_platform(&self) -> bool {
        self.base.frontend.get("platform").is_some_and(|platforms| platforms.contains(','))
    }
}

/// The solves that make up the build.
impl Plan {
    /// Builds the image and writes it into the content store `export`, to be looked at.
    pub fn inspection(&self) -> Solve {
        let mut solve = self.base.clone();
        solve.exporter = Some(self.exporter(&Output::OciDirectory(PathBuf::new())));
        solve.cache_exports =
            self.cache_exports.iter().filter(|cache| **cache == Cache::Inline).map(cache_export).collect();
        solve
    }

    /// Builds for one output. The caches are written along with the first one: not before the gate has spoken,
    /// for they hold the same layers. An inline cache is part of the image itself.
    pub fn output(&self, output: &Output) -> Solve {
        let mut solve = self.base.clone();
        solve.exporter = Some(self.exporter(output));
        let is_first = self.outputs.first() == Some(output);
        let wanted = |cache: &&Cache| is_first || **cache == Cache::Inline;
        solve.cache_exports = self.cache_exports.iter().filter(wanted).map(cache_export).collect();
        solve
    }

    /// The directories into which the caches are written.
    pub fn cache_targets(&self) -> impl Iterator<Item = &Path> {
        self.cache_exports.iter().filter_map(|cache| match cache {
            Cache::Local(path, _) => Some(path.as_path()),
            Cache::Registry(_) | Cache::Inline => None,
        })
    }

    /// Whether the build makes an image, and not only files.
    pub fn makes_image(&self) -> bool {
        self.outputs.iter().any(|output| !matches!(output, Output::Tar(_) | Output::Local(_)))
    }

    fn exporter(&self, output: &Output) -> Typed {
        let attributes = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        // The same media types everywhere: then the digest is the same everywhere too.
        let oci = ("oci-mediatypes", "true");
        let (kind, mut attributes) = match output {
            Output::Store => ("moby", attributes(&[oci])),
            Output::Registry => ("moby", attributes(&[oci, ("push", "true")])),
            Output::Oci(_) => ("oci", attributes(&[oci])),
            Output::OciDirectory(_) => ("oci", attributes(&[oci, ("tar", "false")])),
            Output::Docker(_) => ("docker", attributes(&[])),
            Output::Tar(_) => ("tar", attributes(&[])),
            Output::Local(_) => ("local", attributes(&[])),
        };
        let is_image = !matches!(output, Output::Tar(_) | Output::Local(_));
        if is_image && !self.names.is_empty() {
            attributes.insert("name".to_owned(), self.names.clone());
        }
        Typed { kind: kind.to_owned(), attributes }
    }
}

fn gate_plan(mode: GateMode, outputs: &[Output], in_ci: bool) -> GatePlan {
    match mode {
        GateMode::Off => GatePlan::Off,
        GateMode::Required => GatePlan::Required("--gate"),
        GateMode::Auto if outputs.iter().any(Output::is_remote) => GatePlan::Required("pushing"),
        GateMode::Auto if in_ci => GatePlan::Required("a build in CI (the environment variable CI is set)"),
        GateMode::Auto => GatePlan::Optional,
    }
}

/// The frontend looks image names up in their short form.
fn context_name(name: &str) -> &str {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    name.strip_suffix(":latest").unwrap_or(name)
}

fn cache_import(cache: &Cache) -> Result<Typed, Error> {
    match cache {
        Cache::Registry(attributes) => {
            Ok(Typed { kind: "registry".to_owned(), attributes: attributes.clone() })
        }
        Cache::Inline => Err(Error::Usage(
            "an inline cache is read from the image that holds it: --cache-from type=registry,ref=NAME"
                .to_owned(),
        )),
        Cache::Local(path, attributes) => {
            let entry =
                tagged(path, CACHE_TAG).map_err(|error| Error::file(path.join("index.json"), error))?;
            let mut attributes = attributes.clone();
            attributes.insert("src".to_owned(), path.display().to_string());
            attributes.insert("digest".to_owned(), entry.digest.to_string());
            Ok(Typed { kind: "local".to_owned(), attributes })
        }
    }
}

fn cache_export(cache: &Cache) -> Typed {
    match cache {
        Cache::Registry(attributes) => Typed { kind: "registry".to_owned(), attributes: attributes.clone() },
        Cache::Inline => Typed { kind: "inline".to_owned(), attributes: BTreeMap::new() },
        Cache::Local(path, attributes) => {
            let mut attributes = attributes.clone();
            attributes.insert("dest".to_owned(), path.display().to_string());
            Typed { kind: "local".to_owned(), attributes }
        }
    }
}

/// The name of the content store in which the engine looks for a local cache.
fn cache_store(path: &Path) -> String {
    format!("local:{}", path.display())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn plan(request: &Request) -> Result<Plan, Error> {
        Plan::new(request, Path::new("/app"), "Dockerfile", false)
    }

    fn request() -> Request {
        Request {
            context: "/app".into(),
            tags: vec!["demo:1".parse().unwrap()],
            platforms: ["linux/amd64", "linux/arm64"].map(|platform| platform.parse().unwrap()).into(),
            ..Request::default()
        }
    }

    const FULL: Features = Features { containerd_store: true, platforms: std::collections::BTreeSet::new() };
    const OLD: Features = Features { containerd_store: false, platforms: std::collections::BTreeSet::new() };

    #[test]
    fn everything_reaches_the_frontend() {
        let request = Request {
            target: Some("run".into()),
            build_args: [("V".into(), "2".into())].into(),
            labels: [("a".into(), "b".into())].into(),
            build_contexts: [
                ("docker.io/library/base:latest".into(), BuildContext::Image("local/base:1".into())),
                ("extra".into(), BuildContext::Directory("/extra".into())),
            ]
            .into(),
            no_cache: true,
            pull: true,
            network: Network::Host,
            add_hosts: vec!["db=10.0.0.1".into()],
            ..request()
        };
        let plan = plan(&request).unwrap();
        insta::assert_debug_snapshot!(plan.output(&Output::Registry));
        assert_eq!(plan.directories.keys().collect::<Vec<_>>(), ["context", "dockerfile", "extra"]);
    }

    #[test]
    fn a_repeated_solve_takes_what_is_there() {
        let plan = plan(&Request { no_cache: true, pull: true, ..request() }).unwrap();
        let solve = plan.output(&Output::Store);
        assert!(plan.inspection().frontend.contains_key("no-cache"));
        let repeated = solve.clone().repeated();
        assert!(!repeated.frontend.contains_key("no-cache"));
        assert!(!repeated.frontend.contains_key("image-resolve-mode"));
        assert_eq!(repeated.exporter, solve.exporter);
    }

    #[test]
    fn the_gate_is_required_where_the_image_leaves() {
        let gate = |mode, outputs: &[Output], in_ci| gate_plan(mode, outputs, in_ci);
        assert_eq!(gate(GateMode::Auto, &[Output::Store], false), GatePlan::Optional);
        assert!(matches!(gate(GateMode::Auto, &[Output::Store], true), GatePlan::Required(_)));
        assert!(matches!(
            gate(GateMode::Auto, &[Output::Store, Output::Registry], false),
            GatePlan::Required(_)
        ));
        assert!(matches!(gate(GateMode::Required, &[Output::Store], false), GatePlan::Required(_)));
        assert_eq!(gate(GateMode::Off, &[Output::Registry], true), GatePlan::Off);
    }

    #[test]
    fn an_engine_without_containerds_store_is_not_asked_for_what_it_cannot_do() {
        let refused = |outputs: Vec<Output>, platforms: &[&str]| {
            let platforms = platforms.iter().map(|platform| platform.parse().unwrap()).collect();
            let plan = plan(&Request { outputs, platforms, ..request() }).unwrap();
            plan.check(&FULL).unwrap();
            plan.check(&OLD).map_err(|error| error.to_string())
        };
        let one = ["linux/amd64"];
        let two = ["linux/amd64", "linux/arm64"];
        assert!(refused(vec![Output::Store], &one).is_ok());
        assert!(refused(vec![Output::Local("out".into())], &two).is_ok());
        assert!(
            refused(vec![Output::Store], &two)
                .unwrap_err()
                .starts_with("an image for several platforms needs")
        );
        assert!(refused(vec![Output::Registry], &one).unwrap_err().starts_with("pushing needs"));
        assert!(
            refused(vec![Output::Oci("a.tar".into())], &one).unwrap_err().contains("containerd-snapshotter")
        );
    }

    #[test]
    fn a_docker_archive_holds_one_platform() {
        let plan = plan(&Request { outputs: vec![Output::Docker("a.tar".into())], ..request() }).unwrap();
        assert!(plan.check(&FULL).unwrap_err().to_string().contains("use type=oci for several"));
    }

    #[test]
    fn pushing_needs_a_name() {
        let error =
            plan(&Request { tags: vec![], outputs: vec![Output::Registry], ..request() }).unwrap_err();
        assert_eq!(error.to_string(), "to push an image it needs a name: add -t REGISTRY/NAME:TAG");
    }

    #[test]
    fn caches_are_not_written_before_the_verdict() {
        let registry = Cache::Registry([("ref".to_owned(), "r.example/c".to_owned())].into());
        let request = Request {
            cache_to: vec![registry, Cache::Inline],
            outputs: vec![Output::Store, Output::Registry],
            ..request()
        };
        let plan = plan(&request).unwrap();
        let kinds =
            |solve: Solve| solve.cache_exports.into_iter().map(|cache| cache.kind).collect::<Vec<_>>();
        assert_eq!(kinds(plan.inspection()), ["inline"]);
        assert_eq!(kinds(plan.output(&Output::Store)), ["registry", "inline"]);
        assert_eq!(kinds(plan.output(&Output::Registry)), ["inline"]);
    }
}
