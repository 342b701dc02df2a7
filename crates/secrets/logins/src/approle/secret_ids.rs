//! Making, finding, using and removing secret ids.
//!
//! A secret id is found by its hash under a key of the mount's own, so that nothing is learnt from the entries of one that somebody
//! chose; the hash is the name of the entry. Beside it stand its accessor, and its name in the hour in which it ends.

use base::{Context, Hex, Timestamp};
use cipher::{DataKey, keyed_hash};
use logical::{Failure, Fields, Operation, Outcome, Reply, Request, Txn};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    is_write,
    role::Role,
    roles,
    secret_id::{SECRET_ID_BYTES_MAX, SecretId},
};
use crate::entries::{load, load_text, save, save_text};

/// The key of the mount.
const KEY: &str = "key";
const LABEL: &str = "secret-id";

/// A secret id that is kept, and under which hash.
pub(super) struct Kept {
    pub(super) hash: String,
    pub(super) secret_id: SecretId,
}

/// `role/{name}/secret-id`
pub(super) async fn handle(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    match request.operation {
        Operation::Create | Operation::Update => {
            let secret_id = random(txn);
            make(txn, request, name, secret_id).await
        }
        Operation::List => {
            let role = roles::role(txn, name).await?;
            Reply::keys(txn.list(&format!("accessor/{}", role.uuid)).await?)
        }
        _ => Err(Failure::Unsupported),
    }
}

/// `role/{name}/custom-secret-id`
pub(super) async fn handle_custom(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    if !is_write(request) {
        return Err(Failure::Unsupported);
    }
    let secret_id = Fields(&request.data).required("secret_id")?;
    if secret_id.len() > SECRET_ID_BYTES_MAX {
        return Err(Failure::Invalid(format!(
            "secret_id has more than {SECRET_ID_BYTES_MAX} bytes"
        )));
    }
    make(txn, request, name, secret_id).await
}

/// 128 random bits in the form of a UUID, which clients expect.
fn random(txn: &Txn<'_>) -> String {
    let mut bytes = Zeroizing::new([0u8; 16]);
    txn.entropy().fill(&mut *bytes);
    let parts = [0..4, 4..6, 6..8, 8..10, 10..16];
    let parts = parts.map(|part| Hex(bytes.get(part).unwrap_or_default()).to_string());
    parts.join("-")
}

async fn make(txn: &mut Txn<'_>, request: &Request, name: &str, text: String) -> Outcome {
    let role = roles::role(txn, name).await?;
    txn.rely(&roles::path_of(name));
    if !role.bind_secret_id {
        return Err(Failure::invalid("bind_secret_id is not set on the role"));
    }
    let fields = Fields(&request.data);
    let secret_id = SecretId::read(fields, txn.uuid(), &role, &request.mount, request.now)?;
    let key = own_key(txn).await?;
    let hash = hash_of(&key, &text);
    if let Some(before) = at(txn, &role, &hash).await? {
        if !before.secret_id.is_expired(request.now) {
            return Err(Failure::invalid("SecretID is already registered"));
        }
        remove(txn, &role.uuid, &before).await?;
    }
    let reply = json!({
        "secret_id": text,
        "secret_id_accessor": secret_id.accessor,
        "secret_id_ttl": secret_id.ttl,
        "secret_id_num_uses": secret_id.uses.unwrap_or(0),
    });
    save(txn, &path_of(&role.uuid, &hash), &secret_id).await?;
    save_text(txn, &accessor_path(&role.uuid, &secret_id.accessor), &hash).await?;
    if let Some(at) = secret_id.expires_at {
        txn.put(&end_path(at, &role.uuid, &hash), Zeroizing::default())
            .await?;
    }
    Reply::object(reply)
}

/// `role/{name}/secret-id/lookup`
pub(super) async fn look_up(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    if !is_write(request) {
        return Err(Failure::Unsupported);
    }
    let (_, found) = asked(txn, request, name).await?;
    let found = found.filter(|kept| !kept.secret_id.is_expired(request.now));
    // Clients take an answer without data for one that is not there.
    Ok(found.map_or_else(Reply::nothing, |kept| Reply::data(kept.secret_id.show())))
}

/// `role/{name}/secret-id/destroy`
pub(super) async fn destroy(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    if !is_write(request) && request.operation != Operation::Delete {
        return Err(Failure::Unsupported);
    }
    let (role, found) = asked(txn, request, name).await?;
    if let Some(kept) = found {
        remove(txn, &role.uuid, &kept).await?;
    }
    Ok(Reply::nothing())
}

/// `role/{name}/secret-id-accessor/lookup`
pub(super) async fn look_up_by_accessor(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
) -> Outcome {
    if !is_write(request) {
        return Err(Failure::Unsupported);
    }
    let (_, kept) = asked_by_accessor(txn, request, name).await?;
    match kept.secret_id.is_expired(request.now) {
        true => Err(no_accessor()),
        false => Ok(Reply::data(kept.secret_id.show())),
    }
}

