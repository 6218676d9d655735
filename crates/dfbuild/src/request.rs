//! What the user asks for, as plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;

use crate::dockerfile::Frontend;
use crate::error::Error;
use crate::gate::Severity;
use crate::platform::Platform;
use crate::reference::Reference;
use crate::session::secrets::SecretSource;
use crate::solve::Typed;

/// A build that was asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The directory whose files COPY and ADD may use.
    pub context: PathBuf,
    /// The Dockerfile, if it is not `Dockerfile` in the context.
    pub dockerfile: Option<PathBuf>,
    /// The stage to build; the last one if none is named.
    pub target: Option<String>,
    /// The platforms to build for; the engine's own if none is named.
    pub platforms: Vec<Platform>,
    /// The names of the image.
    pub tags: Vec<Reference>,
    /// Values for ARG instructions.
    pub build_args: BTreeMap<String, String>,
    /// Labels of the image.
    pub labels: BTreeMap<String, String>,
    /// What stands in for names in FROM and `COPY --from`.
    pub build_contexts: BTreeMap<String, BuildContext>,
    /// Secrets that steps may mount.
    pub secrets: BTreeMap<String, SecretSource>,
    /// Caches to read.
    pub cache_from: Vec<Cache>,
    /// Caches to write.
    pub cache_to: Vec<Cache>,
    /// What becomes of the result.
    pub outputs: Vec<Output>,
    /// Carry out every step, even if its result is there already.
    pub no_cache: bool,
    /// Ask the registries for base images that are there already.
    pub pull: bool,
    /// The network of RUN steps.
    pub network: Network,
    /// Names for `/etc/hosts` in RUN steps, as `name=address`.
    pub add_hosts: Vec<String>,
    /// Who turns the Dockerfile into build steps.
    pub frontend: Frontend,
    /// Whether the image is scanned before anything is published.
    pub gate: GateMode,
    /// The severities that the gate refuses.
    pub severities: BTreeSet<Severity>,
    /// What findings of the linter mean.
    pub lint: LintMode,
    /// Files to write about the build.
    pub files: ReportFiles,
}

/// Files that tell other programs about the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFiles {
    /// What the engine said about the result, in the form of `docker buildx build --metadata-file`.
    pub metadata: Option<PathBuf>,
    /// The digest of the image, alone.
    pub iid: Option<PathBuf>,
}

/// What stands in for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildContext {
    /// An image.
    Image(String),
    /// A directory on this machine.
    Directory(PathBuf),
}

impl FromStr for BuildContext {
    type Err = Error;

    /// Reads `docker-image://REFERENCE` or a path.
    fn from_str(value: &str) -> Result<Self, Error> {
        if let Some(image) = value.strip_prefix("docker-image://") {
            return Ok(Self::Image(image.to_owned()));
        }
        if let Some((scheme, _)) = value.split_once("://") {
            return Err(Error::Usage(format!(
                "build contexts are docker-image://REFERENCE or a directory, not {scheme}://"
            )));
        }
        Ok(Self::Directory(PathBuf::from(value)))
    }
}

/// What becomes of the result of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Into the engine's image store.
    Store,
    /// To the registries that the names belong to.
    Registry,
    /// A tar archive in the OCI format.
    Oci(PathBuf),
    /// A directory in the OCI format.
    OciDirectory(PathBuf),
    /// A tar archive that `docker load` takes.
    Docker(PathBuf),
    /// A tar archive of the files of the image.
    Tar(PathBuf),
    /// The files of the image in a directory.
    Local(PathBuf),
}

impl Output {
    /// Whether the result leaves this machine.
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::Registry)
    }
}

impl FromStr for Output {
    type Err = Error;

