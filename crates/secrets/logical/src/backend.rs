//! The trait of engines and login methods.

use futures_util::future::BoxFuture;

use crate::{Failure, Login, Outcome, Request, Txn};

/// Who may come to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: logins.
    Public,
    /// Whom a policy lets.
    Policy,
    /// Whom a policy lets, with `sudo` besides.
    Sudo,
}

/// A secrets engine or a login method. One value serves every mount of its kind: what differs comes with the request.
///
/// A request may run again after a conflict, so that nothing but the transaction may be changed in it; caches are checked
/// against the version that the transaction reads.
pub trait Backend: Send + Sync {
    /// Who may come to the path, whatever is done there.
    fn access(&self, _path: &str) -> Access {
        Access::Policy
    }

    /// Whether there is something at the path already: a write of what is absent needs `create`, of what is there `update`.
    /// `None` where every write is an update.
    fn exists<'a>(
        &'a self,
        _txn: &'a mut Txn<'_>,
        _request: &'a Request,
    ) -> BoxFuture<'a, Result<Option<bool>, Failure>> {
        Box::pin(async { Ok(None) })
    }

    /// Does what is asked.
    ///
    /// # Errors
    /// Every [`Failure`]: [`Failure::Absent`] for a path that the engine does not have, [`Failure::Unsupported`] for one that it
    /// has and not for this operation.
    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome>;

    /// Looks again whether a token that this method gave may be renewed, and with which bounds.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it may not.
    fn renew<'a>(
        &'a self,
        _txn: &'a mut Txn<'_>,
        _request: &'a Request,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<Login, Failure>> {
        Box::pin(async { Ok(login.clone()) })
    }

    /// Removes some of what has ended at a mount, asked now and then; whether nothing more is to be removed.
    ///
    /// # Errors
    /// A fault when the store fails.
    fn clean_up<'a>(&'a self, _txn: &'a mut Txn<'_>) -> BoxFuture<'a, Result<bool, Failure>> {
        Box::pin(async { Ok(true) })
    }

    /// Forgets what is held in memory: the store is being sealed.
    fn forget(&self) {}
}
