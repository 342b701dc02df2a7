//! Logging in with a role id and a secret id, and renewing what was given for it.

use logical::{Failure, Fields, Login, Outcome, Reply, Request, Txn};

use super::{
    role::Role,
    roles,
    secret_ids::{self, Kept},
};
use crate::cidr;

/// By which a login is renewed and a token can be told from others.
const ROLE_NAME: &str = "role_name";

/// `login`
pub(super) async fn log_in(txn: &mut Txn<'_>, request: &Request) -> Outcome {
    let role_id = Fields(&request.data).required("role_id")?;
    let found = roles::find_by_role_id(txn, &role_id).await?;
    let (name, role) = found.ok_or_else(refused)?;
    // Whoever removes or narrows the role at this moment has this login run again.
    txn.rely(&roles::path_of(&name));

    let kept = match role.bind_secret_id {
        true => Some(shown(txn, request, &role).await?),
        false => None,
    };
    let mut login = role.token.login()?;
    if let Some(kept) = kept {
        if !kept.secret_id.token_bound_cidrs.is_empty() {
            login
                .bound_cidrs
                .clone_from(&kept.secret_id.token_bound_cidrs);
        }
        login.metadata.clone_from(&kept.secret_id.metadata);
        secret_ids::spend(txn, &role, &kept, request.now).await?;
    }
    may_come_from(request, &role.secret_id_bound_cidrs, "role")?;
    if !cidr::lets(&login.bound_cidrs, request.source) {
        return Err(Failure::Denied);
    }
    login.metadata.insert(ROLE_NAME.to_owned(), name.clone());
    login.internal.insert(ROLE_NAME.to_owned(), name);
    Ok(Reply::login(login))
}

/// The secret id that is shown, if it is good here and now.
async fn shown(txn: &mut Txn<'_>, request: &Request, role: &Role) -> Result<Kept, Failure> {
    let text = Fields(&request.data).required("secret_id")?;
    let kept = secret_ids::find(txn, role, &text).await?;
    let kept = kept.filter(|kept| !kept.secret_id.is_expired(request.now));
    let kept = kept.ok_or_else(refused)?;
    may_come_from(request, &kept.secret_id.cidr_list, "secret ID")?;
    Ok(kept)
}

fn may_come_from(request: &Request, blocks: &[String], whose: &str) -> Result<(), Failure> {
    if cidr::lets(blocks, request.source) {
        return Ok(());
    }
    let source = request
        .source
        .map(|source| source.to_string())
        .unwrap_or_default();
    Err(Failure::Invalid(format!(
        "source address {source:?} unauthorized by CIDR restrictions on the {whose}"
    )))
}

/// The same for a role that is not there and a secret id that is not good.
fn refused() -> Failure {
    Failure::invalid("invalid role or secret ID")
}

/// Whether the role is still there, with its spans of now.
pub(super) async fn renew(txn: &mut Txn<'_>, login: &Login) -> Result<Login, Failure> {
    let name = login
        .internal
        .get(ROLE_NAME)
        .map(String::as_str)
        .unwrap_or_default();
    let role = roles::find(txn, name).await?;
    let role = role
        .ok_or_else(|| Failure::Invalid(format!("role {name:?} does not exist during renewal")))?;
    txn.rely(&roles::path_of(name));
    Ok(role.token.renewed(login))
}
