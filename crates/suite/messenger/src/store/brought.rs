//! Files of an import: nobody's until a message carries them.

use std::time::Duration;

use act::{Act, Permit, Statement, params};
use base::Result;

use crate::model::{Arrival, File, Message};

static KEEP_LONGER: Statement = Statement::write(
    "UPDATE messenger_file SET expires_at = :expires_at
     WHERE tenant = :tenant AND chat = :chat AND id = :id AND number IS NULL",
)
.exactly_one();

/// Once only, as with files that are sent: whose the message is, that is whose they are, and as old as it is they are.
static CARRY_FILE: Statement = Statement::write(
    "UPDATE messenger_file SET number = :number, author = :author, created_at = :created_at, expires_at = NULL
     WHERE tenant = :tenant AND chat = :chat AND id = :id AND number IS NULL",
)
.exactly_one();

pub(super) const STATEMENTS: &[&Statement] = &[&KEEP_LONGER, &CARRY_FILE];

/// Keeps a file for so long from now on, if no message carries it before.
pub(crate) fn keep_longer(
    act: &mut Act,
    permit: &Permit<Arrival>,
    file: &File,
    kept: Duration,
) -> Result<()> {
    let expires_at = act.now().after(kept);
    let params = params! { chat: file.chat, id: file.id, expires_at: expires_at };
    act.execute(permit, &KEEP_LONGER, params)
}

/// Has a message carry a file that was brought for it.
pub(crate) fn carry_file(
    act: &mut Act,
    permit: &Permit<Arrival>,
    file: &File,
    message: &Message,
) -> Result<()> {
    let params = params! {
        chat: file.chat, id: file.id, number: message.number, author: message.author, created_at: message.sent_at,
    };
    act.execute(permit, &CARRY_FILE, params)
}
