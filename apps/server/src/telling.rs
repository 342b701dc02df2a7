//! Telling browsers of messages: what the runtime announces is brought to the push services, a moment later.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use act::{Announcement, Announcer, Push, Runtime};
use base::{Id, Result, TenantId};
use db::LeaseKeeper;
use futures_util::{StreamExt, stream};
use kms::NodeId;
use messenger::{Courier, OfChat, Turn};
use tokio::time::Instant;

use crate::steady;

/// Who has a chat open reads it meanwhile, and is not told.
const WAIT: Duration = Duration::from_millis(1_500);
/// How often chats that are due are looked for.
const ROUND: Duration = Duration::from_millis(250);
/// How often it is asked which organisations have browsers to tell.
const TENANTS_EVERY: Duration = Duration::from_secs(3);
/// How often chats that were left behind are looked for.
const BEHIND_EVERY: Duration = Duration::from_secs(30);
/// How often the browsers of ended sessions are forgotten, in rounds of that.
const FORGET_EVERY: u32 = 20;
/// Chats that wait to be told at once; what comes beyond is found behind.
const WAITING_MAX: usize = 50_000;
/// Chats told at once.
const AT_ONCE: usize = 8;
/// How long a chat waits after its push services took nothing, each time; then it is given up.
const AGAIN_AFTER: [Duration; 4] = [
    Duration::from_secs(3),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(240),
];

/// Hears what is announced, and remembers of which chats browsers are to be told.
#[derive(Default)]
pub(crate) struct Bell {
    /// Organisations that have browsers to tell.
    tenants: RwLock<HashSet<TenantId>>,
    waiting: Mutex<HashMap<OfChat, Waiting>>,
}

/// A chat that waits.
#[derive(Clone, Copy)]
struct Waiting {
    due: Instant,
    /// How often its push services took nothing.
    failures: usize,
}

impl Bell {
    fn hear(&self, announcements: &[Announcement]) {
        for announcement in announcements {
            let Announcement::Changed { tenant, topic, .. } = announcement else {
                continue;
            };
            let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
            if tenants.contains(tenant) {
                drop(tenants);
                let of = OfChat {
                    tenant: *tenant,
                    chat: Id::from_bytes(*topic),
                };
                let waiting = Waiting {
                    due: Instant::now() + WAIT,
                    failures: 0,
                };
                self.ring(of, waiting);
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<OfChat, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a chat told after a while, unless it is to be told sooner.
    fn ring(&self, of: OfChat, waiting: Waiting) {
        let mut all = self.waiting();
        if all.len() < WAITING_MAX || all.contains_key(&of) {
            let known = all.entry(of).or_insert(waiting);
            known.due = known.due.min(waiting.due);
            known.failures = known.failures.max(waiting.failures);
        }
    }

    /// The chats whose time has come.
    fn due(&self, now: Instant) -> Vec<(OfChat, usize)> {
        let mut all = self.waiting();
        let due: Vec<OfChat> = all
            .iter()
            .filter(|(_, waiting)| waiting.due <= now)
            .map(|(of, _)| *of)
            .collect();
        due.into_iter()
            .filter_map(|of| all.remove(&of).map(|waiting| (of, waiting.failures)))
            .collect()
    }

    /// Heeds these organisations from now on, and says whether one of them is new: what was announced of it before went unheard.
    fn know(&self, tenants: Vec<TenantId>) -> bool {
        let tenants: HashSet<TenantId> = tenants.into_iter().collect();
        let mut known = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        let has_new = tenants.difference(&known).next().is_some();
        *known = tenants;
        has_new
    }
}

/// Tells two, each of what the other is told.
pub(crate) struct Both(pub(crate) Arc<dyn Announcer>, pub(crate) Arc<Bell>);

impl Announcer for Both {
    fn announce(&self, announcements: Vec<Announcement>) {
        self.1.hear(&announcements);
        self.0.announce(announcements);
    }
}

/// Who tells browsers, and what reminds them.
pub(crate) struct Telling {
    pub(crate) push: Arc<dyn Push>,
    pub(crate) bell: Arc<Bell>,
}

/// Tells browsers, of what this node announces and of what another left behind, until the process ends.
pub(crate) fn start(runtime: &Arc<Runtime>, node: NodeId, telling: Telling) {
    let Telling { push, bell } = telling;
    let courier = Arc::new(Courier::new(Arc::clone(runtime), push));
    tokio::spawn(keep_tenants(Arc::clone(&courier), Arc::clone(&bell)));
    let lease = steady::name("messenger.push");
    let keeper = LeaseKeeper::new(lease, node, BEHIND_EVERY + BEHIND_EVERY / 2);
    tokio::spawn(look_behind(
        Arc::clone(runtime),
        Arc::clone(&courier),
        Arc::clone(&bell),
        keeper,
    ));
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(ROUND).await;
            let due = bell.due(Instant::now());
            stream::iter(due)
                .for_each_concurrent(AT_ONCE, |(of, failures)| {
                    tell(&courier, &bell, of, failures)
                })
                .await;
        }
    });
}

async fn tell(courier: &Courier, bell: &Bell, of: OfChat, failures: usize) {
    let again = AGAIN_AFTER.get(failures);
    let turn = match again {
        Some(_) => Turn::More,
        None => Turn::Last,
    };
    let waits = match courier.tell(of, turn).await {
        Ok(telling) => telling.waiting > 0,
        Err(error) => {
            tracing::warn!(%error, "browsers could not be told");
            true
        }
    };
    if let (true, Some(after)) = (waits, again) {
        let waiting = Waiting {
            due: Instant::now() + *after,
            failures: failures + 1,
        };
        bell.ring(of, waiting);
    }
}

async fn keep_tenants(courier: Arc<Courier>, bell: Arc<Bell>) {
    loop {
        if let Err(error) = learn_tenants(&courier, &bell).await {
            tracing::debug!(%error, "who is to be told could not be read");
        }
        tokio::time::sleep(TENANTS_EVERY).await;
    }
}

async fn learn_tenants(courier: &Courier, bell: &Bell) -> Result<()> {
    if bell.know(courier.tenants().await?) {
        ring_behind(courier, bell).await?;
    }
    Ok(())
}

/// Has chats told of which browsers were not told everything.
async fn ring_behind(courier: &Courier, bell: &Bell) -> Result<()> {
    let due = Instant::now();
    for of in courier.behind().await? {
        bell.ring(of, Waiting { due, failures: 0 });
    }
    Ok(())
}

/// On one node at a time, and at the start of each: a node that went may have left something untold.
async fn look_behind(
    runtime: Arc<Runtime>,
    courier: Arc<Courier>,
    bell: Arc<Bell>,
    keeper: LeaseKeeper,
) {
    let ports = runtime.ports();
    for round in 0_u32.. {
        let behind = async {
            if !steady::is_ours(ports, &keeper).await? {
                return Ok(());
            }
            ring_behind(&courier, &bell).await?;
            match round.is_multiple_of(FORGET_EVERY) {
                true => courier.forget_ended().await,
                false => Ok(()),
            }
        };
        let behind: Result<()> = behind.await;
        if let Err(error) = behind {
            tracing::warn!(%error, "what browsers were not told could not be read");
        }
        tokio::time::sleep(BEHIND_EVERY).await;
    }
}
