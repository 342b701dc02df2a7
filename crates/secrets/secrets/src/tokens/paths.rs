//! `auth/token/…`

use std::time::Duration;

use base::Timestamp;
use logical::{Access, Failure, Fields, Login, Operation, Reply, TokenKind};
use serde_json::{Value, json};

use super::{
    BATCH_PREFIX, Presented, ROOT, Token, Wish, auth, find, find_by_accessor, hash_of, make,
    metadata, present, renew, replace, roles, spans, texts,
};
use crate::{
    doing::{Doing, Said, Told},
    shape,
    tokens::roles::Role,
};

/// Bytes of a display name.
const DISPLAY_BYTES_MAX: usize = 128;
/// Policies of one token.
const POLICIES_MAX: usize = 256;
/// Bytes of a token that somebody chose.
const ID_BYTES_MAX: usize = 256;
const BAD_TOKEN: &str = "bad token";

/// Who may come to what.
pub(crate) fn access(path: &str) -> Access {
    match path.split('/').next() {
        Some("accessors" | "revoke-orphan") => Access::Sudo,
        _ => Access::Policy,
    }
}

pub(crate) async fn handle(mut doing: Doing<'_>) -> Told {
    let (operation, segments) = (doing.request.operation, doing.segments.clone());
    let writes = matches!(operation, Operation::Create | Operation::Update);
    match segments.as_slice() {
        ["create"] if writes => create(&mut doing, None, false).await,
        ["create-orphan"] if writes => create(&mut doing, None, true).await,
        ["create", role] if writes => {
            let role = (*role).to_owned();
            create(&mut doing, Some(role), false).await
        }
        ["lookup"] if writes || operation == Operation::Read => lookup(&mut doing).await,
        ["lookup-self"] if writes || operation == Operation::Read => {
            let presented = doing.presented()?.clone();
            told(&presented.id, &presented.token, doing.request.now)
        }
        ["lookup-accessor"] if writes => lookup_accessor(&mut doing).await,
        ["renew"] if writes => renew_given(&mut doing).await,
        ["renew-self"] if writes => {
            let presented = doing.presented()?.clone();
            renew_one(&mut doing, &presented).await
        }
        ["renew-accessor"] if writes => renew_accessor(&mut doing).await,
        ["revoke"] if writes => {
            let id = doing.fields().required("token")?;
            if id.starts_with(BATCH_PREFIX) {
                return Err(Failure::invalid("batch tokens cannot be revoked"));
            }
            revoke(&mut doing, &hash_of(&id)).await
        }
        ["revoke-self"] if writes => {
            let presented = doing.presented()?;
            if presented.token.is_batch {
                return Err(Failure::invalid("batch tokens cannot be revoked"));
            }
            revoke(&mut doing, &presented.hash).await
        }
        ["revoke-accessor"] if writes => {
            // One whose revocation was cut off is found too, and goes on.
            let accessor = doing.fields().required("accessor")?;
            let hash = find_by_accessor(doing.changes, &accessor).await?;
            let hash = hash.ok_or_else(|| Failure::invalid("invalid accessor"))?;
            revoke(&mut doing, &hash).await
        }
        ["revoke-orphan"] if writes => {
            let hash = hash_of(&doing.fields().required("token")?);
            doing.effects.revoke_alone.insert(hash);
            Ok(Said::nothing())
        }
        ["accessors"] if operation == Operation::List => {
            let names = doing.changes.below(ROOT).list("accessor").await?;
            Reply::keys(names).map(Said::from)
        }
        ["tidy"] if writes => {
            Ok(Reply::nothing()
                .warning("Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.")
                .with_status(202)
                .into())
        }
        ["roles"] if operation == Operation::List => roles::list(&mut doing).await,
        ["roles", name] => {
            let name = (*name).to_owned();
            roles::handle(&mut doing, &name).await
        }
        ["create" | "create-orphan" | "lookup" | "lookup-self" | "lookup-accessor" | "renew"
        | "renew-self" | "renew-accessor" | "revoke" | "revoke-self" | "revoke-accessor"
        | "revoke-orphan" | "accessors" | "tidy" | "roles"] => Err(Failure::Unsupported),
        _ => Err(shape::no_path()),
    }
}

