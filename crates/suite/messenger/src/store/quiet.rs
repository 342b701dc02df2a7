//! Until when accounts are not to be disturbed.

use act::{Act, Permit, Statement, params};
use base::{Result, Timestamp};

use crate::model::Tenant;

static QUIET_OF: Statement = Statement::read(
    "SELECT until FROM messenger_quiet WHERE tenant = :tenant AND account = :account",
);

static SAVE_QUIET: Statement = Statement::write(
    "INSERT INTO messenger_quiet (tenant, account, until) VALUES (:tenant, :account, :until)
     ON CONFLICT (tenant, account) DO UPDATE SET until = excluded.until",
);

static DELETE_QUIET: Statement =
    Statement::write("DELETE FROM messenger_quiet WHERE tenant = :tenant AND account = :account");

pub(super) const STATEMENTS: &[&Statement] = &[&QUIET_OF, &SAVE_QUIET, &DELETE_QUIET];

/// Until when the caller is not to be disturbed; nothing when that is over.
pub(crate) async fn find_quiet(act: &mut Act) -> Result<Option<Timestamp>> {
    let account = act.member()?.account;
    let row = act.row(&QUIET_OF, params! { account: account }).await?;
    let until: Option<Timestamp> = row.map(|mut row| row.take("until")).transpose()?;
    Ok(until.filter(|until| act.now() < *until))
}

/// Keeps until when the caller is not to be disturbed; nothing ends it.
pub(crate) fn save_quiet(
    act: &mut Act,
    permit: &Permit<Tenant>,
    until: Option<Timestamp>,
) -> Result<()> {
    let account = act.member()?.account;
    match until {
        Some(until) => act.execute(
            permit,
            &SAVE_QUIET,
            params! { account: account, until: until },
        ),
        None => act.execute(permit, &DELETE_QUIET, params! { account: account }),
    }
}
