//! A named key: its versions, and the rules that they are used by.

use std::{collections::BTreeMap, time::Duration};

use base::{Entropy, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    kind::{HMAC_KEY_BYTES_MAX, HMAC_KEY_BYTES_MIN, KeyType},
    material::Version,
    problem::Problem,
    uses::{ROTATE_AT, USES_MAX, USES_STEP, Uses},
};

/// Bytes of the name of a key.
pub const NAME_BYTES_MAX: usize = 256;
/// Versions that a key holds; older ones have to be trimmed.
pub const VERSIONS_MAX: usize = 1_000;
/// The highest number of a version.
pub const VERSION_MAX: u32 = 999_999_999;
/// Versions that an RSA key holds.
pub const RSA_VERSIONS_MAX: usize = 200;
/// The shortest time after which a key may turn by itself.
pub const AUTO_ROTATE_MIN: Duration = Duration::from_secs(3_600);
/// The longest such time: a hundred years.
pub const AUTO_ROTATE_MAX: Duration = Duration::from_secs(100 * 366 * 86_400);

pub(crate) const TOO_OLD: &str =
    "ciphertext or signature version is disallowed by policy (too old)";

/// A named key. It is kept as JSON, sealed by the store; its secrets are wiped when it is dropped.
#[derive(Serialize, Deserialize)]
pub struct Keyring {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: KeyType,
    pub(crate) versions: BTreeMap<u32, Version>,
    pub(crate) latest_version: u32,
    pub(crate) min_decryption_version: u32,
    /// The latest, when 0.
    pub(crate) min_encryption_version: u32,
    /// Nothing was trimmed, when 0.
    pub(crate) min_available_version: u32,
    pub(crate) deletion_allowed: bool,
    pub(crate) derived: bool,
    pub(crate) convergent_encryption: bool,
    pub(crate) exportable: bool,
    pub(crate) allow_plaintext_backup: bool,
    /// Never by itself, when 0.
    pub(crate) auto_rotate_period_s: u64,
    pub(crate) hmac_key_bytes: usize,
}

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub kind: KeyType,
    pub derived: bool,
    pub convergent_encryption: bool,
    pub exportable: bool,
    pub allow_plaintext_backup: bool,
    /// Zero for never.
    pub auto_rotate_period: Duration,
    /// Bytes of an `hmac` key.
    pub key_size: Option<usize>,
}

impl NewKey {
    pub const fn of(kind: KeyType) -> Self {
        Self {
            kind,
            derived: false,
            convergent_encryption: false,
            exportable: false,
            allow_plaintext_backup: false,
            auto_rotate_period: Duration::ZERO,
            key_size: None,
        }
    }

    /// Whether there can be such a key.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with what does not fit together.
    pub fn check(&self) -> Result<(), Problem> {
        let kind = self.kind.name();
        if self.convergent_encryption && !self.derived {
            return Err(Problem::invalid(
                "convergent encryption requires derivation to be enabled",
            ));
        }
        if self.derived && !self.kind.derives() {
            return Err(Problem::invalid(format!(
                "key derivation and convergent encryption not supported for keys of type {kind}"
            )));
        }
        if self.convergent_encryption && !self.kind.is_aead() {
            return Err(Problem::invalid(format!(
                "convergent encryption not supported for keys of type {kind}"
            )));
        }
        let sizes = HMAC_KEY_BYTES_MIN..=HMAC_KEY_BYTES_MAX;
        match self.key_size {
            Some(_) if self.kind != KeyType::Hmac => Err(Problem::invalid(format!(
                "key_size is not supported for keys of type {kind}"
            ))),
            Some(size) if !sizes.contains(&size) => Err(Problem::invalid(format!(
                "key_size must be between {HMAC_KEY_BYTES_MIN} and {HMAC_KEY_BYTES_MAX} bytes"
            ))),
            _ => check_period(self.auto_rotate_period),
        }
    }
}

/// What is changed of a key's configuration; nothing, where `None`.
#[derive(Debug, Clone, Default)]
pub struct Tuning {
    pub min_decryption_version: Option<i64>,
    pub min_encryption_version: Option<i64>,
    pub deletion_allowed: Option<bool>,
    /// Can be set, not taken back.
    pub exportable: Option<bool>,
    /// Can be set, not taken back.
    pub allow_plaintext_backup: Option<bool>,
    pub auto_rotate_period: Option<Duration>,
}

fn check_period(period: Duration) -> Result<(), Problem> {
    let is_good = period.is_zero() || (AUTO_ROTATE_MIN..=AUTO_ROTATE_MAX).contains(&period);
    match is_good {
        true => Ok(()),
        false => Err(Problem::invalid(
            "auto rotate period must be 0 to disable or at least an hour",
        )),
    }
}