/// Makes a token as a child of the one that asks, or as an orphan.
async fn create(doing: &mut Doing<'_>, role: Option<String>, is_orphan: bool) -> Told {
    let presented = doing.presented()?;
    let fields = doing.fields();
    if presented.token.is_batch {
        return Err(Failure::invalid("batch tokens cannot create more tokens"));
    }
    if presented.token.uses.is_some() {
        return Err(Failure::invalid(
            "restricted use token cannot generate child tokens",
        ));
    }
    let is_sudo = is_sudo(doing);
    // The role stands in the path alone: it is what the policies have judged.
    let role_name = role;
    let role = match &role_name {
        Some(name) => Some(
            roles::find(doing, name)
                .await?
                .ok_or_else(|| Failure::invalid(format!("unknown role {name}")))?,
        ),
        None => None,
    };
    let mut login = wished(doing, presented, role.as_ref(), is_sudo)?;
    let no_parent = fields.truth("no_parent")?.unwrap_or(false);
    if no_parent && !is_sudo {
        return Err(Failure::invalid(
            "root or sudo privileges required to create orphan token",
        ));
    }
    let id = fields.text("id")?.filter(|id| !id.is_empty());
    if let Some(id) = &id {
        may_choose(id, is_sudo, &login)?;
    }
    let is_orphan = is_orphan || no_parent || role.as_ref().is_some_and(|role| role.orphan);
    let makes_root = login.policies.iter().any(|policy| policy == "root");
    let parent = (!is_orphan).then(|| presented.hash.clone());
    let has_time = login.ttl.is_some() || login.period.is_some();
    let is_endless = makes_root && !has_time && presented.token.expires_at.is_none();
    if makes_root && presented.token.expires_at.is_some() && !has_time {
        return Err(Failure::invalid(
            "expiring root tokens cannot create non-expiring root tokens",
        ));
    }
    if makes_root {
        login.no_default_policy = true;
        if login.kind == TokenKind::Batch {
            return Err(Failure::invalid("batch tokens cannot be root tokens"));
        }
    }
    let renewable = fields.truth("renewable")?.unwrap_or(true);
    let path = match &role_name {
        Some(name) => path_of(name, role.as_ref()),
        None => format!("auth/token/{}", doing.request.path),
    };
    let wish = Wish {
        id,
        parent,
        path,
        renewable: renewable && role.as_ref().is_none_or(|role| role.renewable),
        is_endless,
        role: role_name,
        from: None,
    };
    let spans = spans(&doing.request.mount);
    let made = make(doing.changes, &login, wish, spans).await?;
    Ok(Said::auth(made.auth(doing.request.now), made.warnings))
}

fn path_of(name: &str, role: Option<&Role>) -> String {
    let suffix = role.map_or("", |role| role.path_suffix.as_str());
    match suffix {
        "" => format!("auth/token/create/{name}"),
        suffix => format!("auth/token/create/{name}/{suffix}"),
    }
}

fn may_choose(id: &str, is_sudo: bool, login: &Login) -> Result<(), Failure> {
    if !is_sudo {
        return Err(Failure::invalid(
            "root or sudo privileges required to specify token id",
        ));
    }
    if login.kind == TokenKind::Batch {
        return Err(Failure::invalid("cannot specify an id for batch tokens"));
    }
    let is_fit = id.len() <= ID_BYTES_MAX && id.chars().all(|char| char.is_ascii_graphic());
    let is_ours = id.starts_with("hvs.") || id.starts_with("hvb.") || id.starts_with("s.");
    match is_fit && !is_ours {
        true => Ok(()),
        false => Err(Failure::invalid("the token id is not acceptable")),
    }
}

