//! Tickets, links to a new password, and sign-up codes: found by hash, taken once, by removal.

use act::{Act, Cell, Permit, Plain, Resource, Statement, params, plain};
use base::{Id, PersonId, Result, Timestamp, kinds};

use super::take_name;
use crate::model::{Purpose, Token};

pub(super) static TOKEN: Statement = Statement::read(
    "SELECT id, purpose, person, password_revision, expires_at FROM identity_token
     WHERE tenant = :cell AND token_hash = :token_hash",
);

pub(super) static INSERT_TOKEN: Statement = Statement::write(
    "INSERT INTO identity_token (tenant, id, token_hash, purpose, person, password_revision, expires_at)
     VALUES (:cell, :id, :token_hash, :purpose, :person, :password_revision, :expires_at)",
);

/// Two acts that take the same token at once: the second runs again and finds none.
pub(super) static DELETE_TOKEN: Statement =
    Statement::write("DELETE FROM identity_token WHERE tenant = :cell AND id = :id").exactly_one();

pub(super) static DELETE_TOKENS: Statement =
    Statement::write("DELETE FROM identity_token WHERE tenant = :cell AND person = :person");

pub(super) static PURGE_TOKENS: Statement =
    Statement::write("DELETE FROM identity_token WHERE tenant = :cell AND expires_at < :before");

pub(super) static SIGN_UP_CODE: Statement = Statement::read(
    "SELECT id, expires_at FROM identity_sign_up_code WHERE tenant = :cell AND code_hash = :code_hash",
);

pub(super) static INSERT_SIGN_UP_CODE: Statement = Statement::write(
    "INSERT INTO identity_sign_up_code (tenant, id, code_hash, created_at, expires_at)
     VALUES (:cell, :id, :code_hash, :at, :expires_at)",
);

pub(super) static DELETE_SIGN_UP_CODE: Statement =
    Statement::write("DELETE FROM identity_sign_up_code WHERE tenant = :cell AND id = :id")
        .exactly_one();

pub(super) static PURGE_SIGN_UP_CODES: Statement = Statement::write(
    "DELETE FROM identity_sign_up_code WHERE tenant = :cell AND expires_at < :before",
);

pub(crate) async fn find_token(act: &mut Act, token_hash: [u8; 32]) -> Result<Option<Token>> {
    let params = params! { token_hash: Plain::bytes(token_hash) };
    let Some(mut row) = act.row(&TOKEN, params).await? else {
        return Ok(None);
    };
    Ok(Some(Token {
        id: row.take("id")?,
        purpose: take_name(&mut row, "purpose", Purpose::from_name)?,
        person: row.take("person")?,
        password_revision: row.take("password_revision")?,
        expires_at: row.take("expires_at")?,
    }))
}

/// What a new token is made of.
pub(crate) struct NewToken {
    pub(crate) token_hash: [u8; 32],
    pub(crate) purpose: Purpose,
    pub(crate) person: PersonId,
    pub(crate) password_revision: i64,
    pub(crate) expires_at: Timestamp,
}

pub(crate) fn insert_token<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    new: NewToken,
) -> Result<()> {
    let id: Id<kinds::Event> = act.new_id();
    act.execute(
        permit,
        &INSERT_TOKEN,
        params! {
            id: id, token_hash: Plain::bytes(new.token_hash), purpose: plain(new.purpose.name()), person: new.person,
            password_revision: new.password_revision, expires_at: new.expires_at,
        },
    )
}

pub(crate) fn delete_token<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    token: &Token,
) -> Result<()> {
    act.execute(
        permit,
        &DELETE_TOKEN,
        params! { id: Plain::bytes(token.id) },
    )
}

/// Takes back every ticket and link of a person.
pub(crate) fn delete_tokens<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    person: PersonId,
) -> Result<()> {
    act.execute(permit, &DELETE_TOKENS, params! { person: person })
}

/// A sign-up code that was found by its hash.
pub(crate) struct SignUpCode {
    pub(crate) id: [u8; 16],
    pub(crate) expires_at: Timestamp,
}

pub(crate) async fn find_sign_up_code(
    act: &mut Act,
    code_hash: [u8; 32],
) -> Result<Option<SignUpCode>> {
    let params = params! { code_hash: Plain::bytes(code_hash) };
    let Some(mut row) = act.row(&SIGN_UP_CODE, params).await? else {
        return Ok(None);
    };
    Ok(Some(SignUpCode {
        id: row.take("id")?,
        expires_at: row.take("expires_at")?,
    }))
}

pub(crate) fn insert_sign_up_code(
    act: &mut Act,
    permit: &Permit<Cell>,
    code_hash: [u8; 32],
    expires_at: Timestamp,
) -> Result<()> {
    let (id, at): (Id<kinds::Event>, _) = (act.new_id(), act.now());
    act.execute(
        permit,
        &INSERT_SIGN_UP_CODE,
        params! { id: id, code_hash: Plain::bytes(code_hash), at: at, expires_at: expires_at },
    )
}

pub(crate) fn delete_sign_up_code(
    act: &mut Act,
    permit: &Permit<Cell>,
    code: &SignUpCode,
) -> Result<()> {
    act.execute(
        permit,
        &DELETE_SIGN_UP_CODE,
        params! { id: Plain::bytes(code.id) },
    )
}

/// Removes what can no longer be taken.
pub(crate) fn purge_tokens(act: &mut Act, permit: &Permit<Cell>) -> Result<()> {
    let now = act.now();
    act.execute(permit, &PURGE_TOKENS, params! { before: now })?;
    act.execute(permit, &PURGE_SIGN_UP_CODES, params! { before: now })
}
