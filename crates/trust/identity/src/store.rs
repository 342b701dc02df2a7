//! Every SQL statement of the crate. Statements over the cell's own tables name `:cell`, whatever tenant the act is in.

mod accounts;
mod failures;
mod invitations;
mod letters;
mod people;
mod sessions;
mod tenants;
mod tokens;

use act::{Migration, MigrationSet, Row, Statement};
use base::{Context, Result};

pub(crate) use accounts::*;
pub(crate) use failures::*;
pub(crate) use invitations::*;
pub(crate) use letters::*;
pub(crate) use people::*;
pub(crate) use sessions::*;
pub(crate) use tenants::*;
pub(crate) use tokens::*;

pub(crate) const MIGRATIONS: MigrationSet = MigrationSet {
    domain: "identity",
    migrations: &[
        Migration {
            name: "0001_identity",
            sql: include_str!("../migrations/0001_identity.sql"),
        },
        Migration {
            name: "0002_avatars",
            sql: include_str!("../migrations/0002_avatars.sql"),
        },
        Migration {
            name: "0003_code_failures",
            sql: include_str!("../migrations/0003_code_failures.sql"),
        },
    ],
};

/// For the sweep that has both databases parse every statement.
pub static STATEMENTS: &[&Statement] = &[
    &people::PERSON,
    &people::PERSON_BY_MAIL,
    &people::INSERT_PERSON,
    &people::UPDATE_PASSWORD,
    &people::UPDATE_TOTP,
    &people::UPDATE_TOTP_STEP,
    &people::INSERT_RECOVERY_CODE,
    &people::DELETE_RECOVERY_CODE,
    &people::DELETE_RECOVERY_CODES,
    &people::RECOVERY_CODE,
    &failures::CODE_FAILURE,
    &failures::COUNT_CODE_FAILURE,
    &failures::FORGIVE_CODE_FAILURES,
    &failures::PURGE_CODE_FAILURES,
    &tenants::TENANT,
    &tenants::INSERT_TENANT,
    &tenants::UPDATE_TENANT_STATE,
    &tenants::LIST_TENANTS,
    &tenants::SIGN_UP,
    &tenants::UPSERT_SIGN_UP,
    &accounts::HOMES,
    &accounts::ACCOUNT,
    &accounts::ACCOUNTS_OF,
    &accounts::LIST_ACCOUNTS,
    &accounts::ACCOUNT_BY_AVATAR,
    &accounts::ACCOUNT_BY_BLOB,
    &accounts::COUNT_OWNERS,
    &accounts::INSERT_ACCOUNT,
    &accounts::INSERT_HOME,
    &accounts::UPDATE_PROFILE,
    &accounts::UPDATE_AVATAR,
    &accounts::UPDATE_STANDING,
    &sessions::RESOLVE,
    &sessions::LIVE,
    &sessions::LIST_SESSIONS,
    &sessions::SESSIONS_OF_PERSON,
    &sessions::SESSIONS_OF_ACCOUNT,
    &sessions::OLDEST_KEPT,
    &sessions::INSERT_SESSION,
    &sessions::END_SESSION,
    &sessions::END_SESSIONS,
    &sessions::TOUCH_SESSION,
    &sessions::SWITCH_SESSION,
    &sessions::PURGE_SESSIONS,
    &tokens::TOKEN,
    &tokens::INSERT_TOKEN,
    &tokens::DELETE_TOKEN,
    &tokens::DELETE_TOKENS,
    &tokens::PURGE_TOKENS,
    &tokens::SIGN_UP_CODE,
    &tokens::INSERT_SIGN_UP_CODE,
    &tokens::DELETE_SIGN_UP_CODE,
    &tokens::PURGE_SIGN_UP_CODES,
    &invitations::INVITATION,
    &invitations::INVITATION_BY_TOKEN,
    &invitations::LIST_INVITATIONS,
    &invitations::COUNT_INVITATIONS,
    &invitations::INSERT_INVITATION,
    &invitations::UPDATE_INVITATION,
    &invitations::WITHDRAW_INVITATIONS,
    &letters::LETTERS_DUE,
    &letters::LETTER,
    &letters::INSERT_LETTER,
    &letters::PUT_OFF_LETTER,
    &letters::DELETE_LETTER,
    &letters::PURGE_LETTERS,
];

/// What names blobs: the pictures of people.
pub(crate) static BLOBS: &[&Statement] = &[&accounts::ACCOUNT_BY_BLOB];

/// Reads a column that holds one of an enum's names.
fn take_name<T>(row: &mut Row, column: &'static str, from: fn(&str) -> Option<T>) -> Result<T> {
    let name: String = row.take(column)?;
    from(&name).context("a name that this program does not know stands in a column")
}