/// Whether the caller has `sudo` where it asks.
fn is_sudo(doing: &Doing<'_>) -> bool {
    let path = format!("{}{}", doing.request.mount.path, doing.request.path);
    let capabilities = doing.acl.map(|acl| acl.capabilities(&path));
    capabilities.is_some_and(|all| {
        all.iter()
            .any(|capability| matches!(capability.as_str(), "sudo" | "root"))
    })
}

/// What the new token is to be, as far as the caller and the role let it.
fn wished(
    doing: &Doing<'_>,
    presented: &Presented,
    role: Option<&Role>,
    is_sudo: bool,
) -> Result<Login, Failure> {
    let fields = doing.fields();
    let policies = wished_policies(doing, presented, role, is_sudo)?;
    let period = fields
        .duration("period")?
        .filter(|period| !period.is_zero());
    if period.is_some() && !is_sudo {
        return Err(Failure::invalid(
            "root or sudo privileges required to create periodic token",
        ));
    }
    let ttl = match fields.duration("ttl")? {
        Some(ttl) => Some(ttl),
        None => fields.duration("lease")?,
    };
    let longer = |a: Option<Duration>, b: u64| match (a.map_or(0, |a| a.as_secs()), b) {
        (0, 0) => None,
        (0, only) | (only, 0) => Some(Duration::from_secs(only)),
        (a, b) => Some(Duration::from_secs(a.min(b))),
    };
    let role_uses = role.map_or(0, |role| role.token_num_uses);
    let uses = fields.count("num_uses")?.unwrap_or(0);
    Ok(Login {
        display_name: display_name(fields)?,
        policies,
        no_default_policy: fields.truth("no_default_policy")?.unwrap_or(false)
            || match role {
                Some(role) => role.token_no_default_policy || role.disallows(policies::DEFAULT),
                None => !is_sudo && !presented.token.has_policy(policies::DEFAULT),
            },
        metadata: match fields.map("meta")? {
            Some(meta) => meta,
            None => fields.map("metadata")?.unwrap_or_default(),
        },
        ttl: ttl.filter(|ttl| !ttl.is_zero()),
        explicit_max_ttl: longer(
            fields.duration("explicit_max_ttl")?,
            role.map_or(0, |role| role.token_explicit_max_ttl),
        ),
        period: match role
            .map(|role| role.token_period)
            .filter(|period| *period > 0)
        {
            Some(period) => Some(Duration::from_secs(period)),
            None => period,
        },
        num_uses: match (uses, role_uses) {
            (0, uses) | (uses, 0) => uses,
            (one, other) => one.min(other),
        },
        kind: kind(fields.text("type")?.as_deref(), role)?,
        bound_cidrs: match role {
            Some(role) => role.token_bound_cidrs.clone(),
            None => presented.token.bound_cidrs.clone(),
        },
        ..Login::default()
    })
}

fn wished_policies(
    doing: &Doing<'_>,
    presented: &Presented,
    role: Option<&Role>,
    is_sudo: bool,
) -> Result<Vec<String>, Failure> {
    let fields = doing.fields();
    let given = fields.list("policies")?.unwrap_or_default();
    let given: Vec<String> = given.iter().map(|name| name.to_lowercase()).collect();
    if given.len() > POLICIES_MAX {
        return Err(Failure::invalid("too many policies"));
    }
    let policies = match role {
        Some(role) => role.policies(&given, &presented.token.policies)?,
        None if given.is_empty() => presented.token.policies.clone(),
        None => given,
    };
    let has = |name: &String| presented.token.has_policy(name);
    if role.is_none_or(|role| !role.has_policies()) && !is_sudo && !policies.iter().all(has) {
        return Err(Failure::invalid("child policies must be subset of parent"));
    }
    if policies.iter().any(|name| name == "root") && !presented.token.is_root() {
        return Err(Failure::invalid(
            "root tokens may not be created without parent token being root",
        ));
    }
    if policies.iter().any(|name| name == "response-wrapping") {
        return Err(Failure::invalid(
            "cannot assign policy \"response-wrapping\"",
        ));
    }
    Ok(policies)
}

