//! `sys/generate-root/…`: a new root token for enough of the shares. It is given out under a one-time pad, so that whoever sees the
//! last answer has not seen the token.

use data_encoding::BASE64_NOPAD;
use logical::{Failure, Fields, Login};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    attempts::{Generating, add, nonce},
    fault, piece,
};
use crate::{
    call::{Answer, Call, Method},
    core::Core,
    mounts::LEASE,
    revoking,
    sealing::State,
    tokens::{self, Wish},
};

/// Characters of a root token, and of the pad.
const TOKEN_CHARS: usize = 28;

fn status(generating: Option<&Generating>, state: State) -> Value {
    json!({
        "nonce": generating.map_or("", |one| &one.nonce), "started": generating.is_some(),
        "progress": generating.map_or(0, |one| one.present.len()), "required": state.threshold, "complete": false,
        "encoded_token": "", "encoded_root_token": "", "pgp_fingerprint": "", "otp": "", "otp_length": TOKEN_CHARS,
    })
}

async fn unsealed(core: &Core) -> Result<State, Failure> {
    let state = core.keeper.state().await?;
    match state.is_initialised && !state.is_sealed && core.open().is_some() {
        true => Ok(state),
        false => Err(Failure::Status(503, "Vault is sealed".to_owned())),
    }
}

pub(super) async fn begin(core: &Core, call: &Call) -> Result<Answer, Failure> {
    let state = unsealed(core).await?;
    let mut held = core.attempts.generating.lock().await;
    match call.method {
        Method::Delete => {
            *held = None;
            return Ok(Answer::empty(204));
        }
        Method::Put => {}
        _ => return Ok(Answer::json(200, status(held.as_ref(), state))),
    }
    if held.is_some() {
        return Err(Failure::invalid("root generation already in progress"));
    }
    let fields = Fields(&call.data);
    if fields.text("pgp_key")?.is_some_and(|key| !key.is_empty()) {
        return Err(Failure::invalid("pgp_key is not supported"));
    }
    let given = fields.text("otp")?.filter(|otp| !otp.is_empty());
    let is_given = given.is_some();
    let otp = Zeroizing::new(given.unwrap_or_else(|| pad(core)));
    if otp.len() != TOKEN_CHARS {
        return Err(Failure::invalid(format!(
            "OTP string is wrong length; it has to have {TOKEN_CHARS} characters"
        )));
    }
    let generating = Generating {
        nonce: nonce(&*core.entropy),
        otp: otp.clone(),
        present: Vec::new(),
    };
    let mut body = status(Some(&generating), state);
    if !is_given && let Some(body) = body.as_object_mut() {
        body.insert("otp".to_owned(), json!(otp.as_str()));
    }
    *held = Some(generating);
    Ok(Answer::json(200, body))
}

/// A pad of letters and digits.
fn pad(core: &Core) -> String {
    let mut bytes = [0u8; 21];
    core.entropy.fill(&mut bytes);
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

pub(super) async fn update(core: &Core, call: &Call) -> Result<Answer, Failure> {
    let state = unsealed(core).await?;
    let mut held = core.attempts.generating.lock().await;
    let generating = held
        .as_mut()
        .ok_or_else(|| Failure::invalid("no root generation in progress"))?;
    let fields = Fields(&call.data);
    if fields.text("nonce")?.unwrap_or_default() != generating.nonce {
        return Err(Failure::invalid(
            "incorrect nonce supplied; nonce for this root generation operation is another",
        ));
    }
    let piece = piece(core, fields)?;
    core.keeper.check(&piece).await?;
    add(&mut generating.present, piece);
    if generating.present.len() < state.threshold {
        return Ok(Answer::json(200, status(Some(generating), state)));
    }
    core.keeper.prove(&generating.present).await?;
    let encoded = make(core, &generating.otp).await?;
    let mut body = status(Some(generating), state);
    if let Some(body) = body.as_object_mut() {
        body.insert("complete".to_owned(), json!(true));
        body.insert("encoded_token".to_owned(), json!(encoded));
        body.insert("encoded_root_token".to_owned(), json!(encoded));
    }
    *held = None;
    Ok(Answer::json(200, body))
}

async fn make(core: &Core, otp: &str) -> Result<String, Failure> {
    let open = core
        .open()
        .ok_or_else(|| fault("the service was sealed meanwhile"))?;
    let made = revoking::settle(core, &open, &(), |_, changes, ()| {
        Box::pin(async move { tokens::make(changes, &root(), endless(), spans()).await })
    });
    let made = made.await?;
    let pairs = made.id.bytes().zip(otp.bytes());
    Ok(BASE64_NOPAD.encode(&pairs.map(|(a, b)| a ^ b).collect::<Vec<_>>()))
}

/// A token that may do everything.
pub(crate) fn root() -> Login {
    Login {
        display_name: "root".to_owned(),
        policies: vec!["root".to_owned()],
        no_default_policy: true,
        ..Login::default()
    }
}

/// One that does not end.
pub(crate) fn endless() -> Wish {
    Wish {
        path: "auth/token/root".to_owned(),
        is_endless: true,
        ..Wish::default()
    }
}

fn spans() -> tokens::Spans {
    tokens::Spans {
        usual: LEASE.as_secs(),
        longest: LEASE.as_secs(),
    }
}
