//! Encrypting, decrypting, rewrapping, and keys for data.

use std::{collections::BTreeMap, sync::Arc};

use logical::{Failure, Fields, Operation, Outcome, Reply};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{
    Desk,
    answers::{Done, Inputs, SLOW_AT_ONCE, base64, bytes, object, required, text},
};
use crate::{
    keyring::NewKey,
    kind::KeyType,
    opened::Opened,
    problem::Problem,
    seal::{Plain, Sealed},
    uses::Uses,
};

const NOT_FOUND: &str = "encryption key not found";

/// An item whose fields are read.
struct Ready {
    version: u32,
    text: Zeroizing<Vec<u8>>,
    context: Zeroizing<Vec<u8>>,
    associated: Zeroizing<Vec<u8>>,
}

impl Desk<'_, '_> {
    pub(super) async fn encrypt(&mut self, name: &str) -> Outcome {
        let inputs = Inputs::read(Fields(&self.request.data))?;
        let opened = match self.find_current(name).await? {
            Some(opened) => opened,
            None => self.make_missing(name, &inputs).await?,
        };
        let read = |item: &Fields<'_>| {
            check_padding(item, "padding_scheme", &opened)?;
            check_nonce(item)?;
            Ok(Ready {
                version: opened
                    .ring()
                    .encryption_version(inputs.key_version(item)?)?,
                text: required(item, "plaintext", "missing plaintext to encrypt")?,
                context: bytes(item, "context")?,
                associated: bytes(item, "associated_data")?,
            })
        };
        let ready: Vec<_> = inputs.items.iter().map(read).collect();
        let done = self.encrypt_all(&opened, ready).await?;
        inputs.answer_strictly(done)
    }

    pub(super) async fn decrypt(&mut self, name: &str) -> Outcome {
        let inputs = Inputs::read(Fields(&self.request.data))?;
        let opened = self.find(name).await?.ok_or_else(not_found)?;
        let mut done = Vec::with_capacity(inputs.items.len());
        for (at, item) in inputs.items.iter().enumerate() {
            pause(&opened, at).await;
            let plain = decrypt_item(&opened, item, "padding_scheme");
            done.push(plain.map(|plain| object([("plaintext", base64(&plain))])));
        }
        inputs.answer_strictly(done)
    }

    pub(super) async fn rewrap(&mut self, name: &str) -> Outcome {
        let inputs = Inputs::read(Fields(&self.request.data))?;
        let opened = self.find_current(name).await?.ok_or_else(not_found)?;
        let mut ready = Vec::with_capacity(inputs.items.len());
        for (at, item) in inputs.items.iter().enumerate() {
            pause(&opened, at).await;
            let read = || {
                check_padding(item, "encrypt_padding_scheme", &opened)?;
                Ok(Ready {
                    version: opened
                        .ring()
                        .encryption_version(inputs.key_version(item)?)?,
                    text: decrypt_item(&opened, item, "decrypt_padding_scheme")?,
                    context: bytes(item, "context")?,
                    associated: bytes(item, "associated_data")?,
                })
            };
            ready.push(read());
        }
        let done = self.encrypt_all(&opened, ready).await?;
        inputs.answer(done)
    }

    pub(super) async fn data_key(&mut self, kind: &str, name: &str) -> Outcome {
        let is_plain = match kind {
            "plaintext" => true,
            "wrapped" => false,
            _ => {
                return Err(Failure::invalid(
                    "Invalid path, must be 'plaintext' or 'wrapped'",
                ));
            }
        };
        let fields = Fields(&self.request.data);
        let length = match fields.integer("bits")? {
            Some(128) => 16,
            None | Some(0 | 256) => 32,
            Some(512) => 64,
            _ => return Err(Failure::invalid("invalid bit length")),
        };
        let opened = self.find_current(name).await?.ok_or_else(not_found)?;
        check_padding(&fields, "padding_scheme", &opened)?;
        check_nonce(&fields)?;
        let mut key = Zeroizing::new(vec![0u8; length]);
        self.txn.entropy().fill(&mut key);
        let ready = Ready {
            version: opened.ring().latest_version(),
            text: key.clone(),
            context: bytes(&fields, "context")?,
            associated: bytes(&fields, "associated_data")?,
        };
        let done = self.encrypt_all(&opened, vec![Ok(ready)]).await?;
        let only = done.into_iter().next();
        let mut data = only.ok_or_else(super::vanished)??;
        if is_plain {
            data.insert("plaintext".to_owned(), base64(&key));
        }
        Ok(Reply::data(data))
    }

    /// Encrypts what could be read, with uses for each version that is asked for.
    async fn encrypt_all(
        &mut self,
        opened: &Opened,
        ready: Vec<Result<Ready, Problem>>,
    ) -> Result<Vec<Done>, Failure> {
        let mut counts = BTreeMap::<u32, u64>::new();
        for ready in ready.iter().flatten() {
            *counts.entry(ready.version).or_default() += 1;
        }
        let mut uses = BTreeMap::<u32, Uses>::new();
        for (version, count) in counts {
            uses.insert(version, self.uses(opened, version, count).await?);
        }
        let mut done = Vec::with_capacity(ready.len());
        for (at, ready) in ready.into_iter().enumerate() {
            pause(opened, at).await;
            let encrypted = ready.and_then(|ready| {
                let uses = uses.get_mut(&ready.version);
                let uses = uses.ok_or_else(|| Problem::fault("nothing was set aside"))?;
                let plain = Plain {
                    text: &ready.text,
                    context: &ready.context,
                    associated: &ready.associated,
                };
                let ciphertext = opened.encrypt(uses, &plain)?;
                Ok(object([
                    ("ciphertext", Value::String(ciphertext)),
                    ("key_version", ready.version.into()),
                ]))
            });
            done.push(encrypted);
        }
        Ok(done)
    }

    /// The key that is made because it is missing, for whoever may create it.
    async fn make_missing(
        &mut self,
        name: &str,
        inputs: &Inputs<'_>,
    ) -> Result<Arc<Opened>, Failure> {
        let may_make = self.request.operation == Operation::Create;
        if !may_make || self.is_upsert_disabled().await? {
            return Err(not_found());
        }
        let mut with_context = 0;
        for item in &inputs.items {
            if text(item, "context")?.is_some_and(|context| !context.is_empty()) {
                with_context += 1;
            }
        }
        if with_context != 0 && with_context != inputs.items.len() {
            return Err(Failure::invalid(
                "context should be set either in all the request blocks or in none",
            ));
        }
        let fields = inputs.request;
        let kind = match fields.text("type")? {
            Some(kind) if !kind.is_empty() => KeyType::parse(&kind)?,
            _ => KeyType::Aes256Gcm96,
        };
        if !kind.encrypts() {
            return Err(Failure::invalid(format!(
                "key type {} not supported for this operation",
                kind.name()
            )));
        }
        let new = NewKey {
            derived: with_context != 0,
            convergent_encryption: fields.truth("convergent_encryption")?.unwrap_or(false),
            ..NewKey::of(kind)
        };
        let ring = self.make(name, new).await?;
        Ok(Arc::new(Opened::new(ring, None)))
    }
}