fn display_name(fields: Fields<'_>) -> Result<String, Failure> {
    let display = fields.text("display_name")?.unwrap_or_default();
    if display.len() > DISPLAY_BYTES_MAX {
        return Err(Failure::invalid("display_name is too long"));
    }
    let display: String = display
        .chars()
        .map(|char| {
            if char.is_ascii_alphanumeric() || char == '-' {
                char
            } else {
                '-'
            }
        })
        .collect();
    Ok(match display.trim_matches('-') {
        "" => "token".to_owned(),
        display => format!("token-{display}"),
    })
}

fn kind(wanted: Option<&str>, role: Option<&Role>) -> Result<TokenKind, Failure> {
    let decided = match role.map(|role| role.token_type.as_str()) {
        Some("batch") => "batch",
        Some("service") => "service",
        Some("default-batch") => wanted.unwrap_or("batch"),
        _ => wanted.unwrap_or("service"),
    };
    match decided {
        "batch" => Ok(TokenKind::Batch),
        "service" | "" => Ok(TokenKind::Service),
        other => Err(Failure::invalid(format!(
            "invalid 'type' value \"{other}\""
        ))),
    }
}

async fn lookup(doing: &mut Doing<'_>) -> Told {
    let id = match doing.fields().text("token")? {
        Some(id) if !id.is_empty() => id,
        _ => doing.presented()?.id.to_string(),
    };
    let found = present(doing.changes, &id).await?;
    let found = found.ok_or_else(|| Failure::Status(403, BAD_TOKEN.to_owned()))?;
    told(&found.id, &found.token, doing.request.now)
}

async fn lookup_accessor(doing: &mut Doing<'_>) -> Told {
    let (_, token) = of_accessor(doing).await?;
    told("", &token, doing.request.now)
}

/// The token that an accessor in the request names.
async fn of_accessor(doing: &mut Doing<'_>) -> Result<(String, Token), Failure> {
    let accessor = doing.fields().required("accessor")?;
    let hash = find_by_accessor(doing.changes, &accessor).await?;
    let token = match &hash {
        Some(hash) => find(doing.changes, hash).await?,
        None => None,
    };
    let now = doing.request.now;
    let found = hash.zip(token.filter(|token| !token.is_expired(now)));
    found.ok_or_else(|| Failure::invalid("invalid accessor"))
}

/// What is told of a token.
fn told(id: &str, token: &Token, now: Timestamp) -> Told {
    let seconds = |micros: i64| micros.div_euclid(1_000_000);
    let time = |micros: i64| Timestamp::from_micros(micros).to_string();
    let mut data = json!({
        "accessor": token.accessor, "creation_time": seconds(token.created_at), "creation_ttl": token.ttl,
        "display_name": token.display_name, "entity_id": "", "expire_time": token.expires_at.map(time),
        "explicit_max_ttl": token.explicit_max_ttl, "id": id, "num_uses": token.uses.unwrap_or(0),
        "orphan": token.parent.is_none(), "path": token.path, "policies": texts(&token.policies),
        "ttl": token.remaining(now), "type": if token.is_batch { "batch" } else { "service" },
    });
    if let Some(data) = data.as_object_mut() {
        let meta = match token.metadata.is_empty() {
            true => Value::Null,
            false => metadata(&token.metadata),
        };
        data.insert("meta".to_owned(), meta);
        if token.expires_at.is_some() {
            data.insert("issue_time".to_owned(), json!(time(token.created_at)));
            data.insert("renewable".to_owned(), json!(token.renewable));
        }
        if token.period > 0 {
            data.insert("period".to_owned(), json!(token.period));
        }
        if let Some(role) = &token.role {
            data.insert("role".to_owned(), json!(role));
        }
        if let Some(renewed) = token.renewed_at {
            data.insert("last_renewal".to_owned(), json!(time(renewed)));
            data.insert("last_renewal_time".to_owned(), json!(seconds(renewed)));
        }
        if !token.bound_cidrs.is_empty() {
            data.insert("bound_cidrs".to_owned(), texts(&token.bound_cidrs));
        }
    }
    Said::object(data)
}

