//! Making and renewing tokens: whose policies, and for how long.

use std::{collections::BTreeMap, time::Duration};

use base::Timestamp;
use logical::{Changes, Failure, Login, Mount, TokenKind, spell_duration};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{FromLogin, Token, carried, hash_of, insert, new_accessor, new_token, texts};

/// What a new token shall be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    /// Another than a random one.
    pub(crate) id: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) path: String,
    pub(crate) role: Option<String>,
    pub(crate) renewable: bool,
    /// Never ends, unless there is a time.
    pub(crate) is_endless: bool,
    /// The mount that the login came by.
    pub(crate) from: Option<FromLogin>,
}

/// A token that was made, and is given out once.
pub(crate) struct Made {
    pub(crate) id: Zeroizing<String>,
    pub(crate) token: Token,
    pub(crate) warnings: Vec<String>,
}

/// The longest time and the usual one, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spans {
    pub(crate) usual: u64,
    pub(crate) longest: u64,
}

/// The spans of a mount.
pub(crate) fn spans(mount: &Mount) -> Spans {
    Spans {
        usual: mount.default_lease.as_secs(),
        longest: mount.max_lease.as_secs(),
    }
}

/// Makes a token within the transaction.
///
/// # Errors
/// [`Failure::Invalid`] for a time that cannot be, or an id that is taken.
pub(crate) async fn make(
    changes: &mut Changes,
    login: &Login,
    wish: Wish,
    spans: Spans,
) -> Result<Made, Failure> {
    let now = changes.now();
    let mut warnings = Vec::new();
    let seconds = |span: Option<Duration>| span.map_or(0, |span| span.as_secs());
    let max_ttl = match seconds(login.max_ttl) {
        0 => spans.longest,
        max => max.min(spans.longest),
    };
    let explicit = seconds(login.explicit_max_ttl);
    let period = seconds(login.period);
    let mut ttl = match (period, seconds(login.ttl)) {
        (0, 0) if wish.is_endless => 0,
        (0, 0) => spans.usual.min(max_ttl),
        (0, wanted) => wanted,
        (period, _) => period,
    };
    let cap = match (period, explicit) {
        (_, explicit) if explicit > 0 => explicit.min(max_ttl),
        (0, _) => max_ttl,
        _ => spans.longest,
    };
    if ttl > cap {
        warnings.push(format!(
            "TTL of \"{}\" exceeded the effective max_ttl of \"{}\"; TTL value is capped accordingly",
            spell_duration(ttl),
            spell_duration(cap)
        ));
        ttl = cap;
    }
    let is_batch = login.kind == TokenKind::Batch;
    let token = Token {
        accessor: match is_batch {
            true => String::new(),
            false => new_accessor(changes),
        },
        parent: wish.parent,
        policies: policies_of(login),
        path: wish.path,
        metadata: login.metadata.clone(),
        display_name: login.display_name.clone(),
        uses: (login.num_uses > 0).then_some(login.num_uses),
        created_at: now.micros(),
        ttl,
        max_ttl: if wish.is_endless && ttl == 0 {
            0
        } else {
            max_ttl
        },
        explicit_max_ttl: explicit,
        period,
        renewable: wish.renewable && !is_batch && ttl > 0,
        expires_at: (ttl > 0).then(|| now.after(Duration::from_secs(ttl)).micros()),
        renewed_at: None,
        role: wish.role,
        bound_cidrs: login.bound_cidrs.clone(),
        is_batch,
        login: wish.from,
    };
    if is_batch {
        let id = carried(changes, &token)?;
        return Ok(Made {
            id,
            token,
            warnings,
        });
    }
    let id = match wish.id {
        Some(id) => Zeroizing::new(id),
        None => new_token(changes),
    };
    insert(changes, &hash_of(&id), &token).await?;
    Ok(Made {
        id,
        token,
        warnings,
    })
}

/// The token that was given out when the store was initialised: it may do everything, and does not end.
pub(crate) fn first(accessor: String, now: Timestamp) -> Token {
    Token {
        accessor,
        parent: None,
        policies: vec!["root".to_owned()],
        path: "auth/token/root".to_owned(),
        metadata: BTreeMap::new(),
        display_name: "root".to_owned(),
        uses: None,
        created_at: now.micros(),
        ttl: 0,
        max_ttl: 0,
        explicit_max_ttl: 0,
        period: 0,
        renewable: false,
        expires_at: None,
        renewed_at: None,
        role: None,
        bound_cidrs: Vec::new(),
        is_batch: false,
        login: None,
    }
}

/// The policies of a token: in order, once each, `default` among them unless it is left out; `root` stands alone.
fn policies_of(login: &Login) -> Vec<String> {
    let names = login.policies.iter().map(|name| name.trim().to_lowercase());
    let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| name == "root") {
        return vec!["root".to_owned()];
    }
    if !login.no_default_policy {
        names.push("default".to_owned());
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Gives a token more time: what is wanted, the period or the usual span, never beyond its last end.
pub(crate) fn renew(
    token: &Token,
    wanted: Option<Duration>,
    spans: Spans,
    now: Timestamp,
) -> Result<Token, Failure> {
    if !token.renewable || token.is_batch {
        return Err(Failure::invalid("lease is not renewable"));
    }
    let span = match (token.period, wanted.map_or(0, |span| span.as_secs())) {
        (0, 0) => match token.ttl {
            0 => spans.usual,
            ttl => ttl,
        },
        (0, wanted) => wanted,
        (period, _) => period.min(spans.longest),
    };
    let mut end = now.after(Duration::from_secs(span)).micros();
    if let Some(last) = token.last_end() {
        end = end.min(last);
    }
    if end <= now.micros() {
        return Err(Failure::invalid("past the max TTL, cannot renew"));
    }
    Ok(Token {
        expires_at: Some(end),
        renewed_at: Some(now.micros()),
        ..token.clone()
    })
}

impl Made {
    /// What the client is given.
    pub(crate) fn auth(&self, now: Timestamp) -> Value {
        auth(&self.id, &self.token, now)
    }
}

/// What a client is told of a token that it has.
pub(crate) fn auth(id: &str, token: &Token, now: Timestamp) -> Value {
    let metadata: Value = match token.metadata.is_empty() {
        true => Value::Null,
        false => metadata(&token.metadata),
    };
    json!({
        "client_token": id,
        "accessor": token.accessor,
        "policies": texts(&token.policies),
        "token_policies": texts(&token.policies),
        "metadata": metadata,
        "lease_duration": token.remaining(now),
        "renewable": token.renewable,
        "entity_id": "",
        "token_type": if token.is_batch { "batch" } else { "service" },
        "orphan": token.parent.is_none(),
        "mfa_requirement": Value::Null,
        "num_uses": token.uses.unwrap_or(0),
    })
}

pub(crate) fn metadata(metadata: &BTreeMap<String, String>) -> Value {
    let pairs = metadata.iter();
    Value::Object(
        pairs
            .map(|(key, value)| (key.clone(), Value::String(value.clone())))
            .collect(),
    )
}
