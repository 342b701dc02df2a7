//! Letters that wait to be sent.

use act::{Act, Cell, Permit, Row, Sealed, Statement, params};
use base::{EventId, PersonId, Result, Timestamp};

use crate::{model::Letter, rules};

pub(super) static LETTERS_DUE: Statement = Statement::read(
    "SELECT id FROM identity_letter WHERE tenant = :cell AND due_at <= :now ORDER BY due_at LIMIT :limit",
);

pub(super) static LETTER: Statement = Statement::read(
    "SELECT id, person, content_sealed, attempts FROM identity_letter WHERE tenant = :cell AND id = :id",
);

pub(super) static INSERT_LETTER: Statement = Statement::write(
    "INSERT INTO identity_letter (tenant, id, person, content_sealed, attempts, due_at, created_at)
     VALUES (:cell, :id, :person, :content_sealed, 0, :at, :at)",
);

pub(super) static PUT_OFF_LETTER: Statement = Statement::write(
    "UPDATE identity_letter SET attempts = attempts + 1, due_at = :due_at WHERE tenant = :cell AND id = :id",
);

pub(super) static DELETE_LETTER: Statement =
    Statement::write("DELETE FROM identity_letter WHERE tenant = :cell AND id = :id");

pub(super) static PURGE_LETTERS: Statement =
    Statement::write("DELETE FROM identity_letter WHERE tenant = :cell AND created_at < :before");

pub(crate) async fn letters_due(act: &mut Act, limit: u32) -> Result<Vec<EventId>> {
    let now = act.now();
    let rows = act
        .rows(&LETTERS_DUE, params! { now: now, limit: limit })
        .await?;
    rows.into_iter().map(|mut row| row.take("id")).collect()
}

pub(crate) async fn find_letter(act: &mut Act, id: EventId) -> Result<Option<Letter>> {
    let letter_of = |mut row: Row| {
        Ok(Letter {
            id: row.take("id")?,
            person: row.take("person")?,
            content: row.take("content_sealed")?,
            attempts: row.take("attempts")?,
        })
    };
    act.row(&LETTER, params! { id: id })
        .await?
        .map(letter_of)
        .transpose()
}

pub(crate) fn insert_letter(
    act: &mut Act,
    permit: &Permit<Cell>,
    id: EventId,
    person: Option<PersonId>,
    content: Sealed,
) -> Result<()> {
    let at = act.now();
    act.execute(
        permit,
        &INSERT_LETTER,
        params! { id: id, person: person, content_sealed: content, at: at },
    )
}

pub(crate) fn put_off_letter(
    act: &mut Act,
    permit: &Permit<Cell>,
    id: EventId,
    due: Timestamp,
) -> Result<()> {
    act.execute(permit, &PUT_OFF_LETTER, params! { id: id, due_at: due })
}

pub(crate) fn delete_letter(act: &mut Act, permit: &Permit<Cell>, id: EventId) -> Result<()> {
    act.execute(permit, &DELETE_LETTER, params! { id: id })
}

/// Gives up letters that could not be delivered for so long that their links have ended.
pub(crate) fn purge_letters(act: &mut Act, permit: &Permit<Cell>) -> Result<()> {
    let before = act.now().before(rules::LETTER_KEPT);
    act.execute(permit, &PURGE_LETTERS, params! { before: before })
}
