//! Tokens: kept by their hashes, found by accessor, parent, lease and the hour in which they end.

mod create;
mod paths;
mod record;
mod roles;

pub(crate) use create::{Made, Spans, Wish, first, make, spans};
use create::{auth, metadata, renew};
pub(crate) use paths::{access, handle, renew_one};
pub(crate) use record::{FromLogin, Token, bucket};

use base::{Fault, Result};
use cipher::hash_token;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use logical::{Changes, Failure};
use serde_json::Value;
use zeroize::Zeroizing;

/// Where tokens are kept.
pub(crate) const ROOT: &str = "token/";
/// Bytes of a token that a client shows.
pub(crate) const TOKEN_BYTES_MAX: usize = 4_096;
/// Before a token that is kept.
const SERVICE_PREFIX: &str = "hvs.";
/// Before a token that carries itself.
const BATCH_PREFIX: &str = "hvb.";
/// What a token that carries itself is sealed as.
const BATCH: &str = "batch token";

/// A token that was shown and is good.
#[derive(Clone)]
pub(crate) struct Presented {
    pub(crate) id: Zeroizing<String>,
    pub(crate) hash: String,
    pub(crate) token: Token,
}

/// The name under which a token is kept.
pub(crate) fn hash_of(id: &str) -> String {
    HEXLOWER.encode(&hash_token(id.as_bytes()))
}

/// A new accessor: 144 random bits.
pub(crate) fn new_accessor(changes: &mut Changes) -> String {
    BASE64URL_NOPAD.encode(&*random(changes))
}

/// A new token: 144 random bits, so that a pad for it has 28 characters with the prefix.
pub(crate) fn new_token(changes: &mut Changes) -> Zeroizing<String> {
    spell_token(&random(changes))
}

/// Random bits as a token.
pub(crate) fn spell_token(random: &[u8; 18]) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "{SERVICE_PREFIX}{}",
        BASE64URL_NOPAD.encode(random)
    ))
}

fn random(changes: &mut Changes) -> Zeroizing<[u8; 18]> {
    let mut bytes = Zeroizing::new([0u8; 18]);
    changes.below("").entropy().fill(&mut *bytes);
    bytes
}

/// The token that a client shows, if it is good.
pub(crate) async fn present(changes: &mut Changes, id: &str) -> Result<Option<Presented>> {
    if id.is_empty() || id.len() > TOKEN_BYTES_MAX {
        return Ok(None);
    }
    let now = changes.now();
    let hash = hash_of(id);
    let token = match id.strip_prefix(BATCH_PREFIX) {
        Some(carried) => open_batch(changes, carried).await?,
        None => find(changes, &hash).await?,
    };
    let token = token.filter(|token| !token.is_expired(now));
    Ok(token.map(|token| Presented {
        id: Zeroizing::new(id.to_owned()),
        hash,
        token,
    }))
}

/// What a token that carries itself says, as long as the one that made it is good.
async fn open_batch(changes: &mut Changes, carried: &str) -> Result<Option<Token>> {
    let Ok(sealed) = BASE64URL_NOPAD.decode(carried.as_bytes()) else {
        return Ok(None);
    };
    let Some(text) = changes.open_carried(BATCH, &sealed) else {
        return Ok(None);
    };
    let token = read(&text)?;
    if let Some(parent) = &token.parent {
        let now = changes.now();
        let parent = find(changes, parent).await?;
        if parent.is_none_or(|parent| parent.is_expired(now)) {
            return Ok(None);
        }
    }
    Ok(Some(token))
}

/// What is kept under a hash, good or not.
pub(crate) async fn find(changes: &mut Changes, hash: &str) -> Result<Option<Token>> {
    let entry = changes.below(ROOT).get(&format!("id/{hash}")).await?;
    entry.map(|entry| read(&entry.value)).transpose()
}

