//! Signatures, keyed hashes, hashes and random bytes.

use data_encoding::{BASE64, HEXLOWER};
use logical::{Failure, Fields, Outcome, Reply};
use zeroize::Zeroizing;

use super::{
    Desk,
    answers::{Done, Inputs, SLOW_AT_ONCE, bytes, object, required, text},
};
use crate::{
    curve::Marshaling,
    hash::Hash,
    opened::Opened,
    problem::Problem,
    rsa_forms::{Padding, SaltLength},
    sign::SignatureForm,
    wire::base64_field,
};

/// Random bytes of one request.
pub const RANDOM_BYTES_MAX: usize = 128 * 1024;

const MISSING: &str = "missing input";

impl Desk<'_, '_> {
    pub(super) async fn sign(&mut self, name: &str, hash: Option<&str>) -> Outcome {
        let inputs = Inputs::read(Fields(&self.request.data))?;
        let form = signature_form(&inputs.request, hash)?;
        let opened = self.find_current(name).await?;
        let opened = opened.ok_or_else(|| Failure::invalid("signing key not found"))?;
        let mut done = Vec::with_capacity(inputs.items.len());
        for (at, item) in inputs.items.iter().enumerate() {
            pause(&opened, at).await;
            done.push(sign_item(&opened, &inputs, item, &form));
        }
        // The public half of a derived key has one name in a batch and another by itself.
        let mut reply = inputs.answer(done)?;
        if let Some(data) = &mut reply.data
            && let Some(public) = data.remove("publickey")
        {
            data.insert("public_key".to_owned(), public);
        }
        Ok(reply)
    }

    pub(super) async fn verify(&mut self, name: &str, hash: Option<&str>) -> Outcome {
        let inputs = Inputs::read(Fields(&self.request.data))?;
        let form = signature_form(&inputs.request, hash)?;
        let mut are_macs = None;
        for item in &inputs.items {
            let is_mac = match (is_given(item, "signature")?, is_given(item, "hmac")?) {
                (true, true) => {
                    return Err(Failure::invalid("provide one of 'signature' or 'hmac'"));
                }
                (false, false) => continue,
                (_, is_mac) => is_mac,
            };
            if are_macs.is_some_and(|are_macs| are_macs != is_mac) {
                return Err(Failure::invalid(
                    "elements of batch_input must all provide either 'signature' or 'hmac'",
                ));
            }
            are_macs = Some(is_mac);
        }
        let opened = self.find(name).await?;
        let opened =
            opened.ok_or_else(|| Failure::invalid("signature verification key not found"))?;
        let mut done = Vec::with_capacity(inputs.items.len());
        for (at, item) in inputs.items.iter().enumerate() {
            pause(&opened, at).await;
            done.push(verify_item(&opened, item, &form));
        }
        inputs.answer(done)
    }

    pub(super) async fn mac(&mut self, name: &str, hash: Option<&str>) -> Outcome {
        let inputs = Inputs::read(Fields(&self.request.data))?;
        let hash = hash_of(&inputs.request, hash, "algorithm")?;
        let opened = self.find_current(name).await?;
        let opened = opened.ok_or_else(|| Failure::invalid("encryption key not found"))?;
        let mac = |item: &Fields<'_>| -> Done {
            let asked = inputs.key_version(item)?;
            let version = opened.ring().encryption_version(asked)?;
            let input = required(item, "input", "missing input for HMAC")?;
            let mac = opened.mac(version, hash, &input)?;
            Ok(object([("hmac", mac.into())]))
        };
        let done = inputs.items.iter().map(mac).collect();
        inputs.answer(done)
    }

    pub(super) fn hash(&self, hash: Option<&str>) -> Outcome {
        let fields = self.fields();
        let hash = hash_of(&fields, hash, "algorithm")?;
        let input = fields.str("input")?;
        let input = input.ok_or_else(|| Failure::invalid(MISSING))?;
        let sum = hash.digest(&base64_field("input", input)?);
        let sum = in_format(&fields, "hex", &sum)?;
        Ok(Reply::data(object([("sum", sum.into())])))
    }

    /// The path may name a source, a number of bytes, or both in this order.
    pub(super) fn random(&self, path: &[&str]) -> Outcome {
        let fields = self.fields();
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (source, count) = match path {
            [] => (None, None),
            [count] if is_number(count) => (None, Some(*count)),
            [source] => (Some(*source), None),
            [source, count, ..] => (Some(*source), Some(*count)),
        };
        let own = fields.text("source")?;
        match source.or(own.as_deref()) {
            None | Some("" | "platform" | "all") => {}
            Some(_) => {
                return Err(Failure::invalid(
                    "unsupported entropy source; must be \"platform\" or \"all\"",
                ));
            }
        }
        let count = match count {
            Some(count) => count.parse().map_err(|_| {
                Failure::invalid("error parsing url-set byte count: it is no whole number")
            })?,
            None => fields.integer("bytes")?.unwrap_or(32),
        };
        if count < 1 {
            return Err(Failure::invalid("\"bytes\" cannot be less than 1"));
        }
        let count = usize::try_from(count).ok();
        let count = count.filter(|count| *count <= RANDOM_BYTES_MAX);
        let count = count.ok_or_else(|| {
            Failure::invalid(format!(
                "\"bytes\" should be less than or equal to {RANDOM_BYTES_MAX}"
            ))
        })?;
        let mut random = Zeroizing::new(vec![0u8; count]);
        self.txn.entropy().fill(&mut random);
        let random = in_format(&fields, "base64", &random)?;
        Ok(Reply::data(object([("random_bytes", random.into())])))
    }
}