fn not_found() -> Failure {
    Failure::invalid(NOT_FOUND)
}

fn decrypt_item(
    opened: &Opened,
    item: &Fields<'_>,
    padding: &str,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    check_padding(item, padding, opened)?;
    check_nonce(item)?;
    let ciphertext = text(item, "ciphertext")?.filter(|text| !text.is_empty());
    let ciphertext = ciphertext.ok_or_else(|| Problem::invalid("missing ciphertext to decrypt"))?;
    let (context, associated) = (bytes(item, "context")?, bytes(item, "associated_data")?);
    opened.decrypt(&Sealed {
        ciphertext,
        context: &context,
        associated: &associated,
    })
}

/// Nonces that come from outside would sooner or later come twice.
fn check_nonce(item: &Fields<'_>) -> Result<(), Problem> {
    match text(item, "nonce")? {
        None | Some("") => Ok(()),
        Some(_) => Err(Problem::invalid("provided nonce not allowed for this key")),
    }
}

/// RSA is padded with OAEP and nothing else.
fn check_padding(item: &Fields<'_>, name: &str, opened: &Opened) -> Result<(), Problem> {
    match text(item, name)? {
        None | Some("") => Ok(()),
        Some(_) if !opened.ring().kind().is_rsa() => Err(Problem::invalid(format!(
            "{name} is only supported with RSA keys"
        ))),
        Some("oaep") => Ok(()),
        Some(_) => Err(Problem::invalid(format!(
            "unsupported {name}: only oaep is offered"
        ))),
    }
}

/// Lets others go first now and then, where each item takes long.
async fn pause(opened: &Opened, at: usize) {
    if opened.ring().kind().is_rsa() && at % SLOW_AT_ONCE == SLOW_AT_ONCE - 1 {
        tokio::task::yield_now().await;
    }
}
