//! The recorder: seals entries into the batches of their acts, and writes down reads and refusals by itself.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use act::{Facts, Recorder, Vault};
use base::{Clock, Entropy, EntryId, Error, Fault, Id, Kind, Refusal, Result, TenantId};
use cipher::{Sha256, seal_record};
use db::{Batch, CommitError, Database, Plain, params};
use futures_util::future::BoxFuture;

use crate::{
    draft::Draft,
    months::{self, Month, Months},
    refused::Refused,
    sequencer::{Sequencer, Step},
    store,
    windows::{Ending, Windows},
    wire,
};

/// Reads that wait to be recorded are too many: then nothing is read.
pub const QUEUE_FULL: Refusal = Refusal::new(
    Kind::Unavailable,
    "audit.queue_full",
    "This cannot be shown now, because it cannot be recorded. Try again in a moment.",
);

/// How often reads and refusals are written and entries numbered; all three happen within a second.
const EVERY: Duration = Duration::from_millis(250);
/// How many entries of reads and refusals one commit writes.
const ENTRIES_MAX: usize = 64;
/// The version of a month's key under which bodies are sealed: each month has one.
const KEY_VERSION: u32 = 1;
/// How many random bytes keep a commitment from saying anything of its body.
pub(crate) const SALT_BYTES: usize = 32;

/// The log of one node.
pub struct Log {
    pub(crate) database: Arc<Database>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    months: Months,
    windows: Mutex<Windows>,
    refused: Mutex<Refused>,
    /// Taken out to be written, oldest first. Held while it is written, so that one at a time does.
    pub(crate) underway: tokio::sync::Mutex<Vec<Draft>>,
}

