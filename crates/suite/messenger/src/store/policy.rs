//! What the organisation allows in its chats.

use std::time::Duration;

use act::{Act, Permit, Statement, params};
use base::Result;

use crate::model::{Policy, Tenant};

static POLICY: Statement = Statement::read(
    "SELECT edit_window_s, recall_window_s FROM messenger_policy WHERE tenant = :tenant",
);

static SAVE_POLICY: Statement = Statement::write(
    "INSERT INTO messenger_policy (tenant, edit_window_s, recall_window_s, changed_at)
     VALUES (:tenant, :edit_window_s, :recall_window_s, :changed_at)
     ON CONFLICT (tenant) DO UPDATE SET edit_window_s = excluded.edit_window_s,
        recall_window_s = excluded.recall_window_s, changed_at = excluded.changed_at",
);

pub(super) const STATEMENTS: &[&Statement] = &[&POLICY, &SAVE_POLICY];

/// What the caller's organisation allows; what holds everywhere while it has said nothing.
pub(crate) async fn policy(act: &mut Act) -> Result<Policy> {
    let Some(mut row) = act.row(&POLICY, params! {}).await? else {
        return Ok(Policy::default());
    };
    let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
    Ok(Policy {
        edit_window: seconds(row.take("edit_window_s")?),
        recall_window: seconds(row.take("recall_window_s")?),
    })
}

pub(crate) fn save_policy(act: &mut Act, permit: &Permit<Tenant>, policy: Policy) -> Result<()> {
    let seconds = |window: Duration| i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
    let params = params! {
        edit_window_s: seconds(policy.edit_window), recall_window_s: seconds(policy.recall_window),
        changed_at: act.now(),
    };
    act.execute(permit, &SAVE_POLICY, params)
}
