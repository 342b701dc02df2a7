//! What holds for all keys of a mount.

use logical::{Failure, Outcome, Reply};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Desk, answers::object};

const KEYS: &str = "config/keys";
const CACHE: &str = "config/cache";
/// The smallest cache that can be asked for.
const CACHE_MIN: u64 = 10;

impl Desk<'_, '_> {
    pub(super) async fn is_upsert_disabled(&mut self) -> Result<bool, Failure> {
        let entry = self.txn.get(KEYS).await?;
        let value = entry.and_then(|entry| serde_json::from_slice::<Value>(&entry.value).ok());
        let disabled = value.and_then(|value| value.get("disable_upsert")?.as_bool());
        Ok(disabled.unwrap_or(false))
    }

    pub(super) async fn read_keys_config(&mut self) -> Outcome {
        let disabled = self.is_upsert_disabled().await?;
        Ok(Reply::data(object([("disable_upsert", disabled.into())])))
    }

    pub(super) async fn write_keys_config(&mut self) -> Outcome {
        let disabled = self.fields().truth("disable_upsert")?.unwrap_or(false);
        let value = json!({ "disable_upsert": disabled }).to_string();
        let value = Zeroizing::new(value.into_bytes());
        self.txn.put(KEYS, value).await?;
        Ok(Reply::data(object([("disable_upsert", disabled.into())])))
    }

    pub(super) async fn read_cache_config(&mut self) -> Outcome {
        let entry = self.txn.get(CACHE).await?;
        let value = entry.and_then(|entry| serde_json::from_slice::<Value>(&entry.value).ok());
        let size = value.and_then(|value| value.get("size")?.as_u64());
        Ok(Reply::data(object([("size", size.unwrap_or(0).into())])))
    }

    /// The size is kept and shown; what is held in memory is bounded by the engine itself.
    pub(super) async fn write_cache_config(&mut self) -> Outcome {
        let size = self.fields().count("size")?.unwrap_or(0);
        if size != 0 && size < CACHE_MIN {
            return Err(Failure::invalid(format!(
                "size must be 0 or a value greater or equal to {CACHE_MIN}"
            )));
        }
        let value = json!({ "size": size }).to_string();
        let value = Zeroizing::new(value.into_bytes());
        self.txn.put(CACHE, value).await?;
        Ok(
            Reply::nothing()
                .warning("the engine bounds its cache by itself; the size is kept only"),
        )
    }
}
