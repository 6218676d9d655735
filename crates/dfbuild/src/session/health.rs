//! The health service: the engine pings it to learn that the client is still there.

use std::pin::Pin;

use bollard::health::health_check_response::ServingStatus;
use bollard::health::health_server::{Health as HealthService, HealthServer};
use bollard::health::{HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse};
use futures::Stream;
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status};

use super::Service;

#[derive(Debug)]
pub(super) struct Health;

impl Service for Health {
    fn methods(&self) -> &'static [&'static str] {
        &["/grpc.health.v1.Health/Check"]
    }

    fn mount(self: Box<Self>, routes: &mut RoutesBuilder) {
        routes.add_service(HealthServer::new(*self));
    }
}

#[tonic::async_trait]
impl HealthService for Health {
    async fn check(&self, _: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() }))
    }

    async fn list(&self, _: Request<HealthListRequest>) -> Result<Response<HealthListResponse>, Status> {
        Err(Status::unimplemented("only Check is served"))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("only Check is served"))
    }
}
