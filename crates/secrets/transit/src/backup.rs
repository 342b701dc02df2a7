//! A key as a text that can be kept elsewhere and brought back.

use base::Timestamp;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    keyring::{Keyring, NewKey, check_name},
    kind::{HMAC_KEY_BYTES_MAX, HMAC_KEY_BYTES_MIN, KeyType},
    material::Version,
    opened::Opened,
    problem::Problem,
    uses::{RESTORED_SURCHARGE, USES_MAX},
};

/// Characters of a backup.
pub const BACKUP_CHARS_MAX: usize = 2 * 1024 * 1024;

const FORMAT: &str = "bastide-transit-backup-1";

#[derive(Serialize)]
struct Written<'a> {
    format: &'a str,
    taken_at: i64,
    keyring: &'a Keyring,
}

#[derive(Deserialize)]
struct Read {
    format: String,
    keyring: Keyring,
}

impl Keyring {
    /// The whole key with everything secret in it, as base64 of JSON.
    ///
    /// # Errors
    /// [`Problem::Server`] when it may not be exported or not be backed up so.
    pub fn back_up(&self, now: Timestamp) -> Result<Zeroizing<String>, Problem> {
        if !self.exportable {
            return Err(Problem::server("exporting is disallowed on the policy"));
        }
        if !self.allow_plaintext_backup {
            return Err(Problem::server(
                "plaintext backup is disallowed on the policy",
            ));
        }
        let written = Written {
            format: FORMAT,
            taken_at: now.micros(),
            keyring: self,
        };
        let room = self.to_bytes()?.len() + 256;
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *bytes, &written)
            .map_err(|_| Problem::fault("a backup cannot be written"))?;
        Ok(Zeroizing::new(BASE64.encode(&bytes)))
    }

    /// The key of a backup, under its own name or another. Where a key of the name is already, `existing`, it is replaced only
    /// if `is_forced`.
    ///
    /// What its versions encrypted since the backup is not known, so a surcharge is put on their counts; what is known of the
    /// key that is replaced counts too.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for what is no backup; [`Problem::Server`] when there is such a key.
    pub fn restore(
        backup: &str,
        name: Option<&str>,
        existing: Option<&Self>,
        is_forced: bool,
    ) -> Result<Self, Problem> {
        let broken = || Problem::invalid("the backup cannot be read");
        if backup.len() > BACKUP_CHARS_MAX {
            return Err(Problem::invalid("the backup is too long"));
        }
        let bytes = BASE64
            .decode(backup.trim().as_bytes())
            .map_err(|_| broken())?;
        let bytes = Zeroizing::new(bytes);
        let read: Read = serde_json::from_slice(&bytes).map_err(|_| broken())?;
        let mut ring = read.keyring;
        if read.format != FORMAT {
            return Err(broken());
        }
        if let Some(name) = name {
            name.clone_into(&mut ring.name);
        }
        check_name(&ring.name)?;
        if existing.is_some() && !is_forced {
            return Err(Problem::server(format!(
                "key {:?} already exists",
                ring.name
            )));
        }
        if !ring.is_whole() {
            return Err(broken());
        }
        for (number, version) in &mut ring.versions {
            let known = existing.and_then(|existing| existing.versions.get(number));
            let known = known.filter(|known| known.secret.is_same(&version.secret));
            let known = known.map_or(0, |known| known.uses);
            let uses = version.uses.saturating_add(RESTORED_SURCHARGE);
            version.uses = uses.max(known).min(USES_MAX);
            version.uses_by = 0;
        }
        let opened = Opened::new(ring, None);
        opened.check()?;
        Ok(opened.into_ring())
    }

    /// Whether everything that every key has is there and fits together.
    fn is_whole(&self) -> bool {
        let first = self.min_available_version.max(1);
        let numbers = first..=self.latest_version;
        let new = NewKey {
            derived: self.derived,
            convergent_encryption: self.convergent_encryption,
            auto_rotate_period: std::time::Duration::from_secs(self.auto_rotate_period_s),
            ..NewKey::of(self.kind)
        };
        let has_halves = |version: &Version| {
            let has_hmac = version.hmac.is_some() != (self.kind == KeyType::Hmac);
            has_hmac && version.public.is_some() == self.kind.public_name().is_some()
        };
        self.latest_version >= first
            && self.versions.keys().copied().eq(numbers)
            && self.fits()
            && self.versions.values().all(has_halves)
            && (first..=self.latest_version).contains(&self.min_decryption_version)
            && (self.min_encryption_version == 0
                || (self.min_decryption_version..=self.latest_version)
                    .contains(&self.min_encryption_version))
            && new.check().is_ok()
            && (HMAC_KEY_BYTES_MIN..=HMAC_KEY_BYTES_MAX).contains(&self.hmac_key_bytes)
    }
}
