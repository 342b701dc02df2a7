//! What is kept for a time only: the events that clients resume from, and idempotency keys.

use std::time::Duration;

use base::{Context, Id, Result, TenantId, Timestamp, kinds};
use db::{MigrationSet, Row, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Act, Action, Module, Operation, Runtime, store};

/// How long the log keeps an event. A client that was away for longer reads the state anew.
pub const EVENTS_KEPT: Duration = Duration::from_secs(30 * 86_400);
/// How long an idempotency key makes a repetition the same write.
pub const KEYS_KEPT: Duration = Duration::from_secs(7 * 86_400);

/// How many topics one act looks at, from how many of them it removes, and how many events of each.
const TOPICS_AT_ONCE: u32 = 1_000;
const REMOVALS_MAX: usize = 25;
const EVENTS_AT_ONCE: i64 = 200;
/// How many keys one act removes.
const KEYS_AT_ONCE: u32 = 1_000;

pub static PURGE_EVENTS: Operation = Operation::write("act.event.purge", Action::Serve)
    .system()
    .across_tenants();

pub static PURGE_KEYS: Operation = Operation::write("act.idempotency.purge", Action::Serve)
    .system()
    .across_tenants();

/// A topic of the cell. Purging goes through them in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub tenant: TenantId,
    pub id: Id<kinds::Key>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurgeEvents {
    /// Where the act before stopped; the first topic of all when it is not said.
    #[serde(default)]
    pub after: Option<Topic>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventsPurged {
    /// Where to go on; nothing when all topics were looked at.
    pub next: Option<Topic>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurgeKeys {}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeysPurged {
    pub has_more: bool,
}

/// The operations of the spine itself.
pub fn module() -> Module {
    // The runtime brings the spine's tables before any module's.
    let none = MigrationSet {
        domain: "act",
        migrations: &[],
    };
    Module::new("act", none)
        .with(&PURGE_EVENTS, purge_events)
        .with(&PURGE_KEYS, purge_keys)
}

/// The oldest event of a topic, and whether what one removal takes leaves others that are outdated too.
struct Oldest {
    topic: Topic,
    change: Option<i64>,
    at: Option<Timestamp>,
    at_beyond: Option<Timestamp>,
}

impl Oldest {
    fn take(mut row: Row) -> Result<Self> {
        Ok(Self {
            topic: Topic {
                tenant: row.take("tenant")?,
                id: row.take("id")?,
            },
            change: row.take("change")?,
            at: row.take("at")?,
            at_beyond: row.take("at_beyond")?,
        })
    }
}

/// Removes outdated events of some topics. Each is cut from its beginning, so that what is left has no gap.
async fn purge_events(act: &mut Act, input: PurgeEvents) -> Result<EventsPurged> {
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    let first = Topic {
        tenant: TenantId::NIL,
        id: Id::NIL,
    };
    let begin = input.after.unwrap_or(first);
    let before = act.now().before(EVENTS_KEPT);
    let params = params! {
        after_tenant: begin.tenant, after: begin.id, step: EVENTS_AT_ONCE, limit: TOPICS_AT_ONCE,
    };
    let rows = act.rows(&store::LIST_OLDEST_EVENTS, params).await?;
    let is_last = rows.len() < usize::try_from(TOPICS_AT_ONCE).unwrap_or(usize::MAX);

    let (mut done, mut removals) = (begin, 0);
    for row in rows {
        let oldest = Oldest::take(row)?;
        let outdated = oldest
            .change
            .filter(|_| oldest.at.is_some_and(|at| at < before));
        if let Some(change) = outdated {
            if removals == REMOVALS_MAX {
                return Ok(EventsPurged { next: Some(done) });
            }
            removals += 1;
            let Topic { tenant, id } = oldest.topic;
            let end = change + EVENTS_AT_ONCE;
            let params =
                params! { of_tenant: tenant, topic: id, first: change, end: end, before: before };
            act.execute(&permit, &store::DELETE_EVENTS, params)?;
            if oldest.at_beyond.is_some_and(|at| at < before) {
                // The same topic again, in the next act.
                return Ok(EventsPurged { next: Some(done) });
            }
        }
        done = oldest.topic;
    }
    Ok(EventsPurged {
        next: (!is_last).then_some(done),
    })
}

/// Removes idempotency keys whose time is over.
async fn purge_keys(act: &mut Act, _: PurgeKeys) -> Result<KeysPurged> {
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    let before = act.now().before(KEYS_KEPT);
    let params = params! { before: before, limit: KEYS_AT_ONCE };
    let row = act.row(&store::COUNT_OUTDATED_KEYS, params).await?;
    let outdated: i64 = row.context("a count has a row")?.take("outdated")?;

    if outdated > 0 {
        let params = params! { before: before, limit: KEYS_AT_ONCE };
        act.execute(&permit, &store::DELETE_KEYS, params)?;
    }
    Ok(KeysPurged {
        has_more: outdated >= i64::from(KEYS_AT_ONCE),
    })
}

impl Runtime {
    /// Removes all that is outdated, act by act. One that is stopped has lost nothing: the next begins again. One node of the
    /// cell at a time calls it.
    ///
    /// # Errors
    /// A fault when the database cannot be read or written; [`crate::SEALED`].
    pub async fn purge_outdated(&self) -> Result<()> {
        let mut after: Option<Topic> = None;
        loop {
            let input = serde_json::json!({ "after": after });
            let purged: EventsPurged = self
                .ask_as("retention", TenantId::NIL, PURGE_EVENTS.name, input)
                .await?;
            after = purged.next;
            if after.is_none() {
                break;
            }
        }
        loop {
            let purged: KeysPurged = self
                .ask_as(
                    "retention",
                    TenantId::NIL,
                    PURGE_KEYS.name,
                    serde_json::json!({}),
                )
                .await?;
            if !purged.has_more {
                return Ok(());
            }
        }
    }
}
