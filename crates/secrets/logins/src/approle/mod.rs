//! Roles of machines, and the secret ids with which they log in.

mod login;
mod properties;
mod role;
mod roles;
mod secret_id;
mod secret_ids;
mod tidy;

use futures_util::future::BoxFuture;
use logical::{Access, Backend, Failure, Login, Operation, Outcome, Reply, Request, Txn};

pub use role::ROLE_ID_BYTES_MAX;
pub use secret_id::{METADATA_BYTES_MAX, SECRET_ID_BYTES_MAX};
pub use tidy::TIDY_MAX;

/// The login method `approle`. Everything that it knows is in its mounts' entries.
#[derive(Default)]
pub struct AppRole;

impl Backend for AppRole {
    fn clean_up<'a>(&'a self, txn: &'a mut Txn<'_>) -> BoxFuture<'a, Result<bool, Failure>> {
        Box::pin(async move {
            let now = txn.now();
            let (_, is_done) = tidy::tidy_some(txn, now).await?;
            Ok(is_done)
        })
    }

    fn access(&self, path: &str) -> Access {
        match path {
            "login" => Access::Public,
            _ => Access::Policy,
        }
    }

    fn exists<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Option<bool>, Failure>> {
        Box::pin(async move {
            let segments = request.segments();
            let ["role", name] = segments.as_slice() else {
                return Ok(None);
            };
            let Ok(name) = role::read_name(name) else {
                return Ok(Some(false));
            };
            Ok(Some(roles::find(txn, &name).await?.is_some()))
        })
    }

    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(handle(txn, request))
    }

    fn renew<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        _request: &'a Request,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<Login, Failure>> {
        Box::pin(login::renew(txn, login))
    }
}

async fn handle(txn: &mut Txn<'_>, request: &Request) -> Outcome {
    let segments = request.segments();
    match segments.as_slice() {
        ["login"] if is_write(request) => login::log_in(txn, request).await,
        ["tidy", "secret-id"] if is_write(request) => tidy::tidy(txn, request.now).await,
        ["login"] | ["tidy", "secret-id"] => Err(Failure::Unsupported),
        ["role"] if request.operation == Operation::List => Reply::keys(txn.list("role").await?),
        ["role"] => Err(Failure::Unsupported),
        ["role", name, rest @ ..] => {
            let name = role::read_name(name)?;
            of_role(txn, request, &name, rest).await
        }
        _ => Err(Failure::Absent),
    }
}

async fn of_role(txn: &mut Txn<'_>, request: &Request, name: &str, rest: &[&str]) -> Outcome {
    match rest {
        [] => roles::handle(txn, request, name).await,
        ["role-id"] => roles::handle_role_id(txn, request, name).await,
        ["secret-id"] => secret_ids::handle(txn, request, name).await,
        ["custom-secret-id"] => secret_ids::handle_custom(txn, request, name).await,
        ["secret-id", "lookup"] => secret_ids::look_up(txn, request, name).await,
        ["secret-id", "destroy"] => secret_ids::destroy(txn, request, name).await,
        ["secret-id-accessor", "lookup"] => {
            secret_ids::look_up_by_accessor(txn, request, name).await
        }
        ["secret-id-accessor", "destroy"] => {
            secret_ids::destroy_by_accessor(txn, request, name).await
        }
        [property] => properties::handle(txn, request, name, property).await,
        _ => Err(Failure::Absent),
    }
}

fn is_write(request: &Request) -> bool {
    matches!(request.operation, Operation::Create | Operation::Update)
}
