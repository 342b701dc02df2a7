//! Keys made ahead, so that creating a resource does not wait for the key store.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use base::{Result, TenantId};

use super::{KeyCache, shelf::Moment};
use crate::NewKey;

/// How many keys a tenant's first reserve has; each refill doubles it up to the limit.
const FIRST: usize = 4;
/// How long a reserved key may wait for its resource: a quarter of the time after which the store may remove it.
const LIFE: Duration = Duration::from_secs(6 * 3_600);

/// The reserves of all tenants.
pub(super) struct Reserves {
    by_tenant: HashMap<TenantId, Reserve>,
    tenants_max: usize,
    keys_max: usize,
}

#[derive(Default)]
struct Reserve {
    keys: VecDeque<(NewKey, Moment)>,
    /// How many keys the last refill brought.
    size: usize,
    is_refilling: bool,
    /// Held while a refill is under way.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What taking a key came to.
pub(super) struct Taken {
    pub(super) key: Option<NewKey>,
    /// Somebody should refill in the background, and it is the one who asks.
    pub(super) is_low: bool,
}

impl Reserves {
    pub(super) fn new(tenants_max: usize, keys_max: usize) -> Self {
        Self {
            by_tenant: HashMap::new(),
            tenants_max: tenants_max.max(1),
            keys_max: keys_max.max(1),
        }
    }

    fn of(&mut self, tenant: TenantId) -> &mut Reserve {
        if self.by_tenant.len() >= self.tenants_max && !self.by_tenant.contains_key(&tenant) {
            // Which one goes matters little: its keys are unused, and the store removes those.
            let other = self.by_tenant.keys().next().copied();
            other.and_then(|other| self.by_tenant.remove(&other));
        }
        self.by_tenant.entry(tenant).or_default()
    }

    pub(super) fn take(&mut self, tenant: TenantId, now: Moment) -> Taken {
        let reserve = self.of(tenant);
        while reserve
            .keys
            .front()
            .is_some_and(|(_, made)| made.age(now) >= LIFE)
        {
            reserve.keys.pop_front();
        }
        let key = reserve.keys.pop_front().map(|(key, _)| key);
        let is_low =
            key.is_some() && reserve.keys.len() <= reserve.size / 4 && !reserve.is_refilling;
        reserve.is_refilling |= is_low;
        Taken { key, is_low }
    }

    fn put(&mut self, tenant: TenantId, keys: Vec<NewKey>, made: Moment) {
        let reserve = self.of(tenant);
        reserve.keys.extend(keys.into_iter().map(|key| (key, made)));
    }

    /// How many keys the next refill asks for.
    fn next_size(&mut self, tenant: TenantId) -> usize {
        let most = self.keys_max;
        let reserve = self.of(tenant);
        reserve.size = (reserve.size * 2).clamp(FIRST.min(most), most);
        reserve.size
    }

    pub(super) fn forget(&mut self, tenant: TenantId) {
        self.by_tenant.remove(&tenant);
    }

    pub(super) fn sweep(&mut self, now: Moment) {
        for reserve in self.by_tenant.values_mut() {
            reserve.keys.retain(|(_, made)| made.age(now) < LIFE);
        }
    }

    pub(super) fn clear(&mut self) {
        self.by_tenant.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.by_tenant
            .values()
            .map(|reserve| reserve.keys.len())
            .sum()
    }
}

impl KeyCache {
    /// A durable key that nothing uses yet, for a resource that is about to be created. What is not used after all is
    /// removed by the reconciler a day later.
    ///
    /// # Errors
    /// As [`crate::Kms::reserve`].
    pub async fn fresh(self: &Arc<Self>, tenant: TenantId) -> Result<NewKey> {
        let taken = self.take(tenant);
        if taken.is_low {
            self.refill_aside(tenant);
        }
        let key = match taken.key {
            Some(key) => key,
            None => self.restock(tenant).await?,
        };
        let now = self.now();
        self.state()
            .keys
            .insert((tenant, key.id), Arc::clone(&key.key), now);
        Ok(key)
    }

    fn take(&self, tenant: TenantId) -> Taken {
        let now = self.now();
        let mut state = self.state();
        if state.is_trusted(now) {
            state.reserves.take(tenant, now)
        } else {
            Taken {
                key: None,
                is_low: false,
            }
        }
    }

    /// Waits for the tenant's turn, then takes what another left there or has new keys made.
    async fn restock(&self, tenant: TenantId) -> Result<NewKey> {
        let turn = Arc::clone(&self.state().reserves.of(tenant).turn);
        let _turn = turn.lock().await;
        if let Some(key) = self.take(tenant).key {
            return Ok(key);
        }
        let mut keys = self.reserve(tenant).await?;
        let own = keys.keys.pop();
        self.stock(tenant, keys);
        own.ok_or_else(|| base::Fault::new("the key store reserved no key").into())
    }

    fn refill_aside(self: &Arc<Self>, tenant: TenantId) {
        let cache = Arc::clone(self);
        tokio::spawn(async move {
            let turn = Arc::clone(&cache.state().reserves.of(tenant).turn);
            let _turn = turn.lock().await;
            match cache.reserve(tenant).await {
                Ok(keys) => cache.stock(tenant, keys),
                Err(error) => tracing::warn!(%tenant, %error, "no keys could be reserved ahead"),
            }
            cache.state().reserves.of(tenant).is_refilling = false;
        });
    }

    async fn reserve(&self, tenant: TenantId) -> Result<Reserved> {
        let (count, generation) = {
            let mut state = self.state();
            (state.reserves.next_size(tenant), state.generation)
        };
        // Older than the store's own time for them, so that a slow answer makes no key look younger than it is.
        let made = self.now();
        let keys = self.kms.reserve(tenant, count).await?;
        Ok(Reserved {
            keys,
            made,
            generation,
        })
    }

    /// Keys that came while the cache was emptied are not kept.
    fn stock(&self, tenant: TenantId, reserved: Reserved) {
        let mut state = self.state();
        if state.generation == reserved.generation {
            state.reserves.put(tenant, reserved.keys, reserved.made);
        }
    }
}

struct Reserved {
    keys: Vec<NewKey>,
    made: Moment,
    generation: u64,
}
