//! What is kept of a secret beside its values: its versions and its own settings.

use std::collections::BTreeMap;

use base::Timestamp;
use logical::{Failure, Txn};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{lifetime::Lifetime, settings::Settings};
use crate::own;

/// Versions that are kept where nobody says how many.
const VERSIONS_USUAL: u64 = 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// Names the folder of its values. A secret that is made again has another one, so that whoever still goes by the old
    /// metadata never finds the new values.
    pub(super) id: String,
    pub(super) versions: BTreeMap<u64, Version>,
    /// 0 before the first one.
    pub(super) current: u64,
    /// The oldest that may be there; 0 as long as there are fewer than are kept.
    pub(super) oldest: u64,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) settings: Settings,
    /// What people add.
    pub(super) custom: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) created_at: Timestamp,
    /// When it was or will be deleted.
    pub(super) deleted_at: Option<Timestamp>,
    pub(super) is_destroyed: bool,
}

impl Version {
    pub(super) fn is_readable(self, now: Timestamp) -> bool {
        !self.is_destroyed && self.deleted_at.is_none_or(|at| at > now)
    }

    /// What is told of it, whichever it is.
    pub(super) fn told(self) -> Value {
        let deleted_at = self.deleted_at.map(|at| at.to_string());
        json!({
            "created_time": self.created_at, "deletion_time": deleted_at.unwrap_or_default(),
            "destroyed": self.is_destroyed,
        })
    }
}

impl Meta {
    pub(super) fn new(id: String, now: Timestamp) -> Self {
        Self {
            id,
            versions: BTreeMap::new(),
            current: 0,
            oldest: 0,
            created_at: now,
            updated_at: now,
            settings: Settings::default(),
            custom: None,
        }
    }

    /// Makes room and adds a version; its number, and the versions that have to go.
    pub(super) fn add(&mut self, mounts: Settings, now: Timestamp) -> (u64, Vec<u64>) {
        let own = self.settings;
        let span = Lifetime::span(own.delete_version_after, mounts.delete_version_after);
        let version = Version {
            created_at: now,
            deleted_at: span.map(|span| now.after(span)),
            is_destroyed: false,
        };
        self.current += 1;
        self.updated_at = now;
        self.versions.insert(self.current, version);
        let kept = match (own.max_versions, mounts.max_versions) {
            (0, 0) => VERSIONS_USUAL,
            (0, kept) | (kept, _) => kept,
        };
        self.oldest = self.oldest.max((self.current + 1).saturating_sub(kept));
        let left = self.versions.split_off(&self.oldest);
        let gone = std::mem::replace(&mut self.versions, left);
        (self.current, gone.into_keys().collect())
    }

    /// What is told of a version, with what people added to the secret.
    pub(super) fn told(&self, number: u64, version: Version) -> Map<String, Value> {
        let mut told = match version.told() {
            Value::Object(told) => told,
            _ => Map::new(),
        };
        told.insert("version".to_owned(), json!(number));
        told.insert("custom_metadata".to_owned(), json!(self.custom));
        told
    }

    /// Where the value of a version lies.
    pub(super) fn place(&self, number: u64) -> String {
        format!("v2/version/{}/{number}", self.id)
    }

    /// The value of a version that is readable.
    ///
    /// # Errors
    /// [`Failure::Conflict`] when it is not there: somebody destroyed it since the metadata were read.
    pub(super) async fn value(
        &self,
        txn: &mut Txn<'_>,
        number: u64,
    ) -> Result<Map<String, Value>, Failure> {
        let value = own::find(txn, &self.place(number)).await?;
        value.ok_or(Failure::Conflict)
    }
}

/// Where a secret lies, or a folder of them.
pub(super) fn place(name: &str) -> String {
    format!("v2/meta/{name}")
}

pub(super) async fn find(txn: &mut Txn<'_>, name: &str) -> Result<Option<Meta>, Failure> {
    own::find(txn, &place(name)).await
}

pub(super) async fn keep(txn: &mut Txn<'_>, name: &str, meta: &Meta) -> Result<(), Failure> {
    own::keep(txn, &place(name), meta).await
}

#[cfg(test)]
mod tests {
    use logical::testing::Stage;

    use super::*;
    use crate::{
        VERSIONS_MAX,
        tests::{delete, list, read, versioned, write},
    };

    const NAME: &str = "f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f/f";

    /// A secret with all the versions that there can be.
    async fn fill(stage: &Stage) {
        let mut changes = stage.store.begin().unwrap();
        let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
        let mut meta = Meta::new(txn.uuid(), txn.now());
        meta.settings.max_versions = VERSIONS_MAX;
        for _ in 0..VERSIONS_MAX {
            let (number, gone) = meta.add(Settings::default(), txn.now());
            assert!(gone.is_empty());
            let value = json!({ "n": number });
            own::keep(&mut txn, &meta.place(number), &value)
                .await
                .unwrap();
        }
        keep(&mut txn, NAME, &meta).await.unwrap();
        changes.commit(|_| ()).await.unwrap();
    }

    #[tokio::test]
    async fn all_the_versions_that_there_can_be_are_changed_and_removed_at_once() {
        let stage = versioned().await;
        let [data, metadata, destroy] =
            ["data", "metadata", "destroy"].map(|what| format!("{what}/{NAME}"));
        let value = json!({ "data": { "n": "more" } });

        fill(&stage).await;
        assert_eq!(write(&stage, &data, value.clone()).await.0, 200);
        assert_eq!(read(&stage, &metadata).await.1["oldest_version"], 2);
        write(&stage, &metadata, json!({ "max_versions": 1 })).await;
        assert_eq!(write(&stage, &data, value).await.0, 200);
        let (_, told) = read(&stage, &metadata).await;
        assert_eq!(told["versions"].as_object().unwrap().len(), 1);
        assert_eq!(delete(&stage, &metadata).await.0, 204);

        fill(&stage).await;
        let numbers: Vec<u64> = (1..=1_000).collect();
        let all = json!({ "versions": numbers });
        assert_eq!(write(&stage, &destroy, all).await.0, 204);
        assert_eq!(read(&stage, &data).await.0, 404);
        assert_eq!(delete(&stage, &metadata).await.0, 204);

        fill(&stage).await;
        assert_eq!(delete(&stage, &metadata).await.0, 204);
        assert_eq!(list(&stage, "metadata").await, Value::Null);
    }
}
