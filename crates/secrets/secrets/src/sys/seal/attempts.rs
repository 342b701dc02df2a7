//! What custodians have begun together and not ended: new shares, a new root token. It lives in the memory of one node, and is
//! begun again when that ends.

use base::Entropy;
use logical::uuid;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::sealing::Piece;

/// One of each at a time.
#[derive(Default)]
pub(crate) struct Attempts {
    /// Held while the store is being initialised.
    pub(super) initialising: Mutex<()>,
    pub(super) rekey: Mutex<Option<Rekey>>,
    pub(super) generating: Mutex<Option<Generating>>,
}

/// New shares are being made.
pub(super) struct Rekey {
    pub(super) nonce: String,
    pub(super) shares: usize,
    pub(super) threshold: usize,
    pub(super) verifies: bool,
    /// Shares of the present root key.
    pub(super) present: Vec<Piece>,
    /// The new ones are out, and enough of them have to come back.
    pub(super) verifying: Option<Verifying>,
}

pub(super) struct Verifying {
    pub(super) nonce: String,
    pub(super) given: Vec<Piece>,
}

/// A new root token is being made.
pub(super) struct Generating {
    pub(super) nonce: String,
    pub(super) otp: Zeroizing<String>,
    pub(super) present: Vec<Piece>,
}

pub(super) fn nonce(entropy: &dyn Entropy) -> String {
    let mut bytes = [0u8; 16];
    entropy.fill(&mut bytes);
    uuid(bytes)
}

/// Adds a share unless it is there already.
pub(super) fn add(pieces: &mut Vec<Piece>, piece: Piece) {
    let is_known = pieces.iter().any(|known| cipher::equal(known, &piece));
    if !is_known {
        pieces.push(piece);
    }
}

impl Attempts {
    /// Forgets everything that was begun: the store is being sealed.
    pub(crate) async fn forget(&self) {
        *self.rekey.lock().await = None;
        *self.generating.lock().await = None;
    }
}
