//! The root key in shares: sets of shares, who keeps which, and the root that they give.

use std::num::NonZeroU8;

use base::{Fault, Result, TenantId, Timestamp};
use db::{Batch, Snapshot, Statement, params, plain};

use super::version;

use crate::quorum::{Custodian, Kept};

pub(super) static SET_ROOT: Statement = Statement::write(
    "UPDATE kms_store SET seal = 'quorum', root_version = :version, root_check = :root_check, rooted_at = :now
     WHERE tenant = :cell",
)
.exactly_one();
pub(super) static SHARE_SETS: Statement = Statement::read(
    "SELECT number, state, threshold, root_check FROM kms_share_set
     WHERE tenant = :cell AND state <> 'retired' ORDER BY number",
);
pub(super) static INSERT_SHARE_SET: Statement = Statement::write(
    "INSERT INTO kms_share_set (tenant, number, state, threshold, root_check, made_at)
     VALUES (:cell, :number, 'given', :threshold, :root_check, :now)",
);
pub(super) static TURN_SHARE_SET: Statement = Statement::write(
    "UPDATE kms_share_set SET state = :state WHERE tenant = :cell AND number = :number",
)
.exactly_one();
pub(super) static FORGET_SHARE_SET: Statement = Statement::write(
    "DELETE FROM kms_share_set WHERE tenant = :cell AND number = :number AND state = 'given'",
)
.exactly_one();
pub(super) static SHARES: Statement = Statement::read(
    "SELECT place, custodian, role, share_check, proved_at FROM kms_share
     WHERE tenant = :cell AND share_set = :number ORDER BY place",
);
pub(super) static INSERT_SHARE: Statement = Statement::write(
    "INSERT INTO kms_share (tenant, share_set, place, custodian, role, share_check)
     VALUES (:cell, :number, :place, :custodian, :role, :share_check)",
);
pub(super) static FORGET_SHARES: Statement =
    Statement::write("DELETE FROM kms_share WHERE tenant = :cell AND share_set = :number");
pub(super) static ASSIGN_SHARE: Statement = Statement::write(
    "UPDATE kms_share SET custodian = :custodian, role = :role
     WHERE tenant = :cell AND share_set = :number AND place = :place AND custodian = ''",
)
.exactly_one();
pub(super) static PROVE_SHARE: Statement = Statement::write(
    "UPDATE kms_share SET proved_at = :now
     WHERE tenant = :cell AND share_set = :number AND place = :place",
)
.exactly_one();

/// A set of shares that is not retired.
pub(crate) struct ShareSet {
    pub(crate) number: u32,
    pub(crate) is_held: bool,
    pub(crate) threshold: NonZeroU8,
    pub(crate) root_check: [u8; 32],
}

/// The sets that are given or held: one of each at most.
pub(crate) async fn share_sets(snapshot: &mut Snapshot) -> Result<Vec<ShareSet>> {
    let rows = snapshot
        .rows(TenantId::NIL, &SHARE_SETS, params! {})
        .await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(ShareSet {
                number: version(row.take("number")?)?,
                is_held: row.take::<String>("state")? == "held",
                threshold: place(row.take("threshold")?)?,
                root_check: row.take("root_check")?,
            })
        })
        .collect()
}

/// A share as the store knows it, and what tells it from any other.
pub(crate) struct ShareRow {
    pub(crate) kept: Kept,
    pub(crate) check: [u8; 32],
}

pub(crate) async fn shares(snapshot: &mut Snapshot, set: u32) -> Result<Vec<ShareRow>> {
    let rows = snapshot
        .rows(TenantId::NIL, &SHARES, params! { number: set })
        .await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(ShareRow {
                kept: Kept {
                    place: place(row.take("place")?)?,
                    custodian: Custodian {
                        name: row.take("custodian")?,
                        role: row.take("role")?,
                    },
                    proved_at: row.take("proved_at")?,
                },
                check: row.take("share_check")?,
            })
        })
        .collect()
}

/// Notes shares that are given out, in place of `before`, which were given and did not come back.
pub(crate) fn insert_share_set(
    batch: &mut Batch,
    (set, before): (&ShareSet, Option<u32>),
    shares: Vec<ShareRow>,
    now: Timestamp,
) -> Result<()> {
    if let Some(before) = before {
        forget_share_set(batch, before)?;
    }
    let row = params! {
        number: set.number, threshold: u32::from(set.threshold.get()),
        root_check: db::Plain::bytes(set.root_check), now: now,
    };
    batch.execute(TenantId::NIL, &INSERT_SHARE_SET, row)?;
    for share in shares {
        let Custodian { name, role } = share.kept.custodian;
        let row = params! {
            number: set.number, place: u32::from(share.kept.place.get()), custodian: plain(&name),
            role: plain(&role), share_check: db::Plain::bytes(share.check),
        };
        batch.execute(TenantId::NIL, &INSERT_SHARE, row)?;
    }
    Ok(())
}

/// Has the given set be the held one, in place of `before`, whose shares are forgotten.
pub(crate) fn hold_share_set(batch: &mut Batch, given: u32, before: Option<u32>) -> Result<()> {
    let turn = |number: u32, state: &'static str| params! { number: number, state: plain(state) };
    if let Some(before) = before {
        batch.execute(TenantId::NIL, &FORGET_SHARES, params! { number: before })?;
        batch.execute(TenantId::NIL, &TURN_SHARE_SET, turn(before, "retired"))?;
    }
    batch.execute(TenantId::NIL, &TURN_SHARE_SET, turn(given, "held"))
}

/// Notes that a custodian has shown their share.
pub(crate) fn prove_share(
    batch: &mut Batch,
    set: u32,
    share: NonZeroU8,
    now: Timestamp,
) -> Result<()> {
    let row = params! { number: set, place: u32::from(share.get()), now: now };
    batch.execute(TenantId::NIL, &PROVE_SHARE, row)
}

/// Has the root key be another one from now on. The caller wraps every barrier key anew in the same batch.
pub(crate) fn set_root(
    batch: &mut Batch,
    root_version: u32,
    root_check: [u8; 32],
    now: Timestamp,
) -> Result<()> {
    let row = params! { version: root_version, root_check: db::Plain::bytes(root_check), now: now };
    batch.execute(TenantId::NIL, &SET_ROOT, row)
}

/// Gives a share a custodian.
pub(crate) fn assign_share(
    batch: &mut Batch,
    set: u32,
    share: NonZeroU8,
    custodian: &Custodian,
) -> Result<()> {
    let row = params! {
        number: set, place: u32::from(share.get()), custodian: plain(&custodian.name), role: plain(&custodian.role),
    };
    batch.execute(TenantId::NIL, &ASSIGN_SHARE, row)
}

/// Forgets a set that was given out and did not come back.
pub(crate) fn forget_share_set(batch: &mut Batch, set: u32) -> Result<()> {
    let number = || params! { number: set };
    batch.execute(TenantId::NIL, &FORGET_SHARES, number())?;
    batch.execute(TenantId::NIL, &FORGET_SHARE_SET, number())
}

fn place(stored: i64) -> Result<NonZeroU8> {
    let place = u8::try_from(stored).ok().and_then(NonZeroU8::new);
    place.ok_or_else(|| Fault::new("a stored number of shares is out of range").into())
}
