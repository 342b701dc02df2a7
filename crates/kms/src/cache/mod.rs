//! The caller's side: keys that are in use, held for a short time, and forgotten when the store says so.

mod flight;
mod reserve;
mod shelf;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use base::{Clock, Fault, KeyId, Result, TenantId};
use cipher::DataKey;

use crate::{Changes, Destroyed, Gone, IndexKey, Kms, Purpose, UNWRAP_MAX};
use flight::{Flight, Landed, Opened, Waiting};
use reserve::Reserves;
use shelf::{Moment, Shelf};

/// How often the store is asked what has changed.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// How long one answer may take.
const POLL_WAIT: Duration = Duration::from_secs(1);
/// How long after the last good answer was asked for what is held still counts. It keeps the promise of 5 s even when the
/// store has gone silent: then nothing is served from memory.
const TRUST: Duration = Duration::from_secs(4);
/// How often a fetch is made again because something was destroyed while it was under way.
const FETCHES: usize = 4;
/// How many keys of keyed hashes are held.
const INDEX_KEYS_MAX: usize = 4_096;

/// The limits of a [`KeyCache`].
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// How many resource keys are held at most.
    pub keys_max: usize,
    /// How long a key is held at most, however often it is used.
    pub life: Duration,
    /// How many keys are reserved ahead for one tenant at most.
    pub reserve_max: usize,
    /// How many tenants have keys reserved ahead.
    pub tenants_max: usize,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self {
            keys_max: 10_000,
            life: Duration::from_secs(300),
            reserve_max: 64,
            tenants_max: 1_024,
        }
    }
}

/// Keys in use on this node.
pub struct KeyCache {
    kms: Arc<dyn Kms>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held while an index key is fetched: these are few, and one fetch at a time is enough.
    index_turn: tokio::sync::Mutex<()>,
}

struct State {
    /// Grows whenever something is forgotten.
    generation: u64,
    epoch: i64,
    is_sealed: bool,
    /// When the last good answer of the store was asked for.
    confirmed: Option<Moment>,
    keys: Shelf<(TenantId, KeyId), Arc<DataKey>>,
    index_keys: Shelf<(TenantId, &'static str), IndexKey>,
    reserves: Reserves,
    flights: HashMap<(TenantId, KeyId), Waiting>,
    uses: KeyUses,
}

/// How often a resource's key was there when it was asked for, and how often it was fetched.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct KeyUses {
    pub held: u64,
    pub fetched: u64,
}

impl KeyCache {
    /// Starts a cache and its watch over the store, which ends when the cache is dropped. A sealed store is fine: the cache
    /// stays empty until it opens.
    ///
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn start(
        kms: Arc<dyn Kms>,
        clock: Arc<dyn Clock>,
        options: &CacheOptions,
    ) -> Result<Arc<Self>> {
        let state = State {
            generation: 0,
            epoch: 0,
            is_sealed: true,
            confirmed: None,
            keys: Shelf::new(options.keys_max, options.life),
            index_keys: Shelf::new(INDEX_KEYS_MAX, options.life),
            reserves: Reserves::new(options.tenants_max, options.reserve_max),
            flights: HashMap::new(),
            uses: KeyUses::default(),
        };
        let cache = Arc::new(Self {
            kms,
            clock,
            state: Mutex::new(state),
            index_turn: tokio::sync::Mutex::default(),
        });
        cache.poll().await?;
        tokio::spawn(watch(Arc::downgrade(&cache)));
        Ok(cache)
    }

    /// The keys asked for, in order; `None` for one that is unknown or destroyed. What is not held is fetched in one call,
    /// and only once for all who ask at the same moment.
    ///
    /// # Errors
    /// As [`Kms::unwrap`].
    pub async fn keys(
        &self,
        purpose: &Purpose,
        ids: &[KeyId],
    ) -> Result<Vec<Option<Arc<DataKey>>>> {
        let mut found = Opened::with_capacity(ids.len());
        for part in ids.chunks(UNWRAP_MAX) {
            self.collect(purpose, part, &mut found).await?;
        }
        Ok(ids
            .iter()
            .map(|id| found.get(id).cloned().flatten())
            .collect())
    }