    /// Reads `type=TYPE,dest=PATH` or, as Docker does, the path of a directory alone.
    fn from_str(value: &str) -> Result<Self, Error> {
        if !value.contains('=') {
            return Ok(Self::Local(PathBuf::from(value)));
        }
        let Typed { kind, mut attributes } = parse_typed(value)?;
        let flag = |value: Option<String>| value.is_some_and(|value| value == "true");
        let destination = attributes.remove("dest").map(PathBuf::from);
        let needs = || Error::Usage(format!("--output type={kind} needs a dest=PATH"));
        let output = match kind.as_str() {
            "image" if flag(attributes.remove("push")) => Self::Registry,
            "image" => Self::Store,
            "registry" => Self::Registry,
            "docker" if destination.is_none() => Self::Store,
            "docker" => Self::Docker(destination.ok_or_else(needs)?),
            "oci" if attributes.remove("tar").is_some_and(|value| value == "false") => {
                Self::OciDirectory(destination.ok_or_else(needs)?)
            }
            "oci" => Self::Oci(destination.ok_or_else(needs)?),
            "tar" => Self::Tar(destination.ok_or_else(needs)?),
            "local" => Self::Local(destination.ok_or_else(needs)?),
            _ => {
                return Err(Error::Usage(format!(
                    "unknown output type {kind:?}: there are image, registry, oci, docker, tar and local"
                )));
            }
        };
        match attributes.keys().next() {
            Some(unknown) => Err(Error::Usage(format!("--output type={kind} has no attribute {unknown:?}"))),
            None => Ok(output),
        }
    }
}

/// A build cache outside of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cache {
    /// In a registry; the other attributes are the engine's business (`mode=max`, say).
    Registry(BTreeMap<String, String>),
    /// Inside of the image itself.
    Inline,
    /// A directory on this machine, with further attributes.
    Local(PathBuf, BTreeMap<String, String>),
}

impl FromStr for Cache {
    type Err = Error;

    /// Reads `type=TYPE,KEY=VALUE…` or, as Docker does, the name of an image alone.
    fn from_str(value: &str) -> Result<Self, Error> {
        if !value.contains('=') {
            return Ok(Self::Registry([("ref".to_owned(), value.to_owned())].into()));
        }
        let Typed { kind, mut attributes } = parse_typed(value)?;
        match kind.as_str() {
            "registry" if attributes.contains_key("ref") => Ok(Self::Registry(attributes)),
            "registry" => Err(Error::Usage("a cache of type=registry needs a ref=NAME".to_owned())),
            "inline" => Ok(Self::Inline),
            "local" => {
                let path = attributes.remove("src").or_else(|| attributes.remove("dest"));
                let path = path.ok_or_else(|| {
                    Error::Usage(
                        "a cache of type=local needs src=DIR (to read) or dest=DIR (to write)".to_owned(),
                    )
                })?;
                Ok(Self::Local(PathBuf::from(path), attributes))
            }
            _ => Err(Error::Usage(format!(
                "unknown cache type {kind:?}: there are registry, inline and local"
            ))),
        }
    }
}

/// The network of RUN steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// The engine's default.
    #[default]
    Default,
    /// None at all.
    None,
    /// That of the machine on which the engine runs.
    Host,
}

/// Whether the image is scanned before anything is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GateMode {
    /// It must be when the result leaves the machine or the build runs in CI; otherwise it is where a scanner is at hand.
    #[default]
    Auto,
    /// It must be.
    Required,
    /// It is not.
    Off,
}

/// What findings of the linter mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LintMode {
    /// Nothing: the linter does not run.
    Off,
    /// They are told.
    #[default]
    Warn,
    /// They stop the build before it starts.
    Error,
}

/// Reads `NAME=VALUE`.
pub fn parse_pair(value: &str) -> Result<(String, String), Error> {
    match value.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Error::Usage(format!("{value:?} is not of the form NAME=VALUE"))),
    }
}

