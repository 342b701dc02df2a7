//! The fields of a role one by one, so that a policy can let somebody change one and no other.

use logical::{Failure, Fields, Operation, Outcome, Reply, Request, Txn};
use serde_json::Map;

use super::{
    role::{OLD_NAMES, Role},
    roles,
};

/// A path below a role and the field that it is.
const PROPERTIES: &[(&str, &str)] = &[
    ("policies", "token_policies"),
    ("token-policies", "token_policies"),
    ("bind-secret-id", "bind_secret_id"),
    ("secret-id-bound-cidrs", "secret_id_bound_cidrs"),
    ("secret-id-num-uses", "secret_id_num_uses"),
    ("secret-id-ttl", "secret_id_ttl"),
    ("period", "token_period"),
    ("token-period", "token_period"),
    ("token-ttl", "token_ttl"),
    ("token-max-ttl", "token_max_ttl"),
    ("token-explicit-max-ttl", "token_explicit_max_ttl"),
    ("token-no-default-policy", "token_no_default_policy"),
    ("token-num-uses", "token_num_uses"),
    ("token-type", "token_type"),
    ("token-bound-cidrs", "token_bound_cidrs"),
    (LOCAL, "local_secret_ids"),
];

/// Fixed when the role is made.
const LOCAL: &str = "local-secret-ids";

/// `role/{name}/{property}`
pub(super) async fn handle(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
    property: &str,
) -> Outcome {
    let field = PROPERTIES.iter().find(|(path, _)| *path == property);
    let (_, field) = field.ok_or(Failure::Absent)?;
    match request.operation {
        Operation::Read => {
            let role = roles::find(txn, name).await?.ok_or(Failure::Absent)?;
            let mut shown = role.show();
            shown.retain(|shown, _| names(field).any(|name| name == shown));
            Ok(Reply::data(shown))
        }
        Operation::Create | Operation::Update | Operation::Delete if property == LOCAL => {
            Err(Failure::Unsupported)
        }
        Operation::Create | Operation::Update => write(txn, request, name, field).await,
        Operation::Delete => reset(txn, name, field).await,
        Operation::List | Operation::Patch => Err(Failure::Unsupported),
    }
}

/// The names under which a field is written and shown.
fn names(field: &str) -> impl Iterator<Item = &str> {
    let old = OLD_NAMES.iter().filter(move |(new, _)| *new == field);
    std::iter::once(field).chain(old.map(|(_, old)| *old))
}

async fn write(txn: &mut Txn<'_>, request: &Request, name: &str, field: &str) -> Outcome {
    let before = roles::find(txn, name).await?;
    let before =
        before.ok_or_else(|| Failure::AbsentBecause(format!("role {name:?} does not exist")))?;
    let given = names(field).filter_map(|name| {
        let value = Fields(&request.data).get(name)?;
        Some((name.to_owned(), value.clone()))
    });
    let given = Map::from_iter(given);
    if given.is_empty() {
        return Err(Failure::Invalid(format!("missing {field}")));
    }
    let mut role = before.clone();
    role.apply(Fields(&given))?;
    roles::put(txn, name, Some(&before), &role).await?;
    let warnings = role.token.warnings(&request.mount);
    Ok(warnings.into_iter().fold(Reply::nothing(), Reply::warning))
}

/// Gives a field the value that it has in a new role.
async fn reset(txn: &mut Txn<'_>, name: &str, field: &str) -> Outcome {
    let Some(before) = roles::find(txn, name).await? else {
        return Ok(Reply::nothing());
    };
    let mut fresh = Role::new(String::new(), String::new()).show();
    fresh.retain(|shown, _| shown == field);
    let mut role = before.clone();
    role.apply(Fields(&fresh))?;
    roles::put(txn, name, Some(&before), &role).await?;
    Ok(Reply::nothing())
}
