//! Tenant keys, and the barrier above them, that are as old as they may be get a newer one, and what older ones wrap is wrapped
//! anew: a little at a time, beside everything else.

use std::{sync::Arc, time::Duration};

use act::Runtime;
use base::{KeyId, Result, TenantId, Timestamp};
use db::LeaseKeeper;
use kms::{Embedded, NodeId, Rewrapped, TenantKey};
use serde_json::json;

use crate::steady;

/// How often keys are looked through.
const EVERY: Duration = Duration::from_secs(3_600);
/// How long a node that went silent keeps others from it, beyond one round.
const SILENCE: Duration = Duration::from_secs(600);
/// Tenants that are looked at in one reading.
const TENANTS_AT_ONCE: u32 = 500;
/// Keys that are wrapped anew in one commit.
const KEYS_AT_ONCE: u32 = 256;
/// Between two commits, so that whoever works notices nothing.
const PAUSE: Duration = Duration::from_millis(50);

/// Turns keys of this age, on one node at a time.
pub(crate) fn start(runtime: &Arc<Runtime>, kms: Arc<Embedded>, node: NodeId, age: Duration) {
    let runtime = Arc::clone(runtime);
    let keeper = LeaseKeeper::new(
        steady::name(vault::RENEW.name),
        node,
        EVERY.saturating_add(SILENCE),
    );
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let round = async {
                match steady::is_ours(runtime.ports(), &keeper).await? {
                    true => round(&runtime, &kms, age).await,
                    false => Ok(()),
                }
            };
            if let Err(error) = round.await {
                tracing::warn!(%error, "keys could not be turned");
            }
        }
    });
}

async fn round(runtime: &Runtime, kms: &Embedded, age: Duration) -> Result<()> {
    let barriers = kms.list_barriers().await?;
    let now = runtime.ports().clock.now();
    if barriers.iter().any(|barrier| barrier.is_due(now, age)) {
        let nothing = serde_json::Value::Null;
        runtime
            .run_as(
                "reconciler",
                TenantId::NIL,
                vault::RENEW_BARRIER.name,
                nothing,
            )
            .await?;
        let version = kms.rotate_barrier().await?;
        tracing::info!(version, "a barrier key took over");
    }
    follow_barrier(kms).await?;
    for key in tenant_keys(kms).await? {
        let is_old = is_due(&key, runtime.ports().clock.now(), age);
        if is_old {
            let of = json!({ "tenant": key.tenant });
            runtime
                .run_as("reconciler", TenantId::NIL, vault::RENEW.name, of)
                .await?;
            kms.rotate_tenant(key.tenant).await?;
        }
        if is_old || key.has_older {
            let keys = rewrap_all(kms, key.tenant).await?;
            tracing::info!(tenant = %key.tenant, keys, "a tenant key took over");
        }
    }
    Ok(())
}

/// Has the barrier's newest key wrap every tenant key, and answers how many those were. Older barrier keys go once the root key
/// wraps the newest and every node had the time to follow.
///
/// # Errors
/// As [`Embedded::rewrap_tenants`]: what was done until then stays done.
pub(crate) async fn follow_barrier(kms: &Embedded) -> Result<usize> {
    let mut done = 0;
    loop {
        match kms.rewrap_tenants(KEYS_AT_ONCE).await? {
            0 => return Ok(done),
            some => done += some,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn is_due(key: &TenantKey, now: Timestamp, age: Duration) -> bool {
    key.made_at.after(age) <= now
}

/// The newest key of every tenant.
///
/// # Errors
/// A fault when the store does not answer.
pub(crate) async fn tenant_keys(kms: &Embedded) -> Result<Vec<TenantKey>> {
    let mut keys = Vec::new();
    loop {
        let after = keys.last().map(|last: &TenantKey| last.tenant);
        let page = kms.list_tenant_keys(after, TENANTS_AT_ONCE).await?;
        if page.is_empty() {
            return Ok(keys);
        }
        keys.extend(page);
    }
}

/// Has everything of a tenant wrapped by its newest key, and answers how many keys that were.
///
/// # Errors
/// As [`Embedded::rewrap_some`]: what was done until then stays done.
pub(crate) async fn rewrap_all(kms: &Embedded, tenant: TenantId) -> Result<usize> {
    let (mut after, mut done) = (KeyId::NIL, 0);
    loop {
        match kms.rewrap_some(tenant, after, KEYS_AT_ONCE).await? {
            Rewrapped::All => return Ok(done),
            Rewrapped::Some { keys, last } => {
                done += keys;
                after = last;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_due_at_its_age_and_not_before() {
        let made_at = Timestamp::from_micros(1_800_000_000_000_000);
        let age = Duration::from_secs(90 * 86_400);
        let key = TenantKey {
            tenant: TenantId::NIL,
            version: 1,
            made_at,
            has_older: false,
        };
        for (later, due) in [
            (0, false),
            (age.as_secs() - 1, false),
            (age.as_secs(), true),
        ] {
            let now = made_at.after(Duration::from_secs(later));
            assert_eq!(is_due(&key, now, age), due, "{later} s later");
        }
    }
}