async fn renew_given(doing: &mut Doing<'_>) -> Told {
    let id = doing.fields().required("token")?;
    let found = present(doing.changes, &id).await?;
    let found = found.ok_or_else(|| Failure::Status(403, BAD_TOKEN.to_owned()))?;
    renew_one(doing, &found).await
}

async fn renew_accessor(doing: &mut Doing<'_>) -> Told {
    let (hash, token) = of_accessor(doing).await?;
    let presented = Presented {
        id: zeroize::Zeroizing::default(),
        hash,
        token,
    };
    renew_one(doing, &presented).await
}

pub(crate) async fn renew_one(doing: &mut Doing<'_>, presented: &Presented) -> Told {
    let increment = doing.fields().duration("increment")?;
    // As it is now, and not as it was when the request came: it may have been used or revoked meanwhile.
    let before = match presented.token.is_batch {
        true => presented.token.clone(),
        false => {
            let now = doing.request.now;
            let found = find(doing.changes, &presented.hash).await?;
            let good = found.filter(|token| !token.is_expired(now));
            good.ok_or(Failure::Denied)?
        }
    };
    let (mut token, mut bounds) = (before.clone(), spans(&doing.request.mount));
    if let Some(from) = token.login.clone() {
        let mount = doing.open.mounts().at(&from.mount).cloned();
        let mount = mount.ok_or_else(|| Failure::invalid("the login method is gone"))?;
        let login = asked_again(doing, &mount, &token, from.internal).await?;
        bounds = spans(&mount);
        token.period = login.period.map_or(0, |period| period.as_secs());
        if let Some(max) = login.max_ttl.filter(|max| !max.is_zero()) {
            token.max_ttl = max.as_secs().min(bounds.longest);
        }
        if let Some(ttl) = login.ttl.filter(|ttl| !ttl.is_zero()) {
            token.ttl = ttl.as_secs();
        }
    }
    let renewed = renew(&token, increment, bounds, doing.request.now)?;
    replace(doing.changes, &presented.hash, &before, &renewed).await?;
    Ok(Said::auth(
        auth(&presented.id, &renewed, doing.request.now),
        Vec::new(),
    ))
}

/// Asks the login method whether the token may go on, and with which bounds.
async fn asked_again(
    doing: &mut Doing<'_>,
    mount: &std::sync::Arc<logical::Mount>,
    token: &Token,
    internal: std::collections::BTreeMap<String, String>,
) -> Result<Login, Failure> {
    let backend = doing.core.backend(mount).ok_or_else(shape::no_path)?;
    let seconds = |seconds: u64| (seconds > 0).then(|| Duration::from_secs(seconds));
    let login = Login {
        display_name: token.display_name.clone(),
        policies: token.policies.clone(),
        metadata: token.metadata.clone(),
        internal,
        ttl: seconds(token.ttl),
        max_ttl: seconds(token.max_ttl),
        explicit_max_ttl: seconds(token.explicit_max_ttl),
        period: seconds(token.period),
        ..Login::default()
    };
    let request = logical::Request {
        mount: std::sync::Arc::clone(mount),
        ..doing.request.clone()
    };
    let mut txn = doing.changes.below(crate::core::root_of(mount));
    backend.renew(&mut txn, &request, &login).await
}

/// Takes a token back once the request is committed. One that is unknown is taken back already.
async fn revoke(doing: &mut Doing<'_>, hash: &str) -> Told {
    if find(doing.changes, hash).await?.is_some() {
        doing.effects.revoke.insert(hash.to_owned());
    }
    Ok(Said::nothing())
}
