//! Who comes, goes and owns.

use std::{collections::BTreeSet, time::Duration};

use act::{EventName, Limit};
use base::{AccountId, Refusal, Result};

use super::{PageSize, is_group, load};
use crate::model::{Chat, MemberRole};

/// Members of one chat.
pub(crate) const MEMBERS_MAX: i64 = 10_000;

/// Accounts brought into a chat by one act.
pub(crate) const MEMBERS_ADDED_MAX: usize = 200;

/// How often one account adds members, up to [`MEMBERS_ADDED_MAX`] at a time: 60 in a minute.
pub(crate) const ADDING: Limit = load("messenger.adding", 120, Duration::from_secs(1));

/// Managers of one chat, its owner apart.
pub(crate) const MANAGERS_MAX: i64 = 50;

pub(crate) const MEMBERS_PAGE: PageSize = PageSize {
    usual: 100,
    max: 200,
};

pub(crate) const ACCOUNT_ABSENT: Refusal = Refusal::invalid(
    "messenger.account_absent",
    "One of these people does not exist here or cannot be added.",
);

pub(crate) const MEMBER_ABSENT: Refusal =
    Refusal::absent("messenger.member_absent", "This person is not in the chat.");

pub(crate) const CHAT_FULL: Refusal = Refusal::conflict(
    "messenger.chat_full",
    "The chat has as many members as it can have.",
);

pub(crate) const MEMBERS_TOO_MANY: Refusal = Refusal::invalid(
    "messenger.members_too_many",
    "At most 200 people can be added at once.",
);

pub(crate) const MEMBERS_NONE: Refusal =
    Refusal::invalid("messenger.members_none", "Choose at least one person.");

pub(crate) const REMOVE_SELF: Refusal = Refusal::conflict(
    "messenger.remove_self",
    "You cannot remove yourself. Leave the chat instead.",
);

pub(crate) const OWNER_STAYS: Refusal = Refusal::conflict(
    "messenger.owner_stays",
    "Hand the chat over to somebody else before you leave it.",
);

pub(crate) const OWNER_ALREADY: Refusal = Refusal::conflict(
    "messenger.owner_already",
    "This person owns the chat already.",
);

pub(crate) const OWNER_OUTRANKS: Refusal = Refusal::conflict(
    "messenger.owner_outranks",
    "Only the owner decides about managers, and nobody about the owner.",
);

pub(crate) const MANAGERS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.managers_too_many",
    "A chat can have at most 50 managers.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    ACCOUNT_ABSENT,
    MEMBER_ABSENT,
    CHAT_FULL,
    MEMBERS_TOO_MANY,
    MEMBERS_NONE,
    REMOVE_SELF,
    OWNER_STAYS,
    OWNER_ALREADY,
    OWNER_OUTRANKS,
    MANAGERS_TOO_MANY,
];

pub(crate) const MEMBERS_ADDED: EventName = EventName("members.added");

pub(crate) const MEMBER_REMOVED: EventName = EventName("member.removed");

pub(crate) const MEMBER_CHANGED: EventName = EventName("member.changed");

/// The accounts to be brought in, each once, without the one who brings them.
pub(crate) fn to_be_added(
    accounts: &[AccountId],
    by: AccountId,
    field: &'static str,
) -> Result<Vec<AccountId>> {
    if accounts.len() > MEMBERS_ADDED_MAX {
        return Err(MEMBERS_TOO_MANY.at(field));
    }
    let mut seen = BTreeSet::from([by]);
    let each = accounts.iter().copied();
    Ok(each.filter(|account| seen.insert(*account)).collect())
}

/// Whether so many more fit in.
pub(crate) fn may_grow(chat: &Chat, by: i64) -> Result<()> {
    match chat.members_count + by > MEMBERS_MAX {
        true => Err(CHAT_FULL.into()),
        false => Ok(()),
    }
}

/// The owner goes last, or hands over first.
pub(crate) fn may_leave(chat: &Chat) -> Result<()> {
    is_group(chat)?;
    match chat.standing.role {
        MemberRole::Owner if chat.members_count > 1 => Err(OWNER_STAYS.into()),
        _ => Ok(()),
    }
}

/// Nobody removes themselves: leaving is another thing.
pub(crate) fn may_remove_another(chat: &Chat, account: AccountId) -> Result<()> {
    is_group(chat)?;
    match account == chat.standing.account {
        true => Err(REMOVE_SELF.into()),
        false => Ok(()),
    }
}

/// Managers decide about members, the owner about everybody else.
pub(crate) fn outranks(by: MemberRole, other: MemberRole) -> Result<()> {
    match (by, other) {
        (MemberRole::Owner, MemberRole::Manager | MemberRole::Member)
        | (MemberRole::Manager, MemberRole::Member) => Ok(()),
        _ => Err(OWNER_OUTRANKS.into()),
    }
}

/// Whether a chat with so many managers may have one more.
pub(crate) fn may_appoint(managers: i64) -> Result<()> {
    match managers >= MANAGERS_MAX {
        true => Err(MANAGERS_TOO_MANY.into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides_about_whom() {
        use MemberRole::{Manager, Member, Owner};
        for (by, other, may) in [
            (Owner, Manager, true),
            (Owner, Member, true),
            (Owner, Owner, false),
            (Manager, Member, true),
            (Manager, Manager, false),
            (Manager, Owner, false),
            (Member, Member, false),
        ] {
            assert_eq!(outranks(by, other).is_ok(), may, "{by:?} about {other:?}");
        }
        assert!(may_appoint(MANAGERS_MAX - 1).is_ok());
        assert!(
            may_appoint(MANAGERS_MAX)
                .unwrap_err()
                .is(&MANAGERS_TOO_MANY)
        );
    }
}
