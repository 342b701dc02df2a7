//! Heavy computation: off the threads that answer, a few pieces at a time.

use std::{sync::Arc, time::Duration};

use base::{Context, Result};
use tokio::sync::Semaphore;

use crate::{Act, TOO_MANY};

/// What is computed. Each kind has places of its own, so that pictures keep nobody from signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heavy {
    Passwords,
    Pictures,
}

/// How many passwords are hashed or judged at once on this node.
const PASSWORDS_MAX: u32 = 2;
/// How many pictures are decoded at once on this node; each may take 160 MB meanwhile.
const PICTURES_MAX: u32 = 1;
/// How long one waits for a place.
const WAIT: Duration = Duration::from_secs(10);

/// The places of one node.
pub(crate) struct Places {
    passwords: Arc<Semaphore>,
    pictures: Arc<Semaphore>,
}

impl Default for Places {
    fn default() -> Self {
        let places = |count: u32| Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1)));
        Self {
            passwords: places(PASSWORDS_MAX),
            pictures: places(PICTURES_MAX),
        }
    }
}

impl Places {
    const fn of(&self, heavy: Heavy) -> &Arc<Semaphore> {
        match heavy {
            Heavy::Passwords => &self.passwords,
            Heavy::Pictures => &self.pictures,
        }
    }

    async fn run<I: Send + 'static, T: Send + 'static>(
        &self,
        heavy: Heavy,
        load: impl Future<Output = Result<I>> + Send,
        work: impl FnOnce(I) -> T + Send + 'static,
    ) -> Result<T> {
        let place = tokio::time::timeout(WAIT, Arc::clone(self.of(heavy)).acquire_owned())
            .await
            .map_err(|_| TOO_MANY)?
            .context("the server is stopping")?;
        let loaded = load.await?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work(loaded)
        });
        done.await.context("computing")
    }

    /// Waits until nothing runs any more, at most so long.
    pub(crate) async fn drain(&self, within: Duration) {
        let all = async {
            drop(self.passwords.acquire_many(PASSWORDS_MAX).await);
            drop(self.pictures.acquire_many(PICTURES_MAX).await);
        };
        drop(tokio::time::timeout(within, all).await);
    }
}

impl Act {
    /// Runs heavy computation. Comes before the first write.
    ///
    /// The act gives its snapshot back first: whoever waits for a place keeps no reader of the database from others. What
    /// is read afterwards is therefore as new as the computation's end, not as the act's beginning. A write is safe all
    /// the same: the permits of what was read before guard its version, and the act runs again when it has changed.
    ///
    /// # Errors
    /// A fault when it panics or the server is stopping; [`TOO_MANY`] when too much of it waits.
    pub async fn compute<T: Send + 'static>(
        &mut self,
        heavy: Heavy,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        self.compute_from(heavy, async { Ok(()) }, |()| work())
            .await
    }

    /// As [`Act::compute`], with what is loaded once there is a place: whoever waits for one holds nothing large meanwhile.
    ///
    /// # Errors
    /// As [`Act::compute`], and those of loading.
    pub async fn compute_from<I: Send + 'static, T: Send + 'static>(
        &mut self,
        heavy: Heavy,
        load: impl Future<Output = Result<I>> + Send,
        work: impl FnOnce(I) -> T + Send + 'static,
    ) -> Result<T> {
        self.snapshot = None;
        self.has_computed = true;
        self.heavy.run(heavy, load, work).await
    }
}
