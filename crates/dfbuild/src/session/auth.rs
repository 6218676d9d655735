//! Registry credentials, from the file that `docker login` writes.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bollard::moby::filesync::v1::auth_server::{Auth as AuthService, AuthServer};
use bollard::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse, GetTokenAuthorityRequest,
    GetTokenAuthorityResponse, VerifyTokenAuthorityRequest, VerifyTokenAuthorityResponse,
};
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status};

use super::Service;

/// Docker Hub's key in the configuration file, whatever host name its registry is asked under.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// The user name by which a credential helper says that the secret is an identity token.
const TOKEN_USER: &str = "<token>";

/// What a registry wants to know.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryCredentials {
    /// The user; empty together with an identity token.
    pub username: String,
    /// The password or identity token.
    pub secret: String,
}

impl std::fmt::Debug for RegistryCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistryCredentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// Looks credentials up, each time anew: a `docker login` in another terminal counts at once.
#[derive(Clone, Debug)]
pub struct Keychain {
    file: PathBuf,
}

/// The part of Docker's `config.json` that is about credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ConfigFile {
    auths: HashMap<String, AuthEntry>,
    creds_store: Option<String>,
    cred_helpers: HashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "lowercase")]
struct AuthEntry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
}

/// The answer of a credential helper.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperAnswer {
    username: String,
    secret: String,
}

impl Keychain {
    /// The configuration file in `DOCKER_CONFIG`, or else in `~/.docker`.
    pub fn from_env() -> Self {
        let directory = std::env::var_os("DOCKER_CONFIG")
            .map(PathBuf::from)
            .or_else(|| std::env::home_dir().map(|home| home.join(".docker")))
            .unwrap_or_default();
        Self { file: directory.join("config.json") }
    }

    /// The credentials for the registry at `host`, or none, which means an anonymous request.
    pub async fn credentials(&self, host: &str) -> Result<Option<RegistryCredentials>, String> {
        let text = match tokio::fs::read(&self.file).await {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", self.file.display())),
        };
        let config: ConfigFile =
            serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", self.file.display()))?;
        let keys = config_keys(host);
        let helper = keys.iter().find_map(|key| config.cred_helpers.get(key)).or(config.creds_store.as_ref());
        if let Some(helper) = helper {
            // Helpers know a registry by the key under which `docker login` stored it.
            if let Some(found) = ask_helper(helper, keys.first().map_or(host, String::as_str)).await? {
                return Ok(Some(found));
            }
        }
        match keys.iter().find_map(|key| config.auths.get(key)) {
            Some(entry) => {
                entry.decode().map_err(|error| format!("{}: {host}: {error}", self.file.display()))
            }
            None => Ok(None),
        }
    }
}

impl AuthEntry {
    fn decode(&self) -> Result<Option<RegistryCredentials>, &'static str> {
        if !self.identitytoken.is_empty() {
            return Ok(Some(RegistryCredentials {
                username: String::new(),
                secret: self.identitytoken.clone(),
            }));
        }
        if self.auth.is_empty() {
            let known =
                RegistryCredentials { username: self.username.clone(), secret: self.password.clone() };
            return Ok((!known.username.is_empty()).then_some(known));
        }
        let bytes = BASE64_STANDARD.decode(&self.auth).map_err(|_| "`auth` is not base64")?;
        let text = String::from_utf8(bytes).map_err(|_| "`auth` is not text")?;
        let (username, secret) = text.split_once(':').ok_or("`auth` is not of the form user:password")?;
        // Old clients padded the value with zero bytes.
        let secret = secret.trim_end_matches('\0');
        Ok(Some(RegistryCredentials { username: username.to_owned(), secret: secret.to_owned() }))
    }
}

/// The keys under which `docker login` may have stored the credentials of `host`, the usual one first.
fn config_keys(host: &str) -> Vec<String> {
    if matches!(host, "docker.io" | "index.docker.io" | "registry-1.docker.io") {
        return vec![DOCKER_HUB_KEY.to_owned()];
    }
    vec![host.to_owned(), format!("https://{host}"), format!("http://{host}")]
}

