//! How people come in by themselves: from the list of public chats, by a link, on request.

use std::time::Duration;

use act::{Against, EventName, Limit};
use base::{Refusal, Result, Timestamp};

use super::{CHAT_FULL, MEMBERS_MAX, PageSize, load};
use crate::{
    model::{Door, Link, MemberRole},
    settings::Joining,
};

/// How often one account comes in by itself or asks to: 60 in a minute.
pub(crate) const JOINING: Limit = load("messenger.joining", 60, Duration::from_secs(1));

/// How often one account tries a link. A token has 256 random bits: this spares the server, the chats need no sparing.
pub(crate) const TRYING_LINKS: Limit = Limit {
    name: "messenger.trying_links",
    burst: 20,
    every: Duration::from_secs(30),
    against: Against::Abuse,
};

/// Requests that wait in one chat, and those of one account.
pub(crate) const REQUESTS_MAX: i64 = 1_000;
pub(crate) const REQUESTS_OF_ACCOUNT_MAX: i64 = 100;

/// For how long a link is good when nobody says, and at most, in hours.
pub(crate) const LINK_HOURS_USUAL: u32 = 168;
pub(crate) const LINK_HOURS_MAX: u32 = 720;

/// The most uses that a link can be limited to.
pub(crate) const LINK_USES_MAX: u32 = 10_000;

/// How far ahead quiet can end.
pub(crate) const QUIET_MAX: Duration = Duration::from_secs(366 * 86_400);

pub(crate) const DOORS_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};

pub(crate) const REQUESTS_PAGE: PageSize = PageSize {
    usual: 50,
    max: 100,
};

pub(crate) const JOIN_CLOSED: Refusal = Refusal::forbidden(
    "messenger.join_closed",
    "Nobody joins this chat by themselves. Ask one of its members to add you.",
);

pub(crate) const REQUESTS_TOO_MANY: Refusal = Refusal::conflict(
    "messenger.requests_too_many",
    "Too many requests are waiting already.",
);

pub(crate) const REQUEST_ABSENT: Refusal = Refusal::conflict(
    "messenger.request_absent",
    "This request does not exist, or it was answered already.",
);

pub(crate) const LINK_INVALID: Refusal = Refusal::absent(
    "messenger.link_invalid",
    "This link is not valid, or not any more. Ask for a new one.",
);

pub(crate) const LINK_HOURS: Refusal = Refusal::invalid(
    "messenger.link_hours",
    "A link is good for between one hour and 30 days.",
);

pub(crate) const LINK_USES: Refusal = Refusal::invalid(
    "messenger.link_uses",
    "A link can be limited to between one and 10,000 uses.",
);

pub(crate) const QUIET_INVALID: Refusal = Refusal::invalid(
    "messenger.quiet_invalid",
    "Quiet ends in the future, within a year.",
);

/// All of them, for the document and the sweep over translations.
pub(super) const REFUSALS: &[Refusal] = &[
    JOIN_CLOSED,
    REQUESTS_TOO_MANY,
    REQUEST_ABSENT,
    LINK_INVALID,
    LINK_HOURS,
    LINK_USES,
    QUIET_INVALID,
];

pub(crate) const CHAT_DISBANDED: EventName = EventName("chat.disbanded");

/// How somebody who wants to come in does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entrance {
    AtOnce,
    /// A manager has to agree.
    OnRequest,
}

/// Whoever was removed comes back only when a manager agrees, however open the chat is.
pub(crate) fn may_enter(door: &Door) -> Result<Entrance> {
    match (door.settings.joining, door.is_removed) {
        (Joining::Closed, _) => Err(JOIN_CLOSED.into()),
        (Joining::Open, false) => Ok(Entrance::AtOnce),
        (Joining::Approval, _) | (Joining::Open, true) => Ok(Entrance::OnRequest),
    }
}

/// Whether one more fits in.
pub(crate) fn has_room(door: &Door) -> Result<()> {
    match door.members_count >= MEMBERS_MAX {
        true => Err(CHAT_FULL.into()),
        false => Ok(()),
    }
}

