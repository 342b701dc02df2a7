//! Answers that wait wrapped: they are kept in the own store of a token that is good once, and only whoever has the token gets
//! them. That it still works shows that nobody looked before.

use std::collections::BTreeMap;

use base::{Fault, Timestamp};
use logical::{Changes, Failure, Login};
use serde_json::{Map, Value, json};

use crate::{
    call::Answer,
    doing::{Doing, Form, Said, Told},
    guard::WRAPPING_POLICY,
    mounts::LEASE,
    open::Open,
    tokens::{self, Presented, Wish},
};

/// Where the answer lies in the token's own store.
const RESPONSE: &str = "response";
const UNKNOWN: &str = "wrapping token is not valid or does not exist";

/// Paths whose answers are never wrapped: what they give is wrapped, or was.
pub(crate) fn is_wrapped(path: &str) -> bool {
    !matches!(
        path,
        "sys/wrapping/unwrap" | "sys/wrapping/lookup" | "sys/health" | "sys/seal-status"
    )
}

/// Keeps an answer for whoever has the token that is given out instead.
pub(crate) async fn wrap(
    open: &Open,
    changes: &mut Changes,
    answer: Answer,
    ttl: u64,
    path: &str,
    id: &str,
) -> Result<Answer, Failure> {
    let body = answer.body.unwrap_or(Value::Null);
    let wrapped_accessor = body
        .pointer("/auth/accessor")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let ttl = ttl.min(LEASE.as_secs());
    let info = keep(open, changes, &body, ttl, path).await?;
    let mut info = info;
    if !wrapped_accessor.is_empty()
        && let Some(info) = info.as_object_mut()
    {
        info.insert("wrapped_accessor".to_owned(), json!(wrapped_accessor));
    }
    let body = json!({
        "request_id": id, "lease_id": "", "renewable": false, "lease_duration": 0, "data": Value::Null,
        "wrap_info": info, "warnings": Value::Null, "auth": Value::Null,
    });
    Ok(Answer::json(200, body))
}

async fn keep(
    open: &Open,
    changes: &mut Changes,
    body: &Value,
    ttl: u64,
    path: &str,
) -> Result<Value, Failure> {
    let now = changes.now();
    let login = Login {
        policies: vec![WRAPPING_POLICY.to_owned()],
        no_default_policy: true,
        ttl: Some(std::time::Duration::from_secs(ttl)),
        explicit_max_ttl: Some(std::time::Duration::from_secs(ttl)),
        num_uses: 1,
        metadata: BTreeMap::from([
            ("creation_path".to_owned(), path.to_owned()),
            ("creation_ttl".to_owned(), ttl.to_string()),
        ]),
        ..Login::default()
    };
    let wish = Wish {
        path: path.to_owned(),
        ..Wish::default()
    };
    let spans = tokens::Spans {
        usual: ttl,
        longest: LEASE.as_secs(),
    };
    let made = tokens::make(changes, &login, wish, spans).await?;
    let text = serde_json::to_string(body).map_err(Fault::from_source)?;
    let fields = Map::from_iter([(RESPONSE.to_owned(), Value::String(text))]);
    let mut txn = changes.below(open.cubbyhole_root());
    kv::keep(&mut txn, &tokens::hash_of(&made.id), RESPONSE, &fields).await?;
    Ok(json!({
        "token": made.id.as_str(), "accessor": made.token.accessor, "ttl": ttl, "creation_time": now.to_string(),
        "creation_path": path,
    }))
}

/// `sys/wrapping/…`
pub(crate) async fn handle(doing: Doing<'_>, what: &str) -> Told {
    match what {
        "wrap" => {
            let said = Said::object(Value::Object((*doing.request.data).clone()))?;
            Ok(said)
        }
        "unwrap" => unwrap(doing).await,
        "lookup" => lookup(doing).await,
        "rewrap" => rewrap(doing).await,
        _ => Err(crate::shape::no_path()),
    }
}

/// The wrapping token that is meant: the one in the request, or the one that was shown.
async fn meant(doing: &mut Doing<'_>) -> Result<Presented, Failure> {
    let presented = match doing.fields().text("token")? {
        Some(id) => tokens::present(doing.changes, &id).await?,
        None => doing.presented.cloned(),
    };
    presented
        .filter(|one| one.token.policies == [WRAPPING_POLICY])
        .ok_or_else(|| Failure::invalid(UNKNOWN))
}

async fn kept(doing: &mut Doing<'_>, presented: &Presented) -> Result<Value, Failure> {
    let mut txn = doing.changes.below(doing.open.cubbyhole_root());
    let fields = kv::find(&mut txn, &presented.hash, RESPONSE).await?;
    let text = fields.as_ref().and_then(|fields| fields.get(RESPONSE));
    let text = text
        .and_then(Value::as_str)
        .ok_or_else(|| Failure::invalid(UNKNOWN))?;
    serde_json::from_str(text).map_err(|error| Fault::from_source(error).into())
}

/// Gives the answer out, and ends its token.
async fn unwrap(mut doing: Doing<'_>) -> Told {
    let presented = meant(&mut doing).await?;
    let body = kept(&mut doing, &presented).await?;
    end(&mut doing, &presented).await?;
    Ok(Said {
        form: Form::Kept(body),
        ..Said::nothing()
    })
}

/// Takes the answer and its token away in the same transaction: of two that unwrap at once, one gets it.
async fn end(doing: &mut Doing<'_>, presented: &Presented) -> Result<(), Failure> {
    let mut txn = doing.changes.below(doing.open.cubbyhole_root());
    kv::clear(&mut txn, &presented.hash).await?;
    if let Some(token) = tokens::find(doing.changes, &presented.hash).await? {
        tokens::remove(doing.changes, &presented.hash, &token).await?;
    }
    Ok(())
}

async fn lookup(mut doing: Doing<'_>) -> Told {
    let presented = meant(&mut doing).await?;
    let token = &presented.token;
    let made = Timestamp::from_micros(token.created_at);
    Said::object(json!({
        "creation_path": token.path, "creation_time": made.to_string(), "creation_ttl": token.ttl,
    }))
}

/// The same answer under a new token, for as long again.
async fn rewrap(mut doing: Doing<'_>) -> Told {
    let presented = meant(&mut doing).await?;
    let body = kept(&mut doing, &presented).await?;
    end(&mut doing, &presented).await?;
    let token = &presented.token;
    let info = keep(doing.open, doing.changes, &body, token.ttl, &token.path).await?;
    let body = json!({
        "request_id": "", "lease_id": "", "renewable": false, "lease_duration": 0, "data": Value::Null,
        "wrap_info": info, "warnings": Value::Null, "auth": Value::Null,
    });
    Ok(Said {
        form: Form::Kept(body),
        ..Said::nothing()
    })
}
