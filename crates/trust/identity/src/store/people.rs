//! Persons and what they prove themselves by.

use act::{Act, Permit, Plain, ResourceRef, Row, Sealed, Statement, params, plain};
use base::{Context, PersonId, Result, TenantId};

use super::take_name;
use crate::model::{Claim, PERSON as KIND, Person, Totp, TotpState};

pub(super) static PERSON: Statement = Statement::read(
    "SELECT p.id, p.mail_sealed, p.password_sealed, p.password_revision, p.totp_state, p.totp_sealed, p.totp_revision,
            p.totp_step_last, r.version, r.key_id,
            (SELECT count(*) FROM identity_recovery_code c WHERE c.tenant = p.tenant AND c.person = p.id) AS codes
     FROM identity_person p JOIN db_resource r ON r.tenant = p.tenant AND r.id = p.id
     WHERE p.tenant = :cell AND p.id = :id",
);

pub(super) static PERSON_BY_MAIL: Statement = Statement::read(
    "SELECT p.id, p.mail_sealed, p.password_sealed, p.password_revision, p.totp_state, p.totp_sealed, p.totp_revision,
            p.totp_step_last, r.version, r.key_id,
            (SELECT count(*) FROM identity_recovery_code c WHERE c.tenant = p.tenant AND c.person = p.id) AS codes
     FROM identity_person p JOIN db_resource r ON r.tenant = p.tenant AND r.id = p.id
     WHERE p.tenant = :cell AND p.mail_hash = :mail_hash",
);

/// Without a refusal for a taken address: the act runs again, finds the person, and asks for their password.
pub(super) static INSERT_PERSON: Statement = Statement::write(
    "INSERT INTO identity_person (tenant, id, mail_hash, mail_sealed, password_sealed, password_revision, totp_state,
                                  totp_revision, totp_step_last, created_at)
     VALUES (:cell, :id, :mail_hash, :mail_sealed, :password_sealed, 1, 'absent', 1, 0, :at)",
);

pub(super) static UPDATE_PASSWORD: Statement = Statement::write(
    "UPDATE identity_person SET password_sealed = :password_sealed, password_revision = password_revision + 1
     WHERE tenant = :cell AND id = :id AND password_revision = :revision",
)
.exactly_one();

pub(super) static UPDATE_TOTP: Statement = Statement::write(
    "UPDATE identity_person SET totp_state = :state, totp_sealed = :totp_sealed, totp_revision = totp_revision + 1,
                                totp_step_last = :step
     WHERE tenant = :cell AND id = :id AND totp_revision = :revision",
)
.exactly_one();

/// Two acts that give the same code at once: the second finds the step used and runs again.
pub(super) static UPDATE_TOTP_STEP: Statement = Statement::write(
    "UPDATE identity_person SET totp_step_last = :step
     WHERE tenant = :cell AND id = :id AND totp_step_last < :step",
)
.exactly_one();

pub(super) static INSERT_RECOVERY_CODE: Statement = Statement::write(
    "INSERT INTO identity_recovery_code (tenant, person, code_hash) VALUES (:cell, :person, :code_hash)",
);

pub(super) static DELETE_RECOVERY_CODE: Statement = Statement::write(
    "DELETE FROM identity_recovery_code WHERE tenant = :cell AND person = :person AND code_hash = :code_hash",
)
.exactly_one();

pub(super) static DELETE_RECOVERY_CODES: Statement = Statement::write(
    "DELETE FROM identity_recovery_code WHERE tenant = :cell AND person = :person",
);

pub(super) static RECOVERY_CODE: Statement = Statement::read(
    "SELECT person FROM identity_recovery_code
     WHERE tenant = :cell AND person = :person AND code_hash = :code_hash",
);

