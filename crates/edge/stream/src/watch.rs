//! What does not depend on announcements: the log and the sessions are asked every few seconds.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use base::{ChatId, Result, SessionId, TenantId};
use bus::Health;
use serde_json::json;

use crate::{
    hub::Hub,
    topic::Topic,
    wire::{Live, Topics},
};

/// How often the node compares while the bus carries, and while it does not. Revocation holds within 5 s either way.
const EVERY: Duration = Duration::from_secs(3);
const EVERY_WITHOUT_BUS: Duration = Duration::from_millis(500);
/// How many topics or sessions one question names.
const PER_QUESTION: usize = 500;

/// Sessions have a task of their own: however long it takes to compare topics, revocation does not wait for it.
pub(crate) async fn run(hub: Weak<Hub>) {
    tokio::spawn(watch_sessions(hub.clone()));
    while let Some(hub) = turn(&hub).await {
        compare_with_log(&hub).await;
    }
}

async fn watch_sessions(hub: Weak<Hub>) {
    while let Some(hub) = turn(&hub).await {
        if let Err(error) = compare_sessions(&hub).await {
            tracing::warn!(%error, "asking which sessions are live");
        }
    }
}

/// Waits until it is time to compare again. `None` once the node has no hub any more.
async fn turn(hub: &Weak<Hub>) -> Option<Arc<Hub>> {
    let health = *hub.upgrade()?.bus.health().borrow();
    tokio::time::sleep(match health {
        Health::Connected => EVERY,
        Health::Disconnected => EVERY_WITHOUT_BUS,
    })
    .await;
    hub.upgrade()
}

/// Wakes every topic that the log is ahead of, and renews members that have changed.
pub(crate) async fn compare_with_log(hub: &Arc<Hub>) {
    let mut by_tenant: HashMap<TenantId, Vec<Arc<Topic>>> = HashMap::new();
    for topic in hub.registry.topics() {
        by_tenant.entry(topic.key.0).or_default().push(topic);
    }
    for (tenant, topics) in by_tenant {
        for part in topics.chunks(PER_QUESTION) {
            if let Err(error) = compare(hub, tenant, part).await {
                tracing::warn!(%error, "comparing topics with the log");
            }
        }
    }
}

async fn compare(hub: &Arc<Hub>, tenant: TenantId, topics: &[Arc<Topic>]) -> Result<()> {
    let chats: Vec<ChatId> = topics
        .iter()
        .map(|topic| base::Id::from_bytes(topic.key.1))
        .collect();
    let states: Topics = hub
        .ask(tenant, "messenger.chat.states", json!({ "chats": chats }))
        .await?;
    for state in states.topics {
        let Some(topic) = topics
            .iter()
            .find(|topic| topic.key.1 == state.chat.to_bytes())
        else {
            continue;
        };
        if topic.version() != state.version {
            hub.renew_members(topic).await?;
        }
        hub.wake(topic, state.change);
    }
    Ok(())
}

/// Cuts the sockets of all sessions that have ended or act as another account now.
async fn compare_sessions(hub: &Arc<Hub>) -> Result<()> {
    let sessions = hub.registry.sessions();
    for part in sessions.chunks(PER_QUESTION) {
        settle_sessions(hub, part).await?;
    }
    Ok(())
}

/// Asks how these sessions stand, and cuts sockets accordingly.
pub(crate) async fn settle_sessions(hub: &Arc<Hub>, sessions: &[SessionId]) -> Result<()> {
    let input = json!({ "sessions": sessions });
    let Live { live } = hub
        .ask(TenantId::NIL, "identity.session.live", input)
        .await?;
    for session in sessions {
        let stands = live.iter().find(|live| live.session == *session);
        hub.settle(*session, stands.map(|live| live.account));
    }
    Ok(())
}
