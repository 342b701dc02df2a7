//! Making, reading, changing and removing roles.

use base::Hex;
use cipher::{equal, hash_token};
use logical::{Failure, Fields, Operation, Outcome, Reply, Request, Txn};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::role::{ROLE_ID_BYTES_MAX, Role};
use crate::entries::{load, load_text, save, save_text};

pub(super) fn path_of(name: &str) -> String {
    format!("role/{name}")
}

pub(super) async fn find(txn: &mut Txn<'_>, name: &str) -> Result<Option<Role>, Failure> {
    load(txn, &path_of(name)).await
}

/// The role, for what is done below it.
pub(super) async fn role(txn: &mut Txn<'_>, name: &str) -> Result<Role, Failure> {
    let role = find(txn, name).await?;
    role.ok_or_else(|| Failure::Invalid(format!("role {name:?} does not exist")))
}

/// The role that a role id names.
pub(super) async fn find_by_role_id(
    txn: &mut Txn<'_>,
    role_id: &str,
) -> Result<Option<(String, Role)>, Failure> {
    if role_id.len() > ROLE_ID_BYTES_MAX {
        return Ok(None);
    }
    let Some(name) = load_text(txn, &path_of_role_id(role_id)).await? else {
        return Ok(None);
    };
    let role = find(txn, &name).await?;
    let role = role.filter(|role| equal(role.role_id.as_bytes(), role_id.as_bytes()));
    Ok(role.map(|role| (name, role)))
}

/// Where the name of the role stands that a role id names. Role ids are of any length and may have slashes.
fn path_of_role_id(role_id: &str) -> String {
    format!("role-id/{}", Hex(&hash_token(role_id.as_bytes())))
}

/// `role/{name}`
pub(super) async fn handle(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    match request.operation {
        Operation::Create | Operation::Update => write(txn, request, name).await,
        Operation::Read => {
            let role = find(txn, name).await?.ok_or(Failure::Absent)?;
            Ok(Reply::data(role.show()))
        }
        Operation::Delete => {
            remove(txn, name).await?;
            Ok(Reply::nothing())
        }
        Operation::List | Operation::Patch => Err(Failure::Unsupported),
    }
}

async fn write(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let fields = Fields(&request.data);
    let before = find(txn, name).await?;
    let mut role = match &before {
        Some(role) => role.clone(),
        None => Role::new(txn.uuid(), txn.uuid()),
    };
    if let Some(is_local) = fields.truth("local_secret_ids")? {
        if before.is_some() && is_local != role.local_secret_ids {
            return Err(Failure::invalid(
                "local_secret_ids can only be modified during role creation",
            ));
        }
        role.local_secret_ids = is_local;
    }
    if let Some(role_id) = fields.text("role_id")? {
        role.role_id = read_role_id(role_id)?;
    }
    role.apply(fields)?;
    put(txn, name, before.as_ref(), &role).await?;
    let warnings = role.token.warnings(&request.mount);
    Ok(warnings.into_iter().fold(Reply::nothing(), Reply::warning))
}

/// `role/{name}/role-id`
pub(super) async fn handle_role_id(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    match request.operation {
        Operation::Read => {
            let role = find(txn, name).await?.ok_or(Failure::Absent)?;
            let data = [("role_id".to_owned(), Value::String(role.role_id))];
            Ok(Reply::data(Map::from_iter(data)))
        }
        Operation::Create | Operation::Update => {
            let before = role(txn, name).await?;
            let mut role = before.clone();
            role.role_id = read_role_id(Fields(&request.data).required("role_id")?)?;
            put(txn, name, Some(&before), &role).await?;
            Ok(Reply::nothing())
        }
        Operation::Delete | Operation::List | Operation::Patch => Err(Failure::Unsupported),
    }
}

fn read_role_id(role_id: String) -> Result<String, Failure> {
    match (1..=ROLE_ID_BYTES_MAX).contains(&role_id.len()) {
        true => Ok(role_id),
        false => Err(Failure::Invalid(format!(
            "role_id has to have 1 to {ROLE_ID_BYTES_MAX} bytes"
        ))),
    }
}

/// Keeps a role, and its role id names it alone.
pub(super) async fn put(
    txn: &mut Txn<'_>,
    name: &str,
    before: Option<&Role>,
    role: &Role,
) -> Result<(), Failure> {
    let old = before.map(|before| before.role_id.as_str());
    if old != Some(&role.role_id) {
        let path = path_of_role_id(&role.role_id);
        if load_text(txn, &path).await?.is_some() {
            return Err(Failure::invalid("role_id is already in use"));
        }
        save_text(txn, &path, name).await?;
        if let Some(old) = old {
            txn.delete(&path_of_role_id(old)).await?;
        }
    }
    save(txn, &path_of(name), role).await
}

/// Removes a role and its secret ids. Those that are too many for one transaction, and one that is made at this moment, are left to
/// [`super::tidy::tidy`]: without the role nothing can be done with them.
async fn remove(txn: &mut Txn<'_>, name: &str) -> Result<(), Failure> {
    let Some(role) = find(txn, name).await? else {
        return Ok(());
    };
    txn.delete(&path_of(name)).await?;
    txn.delete(&path_of_role_id(&role.role_id)).await?;
    txn.put(&format!("gone/{}", role.uuid), Zeroizing::default())
        .await?;
    if txn.clear(&format!("secret-id/{}", role.uuid)).await? {
        txn.clear(&format!("accessor/{}", role.uuid)).await?;
    }
    Ok(())
}