fn in_format(fields: &Fields<'_>, usual: &str, bytes: &[u8]) -> Result<String, Failure> {
    let format = fields.text("format")?.filter(|format| !format.is_empty());
    match format.as_deref().unwrap_or(usual) {
        "hex" => Ok(HEXLOWER.encode(bytes)),
        "base64" => Ok(BASE64.encode(bytes)),
        _ => Err(Failure::invalid(
            "unsupported encoding format; must be \"hex\" or \"base64\"",
        )),
    }
}

/// The hash function that the path names, or else the field.
fn hash_of(fields: &Fields<'_>, path: Option<&str>, name: &str) -> Result<Hash, Failure> {
    let own = fields.text(name)?;
    match path.or(own.as_deref()) {
        None | Some("") => Ok(Hash::default()),
        Some(hash) => Ok(Hash::parse(hash)?),
    }
}

fn signature_form(fields: &Fields<'_>, path: Option<&str>) -> Result<SignatureForm, Failure> {
    let hash = match fields.text("hash_algorithm")? {
        None => fields.text("algorithm")?,
        own => own,
    };
    let hash = match path.or(hash.as_deref()) {
        None | Some("") => Hash::default(),
        Some(hash) => Hash::parse_for_signing(hash)?,
    };
    let marshaling = match fields.text("marshaling_algorithm")?.as_deref() {
        None | Some("" | "asn1") => Marshaling::Asn1,
        Some("jws") => Marshaling::Jws,
        Some(_) => return Err(Failure::invalid("invalid marshaling algorithm")),
    };
    Ok(SignatureForm {
        hash,
        is_prehashed: fields.truth("prehashed")?.unwrap_or(false),
        padding: Padding::parse(&fields.text("signature_algorithm")?.unwrap_or_default())?,
        salt_length: SaltLength::parse(&fields.text("salt_length")?.unwrap_or_default())?,
        marshaling,
    })
}

fn sign_item(
    opened: &Opened,
    inputs: &Inputs<'_>,
    item: &Fields<'_>,
    form: &SignatureForm,
) -> Done {
    let version = opened
        .ring()
        .encryption_version(inputs.key_version(item)?)?;
    let input = required(item, "input", MISSING)?;
    let signed = opened.sign(version, &input, &bytes(item, "context")?, form)?;
    let mut done = object([
        ("signature", signed.text.into()),
        ("key_version", version.into()),
    ]);
    if let Some(public) = signed.public_key {
        done.insert("publickey".to_owned(), public.into());
    }
    Ok(done)
}

fn verify_item(opened: &Opened, item: &Fields<'_>, form: &SignatureForm) -> Done {
    let input = required(item, "input", MISSING)?;
    let given = |name| Ok::<_, Problem>(text(item, name)?.filter(|text| !text.is_empty()));
    let is_valid = match (given("signature")?, given("hmac")?) {
        (Some(signature), _) => opened.verify(signature, &input, &bytes(item, "context")?, form)?,
        (None, Some(mac)) => opened.verify_mac(mac, form.hash, &input)?,
        (None, None) => {
            return Err(Problem::invalid(
                "neither a 'signature' nor an 'hmac' was given to verify",
            ));
        }
    };
    Ok(object([("valid", is_valid.into())]))
}

fn is_given(item: &Fields<'_>, name: &str) -> Result<bool, Problem> {
    Ok(text(item, name)?.is_some_and(|text| !text.is_empty()))
}

/// Lets others go first now and then, where each item takes long.
async fn pause(opened: &Opened, at: usize) {
    if opened.ring().kind().signs() && at % SLOW_AT_ONCE == SLOW_AT_ONCE - 1 {
        tokio::task::yield_now().await;
    }
}
