//! Wrong guesses at second factors.

use act::{Act, Cell, Permit, Statement, params};
use base::{PersonId, Result, Timestamp};

use crate::{model::Person, rules};

pub(super) static CODE_FAILURE: Statement = Statement::read(
    "SELECT forgotten_at FROM identity_code_failure WHERE tenant = :cell AND person = :person",
);

/// Each failure adds its time to what is left of the earlier ones, whoever writes at once.
pub(super) static COUNT_CODE_FAILURE: Statement = Statement::write(
    "INSERT INTO identity_code_failure (tenant, person, failures, forgotten_at)
     VALUES (:cell, :person, 1, :alone)
     ON CONFLICT (tenant, person) DO UPDATE SET
        failures = identity_code_failure.failures + 1,
        forgotten_at = CASE WHEN identity_code_failure.forgotten_at > :now
                            THEN identity_code_failure.forgotten_at + :step ELSE :alone END",
);

pub(super) static FORGIVE_CODE_FAILURES: Statement =
    Statement::write("DELETE FROM identity_code_failure WHERE tenant = :cell AND person = :person");

pub(super) static PURGE_CODE_FAILURES: Statement = Statement::write(
    "DELETE FROM identity_code_failure WHERE tenant = :cell AND forgotten_at < :now",
);

/// When the wrong guesses at a person's second factor will be forgotten; in the past when there were none.
pub(crate) async fn code_failures_forgotten_at(
    act: &mut Act,
    person: PersonId,
) -> Result<Timestamp> {
    let row = act.row(&CODE_FAILURE, params! { person: person }).await?;
    row.map_or(Ok(Timestamp::from_micros(0)), |mut row| {
        row.take("forgotten_at")
    })
}

pub(crate) fn count_code_failure(
    act: &mut Act,
    permit: &Permit<Cell>,
    person: PersonId,
) -> Result<()> {
    let now = act.now();
    let alone = now.after(rules::CODES.every);
    let step = i64::try_from(rules::CODES.every.as_micros()).unwrap_or(i64::MAX);
    act.execute(
        permit,
        &COUNT_CODE_FAILURE,
        params! { person: person, now: now, alone: alone, step: step },
    )
}

pub(crate) fn forgive_code_failures(
    act: &mut Act,
    permit: &Permit<Person>,
    person: PersonId,
) -> Result<()> {
    act.execute(permit, &FORGIVE_CODE_FAILURES, params! { person: person })
}

/// Removes what no longer keeps anybody waiting.
pub(crate) fn purge_code_failures(act: &mut Act, permit: &Permit<Cell>) -> Result<()> {
    let now = act.now();
    act.execute(permit, &PURGE_CODE_FAILURES, params! { now: now })
}
