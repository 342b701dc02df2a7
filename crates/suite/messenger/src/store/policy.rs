//! What the organisation allows in its chats.

use std::time::Duration;

use act::{Act, Permit, Row, Statement, params};
use base::{Context, Result};

use crate::model::{Policy, Retention, Tenant};

static POLICY: Statement = Statement::read(
    "SELECT edit_window_s, recall_window_s, retention_min_days, retention_days, retention_max_days
     FROM messenger_policy WHERE tenant = :tenant",
);

static SAVE_POLICY: Statement = Statement::write(
    "INSERT INTO messenger_policy (tenant, edit_window_s, recall_window_s, retention_min_days, retention_days,
        retention_max_days, changed_at)
     VALUES (:tenant, :edit_window_s, :recall_window_s, :least, :usual, :greatest, :changed_at)
     ON CONFLICT (tenant) DO UPDATE SET edit_window_s = excluded.edit_window_s,
        recall_window_s = excluded.recall_window_s, retention_min_days = excluded.retention_min_days,
        retention_days = excluded.retention_days, retention_max_days = excluded.retention_max_days,
        changed_at = excluded.changed_at",
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
        retention: take_retention(&mut row)?,
    })
}

pub(crate) fn save_policy(act: &mut Act, permit: &Permit<Tenant>, policy: Policy) -> Result<()> {
    let seconds = |window: Duration| i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
    let params = params! {
        edit_window_s: seconds(policy.edit_window), recall_window_s: seconds(policy.recall_window),
        least: policy.retention.least.map(i64::from), usual: policy.retention.usual.map(i64::from),
        greatest: policy.retention.greatest.map(i64::from), changed_at: act.now(),
    };
    act.execute(permit, &SAVE_POLICY, params)
}

/// What an organisation says of keeping, in the columns of its policy.
pub(super) fn take_retention(row: &mut Row) -> Result<Retention> {
    Ok(Retention {
        least: take_days(row, "retention_min_days")?,
        usual: take_days(row, "retention_days")?,
        greatest: take_days(row, "retention_max_days")?,
    })
}

/// A number of days; nothing is for ever.
pub(super) fn take_days(row: &mut Row, column: &'static str) -> Result<Option<u32>> {
    let days: Option<i64> = row.take(column)?;
    days.map(|days| u32::try_from(days).context("a number of days that is none"))
        .transpose()
}
