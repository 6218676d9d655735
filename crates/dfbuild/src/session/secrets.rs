//! Build secrets: `RUN --mount=type=secret` asks for them by id.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use bollard::moby::buildkit::secrets::v1::secrets_server::{Secrets as SecretsService, SecretsServer};
use bollard::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse};
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status};

use super::Service;

/// BuildKit accepts no secret above this size.
const MAX_SECRET_BYTES: u64 = 500 * 1024;

/// Where the value of a secret comes from. The value itself is read only when a step asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
}

/// Serves secrets by id.
#[derive(Debug)]
pub struct Secrets {
    sources: BTreeMap<String, SecretSource>,
}

impl Secrets {
    /// Serves the given sources and nothing else.
    pub fn new(sources: BTreeMap<String, SecretSource>) -> Self {
        Self { sources }
    }

    fn value(&self, id: &str) -> Result<Vec<u8>, Status> {
        match self.sources.get(id) {
            // BuildKit takes "not found" as the answer for a secret that is not required.
            None => {
                Err(Status::not_found(format!("secret {id} was not given: add --secret id={id},src=FILE")))
            }
            Some(SecretSource::Environment(name)) => match std::env::var_os(name) {
                Some(value) => Ok(value.into_encoded_bytes()),
                None => {
                    Err(Status::not_found(format!("secret {id}: the environment variable {name} is not set")))
                }
            },
            Some(SecretSource::File(path)) => {
                let failed = |error: std::io::Error| {
                    Status::unknown(format!("secret {id}: {}: {error}", path.display()))
                };
                let file = std::fs::File::open(path).map_err(failed)?;
                let mut value = Vec::new();
                file.take(MAX_SECRET_BYTES + 1).read_to_end(&mut value).map_err(failed)?;
                Ok(value)
            }
        }
    }
}

impl Service for Secrets {
    fn methods(&self) -> &'static [&'static str] {
        &["/moby.buildkit.secrets.v1.Secrets/GetSecret"]
    }

    fn mount(self: Box<Self>, routes: &mut RoutesBuilder) {
        routes.add_service(SecretsServer::new(*self));
    }
}

#[tonic::async_trait]
impl SecretsService for Secrets {
    async fn get_secret(
        &self,
        request: Request<GetSecretRequest>,
    ) -> Result<Response<GetSecretResponse>, Status> {
        let id = request.into_inner().id;
        let data = self.value(&id)?;
        if data.len() as u64 > MAX_SECRET_BYTES {
            return Err(Status::invalid_argument(format!(
                "secret {id} is larger than {MAX_SECRET_BYTES} bytes"
            )));
        }
        Ok(Response::new(GetSecretResponse { data }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_unknown_secret_says_how_to_give_it() {
        let status = Secrets::new(BTreeMap::new()).value("token").unwrap_err();
        assert_eq!(status.code(), tonic::Code::NotFound);
        assert_eq!(status.message(), "secret token was not given: add --secret id=token,src=FILE");
    }

    #[test]
    fn a_file_is_read_when_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        let secrets = Secrets::new([("token".to_owned(), SecretSource::File(path.clone()))].into());
        assert!(secrets.value("token").unwrap_err().message().contains("token"));
        std::fs::write(path, "s3cret").unwrap();
        assert_eq!(secrets.value("token").unwrap(), b"s3cret");
    }
}