/// Whether one more request may wait, in a chat with so many and of an account with so many.
pub(crate) fn may_ask(in_chat: i64, of_account: i64) -> Result<()> {
    match in_chat >= REQUESTS_MAX || of_account >= REQUESTS_OF_ACCOUNT_MAX {
        true => Err(REQUESTS_TOO_MANY.into()),
        false => Ok(()),
    }
}

/// A link is good until it ends or is used up, and as long as who made it could make it.
pub(crate) fn is_good(link: &Link, now: Timestamp) -> bool {
    let has_uses = link.uses_max.is_none_or(|max| link.uses < max);
    let is_vouched = link.maker_role.is_some_and(MemberRole::manages);
    now < link.expires_at && has_uses && is_vouched
}

/// When a link that is made now ends.
pub(crate) fn link_end(now: Timestamp, hours: Option<u32>) -> Result<Timestamp> {
    match hours.unwrap_or(LINK_HOURS_USUAL) {
        hours @ 1..=LINK_HOURS_MAX => Ok(now.after(Duration::from_secs(3_600) * hours)),
        _ => Err(LINK_HOURS.at("expires_in_h")),
    }
}

/// How often a link can be used; without a number as often as one likes.
pub(crate) fn link_uses(asked: Option<u32>) -> Result<Option<i64>> {
    match asked {
        None => Ok(None),
        Some(uses @ 1..=LINK_USES_MAX) => Ok(Some(uses.into())),
        Some(_) => Err(LINK_USES.at("uses_max")),
    }
}

/// Until when it may be quiet.
pub(crate) fn may_be_quiet(now: Timestamp, until: Timestamp) -> Result<()> {
    match now < until && until <= now.after(QUIET_MAX) {
        true => Ok(()),
        false => Err(QUIET_INVALID.at("until")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_a_time_and_as_long_as_its_maker_manages() {
        let now = Timestamp::from_micros(1_000_000);
        let link = Link {
            made_by: base::Id::NIL,
            made_at: Timestamp::from_micros(0),
            expires_at: Timestamp::from_micros(2_000_000),
            uses: 3,
            uses_max: None,
            maker_role: Some(MemberRole::Manager),
        };
        let with = |change: fn(Link) -> Link| is_good(&change(link), now);
        assert!(is_good(&link, now));
        assert!(!is_good(&link, link.expires_at));
        for (good, change) in [
            (
                true,
                (|l| Link {
                    uses_max: Some(4),
                    ..l
                }) as fn(Link) -> Link,
            ),
            (false, |l| Link {
                uses_max: Some(3),
                ..l
            }),
            (true, |l| Link {
                maker_role: Some(MemberRole::Owner),
                ..l
            }),
            (false, |l| Link {
                maker_role: Some(MemberRole::Member),
                ..l
            }),
            (false, |l| Link {
                maker_role: None,
                ..l
            }),
        ] {
            assert_eq!(with(change), good);
        }
    }

    #[test]
    fn links_end_and_are_counted() {
        let now = Timestamp::from_micros(0);
        assert_eq!(link_end(now, None).unwrap().micros(), 168 * 3_600_000_000);
        assert!(link_end(now, Some(0)).is_err());
        assert!(link_end(now, Some(721)).is_err());
        assert_eq!(link_uses(None).unwrap(), None);
        assert_eq!(link_uses(Some(1)).unwrap(), Some(1));
        assert!(link_uses(Some(0)).is_err());
        assert!(link_uses(Some(10_001)).is_err());
    }

    #[test]
    fn so_many_requests_wait() {
        assert!(may_ask(REQUESTS_MAX - 1, REQUESTS_OF_ACCOUNT_MAX - 1).is_ok());
        assert!(may_ask(REQUESTS_MAX, 0).is_err());
        assert!(may_ask(0, REQUESTS_OF_ACCOUNT_MAX).is_err());
    }

    #[test]
    fn quiet_ends() {
        let now = Timestamp::from_micros(1);
        assert!(may_be_quiet(now, now.after(QUIET_MAX)).is_ok());
        assert!(may_be_quiet(now, now.after(QUIET_MAX + Duration::from_secs(1))).is_err());
        assert!(may_be_quiet(now, now).is_err());
    }
}