/// Runs `docker-credential-<helper> get`. A helper that does not know the registry is no error.
async fn ask_helper(helper: &str, key: &str) -> Result<Option<RegistryCredentials>, String> {
    let program = format!("docker-credential-{helper}");
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let mut child = tokio::process::Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(key.as_bytes()).await.map_err(failed)?;
    }
    let output = child.wait_with_output().await.map_err(failed)?;
    if !output.status.success() {
        return Ok(None);
    }
    // The parser's own message could quote the secret.
    let answer: HelperAnswer = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{program}: the answer cannot be read"))?;
    let username = if answer.username == TOKEN_USER { String::new() } else { answer.username };
    Ok(Some(RegistryCredentials { username, secret: answer.secret }))
}

/// Serves the keychain to the engine.
#[derive(Debug)]
pub struct Auth {
    keychain: Arc<Keychain>,
}

impl Auth {
    /// Serves `keychain`.
    pub fn new(keychain: Keychain) -> Self {
        Self { keychain: Arc::new(keychain) }
    }
}

impl Service for Auth {
    fn methods(&self) -> &'static [&'static str] {
        &[
            "/moby.filesync.v1.Auth/Credentials",
            "/moby.filesync.v1.Auth/FetchToken",
            "/moby.filesync.v1.Auth/GetTokenAuthority",
        ]
    }

    fn mount(self: Box<Self>, routes: &mut RoutesBuilder) {
        routes.add_service(AuthServer::new(*self));
    }
}

#[tonic::async_trait]
impl AuthService for Auth {
    async fn credentials(
        &self,
        request: Request<CredentialsRequest>,
    ) -> Result<Response<CredentialsResponse>, Status> {
        let host = request.into_inner().host;
        let known = self.keychain.credentials(&host).await.map_err(Status::unknown)?;
        let known = known.unwrap_or(RegistryCredentials { username: String::new(), secret: String::new() });
        Ok(Response::new(CredentialsResponse { username: known.username, secret: known.secret }))
    }

    // Refusing these two makes the engine ask for the credentials and fetch tokens itself.
    async fn fetch_token(
        &self,
        _: Request<FetchTokenRequest>,
    ) -> Result<Response<FetchTokenResponse>, Status> {
        Err(Status::unimplemented("tokens are fetched by the engine"))
    }

    async fn get_token_authority(
        &self,
        _: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("tokens are fetched by the engine"))
    }

    async fn verify_token_authority(
        &self,
        _: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("tokens are fetched by the engine"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    async fn look_up(config: &str, host: &str) -> Result<Option<RegistryCredentials>, String> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.json");
        std::fs::write(&file, config).unwrap();
        Keychain { file }.credentials(host).await
    }

    #[tokio::test]
    async fn a_password_is_decoded() {
        let config = r#"{"auths": {"127.0.0.1:5000": {"auth": "bWU6aHVzaDpodXNo"}}}"#;
        let known = look_up(config, "127.0.0.1:5000").await.unwrap().unwrap();
        assert_eq!((known.username.as_str(), known.secret.as_str()), ("me", "hush:hush"));
        assert_eq!(look_up(config, "elsewhere.example").await.unwrap(), None);
    }

    #[tokio::test]
    async fn docker_hub_has_its_own_key() {
        let config = r#"{"auths": {"https://index.docker.io/v1/": {"identitytoken": "t"}}}"#;
        let known = look_up(config, "registry-1.docker.io").await.unwrap().unwrap();
        assert_eq!((known.username.as_str(), known.secret.as_str()), ("", "t"));
    }

    #[tokio::test]
    async fn a_broken_entry_does_not_leak() {
        let error =
            look_up(r#"{"auths": {"r.example": {"auth": "aHVzaA=="}}}"#, "r.example").await.unwrap_err();
        assert!(error.ends_with("r.example: `auth` is not of the form user:password"), "{error}");
        assert!(!error.contains("aHVzaA"), "{error}");
    }

    #[tokio::test]
    async fn no_file_is_anonymous() {
        let keychain = Keychain { file: PathBuf::from("/nonexistent/config.json") };
        assert_eq!(keychain.credentials("r.example").await, Ok(None));
    }

    #[test]
    fn debug_hides_the_secret() {
        let known = RegistryCredentials { username: "me".into(), secret: "hush".into() };
        assert!(!format!("{known:?}").contains("hush"));
    }
}
