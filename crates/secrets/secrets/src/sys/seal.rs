//! Initialisation, the seal, new shares, and new root tokens: what works while the service is sealed, and what turns its keys.

mod attempts;
mod generating;
mod rekey;

pub(crate) use attempts::Attempts;

use base::{Error, Fault};
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use logical::{Changes, Failure, Fields, Operation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::only_writes;
use crate::{
    call::{Answer, Call, Method},
    core::Core,
    doing::{Doing, Said, Told},
    kept,
    sealing::{Piece, State},
    shape,
    tokens::{self, hash_of},
};

/// The version of the API that is spoken.
pub(crate) const API_VERSION: &str = "1.13.0";
/// Bytes of a share in whatever spelling.
const SHARE_BYTES_MAX: usize = 256;
const ROTATION: &str = "rotation";
/// Uses of a barrier key after which it is turned: well below 2^32.
const ROTATION_USES: u64 = 1 << 30;
/// The age at which a barrier key is turned where nobody says otherwise, in seconds: 90 days.
const ROTATION_SECONDS: u64 = 90 * 86_400;

/// What needs no token. `None` for everything else.
pub(super) async fn handle(core: &Core, path: &str, call: &Call) -> Option<Answer> {
    let put = call.method == Method::Put;
    let get = matches!(call.method, Method::Get | Method::Head);
    let delete = call.method == Method::Delete;
    let answered = match path {
        "health" if get => health(core, call).await,
        "seal-status" if get => status(core).await,
        "leader" if get => leader(core).await,
        "init" if get => initialised(core).await,
        "init" if put => initialise(core, call).await,
        "unseal" if put => unseal(core, call).await,
        "rekey/init" if put || get || delete => rekey::begin(core, call).await,
        "rekey/update" if put => rekey::update(core, call).await,
        "rekey/verify" if put || get || delete => rekey::verify(core, call).await,
        "generate-root/attempt" if put || get || delete => generating::begin(core, call).await,
        "generate-root/update" if put => generating::update(core, call).await,
        "health"
        | "seal-status"
        | "leader"
        | "init"
        | "unseal"
        | "rekey/init"
        | "rekey/update"
        | "rekey/verify"
        | "generate-root/attempt"
        | "generate-root/update" => Err(Failure::Unsupported),
        _ => return None,
    };
    Some(answered.unwrap_or_else(|failure| shape::failure(refused(failure), "-")))
}

/// Refusals of the key store as clients know them.
fn refused(failure: Failure) -> Failure {
    match failure {
        Failure::Fault(error) => match error.refusal() {
            Some(refusal) if error.is(&kms::SEALED) || error.is(&kms::UNINITIALISED) => {
                Failure::Status(503, refusal.title.to_owned())
            }
            Some(refusal) => Failure::Invalid(refusal.title.to_owned()),
            None => Failure::Fault(error),
        },
        other => other,
    }
}

async fn health(core: &Core, call: &Call) -> Result<Answer, Failure> {
    let state = core.keeper.state().await?;
    let is_active = core.open().is_some_and(|open| open.leads(core.clock.now()));
    let is_standby = !state.is_sealed && state.is_initialised && !is_active;
    let fields = Fields(&call.data);
    let code = |name: &str, usual: u16| -> Result<u16, Failure> {
        let code = fields
            .integer(name)?
            .and_then(|code| u16::try_from(code).ok());
        let code = code.unwrap_or(usual);
        match (100..=599).contains(&code) {
            true => Ok(code),
            false => Err(Failure::invalid(format!("{name} is no status"))),
        }
    };
    let standby_ok = fields.truth("standbyok")?.unwrap_or(false)
        || fields.truth("perfstandbyok")?.unwrap_or(false);
    let status = if !state.is_initialised {
        code("uninitcode", 501)?
    } else if state.is_sealed {
        code("sealedcode", 503)?
    } else if is_standby && !standby_ok {
        code("standbycode", 429)?
    } else {
        code("activecode", 200)?
    };
    let body = json!({
        "initialized": state.is_initialised, "sealed": state.is_sealed, "standby": is_standby, "performance_standby": false,
        "replication_performance_mode": "disabled", "replication_dr_mode": "disabled",
        "server_time_utc": core.clock.now().micros() / 1_000_000, "version": API_VERSION,
    });
    Ok(match call.method {
        Method::Head => Answer::empty(status),
        _ => Answer::json(status, body),
    })
}

fn status_of(state: State) -> Value {
    json!({
        "type": "shamir", "initialized": state.is_initialised, "sealed": state.is_sealed, "t": state.threshold,
        "n": state.shares, "progress": if state.is_sealed { state.entered } else { 0 }, "nonce": "", "version": API_VERSION,
        "build_date": "", "migration": false, "recovery_seal": false, "storage_type": "bastide",
    })
}

async fn status(core: &Core) -> Result<Answer, Failure> {
    Ok(Answer::json(200, status_of(core.keeper.state().await?)))
}

async fn leader(core: &Core) -> Result<Answer, Failure> {
    let state = core.keeper.state().await?;
    if state.is_sealed {
        return Ok(shape::sealed());
    }
    let is_self = core.open().is_some_and(|open| open.leads(core.clock.now()));
    Ok(Answer::json(
        200,
        json!({
            // Other nodes may always come.
            "ha_enabled": true, "is_self": is_self, "leader_address": core.leader_address(),
            "leader_cluster_address": "", "performance_standby": false,
        }),
    ))
}

async fn initialised(core: &Core) -> Result<Answer, Failure> {
    let state = core.keeper.state().await?;
    Ok(Answer::json(
        200,
        json!({ "initialized": state.is_initialised }),
    ))
}

async fn initialise(core: &Core, call: &Call) -> Result<Answer, Failure> {
    let fields = Fields(&call.data);
    for held in ["pgp_keys", "root_token_pgp_key", "recovery_pgp_keys"] {
        if fields.get(held).is_some_and(|value| !is_empty(value)) {
            return Err(Failure::invalid(format!("{held} is not supported")));
        }
    }
    let (shares, threshold) = plan(fields)?;
    core.keeper.plan(shares, threshold)?;
    let _one = core.attempts.initialising.lock().await;
    // One that was never opened may be initialised again: the answer to the first time may have been lost.
    if core.open().is_some() {
        return Err(Failure::invalid("Vault is already initialized"));
    }
    let mut random = Zeroizing::new([0u8; 18]);
    core.entropy.fill(&mut *random);
    let root_token = tokens::spell_token(&random);
    let pieces = core.keeper.initialise(shares, threshold).await?;
    core.store.keep_first_token(&hash_of(&root_token)).await?;
    let mut body = keys(&pieces);
    if let Some(body) = body.as_object_mut() {
        body.insert("root_token".to_owned(), json!(root_token.as_str()));
    }
    Ok(Answer::json(200, body))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(members) => members.is_empty(),
        Value::String(text) => text.is_empty(),
        other => other.is_null(),
    }
}

