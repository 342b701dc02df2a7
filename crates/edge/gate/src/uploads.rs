//! Raw bodies that are on their way in: one of an account at a time, and so many bytes of all of them.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use base::{AccountId, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusals;

/// How many bytes of raw bodies may be in memory at once.
const BYTES_MAX: usize = 128 * 1024 * 1024;

/// The raw bodies of one node.
#[derive(Debug)]
pub(crate) struct Uploads {
    bytes: Arc<Semaphore>,
    accounts: Mutex<HashSet<AccountId>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            bytes: Arc::new(Semaphore::new(BYTES_MAX)),
            accounts: Mutex::default(),
        }
    }
}

impl Uploads {
    /// One raw body of an account.
    ///
    /// # Errors
    /// `gate.too_many` while another one of the account is on its way.
    pub(crate) fn begin(self: &Arc<Self>, account: Option<AccountId>) -> Result<Upload> {
        if let Some(account) = account {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            if !accounts.insert(account) {
                return Err(refusals::TOO_MANY.retry_after(1));
            }
        }
        Ok(Upload {
            uploads: Arc::clone(self),
            account,
            taken: None,
        })
    }
}

/// What one raw body holds, until its operation has ended.
#[derive(Debug)]
pub(crate) struct Upload {
    uploads: Arc<Uploads>,
    account: Option<AccountId>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Upload {
    /// Makes room for bytes that have come: whoever sends slowly keeps only as much from others as was sent.
    ///
    /// # Errors
    /// `gate.overloaded` when there is no room.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<()> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let more = Arc::clone(&self.uploads.bytes)
            .try_acquire_many_owned(bytes)
            .map_err(|_| refusals::OVERLOADED.retry_after(1))?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(account) = self.account {
            let mut accounts = self
                .uploads
                .accounts
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            accounts.remove(&account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_sends_one_at_a_time_and_all_of_them_so_many_bytes() {
        let uploads = Arc::new(Uploads::default());
        let account = |byte| Some(AccountId::from_bytes([byte; 16]));
        let mut first = uploads.begin(account(1)).unwrap();
        assert!(uploads.begin(account(1)).is_err());
        let mut second = uploads.begin(account(2)).unwrap();
        first.hold(BYTES_MAX - 10).unwrap();
        second.hold(10).unwrap();
        assert!(second.hold(1).is_err());
        drop(first);
        second.hold(1).unwrap();
        assert!(uploads.begin(account(1)).is_ok());
    }
}
