//! Keys that were reserved: those that a resource took are marked, those that nothing took are discarded.

use std::collections::BTreeMap;

use base::{KeyId, Result, TenantId};
use db::{Database, Statement, params};
use kms::{Kms, UnusedKey};

/// How many keys one round looks at.
const KEYS_PER_ROUND: u32 = 1_000;

static USER_OF_KEY: Statement =
    Statement::read("SELECT id FROM db_resource WHERE tenant = :tenant AND key_id = :key LIMIT 1");

/// For the sweep that has both databases parse every statement.
pub static STATEMENTS: &[&Statement] = &[&USER_OF_KEY];

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    pub marked: usize,
    pub discarded: usize,
}

/// Settles keys that were reserved more than a day ago. No act is under way for so long: a key that no resource names by then
/// never gets one.
///
/// # Errors
/// [`act::SEALED`]; a fault when either store fails.
pub async fn reconcile_keys(kms: &dyn Kms, database: &Database) -> Result<Reconciled> {
    let mut by_tenant: BTreeMap<TenantId, (Vec<KeyId>, Vec<KeyId>)> = BTreeMap::new();
    let mut snapshot = database.snapshot().await?;
    for UnusedKey { tenant, id, .. } in kms.list_unused(KEYS_PER_ROUND).await? {
        let user = snapshot
            .row(tenant, &USER_OF_KEY, params! { key: id })
            .await?;
        let (used, unused) = by_tenant.entry(tenant).or_default();
        if user.is_some() {
            used.push(id)
        } else {
            unused.push(id)
        }
    }
    drop(snapshot);
    let mut done = Reconciled::default();
    for (tenant, (used, unused)) in by_tenant {
        if !used.is_empty() {
            kms.mark_used(tenant, &used).await?;
        }
        if !unused.is_empty() {
            kms.discard(tenant, &unused).await?;
        }
        done.marked += used.len();
        done.discarded += unused.len();
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicI64, Ordering},
        },
        time::Duration,
    };

    use base::{Clock, Id, SystemEntropy, Timestamp};
    use db::{Batch, NewResource, OWN_MIGRATIONS, ResourceKey, conformance::fresh_sqlite};
    use kms::{Embedded, RootKeyFile};

    use super::*;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::Relaxed))
        }
    }

    #[tokio::test]
    async fn keys_that_a_resource_took_stay_and_the_others_go() {
        let (data, keys) = (fresh_sqlite().unwrap(), fresh_sqlite().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(AtomicI64::new(1_790_000_000_000_000)));
        let database = data.open(&[OWN_MIGRATIONS]).await.unwrap();
        let store = Arc::new(keys.open(&[]).await.unwrap());
        let root = RootKeyFile::new(folder.path().join("root.key"));
        let kms = Embedded::start(
            store,
            root,
            Arc::clone(&clock) as _,
            Arc::new(SystemEntropy),
        )
        .await
        .unwrap();
        let tenant = Id::from_bytes([1; 16]);
        kms.create_tenant(tenant).await.unwrap();
        let reserved = kms.reserve(tenant, 3).await.unwrap();
        let mut batch = Batch::new();
        let resource: Id<base::kinds::Chat> = Id::from_bytes([2; 16]);
        batch.found(NewResource {
            key: ResourceKey::new(tenant, resource),
            kind: "test",
            data_key: reserved[0].id,
        });
        database.commit(batch).await.unwrap();

        assert_eq!(
            reconcile_keys(&kms, &database).await.unwrap(),
            Reconciled::default(),
            "they are too young"
        );
        let day = i64::try_from(Duration::from_secs(90_000).as_micros()).unwrap();
        clock.0.fetch_add(day, Ordering::Relaxed);
        let done = reconcile_keys(&kms, &database).await.unwrap();
        assert_eq!(
            done,
            Reconciled {
                marked: 1,
                discarded: 2
            }
        );
        assert_eq!(kms.status().await.unwrap().counts.used, 1);
    }
}