fn person_of(mut row: Row) -> Result<Person> {
    let id: PersonId = row.take("id")?;
    Ok(Person {
        id,
        mail: row.take("mail_sealed")?,
        password: row.take("password_sealed")?,
        password_revision: row.take("password_revision")?,
        totp: Totp {
            state: take_name(&mut row, "totp_state", TotpState::from_name)?,
            secret: row.take("totp_sealed")?,
            revision: row.take("totp_revision")?,
            step_last: row.take("totp_step_last")?,
        },
        recovery_codes_left: row.take("codes")?,
        reference: ResourceRef::take(KIND, TenantId::NIL, id, &mut row)?,
    })
}

/// The person of the session that the caller comes with.
pub(crate) async fn own_person(act: &mut Act) -> Result<Person> {
    let member = act.member()?;
    let claim = find_claim(act, member.person).await?;
    claim
        .map(|Claim(person)| person)
        .context("the person of a session exists")
}

/// Whoever has this id, unproved.
pub(crate) async fn find_claim(act: &mut Act, id: PersonId) -> Result<Option<Claim>> {
    let row = act.row(&PERSON, params! { id: id }).await?;
    row.map(|row| person_of(row).map(Claim)).transpose()
}

/// Whoever has the address with this hash, unproved.
pub(crate) async fn find_claim_by_mail(act: &mut Act, mail_hash: Plain) -> Result<Option<Claim>> {
    let row = act
        .row(&PERSON_BY_MAIL, params! { mail_hash: mail_hash })
        .await?;
    row.map(|row| person_of(row).map(Claim)).transpose()
}

/// What a new person is made of beside their id.
pub(crate) struct NewPerson {
    pub(crate) mail_hash: Plain,
    pub(crate) mail: Sealed,
    pub(crate) password: Sealed,
}

pub(crate) fn insert_person(
    act: &mut Act,
    permit: &Permit<Person>,
    id: PersonId,
    new: NewPerson,
) -> Result<()> {
    let at = act.now();
    act.execute(
        permit,
        &INSERT_PERSON,
        params! { id: id, mail_hash: new.mail_hash, mail_sealed: new.mail, password_sealed: new.password, at: at },
    )
}

pub(crate) fn update_password(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
    password: Sealed,
) -> Result<()> {
    act.execute(
        permit,
        &UPDATE_PASSWORD,
        params! { id: person.id, password_sealed: password, revision: person.password_revision },
    )
}

/// Gives the second factor its next state; the secret is sealed for the next revision.
pub(crate) fn update_totp(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
    next: Totp,
) -> Result<()> {
    act.execute(
        permit,
        &UPDATE_TOTP,
        params! {
            id: person.id, state: plain(next.state.name()), totp_sealed: next.secret, step: next.step_last,
            revision: person.totp.revision,
        },
    )
}

pub(crate) fn update_totp_step(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
    step: i64,
) -> Result<()> {
    act.execute(
        permit,
        &UPDATE_TOTP_STEP,
        params! { id: person.id, step: step },
    )
}

pub(crate) fn replace_recovery_codes(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
    hashes: Vec<Plain>,
) -> Result<()> {
    delete_recovery_codes(act, permit, person)?;
    for hash in hashes {
        act.execute(
            permit,
            &INSERT_RECOVERY_CODE,
            params! { person: person.id, code_hash: hash },
        )?;
    }
    Ok(())
}

pub(crate) fn delete_recovery_codes(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
) -> Result<()> {
    act.execute(
        permit,
        &DELETE_RECOVERY_CODES,
        params! { person: person.id },
    )
}

pub(crate) fn delete_recovery_code(
    act: &mut Act,
    permit: &Permit<Person>,
    person: &Person,
    hash: Plain,
) -> Result<()> {
    act.execute(
        permit,
        &DELETE_RECOVERY_CODE,
        params! { person: person.id, code_hash: hash },
    )
}

pub(crate) async fn has_recovery_code(act: &mut Act, person: &Person, hash: Plain) -> Result<bool> {
    let row = act
        .row(
            &RECOVERY_CODE,
            params! { person: person.id, code_hash: hash },
        )
        .await?;
    Ok(row.is_some())
}