    /// One key; `None` when it is unknown or destroyed.
    ///
    /// # Errors
    /// As [`Kms::unwrap`].
    pub async fn key(&self, purpose: &Purpose, id: KeyId) -> Result<Option<Arc<DataKey>>> {
        let held = {
            let now = self.now();
            let mut state = self.state();
            state.held(&(purpose.tenant, id), now)
        };
        match held {
            Some(key) => Ok(Some(key)),
            None => Ok(self.keys(purpose, &[id]).await?.pop().flatten()),
        }
    }

    /// The key of the keyed hashes that `label` names.
    ///
    /// # Errors
    /// As [`Kms::index_key`].
    pub async fn index_key(&self, tenant: TenantId, label: &'static str) -> Result<IndexKey> {
        if let Some(key) = self.held_index_key(tenant, label) {
            return Ok(key);
        }
        let _turn = self.index_turn.lock().await;
        if let Some(key) = self.held_index_key(tenant, label) {
            return Ok(key);
        }
        let (generation, asked) = (self.generation(), self.now());
        let key = self.kms.index_key(tenant, label).await?;
        let mut state = self.state();
        if state.generation == generation {
            state.index_keys.insert((tenant, label), key.clone(), asked);
        }
        Ok(key)
    }

    /// Changes whenever keys were forgotten. Who keeps what was opened with a key keeps this number beside it, and forgets
    /// when they differ.
    pub fn generation(&self) -> u64 {
        self.state().generation
    }

    /// Whether the store was sealed when it last answered.
    pub fn is_sealed(&self) -> bool {
        self.state().is_sealed
    }

    /// How many keys are held now, reserved ones included.
    pub fn len(&self) -> usize {
        let state = self.state();
        state.keys.len() + state.index_keys.len() + state.reserves.len()
    }

    /// How the cache did since the start.
    pub fn uses(&self) -> KeyUses {
        self.state().uses
    }

