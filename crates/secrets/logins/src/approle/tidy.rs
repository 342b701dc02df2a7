//! Removing secret ids that have ended, and what removed roles have left.

use base::Timestamp;
use logical::{Failure, Outcome, Reply, Txn};

use super::{
    secret_id::SecretId,
    secret_ids::{self, Kept, hour},
};
use crate::entries::load;

/// Secret ids that have ended, and marks of removed roles, that one `tidy/secret-id` removes.
pub const TIDY_MAX: usize = 200;

/// `tidy/secret-id`: as much as fits into one transaction. What more there is waits for the next time, of which the answer speaks.
pub(super) async fn tidy(txn: &mut Txn<'_>, now: Timestamp) -> Outcome {
    let (ended, is_done) = tidy_some(txn, now).await?;
    let reply = Reply::nothing().with_status(202);
    let reply = reply.warning(format!(
        "Secret IDs that had ended and were removed: {ended}."
    ));
    Ok(match is_done {
        true => reply,
        false => reply.warning("There are more. Tidy again."),
    })
}

/// How many secret ids were removed, and whether nothing more is to be.
pub(super) async fn tidy_some(txn: &mut Txn<'_>, now: Timestamp) -> Result<(usize, bool), Failure> {
    let ended = remove_ended(txn, now).await?;
    let is_done = ended < TIDY_MAX && clear_gone(txn).await?;
    Ok((ended, is_done))
}

/// How many were removed.
async fn remove_ended(txn: &mut Txn<'_>, now: Timestamp) -> Result<usize, Failure> {
    let last = hour(now.micros());
    let mut removed = 0;
    for folder in txn.list("end").await? {
        let folder = folder.trim_end_matches('/');
        if folder > last.as_str() {
            break;
        }
        for name in txn.list(&format!("end/{folder}")).await? {
            if removed >= TIDY_MAX {
                return Ok(removed);
            }
            if is_removed(txn, &format!("end/{folder}/{name}"), &name, now).await? {
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// `name` is that of a role's folder and of a secret id in it, at which the entry at `path` points.
async fn is_removed(
    txn: &mut Txn<'_>,
    path: &str,
    name: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let (uuid, hash) = name.split_once('.').unwrap_or_default();
    let kept: Option<SecretId> = load(txn, &secret_ids::path_of(uuid, hash)).await?;
    match kept {
        Some(secret_id) if !secret_id.is_expired(now) => Ok(false),
        Some(secret_id) => {
            let hash = hash.to_owned();
            secret_ids::remove(txn, uuid, &Kept { hash, secret_id }).await?;
            Ok(true)
        }
        // Its role is gone.
        None => txn.delete(path).await,
    }
}

/// Whether nothing is left of removed roles. What one has left may fill a transaction, so that it is the last one.
async fn clear_gone(txn: &mut Txn<'_>) -> Result<bool, Failure> {
    let gone = txn.list("gone").await?;
    for uuid in gone.iter().take(TIDY_MAX) {
        let mark = format!("gone/{uuid}");
        let folders = [format!("secret-id/{uuid}"), format!("accessor/{uuid}")];
        let mut is_clear = true;
        for folder in &folders {
            is_clear &= txn.list(folder).await?.is_empty();
        }
        if is_clear {
            txn.delete(&mark).await?;
            continue;
        }
        for folder in &folders {
            txn.clear(folder).await?;
        }
        return Ok(false);
    }
    Ok(gone.len() <= TIDY_MAX)
}
