//! What may be said of a key.

use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use crate::{
    keyring::Keyring,
    kind::KeyType,
    material::{Material, Version, pkcs1, sec1},
    opened::{Key, Opened},
    problem::Problem,
    wire::pem,
};

/// Which of the keys of a version is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    Encryption,
    Signing,
    Hmac,
    Public,
}

impl ExportKind {
    /// # Errors
    /// [`Problem::Invalid`] for a name that is none.
    pub fn parse(name: &str) -> Result<Self, Problem> {
        match name {
            "encryption-key" => Ok(Self::Encryption),
            "signing-key" => Ok(Self::Signing),
            "hmac-key" => Ok(Self::Hmac),
            "public-key" => Ok(Self::Public),
            _ => Err(Problem::invalid("invalid export type")),
        }
    }
}

/// Which versions are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportVersions {
    All,
    Latest,
    One(u32),
}

impl ExportVersions {
    /// Nothing, `latest` or a number.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for anything else.
    pub fn parse(text: Option<&str>) -> Result<Self, Problem> {
        match text {
            None | Some("") => Ok(Self::All),
            Some("latest") => Ok(Self::Latest),
            Some(number) => number
                .parse()
                .map(Self::One)
                .map_err(|_| Problem::invalid("invalid key version")),
        }
    }
}

impl Opened {
    /// The configuration of the key and what is public of its versions. `context` shows the public halves of derived keys.
    ///
    /// # Errors
    /// A fault, when a key cannot be read.
    pub fn read_out(&self, context: &[u8]) -> Result<Map<String, Value>, Problem> {
        let ring = self.ring();
        let kind = ring.kind();
        let mut keys = Map::new();
        for (number, version) in ring.usable() {
            keys.insert(
                number.to_string(),
                self.read_out_version(*number, version, context)?,
            );
        }
        let out = json!({
            "name": ring.name,
            "type": kind.name(),
            "keys": keys,
            "latest_version": ring.latest_version,
            "min_available_version": ring.min_available_version,
            "min_decryption_version": ring.min_decryption_version,
            "min_encryption_version": ring.min_encryption_version,
            "deletion_allowed": ring.deletion_allowed,
            "derived": ring.derived,
            "exportable": ring.exportable,
            "allow_plaintext_backup": ring.allow_plaintext_backup,
            "auto_rotate_period": ring.auto_rotate_period_s,
            "imported_key": false,
            "supports_encryption": kind.encrypts(),
            "supports_decryption": kind.encrypts(),
            "supports_derivation": kind.derives(),
            "supports_signing": kind.signs(),
        });
        let Value::Object(mut out) = out else {
            return Err(Problem::fault("a read-out is no object"));
        };
        if ring.derived {
            out.insert("kdf".to_owned(), json!("hkdf_sha256"));
            out.insert(
                "convergent_encryption".to_owned(),
                json!(ring.convergent_encryption),
            );
            if ring.convergent_encryption {
                out.insert("convergent_encryption_version".to_owned(), json!(3));
            }
        }
        Ok(out)
    }

    fn read_out_version(
        &self,
        number: u32,
        version: &Version,
        context: &[u8],
    ) -> Result<Value, Problem> {
        let kind = self.ring().kind();
        let Some(name) = kind.public_name() else {
            return Ok(json!(version.created_at.div_euclid(1_000_000)));
        };
        let public = match kind {
            KeyType::Ed25519 if self.ring().derived && context.is_empty() => String::new(),
            KeyType::Ed25519 if self.ring().derived => self.derived_public(number, context)?,
            _ => public_half(kind, version)?,
        };
        Ok(json!({
            "name": name,
            "public_key": public,
            "creation_time": version.created().to_string(),
        }))
    }