impl Log {
    pub fn new(
        database: Arc<Database>,
        vault: Arc<dyn Vault>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Arc<Self> {
        Arc::new(Self {
            database,
            vault,
            clock,
            entropy,
            months: Months::default(),
            windows: Mutex::default(),
            refused: Mutex::default(),
            underway: tokio::sync::Mutex::default(),
        })
    }

    /// Writes reads and refusals and, while this node leads, numbers entries; until `stopped`, and then what is left.
    /// `node` is made anew at every start.
    pub async fn run<K>(self: Arc<Self>, node: Id<K>, stopped: impl Future<Output = ()> + Send) {
        let mut sequencer = Sequencer::new(Arc::clone(&self.database), node);
        let mut stopped = std::pin::pin!(stopped);
        let mut troubles = Troubles::default();
        loop {
            tokio::select! {
                () = &mut stopped => break,
                () = tokio::time::sleep(EVERY) => {}
            }
            // A sealed log takes nothing, and everybody knows: what waits is written once it is open.
            if self.vault.is_open() {
                troubles.hear("writing reads and refusals", &self.flush().await);
            }
            troubles.hear("numbering entries", &self.number(&mut sequencer).await);
        }
        troubles.hear("writing the last reads and refusals", &self.close().await);
        troubles.hear(
            "numbering the last entries",
            &self.number(&mut sequencer).await,
        );
        troubles.hear("giving the lease back", &sequencer.release().await);
    }

    /// Writes what has to be written of reads and refusals.
    ///
    /// # Errors
    /// When it cannot be written; it stays in the queue.
    pub async fn flush(&self) -> Result<()> {
        self.write_down(Ending::Due).await
    }

    /// Ends all windows and writes their counts.
    ///
    /// # Errors
    /// As [`Log::flush`].
    pub async fn close(&self) -> Result<()> {
        self.write_down(Ending::All).await
    }

    /// How many reads are counted on this node and not yet written. When they are too many, nothing is read.
    pub fn reads_waiting(&self) -> usize {
        let windows = self.windows.lock();
        windows.unwrap_or_else(PoisonError::into_inner).waiting()
    }

    async fn number(&self, sequencer: &mut Sequencer) -> Result<()> {
        while sequencer.step(self.clock.now()).await? == Step::Numbered {}
        Ok(())
    }

    async fn write_down(&self, ending: Ending) -> Result<()> {
        let mut underway = self.underway.lock().await;
        let now = self.clock.now();
        let new_id = || self.new_id();
        if let Ok(mut windows) = self.windows.lock() {
            underway.extend(windows.take(now, ending, &new_id));
        }
        if let Ok(mut refused) = self.refused.lock() {
            underway.extend(refused.take(now, ending, &new_id));
        }
        while !underway.is_empty() {
            let some = underway.len().min(ENTRIES_MAX);
            let mut batch = Batch::new();
            for draft in underway.iter().take(some) {
                self.enter_somewhere(draft, &mut batch).await?;
            }
            let written = match self.database.commit(batch).await {
                Ok(_) => some,
                Err(CommitError::Conflict) => self.move_written_up(&mut underway, some).await?,
                Err(error) => return Err(error.into()),
            };
            for draft in underway.drain(..written) {
                self.forget(&draft);
            }
        }
        Ok(())
    }

    /// A commit whose outcome was not known may have written some of the drafts: brings those to the front and says how
    /// many they are.
    async fn move_written_up(&self, underway: &mut [Draft], some: usize) -> Result<usize> {
        let mut written = 0;
        for index in 0..some {
            let Some(draft) = underway.get(index) else {
                break;
            };
            if self.is_written(draft).await? {
                underway.swap(written, index);
                written += 1;
            }
        }
        match written {
            0 => Err(Fault::new("entries conflict with none that was written").into()),
            written => Ok(written),
        }
    }

    async fn is_written(&self, draft: &Draft) -> Result<bool> {
        let mut snapshot = self.database.snapshot().await?;
        for tenant in [draft.tenant, TenantId::NIL] {
            let id = params! { id: draft.id };
            if snapshot.row(tenant, &store::ENTRY, id).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn forget(&self, written: &Draft) {
        if let Ok(mut windows) = self.windows.lock() {
            windows.written(written);
        }
        if let Ok(mut refused) = self.refused.lock() {
            refused.written(written);
        }
    }

    pub(crate) fn new_id(&self) -> EntryId {
        Id::generate(self.clock.now(), self.entropy.as_ref())
    }

    /// As [`Log::enter`]; into the cell's log when the tenant's is beyond reach: one shredded tenant, or one that somebody
    /// invented, must not keep everybody else's reads from being recorded. What would keep the cell's log from taking it
    /// too is waited for.
    async fn enter_somewhere(&self, draft: &Draft, batch: &mut Batch) -> Result<()> {
        let concerns_all = |error: &Error| {
            [act::SEALED, db::UNAVAILABLE, db::DISK_FULL]
                .iter()
                .any(|all| error.is(all))
        };
        match self.enter(draft, draft.tenant, batch).await {
            Err(error) if draft.tenant != TenantId::NIL && !concerns_all(&error) => {
                tracing::warn!(%error, tenant = %draft.tenant, "a tenant's log takes no entry: the cell's does");
                self.enter(draft, TenantId::NIL, batch).await
            }
            other => other,
        }
    }

    /// Puts an entry into a batch.
    async fn enter(&self, draft: &Draft, tenant: TenantId, batch: &mut Batch) -> Result<()> {
        let month = Month::of(draft.at);
        let purpose = months::purpose(
            "audit.entry.write",
            tenant,
            self.clock.as_ref(),
            self.entropy.as_ref(),
        );
        let (database, vault) = (self.database.as_ref(), self.vault.as_ref());
        let key = self
            .months
            .key(database, vault, purpose, tenant, month)
            .await?;

        let mut content = vec![0; SALT_BYTES];
        self.entropy.fill(&mut content);
        content.extend(wire::canonical(draft)?);
        let place = months::place(tenant, month, draft.id);
        let sealed = seal_record(&key, KEY_VERSION, &place, &content, self.entropy.as_ref());
        let entry = params! {
            id: draft.id, at: draft.at, commitment: Plain::bytes(commitment(&content)), body_sealed: Plain::bytes(sealed),
        };
        batch.execute(tenant, &store::INSERT_ENTRY, entry)?;
        let pending = params! { id: draft.id, of_tenant: tenant };
        batch.execute(TenantId::NIL, &store::INSERT_PENDING, pending)
    }
}

/// SHA-256 over the salt and the body behind it.
pub(crate) fn commitment(content: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::default();
    hash.update(content);
    hash.finish()
}

impl Recorder for Log {
    fn written<'a>(&'a self, facts: Facts<'a>, batch: &'a mut Batch) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.enter(&Draft::of(&facts), facts.tenant, batch).await })
    }

    fn read(&self, facts: &Facts<'_>) -> Result<()> {
        let mut windows = self
            .windows
            .lock()
            .map_err(|_| Fault::new("the windows of reads are poisoned"))?;
        windows.count(facts).map_err(|_full| QUEUE_FULL.into())
    }

    fn refused(&self, facts: &Facts<'_>) {
        if let Ok(mut refused) = self.refused.lock() {
            refused.note(facts);
        }
    }
}

/// Says once that something fails, and once that it goes on.
#[derive(Default)]
struct Troubles(Vec<&'static str>);

impl Troubles {
    fn hear(&mut self, what: &'static str, result: &Result<()>) {
        let is_known = self.0.contains(&what);
        match result {
            Err(error) if !is_known => {
                tracing::error!(%error, "{what} fails");
                self.0.push(what);
            }
            Ok(()) if is_known => {
                tracing::info!("{what} goes on");
                self.0.retain(|known| *known != what);
            }
            _ => {}
        }
    }
}