/// The hash of the token with this accessor.
pub(crate) async fn find_by_accessor(
    changes: &mut Changes,
    accessor: &str,
) -> Result<Option<String>> {
    let entry = changes
        .below(ROOT)
        .get(&format!("accessor/{accessor}"))
        .await?;
    let text = entry.map(|entry| String::from_utf8(entry.value.to_vec()));
    text.transpose()
        .map_err(|_| Fault::new("an accessor names no token").into())
}

/// Keeps a new token.
pub(crate) async fn insert(
    changes: &mut Changes,
    hash: &str,
    token: &Token,
) -> Result<(), Failure> {
    let id = format!("id/{hash}");
    if changes.below(ROOT).get(&id).await?.is_some() {
        return Err(Failure::invalid(
            "cannot create a token with a duplicate ID",
        ));
    }
    keep_again(changes, hash, token).await
}

/// Keeps a token that may have been there before.
pub(crate) async fn keep_again(
    changes: &mut Changes,
    hash: &str,
    token: &Token,
) -> Result<(), Failure> {
    let mut txn = changes.below(ROOT);
    txn.put(&format!("id/{hash}"), text(token)?).await?;
    let accessor = Zeroizing::new(hash.as_bytes().to_vec());
    txn.put(&format!("accessor/{}", token.accessor), accessor)
        .await?;
    for index in indexes(hash, token) {
        txn.put(&index, Zeroizing::default()).await?;
    }
    if let Some(parent) = &token.parent {
        // Whoever revokes the parent meanwhile was first: nothing new comes below one that is gone.
        let place = format!("id/{parent}");
        let entry = txn.get(&place).await?.ok_or(Failure::Denied)?;
        txn.rely(&place);
        let now = txn.now();
        if read(&entry.value)?.is_expired(now) {
            return Err(Failure::Denied);
        }
    }
    Ok(())
}

/// Keeps a token that has changed.
pub(crate) async fn replace(
    changes: &mut Changes,
    hash: &str,
    before: &Token,
    token: &Token,
) -> Result<(), Failure> {
    let mut txn = changes.below(ROOT);
    txn.put(&format!("id/{hash}"), text(token)?).await?;
    if before.bucket() != token.bucket() {
        if let Some(bucket) = before.bucket() {
            txn.delete(&format!("expire/{bucket}/{hash}")).await?;
        }
        if let Some(bucket) = token.bucket() {
            txn.put(&format!("expire/{bucket}/{hash}"), Zeroizing::default())
                .await?;
        }
    }
    Ok(())
}

/// Removes one token, and none below it.
pub(crate) async fn remove(
    changes: &mut Changes,
    hash: &str,
    token: &Token,
) -> Result<(), Failure> {
    let mut txn = changes.below(ROOT);
    txn.delete(&format!("id/{hash}")).await?;
    txn.delete(&format!("accessor/{}", token.accessor)).await?;
    for index in indexes(hash, token) {
        txn.delete(&index).await?;
    }
    Ok(())
}

fn indexes(hash: &str, token: &Token) -> Vec<String> {
    let mut indexes = vec![format!("lease/{}", token.lease_id(hash))];
    if let Some(parent) = &token.parent {
        indexes.push(format!("child/{parent}/{hash}"));
    }
    if let Some(bucket) = token.bucket() {
        indexes.push(format!("expire/{bucket}/{hash}"));
    }
    indexes
}

fn read(text: &[u8]) -> Result<Token> {
    serde_json::from_slice(text)
        .map_err(|error| Fault::new(format!("a stored token cannot be read: {error}")).into())
}

fn text(token: &Token) -> Result<Zeroizing<Vec<u8>>> {
    let text = serde_json::to_vec(token).map_err(Fault::from_source)?;
    Ok(Zeroizing::new(text))
}

/// A token in itself: sealed, and given out.
fn carried(changes: &Changes, token: &Token) -> Result<Zeroizing<String>> {
    let sealed = changes.seal_carried(BATCH, &text(token)?);
    let text = BASE64URL_NOPAD.encode(&sealed);
    Ok(Zeroizing::new(format!("{BATCH_PREFIX}{text}")))
}

/// Texts as JSON.
pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Value {
    texts.into_iter().cloned().map(Value::String).collect()
}
