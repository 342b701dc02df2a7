//! `sys/leases/…`: the engines here give no leases, so that those there are belong to tokens.

use base::Timestamp;
use logical::{Failure, Operation, Reply};
use serde_json::json;

use super::only_writes;
use crate::{
    doing::{Doing, Said, Told},
    shape,
    tokens::{self, Presented, Token},
};

pub(super) async fn handle(doing: &mut Doing<'_>, what: &str, below: &str) -> Told {
    match (what, doing.request.operation) {
        ("lookup", Operation::List) => {
            let folder = format!("lease/{}", below.trim_matches('/'));
            let names = doing.changes.below(tokens::ROOT).list(&folder).await?;
            Reply::keys(names).map(Said::from)
        }
        ("lookup", _) => lookup(doing).await,
        ("renew", _) => {
            only_writes(doing)?;
            let (hash, token) = meant(doing, below).await?;
            let presented = Presented {
                id: zeroize::Zeroizing::default(),
                hash,
                token,
            };
            tokens::renew_one(doing, &presented).await
        }
        ("revoke", _) => {
            only_writes(doing)?;
            let lease = lease_id(doing, below)?;
            let hash = lease.rsplit('/').next().unwrap_or_default();
            let token = tokens::find(doing.changes, hash).await?;
            let token = token.filter(|token| token.lease_id(hash) == lease);
            token.ok_or_else(|| Failure::invalid("lease not found"))?;
            doing.effects.revoke.insert(hash.to_owned());
            Ok(Said::nothing())
        }
        ("revoke-prefix" | "revoke-force", _) => {
            only_writes(doing)?;
            if below.trim_matches('/').is_empty() {
                return Err(Failure::invalid("a prefix is needed"));
            }
            doing.effects.revoke_below.insert(below.to_owned());
            Ok(Said::nothing())
        }
        ("tidy", _) => {
            only_writes(doing)?;
            Ok(Reply::nothing()
                .warning("Tidy operation successfully started. Any information from the operation will be printed to the server's log.")
                .with_status(202)
                .into())
        }
        _ => Err(shape::no_path()),
    }
}

fn lease_id(doing: &Doing<'_>, below: &str) -> Result<String, Failure> {
    let fields = doing.fields();
    let given = match fields.text("lease_id")? {
        Some(id) => Some(id),
        None => fields.text("url_lease_id")?,
    };
    match given.filter(|id| !id.is_empty()) {
        Some(id) => Ok(id),
        None if !below.is_empty() => Ok(below.to_owned()),
        None => Err(Failure::invalid("lease_id must be specified")),
    }
}

async fn meant(doing: &mut Doing<'_>, below: &str) -> Result<(String, Token), Failure> {
    let lease = lease_id(doing, below)?;
    let hash = lease.rsplit('/').next().unwrap_or_default().to_owned();
    let now = doing.request.now;
    let token = tokens::find(doing.changes, &hash).await?;
    let token = token.filter(|token| token.lease_id(&hash) == lease && !token.is_expired(now));
    let token = token.ok_or_else(|| Failure::invalid("lease not found"))?;
    Ok((hash, token))
}

async fn lookup(doing: &mut Doing<'_>) -> Told {
    only_writes(doing)?;
    let (hash, token) = meant(doing, "").await.map_err(|failure| match failure {
        Failure::Invalid(_) => Failure::invalid("invalid lease"),
        other => other,
    })?;
    let time = |micros: i64| Timestamp::from_micros(micros).to_string();
    Said::object(json!({
        "id": token.lease_id(&hash), "issue_time": time(token.created_at), "expire_time": token.expires_at.map(time),
        "last_renewal": token.renewed_at.map(time), "renewable": token.renewable, "ttl": token.remaining(doing.request.now),
    }))
}