    /// Whether no key is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    async fn collect(&self, purpose: &Purpose, ids: &[KeyId], found: &mut Opened) -> Result<()> {
        loop {
            let (flight, waits) = self.plan(purpose.tenant, ids, found);
            if flight.keys.is_empty() && waits.is_empty() {
                return Ok(());
            }
            if !flight.keys.is_empty() {
                let opened = fly(purpose, &flight).await?;
                found.extend(opened.iter().map(|(id, key)| (*id, key.clone())));
            }
            // Before waiting for others: they may wait for this one.
            drop(flight);
            for (id, wait) in waits {
                // A flight that was given up is made anew, by whoever comes first.
                if let Some(opened) = wait.landed().await? {
                    found.insert(id, opened.get(&id).cloned().flatten());
                }
            }
        }
    }

    /// Takes what is held, joins the flights that are under way, and begins one for the rest.
    fn plan(
        &self,
        tenant: TenantId,
        ids: &[KeyId],
        found: &mut Opened,
    ) -> (Flight<'_>, Vec<(KeyId, Waiting)>) {
        let mut flight = Flight::new(self, tenant);
        let mut waits = Vec::new();
        let now = self.now();
        let mut state = self.state();
        for id in ids {
            if found.contains_key(id) || flight.keys.contains(id) {
                continue;
            }
            if let Some(key) = state.held(&(tenant, *id), now) {
                found.insert(*id, Some(key));
            } else if let Some(wait) = state.flights.get(&(tenant, *id)) {
                waits.push((*id, wait.clone()));
            } else {
                state.flights.insert((tenant, *id), flight.wait());
                state.uses.fetched += 1;
                flight.keys.push(*id);
            }
        }
        drop(state);
        (flight, waits)
    }

    fn held_index_key(&self, tenant: TenantId, label: &'static str) -> Option<IndexKey> {
        let now = self.now();
        let mut state = self.state();
        if state.is_trusted(now) {
            state.index_keys.get(&(tenant, label), now)
        } else {
            None
        }
    }

    /// Asks the store what has changed and forgets accordingly.
    async fn poll(&self) -> Result<()> {
        let asked = self.now();
        let epoch = self.state().epoch;
        let answer = tokio::time::timeout(POLL_WAIT, self.kms.changes(epoch)).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(Fault::new("the key store did not say in time what has changed").into())
        });
        let now = self.now();
        let mut state = self.state();
        let outcome = match answer {
            Ok(changes) => {
                state.learn(changes, asked);
                Ok(())
            }
            Err(error) => {
                if !state.is_trusted(now) {
                    state.forget_everything();
                }
                Err(error)
            }
        };
        state.sweep(now);
        outcome
    }

    fn now(&self) -> Moment {
        Moment::now(&*self.clock)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fetches the flight's keys and lands it. What was destroyed meanwhile makes it fetch again: an answer from before must
/// not be kept after.
async fn fly(purpose: &Purpose, flight: &Flight<'_>) -> Result<Arc<Opened>> {
    let cache = flight.cache;
    for _ in 0..FETCHES {
        let (generation, asked) = (cache.generation(), cache.now());
        let answer = cache.kms.unwrap(purpose, &flight.keys).await;
        let answer = answer.inspect_err(|error| flight.land(Landed::from(error)))?;
        let mut state = cache.state();
        if state.generation != generation {
            continue;
        }
        let opened: Opened = flight.keys.iter().copied().zip(answer).collect();
        for (id, key) in &opened {
            if let Some(key) = key {
                state
                    .keys
                    .insert((flight.tenant, *id), Arc::clone(key), asked);
            }
        }
        drop(state);
        let opened = Arc::new(opened);
        flight.land(Landed::Keys(Arc::clone(&opened)));
        return Ok(opened);
    }
    flight.land(Landed::Failed);
    Err(Fault::new("keys were destroyed at every attempt to fetch others").into())
}

async fn watch(cache: Weak<KeyCache>) {
    let mut ticks = tokio::time::interval(POLL_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_silent = false;
    loop {
        ticks.tick().await;
        let Some(cache) = cache.upgrade() else { return };
        match cache.poll().await {
            Ok(()) => is_silent = false,
            // Once, when it begins: the store may be away for hours.
            Err(error) if !is_silent => {
                is_silent = true;
                tracing::warn!(%error, "the key store does not answer; keys in memory are not used");
            }
            Err(_) => {}
        }
    }
}

impl State {
    fn is_trusted(&self, now: Moment) -> bool {
        !self.is_sealed
            && self
                .confirmed
                .is_some_and(|confirmed| confirmed.age(now) < TRUST)
    }

    fn held(&mut self, key: &(TenantId, KeyId), now: Moment) -> Option<Arc<DataKey>> {
        let key = match self.is_trusted(now) {
            true => self.keys.get(key, now),
            false => None,
        };
        self.uses.held += u64::from(key.is_some());
        key
    }

    fn learn(&mut self, changes: Changes, asked: Moment) {
        match changes.gone {
            Gone::Everything => self.forget_everything(),
            Gone::These(gone) if gone.is_empty() => {}
            Gone::These(gone) => {
                self.generation += 1;
                gone.into_iter().for_each(|gone| self.forget(gone));
            }
        }
        self.epoch = changes.epoch;
        self.is_sealed = changes.is_sealed;
        self.confirmed = Some(asked);
    }

    fn forget(&mut self, gone: Destroyed) {
        match gone {
            Destroyed::Key(tenant, key) => self.keys.remove(&(tenant, key)),
            Destroyed::Tenant(tenant) => {
                self.keys.retain(|(held, _)| *held != tenant);
                self.index_keys.retain(|(held, _)| *held != tenant);
                self.reserves.forget(tenant);
            }
        }
    }

    fn forget_everything(&mut self) {
        self.generation += 1;
        self.keys.clear();
        self.index_keys.clear();
        self.reserves.clear();
    }

    fn sweep(&mut self, now: Moment) {
        self.keys.sweep(now);
        self.index_keys.sweep(now);
        self.reserves.sweep(now);
    }
}
