//! Every SQL statement of the domain.

use act::{Act, Cell, Permit, Sealed, Statement, params, plain};
use base::{Context, Id, IdKind, Result, Timestamp};

use crate::{KEPT, wire::State};

pub(crate) type PlaceId = Id<PlaceKind>;
pub(crate) type FindingId = Id<FindingKind>;

/// Marks a [`PlaceId`].
#[derive(Debug)]
pub(crate) enum PlaceKind {}

impl IdKind for PlaceKind {
    const PREFIX: &'static str = "cp_";
}

/// Marks a [`FindingId`].
#[derive(Debug)]
pub(crate) enum FindingKind {}

impl IdKind for FindingKind {
    const PREFIX: &'static str = "cf_";
}

static PLACE_OF: Statement = Statement::read(
    "SELECT id, place_sealed FROM controls_place WHERE tenant = :tenant AND control = :control",
);

static SAVE_PLACE: Statement = Statement::write(
    "INSERT INTO controls_place (tenant, control, id, place_sealed, made_at)
     VALUES (:tenant, :control, :id, :place_sealed, :made_at)
     ON CONFLICT (tenant, control) DO UPDATE SET id = excluded.id, place_sealed = excluded.place_sealed,
        made_at = excluded.made_at",
);

static INSERT_FINDING: Statement = Statement::append(
    "INSERT INTO controls_finding (tenant, control, found_at, id, state, links_sealed)
     VALUES (:tenant, :control, :found_at, :id, :state, :links_sealed)",
);

static FORGET_FINDINGS: Statement =
    Statement::write("DELETE FROM controls_finding WHERE tenant = :tenant AND found_at < :before");

static LIST_FINDINGS: Statement = Statement::read(
    "SELECT id, found_at, state, links_sealed FROM controls_finding
     WHERE tenant = :tenant AND control = :control ORDER BY found_at DESC, id DESC LIMIT :limit",
);

pub(crate) const STATEMENTS: &[&Statement] = &[
    &PLACE_OF,
    &SAVE_PLACE,
    &INSERT_FINDING,
    &FORGET_FINDINGS,
    &LIST_FINDINGS,
];

/// A finding as it is kept.
pub(crate) struct Found {
    pub(crate) id: FindingId,
    pub(crate) at: Timestamp,
    pub(crate) state: State,
    pub(crate) links: Sealed,
}

pub(crate) async fn find_place(act: &mut Act, control: &str) -> Result<Option<(PlaceId, Sealed)>> {
    let row = act
        .row(&PLACE_OF, params! { control: plain(control) })
        .await?;
    row.map(|mut row| Ok((row.take("id")?, row.take("place_sealed")?)))
        .transpose()
}

pub(crate) fn save_place(
    act: &mut Act,
    permit: &Permit<Cell>,
    control: &str,
    (id, sealed): (PlaceId, Sealed),
) -> Result<()> {
    let params = params! {
        control: plain(control), id: id, place_sealed: sealed, made_at: act.now(),
    };
    act.execute(permit, &SAVE_PLACE, params)
}

pub(crate) fn insert_finding(
    act: &mut Act,
    permit: &Permit<Cell>,
    control: &str,
    state: State,
    (id, sealed): (FindingId, Sealed),
) -> Result<()> {
    let params = params! {
        control: plain(control), found_at: act.now(), id: id, state: plain(state.name()), links_sealed: sealed,
    };
    act.execute(permit, &INSERT_FINDING, params)
}

pub(crate) fn forget_findings(act: &mut Act, permit: &Permit<Cell>) -> Result<()> {
    let before = act.now().before(KEPT);
    act.execute(permit, &FORGET_FINDINGS, params! { before: before })
}

/// The last findings of a control, the newest first.
pub(crate) async fn list_findings(act: &mut Act, control: &str, limit: u32) -> Result<Vec<Found>> {
    let params = params! { control: plain(control), limit: limit };
    let rows = act.rows(&LIST_FINDINGS, params).await?;
    rows.into_iter()
        .map(|mut row| {
            let state: String = row.take("state")?;
            Ok(Found {
                id: row.take("id")?,
                at: row.take("found_at")?,
                state: State::from_name(&state).context("a state that does not exist")?,
                links: row.take("links_sealed")?,
            })
        })
        .collect()
}
