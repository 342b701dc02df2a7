//! Raw bodies that are on their way in: a few of an account at a time, and so many bytes of all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base::{AccountId, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusals;

/// How many bytes of raw bodies may be in memory at once.
const BYTES_MAX: usize = 128 * 1024 * 1024;
/// How many of one account: the parts of a file come side by side.
const OF_ACCOUNT_MAX: u8 = 4;

/// The raw bodies of one node.
#[derive(Debug)]
pub(crate) struct Uploads {
    bytes: Arc<Semaphore>,
    accounts: Mutex<HashMap<AccountId, u8>>,
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
    /// `gate.too_many` while as many of the account are on their way as may be.
    pub(crate) fn begin(self: &Arc<Self>, account: Option<AccountId>) -> Result<Upload> {
        if let Some(account) = account {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            let begun = accounts.entry(account).or_default();
            if *begun >= OF_ACCOUNT_MAX {
                return Err(refusals::TOO_MANY.retry_after(1));
            }
            *begun += 1;
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
            match accounts.get_mut(&account) {
                Some(begun) if *begun > 1 => *begun -= 1,
                _ => drop(accounts.remove(&account)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_sends_a_few_at_a_time_and_all_of_them_so_many_bytes() {
        let uploads = Arc::new(Uploads::default());
        let account = |byte| Some(AccountId::from_bytes([byte; 16]));
        let others: Vec<Upload> = (1..OF_ACCOUNT_MAX)
            .map(|_| uploads.begin(account(1)).unwrap())
            .collect();
        let mut first = uploads.begin(account(1)).unwrap();
        assert!(uploads.begin(account(1)).is_err());
        let mut second = uploads.begin(account(2)).unwrap();
        first.hold(BYTES_MAX - 10).unwrap();
        second.hold(10).unwrap();
        assert!(second.hold(1).is_err());
        drop(first);
        second.hold(1).unwrap();
        let again = uploads.begin(account(1)).unwrap();
        assert!(uploads.begin(account(1)).is_err());
        drop((again, others, second));
        assert!(uploads.accounts.lock().unwrap().is_empty());
    }
}
