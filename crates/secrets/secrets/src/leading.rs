//! Which node answers: one at a time, the one that holds the lease. The others say where it is. So what is held in memory is right,
//! and a use of a token counts once.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use base::Result;
use db::{Database, Lease, LeaseKeeper};
use kms::NodeId;
use logical::Failure;
use zeroize::Zeroizing;

use crate::{call::Answer, core::Core, open::Open, revoking, shape, sys};

/// How long a silent leader keeps the lease.
const SPAN: Duration = Duration::from_secs(10);
/// How often a node looks after its lease, and whether the store is sealed.
const ROUND: Duration = Duration::from_millis(1_000);
/// How long a node that stepped down lets others go first.
const PAUSE: Duration = Duration::from_secs(10);
/// How often tokens whose time is over are taken away.
const CLEAN_UP: Duration = Duration::from_secs(15);
/// Every how many of these rounds engines and login methods remove what has ended: about every hour.
const CLEAN_MOUNTS_ROUNDS: u64 = 240;
const LEADER: &str = "leader";
const LEASE: [u8; 16] = *b"secrets-leader.1";

/// One node among those over the same store.
pub(crate) struct Leading {
    database: Arc<Database>,
    keeper: LeaseKeeper,
    /// Where clients reach this node.
    address: String,
    /// Where they reach the one that leads.
    leader: std::sync::RwLock<String>,
    stepping_down: AtomicBool,
    paused_until: std::sync::Mutex<Option<tokio::time::Instant>>,
    /// One round at a time.
    round: tokio::sync::Mutex<Option<Lease>>,
}

impl Leading {
    pub(crate) fn new(database: Arc<Database>, node: NodeId, address: String) -> Self {
        Self {
            database,
            keeper: LeaseKeeper::new(LEASE, node, SPAN),
            address,
            leader: std::sync::RwLock::default(),
            stepping_down: AtomicBool::new(false),
            paused_until: std::sync::Mutex::default(),
            round: tokio::sync::Mutex::default(),
        }
    }

    fn set_leader(&self, address: String) {
        *self.leader.write().unwrap_or_else(PoisonError::into_inner) = address;
    }

    fn is_paused(&self) -> bool {
        let mut until = self
            .paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.stepping_down.swap(false, Ordering::AcqRel) {
            *until = Some(tokio::time::Instant::now() + PAUSE);
        }
        until.is_some_and(|until| tokio::time::Instant::now() < until)
    }
}

impl Core {
    pub(crate) fn leader_address(&self) -> String {
        let leader = self
            .leading
            .leader
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        leader.clone()
    }

    pub(crate) fn step_down(&self) {
        self.leading.stepping_down.store(true, Ordering::Release);
    }

    /// Forgets everything that an open store holds in memory.
    pub(crate) fn lock(&self) {
        self.hold(None);
        self.store.lock();
    }

    /// What this node leads, or what to answer where it does not.
    pub(crate) async fn active(&self, target: &str) -> Result<Arc<Open>, Answer> {
        if let Some(open) = self.open()
            && open.leads(self.clock.now())
        {
            return Ok(open);
        }
        match self.keeper.state().await {
            Ok(state) if state.is_sealed || !state.is_initialised => return Err(shape::sealed()),
            Ok(_) => {}
            Err(error) => return Err(shape::failure(Failure::Fault(error), "-")),
        }
        let leader = self.leader_address();
        if leader.is_empty() || leader == self.leading.address {
            return Err(Answer::errors(
                503,
                &["no node leads at this moment; try again"],
            ));
        }
        let mut answer = Answer::empty(307);
        answer.location = Some(format!("{leader}{target}"));
        Err(answer)
    }

    /// Looks after the seal and the lease once.
    ///
    /// # Errors
    /// A fault when the databases fail.
    pub(crate) async fn tick(&self) -> Result<(), Failure> {
        let mut held = self.leading.round.lock().await;
        let state = self.keeper.state().await?;
        if state.is_sealed || !state.is_initialised {
            self.attempts.forget().await;
            self.lock();
            if let Some(lease) = held.take() {
                self.leading
                    .keeper
                    .release(&self.leading.database, lease)
                    .await?;
            }
            return Ok(());
        }
        if self.store.is_locked() {
            self.store.unlock().await?;
        }
        if self.leading.is_paused() {
            self.hold(None);
            if let Some(lease) = held.take() {
                self.leading
                    .keeper
                    .release(&self.leading.database, lease)
                    .await?;
            }
            return self.find_leader().await;
        }
        let now = self.clock.now();
        let lease = self
            .leading
            .keeper
            .hold(&self.leading.database, now)
            .await?;
        *held = lease;
        let Some(lease) = lease else {
            self.hold(None);
            return self.find_leader().await;
        };
        match self.open() {
            Some(open) if open.is_of(&lease) => open.renew(lease),
            // Somebody else may have led in between: nothing of what is held in memory is known to be right.
            _ => {
                self.hold(None);
                self.lead(lease).await?;
            }
        }
        Ok(())
    }

    /// Takes over: what other nodes changed is read anew.
    async fn lead(&self, lease: Lease) -> Result<(), Failure> {
        self.store.forget();
        let open = Arc::new(Open::load(&self.store, Some(lease)).await?);
        let address = self.leading.address.clone();
        revoking::settle(self, &open, &address, |_, changes, address| {
            Box::pin(async move {
                let text = Zeroizing::new(address.as_bytes().to_vec());
                changes.below("core/").put(LEADER, text).await
            })
        })
        .await?;
        self.leading.set_leader(address);
        self.hold(Some(open));
        Ok(())
    }

    async fn find_leader(&self) -> Result<(), Failure> {
        self.store.forget();
        let mut changes = self.store.begin()?;
        let entry = changes.below("core/").get(LEADER).await?;
        let text = entry.and_then(|entry| String::from_utf8(entry.value.to_vec()).ok());
        self.leading.set_leader(text.unwrap_or_default());
        Ok(())
    }

    /// While this node leads: takes tokens away whose time is over and what mounts have left, and turns the barrier when it is
    /// due.
    async fn clean_up(self: Arc<Self>) {
        for round in 0u64.. {
            tokio::time::sleep(CLEAN_UP).await;
            let Some(open) = self.open() else { continue };
            let done = async {
                revoking::clear_left(&self, &open).await?;
                revoking::sweep(&self, &open).await?;
                if round.is_multiple_of(CLEAN_MOUNTS_ROUNDS) {
                    revoking::clean_mounts(&self, &open).await?;
                }
                sys::turn_if_due(&self).await
            };
            if let Err(failure) = done.await {
                tracing::warn!(failure = %shape::word(&failure), "the key service could not clean up");
            }
        }
    }

    /// Looks after the seal, the lease, and tokens whose time is over, until `stop` is done.
    pub async fn look_after(self: Arc<Self>, stop: impl Future<Output = ()> + Send) {
        let mut stop = std::pin::pin!(stop);
        // By itself: however long it takes, the lease is renewed and the seal is seen.
        let cleaning = tokio::spawn(Arc::clone(&self).clean_up());
        loop {
            if let Err(failure) = self.tick().await {
                tracing::warn!(failure = %shape::word(&failure), "the key service could not look after its lease");
            }
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(ROUND) => {}
            }
        }
        cleaning.abort();
        self.hold(None);
        if let Some(lease) = self.leading.round.lock().await.take()
            && let Err(error) = self
                .leading
                .keeper
                .release(&self.leading.database, lease)
                .await
        {
            tracing::warn!(%error, "the lease of the key service could not be given back");
        }
        self.store.lock();
    }
}
