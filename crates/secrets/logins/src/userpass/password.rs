//! Passwords: kept as Argon2id (RFC 9106), hashed beside the requests and a few at once.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use base::{Context, Entropy, Fault, Result};
use cipher::equal;
use logical::{Failure, Fields};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Bytes of a password.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// 19 MiB, two passes, one lane: the OWASP minimum for Argon2id, about 25 ms of one core.
const COST: Cost = Cost {
    memory_kib: 19 * 1024,
    passes: 2,
    lanes: 1,
};
/// Passwords that are hashed at once.
const AT_ONCE: usize = 2;
/// Passwords that are hashed or wait for it; more are turned away.
const WAITING_MAX: usize = 64;
const BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// What is kept of a password. The cost stands in it, so that a later version can ask for more and still read what is there.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Verifier {
    cost: Cost,
    salt: [u8; SALT_BYTES],
    hash: [u8; BYTES],
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The password of a request.
///
/// # Errors
/// [`Failure::Invalid`] when it is too long or no text. An empty one is none.
pub(super) fn read_password(fields: Fields<'_>) -> Result<Option<Zeroizing<String>>, Failure> {
    let password = fields
        .str("password")?
        .filter(|password| !password.is_empty());
    if password.is_some_and(|password| password.len() > PASSWORD_BYTES_MAX) {
        return Err(Failure::Invalid(format!(
            "password has more than {PASSWORD_BYTES_MAX} bytes"
        )));
    }
    Ok(password.map(|password| Zeroizing::new(password.to_owned())))
}

/// Hashes passwords on threads of their own.
pub(super) struct Hasher {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(WAITING_MAX)),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Hasher {
    pub(super) async fn verifier(
        &self,
        entropy: &dyn Entropy,
        password: Zeroizing<String>,
    ) -> Result<Verifier, Failure> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        let hash = self.run(move || hash(&password, salt, COST)).await?;
        Ok(Verifier {
            cost: COST,
            salt,
            hash: *hash,
        })
    }

    /// Whether a password is the one that the verifier was made of. Nothing stands for somebody who is not there: the same work is
    /// done, and the answer is no.
    pub(super) async fn is_password(
        &self,
        verifier: Option<Verifier>,
        password: Zeroizing<String>,
    ) -> Result<bool, Failure> {
        let nobody = Verifier {
            cost: COST,
            salt: [0; SALT_BYTES],
            hash: [0; BYTES],
        };
        let is_there = verifier.is_some();
        let verifier = verifier.unwrap_or(nobody);
        let given = self.run(move || hash(&password, verifier.salt, verifier.cost));
        Ok(equal(given.await?.as_slice(), &verifier.hash) && is_there)
    }

    /// Work that is given up by its request goes on, and keeps its turn until it is done.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(Failure::Status(429, "too many logins at once".to_owned()));
        };
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let held = (
            place,
            turn.context("waiting for a turn to hash a password")?,
        );
        let done = tokio::task::spawn_blocking(move || {
            let _held = held;
            work()
        });
        Ok(done.await.context("hashing a password")??)
    }
}

fn hash(
    password: &Zeroizing<String>,
    salt: [u8; SALT_BYTES],
    cost: Cost,
) -> Result<Zeroizing<[u8; BYTES]>> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(BYTES))
        .map_err(|error| Fault::new(format!("the cost of a password hash: {error}")))?;
    let mut hash = Zeroizing::new([0; BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), &salt, hash.as_mut_slice())
        .map_err(|error| Fault::new(format!("hashing a password: {error}")))?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use base::SystemEntropy;

    use super::*;

    fn text(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_verifier_knows_its_password_only() {
        let hasher = Hasher::default();
        let verifier = hasher
            .verifier(&SystemEntropy, text("correct horse"))
            .await
            .unwrap();
        let other = hasher
            .verifier(&SystemEntropy, text("correct horse"))
            .await
            .unwrap();
        assert_ne!(verifier.hash, other.hash);
        for (verifier, given, is_right) in [
            (Some(&verifier), "correct horse", true),
            (Some(&other), "correct horse", true),
            (Some(&verifier), "correct horsf", false),
            (Some(&verifier), "", false),
            (None, "correct horse", false),
            (None, "", false),
        ] {
            let found = hasher
                .is_password(verifier.cloned(), text(given))
                .await
                .unwrap();
            assert_eq!(found, is_right, "{given}");
        }
    }

    #[tokio::test]
    async fn a_verifier_of_an_impossible_cost_is_a_fault() {
        let hasher = Hasher::default();
        let cost = Cost {
            memory_kib: 0,
            passes: 0,
            lanes: 0,
        };
        let verifier = Verifier {
            cost,
            salt: [0; SALT_BYTES],
            hash: [0; BYTES],
        };
        let found = hasher.is_password(Some(verifier), text("x")).await;
        assert!(matches!(found, Err(Failure::Fault(_))));
    }

    #[tokio::test]
    async fn more_than_can_wait_are_turned_away_and_room_is_made_again() {
        let hasher = Hasher::default();
        let held = Arc::clone(&hasher.places)
            .try_acquire_many_owned(64)
            .unwrap();
        let found = hasher.is_password(None, text("x")).await;
        assert!(matches!(found, Err(Failure::Status(429, _))));
        drop(held);
        assert!(!hasher.is_password(None, text("x")).await.unwrap());
        assert_eq!(hasher.places.available_permits(), WAITING_MAX);
    }
}
