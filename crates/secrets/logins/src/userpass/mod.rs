//! Users with passwords.

mod lockout;
mod login;
mod password;
mod user;
mod users;

use futures_util::future::BoxFuture;
use logical::{Access, Backend, Failure, Login, Operation, Outcome, Reply, Request, Txn};

use self::{lockout::Lockout, password::Hasher};

pub use lockout::{LOCKOUT, LOCKOUT_KNOWN_MAX, LOCKOUT_TRIES, LOCKOUT_UNKNOWN_MAX};
pub use password::PASSWORD_BYTES_MAX;

/// The login method `userpass`. What it holds in memory are the tries that failed.
#[derive(Default)]
pub struct UserPass {
    hasher: Hasher,
    lockout: Lockout,
}

impl Backend for UserPass {
    fn access(&self, path: &str) -> Access {
        match path.split_once('/') {
            Some(("login", name)) if !name.contains('/') => Access::Public,
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
            let ["users", name] = segments.as_slice() else {
                return Ok(None);
            };
            let Ok(name) = user::read_name(name) else {
                return Ok(Some(false));
            };
            Ok(Some(users::find(txn, &name).await?.is_some()))
        })
    }

    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(self.answer(txn, request))
    }

    fn renew<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        _request: &'a Request,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<Login, Failure>> {
        Box::pin(login::renew(txn, login))
    }

    fn forget(&self) {
        self.lockout.forget();
    }
}

impl UserPass {
    async fn answer(&self, txn: &mut Txn<'_>, request: &Request) -> Outcome {
        let segments = request.segments();
        let is_write = matches!(request.operation, Operation::Create | Operation::Update);
        match segments.as_slice() {
            ["login", name] if is_write => self.log_in(txn, request, name).await,
            ["users"] if request.operation == Operation::List => {
                Reply::keys(txn.list(users::FOLDER).await?)
            }
            ["users", name] => {
                let name = user::read_name(name)?;
                users::handle(txn, request, &self.hasher, &name).await
            }
            ["users", name, "password"] if is_write => {
                let name = user::read_name(name)?;
                users::write_password(txn, request, &self.hasher, &name).await
            }
            ["users", name, "policies"] if is_write => {
                let name = user::read_name(name)?;
                users::write_policies(txn, request, &name).await
            }
            ["users"] | ["login", _] | ["users", _, "password" | "policies"] => {
                Err(Failure::Unsupported)
            }
            _ => Err(Failure::Absent),
        }
    }
}