/// How many shares, and how many of them have to come together.
fn plan(fields: Fields<'_>) -> Result<(usize, usize), Failure> {
    let number = |name: &str| -> Result<usize, Failure> {
        let number = fields.count(name)?.unwrap_or(0);
        usize::try_from(number).map_err(|_| Failure::invalid(format!("{name} is too large")))
    };
    Ok((number("secret_shares")?, number("secret_threshold")?))
}

/// Shares as clients are given them, in both spellings.
fn keys(pieces: &[Piece]) -> Value {
    let hex: Vec<String> = pieces.iter().map(|piece| HEXLOWER.encode(piece)).collect();
    let base64: Vec<String> = pieces.iter().map(|piece| BASE64.encode(piece)).collect();
    json!({ "keys": hex, "keys_base64": base64 })
}

/// A share in either spelling, or in the one that custodians have on paper.
fn piece(core: &Core, fields: Fields<'_>) -> Result<Piece, Failure> {
    let text = fields
        .str("key")?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Failure::invalid("'key' must be specified in request body as JSON"))?;
    if text.len() > SHARE_BYTES_MAX {
        return Err(Failure::invalid(
            "'key' must be a valid hex or base64 string",
        ));
    }
    if let Some(piece) = core.keeper.read(text) {
        return Ok(piece);
    }
    let decoded = HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .or_else(|_| BASE64.decode(text.as_bytes()));
    let decoded =
        decoded.map_err(|_| Failure::invalid("'key' must be a valid hex or base64 string"));
    decoded.map(Zeroizing::new)
}