    fn derived_public(&self, number: u32, context: &[u8]) -> Result<String, Problem> {
        use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
        let Key::DerivedEd25519(derivation) = self.key(number)? else {
            return Err(Problem::fault("a derived key is none"));
        };
        let seed = derivation.derive(context, 32)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|_| Problem::fault("an Ed25519 key could not be derived"))?;
        Ok(BASE64.encode(pair.public_key().as_ref()))
    }
}

impl Keyring {
    /// The versions that may still be used.
    fn usable(&self) -> impl Iterator<Item = (&u32, &Version)> {
        self.versions.range(self.min_decryption_version..)
    }

    /// The keys themselves, by version: base64 for symmetric keys and Ed25519, PEM otherwise.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when they may not be exported, or the key has none of the kind.
    pub fn export(
        &self,
        kind: ExportKind,
        versions: ExportVersions,
    ) -> Result<Map<String, Value>, Problem> {
        if kind != ExportKind::Public && !self.exportable {
            return Err(Problem::invalid("private key material is not exportable"));
        }
        let refusal = match kind {
            ExportKind::Encryption if !self.kind.encrypts() => {
                "encryption not supported for the key"
            }
            ExportKind::Signing if !self.kind.signs() => "signing not supported for the key",
            ExportKind::Public if self.kind.public_name().is_none() || self.derived => {
                "the key has no public half"
            }
            _ => "",
        };
        if !refusal.is_empty() {
            return Err(Problem::invalid(refusal));
        }
        let mut keys = Map::new();
        match versions {
            ExportVersions::All => {
                for (number, version) in self.usable() {
                    keys.insert(number.to_string(), self.export_version(kind, version)?);
                }
            }
            ExportVersions::Latest => {
                let number = self.latest_version;
                keys.insert(number.to_string(), self.export_one(kind, number)?);
            }
            ExportVersions::One(number) => {
                keys.insert(number.to_string(), self.export_one(kind, number)?);
            }
        }
        let mut out = Map::new();
        out.insert("name".to_owned(), json!(self.name));
        out.insert("type".to_owned(), json!(self.kind.name()));
        out.insert("keys".to_owned(), Value::Object(keys));
        Ok(out)
    }

    fn export_one(&self, kind: ExportKind, number: u32) -> Result<Value, Problem> {
        if number < self.min_decryption_version {
            return Err(Problem::invalid(
                "version for export is below minimum decryption version",
            ));
        }
        let version = self
            .versions
            .get(&number)
            .ok_or_else(|| Problem::invalid("version does not exist or cannot be found"))?;
        self.export_version(kind, version)
    }

    fn export_version(&self, kind: ExportKind, version: &Version) -> Result<Value, Problem> {
        let base64 = |material: &Material| BASE64.encode(material.expose());
        let text = match (kind, self.kind) {
            (ExportKind::Hmac, _) => base64(version.hmac_key()),
            (ExportKind::Public, _) => public_half(self.kind, version)?,
            (_, KeyType::Ed25519) => {
                // The seed with the public half behind it, as it is commonly kept.
                let seed = version.secret.expose();
                let whole = [seed, &version.public_bytes()?].concat();
                BASE64.encode(&zeroize::Zeroizing::new(whole))
            }
            (_, own) => match own.curve() {
                Some(curve) => pem("EC PRIVATE KEY", &sec1(curve, &version.secret)?).to_string(),
                None if own.is_rsa() => {
                    pem("RSA PRIVATE KEY", &pkcs1(&version.secret)?).to_string()
                }
                None => base64(&version.secret),
            },
        };
        Ok(Value::String(text))
    }
}

/// Base64 for Ed25519, a `PUBLIC KEY` in PEM (RFC 7468 §13) otherwise.
fn public_half(kind: KeyType, version: &Version) -> Result<String, Problem> {
    let bytes = version.public_bytes()?;
    Ok(match kind {
        KeyType::Ed25519 => BASE64.encode(&bytes),
        _ => pem("PUBLIC KEY", &bytes).to_string(),
    })
}