/// Whether a key may be called so: letters, digits, `-`, `_` and `.`, neither a `-` nor a `.` first or last.
///
/// # Errors
/// [`Problem::Invalid`] when it may not.
pub fn check_name(name: &str) -> Result<(), Problem> {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_outer = |byte: Option<&u8>| byte.is_some_and(|byte| !matches!(byte, b'-' | b'.'));
    let bytes = name.as_bytes();
    let is_good = bytes.len() <= NAME_BYTES_MAX
        && bytes.iter().all(|byte| is_inner(*byte))
        && is_outer(bytes.first())
        && is_outer(bytes.last());
    match is_good {
        true => Ok(()),
        false => Err(Problem::invalid("invalid key name")),
    }
}

impl Keyring {
    /// A new key with one version. Of an RSA key it takes seconds.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when there can be no such key.
    pub fn create(
        name: &str,
        new: &NewKey,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, Problem> {
        check_name(name)?;
        new.check()?;
        let mut ring = Self {
            name: name.to_owned(),
            kind: new.kind,
            versions: BTreeMap::new(),
            latest_version: 0,
            min_decryption_version: 1,
            min_encryption_version: 0,
            min_available_version: 0,
            deletion_allowed: false,
            derived: new.derived,
            convergent_encryption: new.convergent_encryption,
            exportable: new.exportable,
            allow_plaintext_backup: new.allow_plaintext_backup,
            auto_rotate_period_s: new.auto_rotate_period.as_secs(),
            hmac_key_bytes: new.key_size.unwrap_or(HMAC_KEY_BYTES_MIN),
        };
        ring.rotate(now, entropy)?;
        Ok(ring)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub const fn kind(&self) -> KeyType {
        self.kind
    }

    pub const fn latest_version(&self) -> u32 {
        self.latest_version
    }

    pub const fn is_derived(&self) -> bool {
        self.derived
    }

    /// Adds a version, which is the latest then. Of an RSA key it takes seconds.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when the key holds as many versions as it may.
    pub fn rotate(&mut self, now: Timestamp, entropy: &dyn Entropy) -> Result<(), Problem> {
        if !self.has_room() {
            return Err(Problem::invalid(
                "the key has too many versions: trim it first",
            ));
        }
        let version = Version::generate(self.kind, self.hmac_key_bytes, now, entropy)?;
        self.latest_version += 1;
        self.versions.insert(self.latest_version, version);
        Ok(())
    }

    const fn versions_max(&self) -> usize {
        match self.kind.is_rsa() {
            true => RSA_VERSIONS_MAX,
            false => VERSIONS_MAX,
        }
    }

    fn has_room(&self) -> bool {
        self.versions.len() < self.versions_max() && self.latest_version < VERSION_MAX
    }

    /// Whether it holds no more versions than it may.
    pub(crate) fn fits(&self) -> bool {
        self.versions.len() <= self.versions_max() && self.latest_version <= VERSION_MAX
    }

    /// Whether the key should turn now: its time has come, or its latest version has been used as often as it should be. A key
    /// that has no room for a version goes on with what it has.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let latest = self.versions.get(&self.latest_version);
        let period = Duration::from_secs(self.auto_rotate_period_s);
        let is_old =
            |version: &Version| !period.is_zero() && now.since(version.created()) >= period;
        let is_worn =
            |version: &Version| self.kind.is_aead() && version.uses + USES_STEP > ROTATE_AT;
        self.has_room() && latest.is_some_and(|latest| is_old(latest) || is_worn(latest))
    }

    /// The version to encrypt, sign or authenticate with: the latest, or the one that is asked for.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for one that there is not, or that is too old for it.
    pub fn encryption_version(&self, asked: i64) -> Result<u32, Problem> {
        if asked == 0 {
            return Ok(self.latest_version);
        }
        if asked < 0 {
            return Err(Problem::invalid(
                "requested version for encryption is negative",
            ));
        }
        let version = u32::try_from(asked).ok();
        let version = version.filter(|version| *version <= self.latest_version);
        let version = version.ok_or_else(|| {
            Problem::invalid(
                "requested version for encryption is higher than the latest key version",
            )
        })?;
        // What could not be decrypted again is not encrypted either.
        let least = self.min_encryption_version.max(self.min_decryption_version);
        if version < least {
            return Err(Problem::invalid(
                "requested version for encryption is less than the minimum encryption key version",
            ));
        }
        Ok(version)
    }

    /// Whether this version may still decrypt or verify.
    pub(crate) fn check_decryption_version(&self, version: u32, what: &str) -> Result<(), Problem> {
        if version > self.latest_version {
            return Err(Problem::invalid(format!(
                "invalid {what}: version is too new"
            )));
        }
        if version < self.min_decryption_version {
            return Err(Problem::invalid(TOO_OLD));
        }
        Ok(())
    }

    /// Changes the configuration, all of it or nothing.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with what does not fit together.
    pub fn tune(&mut self, tuning: &Tuning) -> Result<Vec<String>, Problem> {
        let latest = self.latest_version;
        let mut warnings = Vec::new();
        let read = |given: i64, what: &str| {
            if given < 0 {
                return Err(Problem::invalid(format!(
                    "min {what} version cannot be negative"
                )));
            }
            let version = u32::try_from(given).ok();
            version.filter(|version| *version <= latest).ok_or_else(|| {
                Problem::invalid(format!(
                    "cannot set min {what} version of {given}, latest key version is {latest}"
                ))
            })
        };
        let mut decryption = self.min_decryption_version;
        if let Some(given) = tuning.min_decryption_version {
            decryption = read(given, "decryption")?;
            if decryption == 0 {
                decryption = 1;
                warnings.push(
                    "since Vault 0.3, transit key numbering starts at 1; forcing minimum to 1"
                        .to_owned(),
                );
            }
        }
        let encryption = match tuning.min_encryption_version {
            Some(given) => read(given, "encryption")?,
            None => self.min_encryption_version,
        };
        if encryption != 0 && encryption < decryption {
            return Err(Problem::invalid(format!(
                "cannot set min encryption/decryption values; min encryption version of {encryption} \
                 must be greater than or equal to min decryption version of {decryption}"
            )));
        }
        if decryption < self.min_available_version {
            return Err(Problem::invalid(
                "min decryption version should not be less than min available version",
            ));
        }
        if let Some(period) = tuning.auto_rotate_period {
            check_period(period)?;
            self.auto_rotate_period_s = period.as_secs();
        }
        self.min_decryption_version = decryption;
        self.min_encryption_version = encryption;
        self.deletion_allowed = tuning.deletion_allowed.unwrap_or(self.deletion_allowed);
        self.exportable |= tuning.exportable.unwrap_or(false);
        self.allow_plaintext_backup |= tuning.allow_plaintext_backup.unwrap_or(false);
        Ok(warnings)
    }

    /// Drops for ever the versions before this one.
    ///
    /// # Errors
    /// [`Problem::Invalid`] while they may still be used.
    pub fn trim(&mut self, min_available: i64) -> Result<(), Problem> {
        let least = u32::try_from(min_available).ok().filter(|least| *least > 0);
        let least =
            least.ok_or_else(|| Problem::invalid("minimum available version must be positive"))?;
        let refusal = if least < self.min_available_version {
            "minimum available version cannot be decremented"
        } else if self.min_encryption_version == 0 {
            "minimum available version cannot be set when minimum encryption version is not set"
        } else if self.min_decryption_version == 0 {
            "minimum available version cannot be set when minimum decryption version is not set"
        } else if least > self.latest_version {
            "minimum available version cannot be higher than the latest version"
        } else if least > self.min_encryption_version {
            "minimum available version cannot be greater than minimum encryption version"
        } else if least > self.min_decryption_version {
            "minimum available version cannot be greater than minimum decryption version"
        } else {
            self.versions = self.versions.split_off(&least);
            self.min_available_version = least;
            return Ok(());
        };
        Err(Problem::invalid(refusal))
    }

    /// Whether the key may be deleted.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when it may not.
    pub fn may_delete(&self) -> Result<(), Problem> {
        match self.deletion_allowed {
            true => Ok(()),
            false => Err(Problem::invalid(format!(
                "error deleting policy {}: deletion is not allowed for this key",
                self.name
            ))),
        }
    }

    /// Sets nonces of a version aside: at least `count`, which are given, and more, which the holder may use once this key was
    /// stored as it is now. `by` names the setting aside; no two have the same.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when the version was used as often as is safe.
    pub fn set_aside(
        &mut self,
        version: u32,
        count: u64,
        by: u64,
        entropy: &dyn Entropy,
    ) -> Result<(Uses, u64), Problem> {
        let held = self.versions.get_mut(&version);
        let held = held.ok_or_else(|| Problem::fault("a version of a key is missing"))?;
        let amount = USES_STEP.max(count);
        let uses = held
            .uses
            .checked_add(amount)
            .filter(|uses| *uses <= USES_MAX);
        held.uses = uses.ok_or_else(|| {
            Problem::invalid(format!(
                "version {version} of the key has made as many encryptions as are safe: rotate it"
            ))
        })?;
        held.uses_by = by;
        Ok((Uses::draw(version, count, entropy), amount - count))
    }

    /// As it is stored.
    ///
    /// # Errors
    /// A fault, when it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Problem> {
        // Large enough at once: growing would leave keys in memory that is not wiped.
        let length = |version: &Version| {
            let public = version.public.as_ref().map_or(0, String::len);
            let secrets = version.secret.expose().len() + version.hmac_key().expose().len();
            secrets * 2 + public + 256
        };
        let room: usize = self.versions.values().map(length).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(room + self.name.len() + 1_024));
        serde_json::to_writer(&mut *bytes, self)
            .map_err(|_| Problem::fault("a key cannot be written"))?;
        Ok(bytes)
    }

    /// Reads what [`Keyring::to_bytes`] made.
    ///
    /// # Errors
    /// A fault, when it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(bytes).map_err(|_| Problem::fault("a key cannot be read"))
    }
}