/// `role/{name}/secret-id-accessor/destroy`
pub(super) async fn destroy_by_accessor(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
) -> Outcome {
    if !is_write(request) && request.operation != Operation::Delete {
        return Err(Failure::Unsupported);
    }
    let (role, kept) = asked_by_accessor(txn, request, name).await?;
    remove(txn, &role.uuid, &kept).await?;
    Ok(Reply::nothing())
}

async fn asked(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
) -> Result<(Role, Option<Kept>), Failure> {
    let text = Fields(&request.data).required("secret_id")?;
    let role = roles::role(txn, name).await?;
    let found = find(txn, &role, &text).await?;
    Ok((role, found))
}

async fn asked_by_accessor(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
) -> Result<(Role, Kept), Failure> {
    let accessor = Fields(&request.data).required("secret_id_accessor")?;
    let role = roles::role(txn, name).await?;
    let hash = load_text(txn, &accessor_path(&role.uuid, &accessor)).await?;
    let kept = at(txn, &role, &hash.ok_or_else(no_accessor)?).await?;
    Ok((role, kept.ok_or_else(no_accessor)?))
}

fn no_accessor() -> Failure {
    Failure::AbsentBecause("failed to find accessor entry for secret_id_accessor".to_owned())
}

/// Finds a secret id of a role, good or not.
pub(super) async fn find(
    txn: &mut Txn<'_>,
    role: &Role,
    text: &str,
) -> Result<Option<Kept>, Failure> {
    if text.len() > SECRET_ID_BYTES_MAX {
        return Ok(None);
    }
    let Some(key) = find_key(txn).await? else {
        return Ok(None);
    };
    at(txn, role, &hash_of(&key, text)).await
}

async fn at(txn: &mut Txn<'_>, role: &Role, hash: &str) -> Result<Option<Kept>, Failure> {
    let secret_id = load(txn, &path_of(&role.uuid, hash)).await?;
    Ok(secret_id.map(|secret_id| Kept {
        hash: hash.to_owned(),
        secret_id,
    }))
}

/// Takes one use of a secret id; the last one removes it. When somebody else takes a use at this moment, one of the two requests
/// runs again.
pub(super) async fn spend(
    txn: &mut Txn<'_>,
    role: &Role,
    kept: &Kept,
    now: Timestamp,
) -> Result<(), Failure> {
    let path = path_of(&role.uuid, &kept.hash);
    match kept.secret_id.uses {
        None => {
            txn.rely(&path);
            Ok(())
        }
        Some(0 | 1) => remove(txn, &role.uuid, kept).await,
        Some(uses) => {
            let mut secret_id = kept.secret_id.clone();
            secret_id.uses = Some(uses - 1);
            secret_id.updated_at = now.micros();
            save(txn, &path, &secret_id).await
        }
    }
}

/// Removes a secret id and what leads to it. When it was there a moment ago and is not any more, somebody else has removed it, and
/// with it the use that was to be taken.
pub(super) async fn remove(txn: &mut Txn<'_>, uuid: &str, kept: &Kept) -> Result<(), Failure> {
    if !txn.delete(&path_of(uuid, &kept.hash)).await? {
        return Err(Failure::Conflict);
    }
    txn.delete(&accessor_path(uuid, &kept.secret_id.accessor))
        .await?;
    if let Some(at) = kept.secret_id.expires_at {
        txn.delete(&end_path(at, uuid, &kept.hash)).await?;
    }
    Ok(())
}

pub(super) fn path_of(uuid: &str, hash: &str) -> String {
    format!("secret-id/{uuid}/{hash}")
}

fn accessor_path(uuid: &str, accessor: &str) -> String {
    format!("accessor/{uuid}/{accessor}")
}

fn end_path(at: i64, uuid: &str, hash: &str) -> String {
    format!("end/{}/{uuid}.{hash}", hour(at))
}

/// The name of the hour in which a time lies; names sort as times do.
pub(super) fn hour(micros: i64) -> String {
    const HOUR: i64 = 3_600_000_000;
    format!("{:012}", micros.max(0) / HOUR)
}

fn hash_of(key: &DataKey, text: &str) -> String {
    Hex(&keyed_hash(key, LABEL, text.as_bytes())).to_string()
}

async fn find_key(txn: &mut Txn<'_>) -> Result<Option<DataKey>, Failure> {
    let Some(entry) = txn.get(KEY).await? else {
        return Ok(None);
    };
    let key = DataKey::from_slice(&entry.value);
    Ok(Some(key.context("the key of a mount has another length")?))
}

/// The key of the mount, made with its first secret id.
async fn own_key(txn: &mut Txn<'_>) -> Result<DataKey, Failure> {
    if let Some(key) = find_key(txn).await? {
        return Ok(key);
    }
    let key = DataKey::generate(&*txn.entropy());
    txn.put(KEY, Zeroizing::new(key.expose().to_vec())).await?;
    Ok(key)
}