/// Reads `id=ID,src=FILE`, `id=ID,env=NAME` or `id=ID` alone, which is the environment variable of that name.
pub fn parse_secret(value: &str) -> Result<(String, SecretSource), Error> {
    let invalid = || Error::Usage("a secret is given as id=ID,src=FILE or id=ID,env=NAME".to_owned());
    let mut attributes = parse_attributes(value)?;
    let id = attributes.remove("id").filter(|id| !id.is_empty()).ok_or_else(invalid)?;
    attributes.remove("type");
    let file = attributes.remove("src").or_else(|| attributes.remove("source"));
    let source = match (file, attributes.remove("env")) {
        (Some(file), None) => SecretSource::File(PathBuf::from(file)),
        (None, Some(name)) => SecretSource::Environment(name),
        (None, None) => SecretSource::Environment(id.clone()),
        (Some(_), Some(_)) => return Err(invalid()),
    };
    if attributes.is_empty() { Ok((id, source)) } else { Err(invalid()) }
}

fn parse_typed(value: &str) -> Result<Typed, Error> {
    let mut attributes = parse_attributes(value)?;
    let kind = attributes.remove("type").ok_or_else(|| Error::Usage(format!("{value:?} has no type=")))?;
    Ok(Typed { kind, attributes })
}

fn parse_attributes(value: &str) -> Result<BTreeMap<String, String>, Error> {
    value.split(',').map(|part| parse_pair(part.trim())).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn outputs() {
        for (given, expected) in [
            ("out", Output::Local("out".into())),
            ("type=local,dest=out", Output::Local("out".into())),
            ("type=oci,dest=a.tar", Output::Oci("a.tar".into())),
            ("type=oci,dest=a,tar=false", Output::OciDirectory("a".into())),
            ("type=docker,dest=a.tar", Output::Docker("a.tar".into())),
            ("type=docker", Output::Store),
            ("type=image", Output::Store),
            ("type=image,push=true", Output::Registry),
            ("type=registry", Output::Registry),
            ("type=tar,dest=f.tar", Output::Tar("f.tar".into())),
        ] {
            assert_eq!(given.parse::<Output>().unwrap(), expected, "{given}");
        }
    }

    #[test]
    fn bad_outputs_say_what_is_wrong() {
        for (given, message) in [
            (
                "type=zip,dest=x",
                r#"unknown output type "zip": there are image, registry, oci, docker, tar and local"#,
            ),
            ("type=oci", "--output type=oci needs a dest=PATH"),
            ("type=local,dest=x,mode=delete", r#"--output type=local has no attribute "mode""#),
            ("dest=x", r#""dest=x" has no type="#),
        ] {
            assert_eq!(given.parse::<Output>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn caches() {
        assert_eq!(
            "r.example/c".parse::<Cache>().unwrap(),
            Cache::Registry([("ref".into(), "r.example/c".into())].into())
        );
        assert_eq!("type=inline".parse::<Cache>().unwrap(), Cache::Inline);
        assert_eq!(
            "type=local,dest=/c,mode=max".parse::<Cache>().unwrap(),
            Cache::Local("/c".into(), [("mode".into(), "max".into())].into())
        );
        assert!("type=gha".parse::<Cache>().unwrap_err().to_string().contains("registry, inline and local"));
        assert!("type=registry".parse::<Cache>().is_err());
    }

    #[test]
    fn secrets() {
        assert_eq!(parse_secret("id=a,src=f").unwrap(), ("a".into(), SecretSource::File("f".into())));
        assert_eq!(parse_secret("id=a,env=B").unwrap(), ("a".into(), SecretSource::Environment("B".into())));
        assert_eq!(parse_secret("id=A").unwrap(), ("A".into(), SecretSource::Environment("A".into())));
        for bad in ["a", "src=f", "id=,src=f", "id=a,src=f,env=B", "id=a,mode=1"] {
            assert!(parse_secret(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn build_contexts() {
        assert_eq!("docker-image://a:1".parse::<BuildContext>().unwrap(), BuildContext::Image("a:1".into()));
        assert_eq!("../x".parse::<BuildContext>().unwrap(), BuildContext::Directory("../x".into()));
        assert!("oci-layout://x".parse::<BuildContext>().unwrap_err().to_string().contains("oci-layout://"));
    }
}
