//! Making, reading, changing and removing users.

use logical::{Failure, Fields, Operation, Outcome, Reply, Request, Txn};
use serde_json::Map;

use super::{
    password::{Hasher, Verifier, read_password},
    user::{OLD_NAMES, User},
};
use crate::{
    entries::{load, save},
    token::TokenRules,
};

/// Where users are kept.
pub(super) const FOLDER: &str = "user";

pub(super) fn path_of(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

pub(super) async fn find(txn: &mut Txn<'_>, name: &str) -> Result<Option<User>, Failure> {
    load(txn, &path_of(name)).await
}

async fn user(txn: &mut Txn<'_>, name: &str) -> Result<User, Failure> {
    let user = find(txn, name).await?;
    user.ok_or_else(|| Failure::invalid("username does not exist"))
}

/// `users/{name}`
pub(super) async fn handle(
    txn: &mut Txn<'_>,
    request: &Request,
    hasher: &Hasher,
    name: &str,
) -> Outcome {
    match request.operation {
        Operation::Create | Operation::Update => write(txn, request, hasher, name).await,
        Operation::Read => {
            let user = find(txn, name).await?.ok_or(Failure::Absent)?;
            Ok(Reply::data(user.show()))
        }
        Operation::Delete => {
            txn.delete(&path_of(name)).await?;
            Ok(Reply::nothing())
        }
        Operation::List | Operation::Patch => Err(Failure::Unsupported),
    }
}

async fn write(txn: &mut Txn<'_>, request: &Request, hasher: &Hasher, name: &str) -> Outcome {
    let fields = Fields(&request.data);
    let before = find(txn, name).await?;
    let (verifier, mut token) = match before {
        Some(user) => (Some(user.verifier), user.token),
        None => (None, TokenRules::default()),
    };
    token.apply(fields, OLD_NAMES)?;
    let verifier = match (fresh_verifier(txn, fields, hasher).await?, verifier) {
        (Some(verifier), _) | (None, Some(verifier)) => verifier,
        (None, None) => return Err(Failure::invalid("missing password")),
    };
    let warnings = token.warnings(&request.mount);
    save(txn, &path_of(name), &User { verifier, token }).await?;
    Ok(warnings.into_iter().fold(Reply::nothing(), Reply::warning))
}

/// The verifier of the password that is given, if one is.
async fn fresh_verifier(
    txn: &Txn<'_>,
    fields: Fields<'_>,
    hasher: &Hasher,
) -> Result<Option<Verifier>, Failure> {
    if fields.has("password_hash") {
        return Err(Failure::invalid(
            "password_hash is not supported: give the password",
        ));
    }
    match read_password(fields)? {
        Some(password) => Ok(Some(hasher.verifier(&*txn.entropy(), password).await?)),
        None => Ok(None),
    }
}

/// `users/{name}/password`
pub(super) async fn write_password(
    txn: &mut Txn<'_>,
    request: &Request,
    hasher: &Hasher,
    name: &str,
) -> Outcome {
    let mut user = user(txn, name).await?;
    let verifier = fresh_verifier(txn, Fields(&request.data), hasher).await?;
    user.verifier = verifier.ok_or_else(|| Failure::invalid("missing password"))?;
    save(txn, &path_of(name), &user).await?;
    Ok(Reply::nothing())
}

/// `users/{name}/policies`
pub(super) async fn write_policies(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let mut user = user(txn, name).await?;
    let mut given = Map::new();
    for field in ["token_policies", "policies"] {
        if let Some(value) = Fields(&request.data).get(field) {
            given.insert(field.to_owned(), value.clone());
        }
    }
    if given.is_empty() {
        return Err(Failure::invalid("missing token_policies"));
    }
    user.token.apply(Fields(&given), OLD_NAMES)?;
    save(txn, &path_of(name), &user).await?;
    Ok(Reply::nothing())
}
