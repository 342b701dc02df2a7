//! `sys/rekey/…`: new shares of a new root key, against enough of the present ones.

use logical::{Failure, Fields};
use serde_json::{Value, json};

use super::{
    attempts::{Rekey, Verifying, add, nonce},
    keys, piece, plan,
};
use crate::{
    call::{Answer, Call, Method},
    core::Core,
    sealing::State,
};

const NONE: &str = "no rekey in progress";
const OTHER_NONCE: &str = "incorrect nonce supplied; nonce for this rekey operation is another";

async fn unsealed(core: &Core) -> Result<State, Failure> {
    let state = core.keeper.state().await?;
    match state.is_initialised && !state.is_sealed {
        true => Ok(state),
        false => Err(Failure::Status(503, "Vault is sealed".to_owned())),
    }
}

fn status(rekey: Option<&Rekey>, state: State) -> Value {
    json!({
        "nonce": rekey.map_or("", |rekey| &rekey.nonce), "started": rekey.is_some(),
        "t": rekey.map_or(0, |rekey| rekey.threshold), "n": rekey.map_or(0, |rekey| rekey.shares),
        "progress": rekey.map_or(0, |rekey| rekey.present.len()), "required": state.threshold,
        "pgp_fingerprints": Value::Null, "backup": false,
        "verification_required": rekey.is_some_and(|rekey| rekey.verifies),
        "verification_nonce": rekey.and_then(|rekey| rekey.verifying.as_ref()).map_or("", |one| &one.nonce),
    })
}

pub(super) async fn begin(core: &Core, call: &Call) -> Result<Answer, Failure> {
    let state = unsealed(core).await?;
    let mut rekey = core.attempts.rekey.lock().await;
    match call.method {
        Method::Delete => {
            *rekey = None;
            return Ok(Answer::empty(204));
        }
        Method::Put => {
            if rekey.is_some() {
                return Err(Failure::invalid("rekey already in progress"));
            }
            let fields = Fields(&call.data);
            let has_keys = fields
                .list("pgp_keys")?
                .is_some_and(|keys| !keys.is_empty());
            if has_keys || fields.truth("backup")?.unwrap_or(false) {
                return Err(Failure::invalid("pgp_keys is not supported"));
            }
            let (shares, threshold) = plan(fields)?;
            core.keeper.plan(shares, threshold)?;
            *rekey = Some(Rekey {
                nonce: nonce(&*core.entropy),
                shares,
                threshold,
                verifies: fields.truth("require_verification")?.unwrap_or(false),
                present: Vec::new(),
                verifying: None,
            });
        }
        _ => {}
    }
    Ok(Answer::json(200, status(rekey.as_ref(), state)))
}

pub(super) async fn update(core: &Core, call: &Call) -> Result<Answer, Failure> {
    let state = unsealed(core).await?;
    let mut held = core.attempts.rekey.lock().await;
    let rekey = held.as_mut().ok_or_else(|| Failure::invalid(NONE))?;
    let fields = Fields(&call.data);
    if fields.text("nonce")?.unwrap_or_default() != rekey.nonce {
        return Err(Failure::invalid(OTHER_NONCE));
    }
    if rekey.verifying.is_some() {
        return Err(Failure::invalid("the new shares wait to be verified"));
    }
    let piece = piece(core, fields)?;
    core.keeper.check(&piece).await?;
    add(&mut rekey.present, piece);
    if rekey.present.len() < state.threshold {
        return Ok(Answer::json(200, status(Some(rekey), state)));
    }
    let given = core
        .keeper
        .give(&rekey.present, rekey.shares, rekey.threshold)
        .await?;
    let mut body = keys(&given);
    let verification = nonce(&*core.entropy);
    if let Some(body) = body.as_object_mut() {
        body.insert("nonce".to_owned(), json!(rekey.nonce));
        body.insert("complete".to_owned(), json!(true));
        body.insert("pgp_fingerprints".to_owned(), Value::Null);
        body.insert("backup".to_owned(), json!(false));
        body.insert("verification_required".to_owned(), json!(rekey.verifies));
        if rekey.verifies {
            body.insert("verification_nonce".to_owned(), json!(verification));
        }
    }
    if rekey.verifies {
        rekey.verifying = Some(Verifying {
            nonce: verification,
            given: Vec::new(),
        });
    } else {
        let enough = given.get(..rekey.threshold).unwrap_or(&given);
        core.keeper.take_over(&rekey.present, enough).await?;
        *held = None;
    }
    Ok(Answer::json(200, body))
}

/// The new shares come back before the present ones stop working.
pub(super) async fn verify(core: &Core, call: &Call) -> Result<Answer, Failure> {
    unsealed(core).await?;
    let mut held = core.attempts.rekey.lock().await;
    let rekey = held.as_mut().ok_or_else(|| Failure::invalid(NONE))?;
    let (shares, threshold) = (rekey.shares, rekey.threshold);
    let verifying = rekey.verifying.as_mut();
    let verifying =
        verifying.ok_or_else(|| Failure::invalid("no rekey verification in progress"))?;
    let status = |verifying: &Verifying| {
        json!({
            "nonce": verifying.nonce, "started": true, "t": threshold, "n": shares, "progress": verifying.given.len(),
        })
    };
    match call.method {
        Method::Delete => {
            verifying.given.clear();
            verifying.nonce = nonce(&*core.entropy);
            return Ok(Answer::json(200, status(verifying)));
        }
        Method::Put => {}
        _ => return Ok(Answer::json(200, status(verifying))),
    }
    let fields = Fields(&call.data);
    if fields.text("nonce")?.unwrap_or_default() != verifying.nonce {
        return Err(Failure::invalid(OTHER_NONCE));
    }
    add(&mut verifying.given, piece(core, fields)?);
    if verifying.given.len() < threshold {
        return Ok(Answer::json(200, status(verifying)));
    }
    let given = std::mem::take(&mut verifying.given);
    let nonce = verifying.nonce.clone();
    core.keeper.take_over(&rekey.present, &given).await?;
    *held = None;
    Ok(Answer::json(
        200,
        json!({ "nonce": nonce, "complete": true }),
    ))
}