async fn unseal(core: &Core, call: &Call) -> Result<Answer, Failure> {
    let fields = Fields(&call.data);
    if fields.truth("reset")?.unwrap_or(false) {
        core.keeper.forget();
        return status(core).await;
    }
    if !core.keeper.state().await?.is_sealed {
        return status(core).await;
    }
    let piece = piece(core, fields)?;
    match core.keeper.enter(&piece).await {
        // Clients enter shares again that were entered already, and want to know how far it is.
        Err(error) if error.is(&kms::SHARE_TWICE) || error.is(&kms::UNSEALED) => {}
        Ok(true) => core.tick().await?,
        entered => drop(entered?),
    }
    status(core).await
}

/// The newest barrier key.
pub(super) async fn key_status(doing: &Doing<'_>) -> Told {
    if doing.request.operation != Operation::Read {
        return Err(Failure::Unsupported);
    }
    let barrier = doing.core.keeper.barrier().await?;
    Said::at_top(json!({
        "term": barrier.version, "install_time": barrier.made_at.to_string(), "encryptions": barrier.uses,
    }))
}

pub(super) async fn rotate(doing: &Doing<'_>) -> Told {
    only_writes(doing)?;
    doing.core.keeper.rotate().await?;
    Ok(Said::nothing())
}

/// When the barrier key is turned by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Rotation {
    enabled: bool,
    /// Uses of a key.
    max_operations: u64,
    /// Seconds; 0 for however long.
    interval: u64,
}

impl Default for Rotation {
    fn default() -> Self {
        Self {
            enabled: true,
            max_operations: ROTATION_USES,
            interval: ROTATION_SECONDS,
        }
    }
}

async fn find_rotation(changes: &mut Changes) -> Result<Rotation, Failure> {
    Ok(kept::find(changes, ROTATION).await?.unwrap_or_default())
}

/// Turns the barrier key when it is due, and has what older ones wrap follow.
pub(crate) async fn turn_if_due(core: &Core) -> Result<(), Failure> {
    let rotation = find_rotation(&mut core.store.begin()?).await?;
    let barrier = core.keeper.barrier().await?;
    let age = core.clock.now().since(barrier.made_at).as_secs();
    // Uses are bounded whatever is configured: that is what keeps the key safe.
    let is_used_up = barrier.uses >= rotation.max_operations;
    let is_old = rotation.enabled && rotation.interval > 0 && age >= rotation.interval;
    match is_used_up || is_old {
        true => core.keeper.rotate().await?,
        false => core.keeper.follow().await?,
    }
    Ok(())
}

/// `sys/rotate/config`
pub(super) async fn rotation(doing: &mut Doing<'_>) -> Told {
    let mut rotation = find_rotation(doing.changes).await?;
    if doing.request.operation == Operation::Read {
        return Said::object(serde_json::to_value(rotation).map_err(Fault::from_source)?);
    }
    only_writes(doing)?;
    let fields = doing.fields();
    rotation.max_operations = fields
        .count("max_operations")?
        .unwrap_or(rotation.max_operations);
    if let Some(interval) = fields.duration("interval")? {
        rotation.interval = interval.as_secs();
    }
    rotation.enabled = fields.truth("enabled")?.unwrap_or(rotation.enabled);
    if !(1_000_000..=ROTATION_USES).contains(&rotation.max_operations) {
        return Err(Failure::invalid(format!(
            "max_operations has to be between 1000000 and {ROTATION_USES}"
        )));
    }
    if rotation.interval != 0 && rotation.interval < 86_400 {
        return Err(Failure::invalid("interval has to be a day or more"));
    }
    kept::keep(doing.changes, ROTATION, &rotation).await?;
    Ok(Said::nothing())
}

/// Seals the store for every node.
pub(super) async fn seal(doing: &Doing<'_>) -> Told {
    only_writes(doing)?;
    doing.core.keeper.seal().await?;
    doing.core.attempts.forget().await;
    doing.core.lock();
    Ok(Said::nothing())
}

/// Lets another node lead.
pub(super) async fn step_down(doing: &Doing<'_>) -> Told {
    only_writes(doing)?;
    doing.core.step_down();
    Ok(Said::nothing())
}

fn fault(what: &'static str) -> Failure {
    Error::from(Fault::new(what)).into()
}
