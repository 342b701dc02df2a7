//! Who is told of a message while they do not look.

use std::time::Duration;

use act::Limit;
use base::{AccountId, MessageId, Refusal, Timestamp};

use super::load;
use crate::{content::Mention, model::Listener};

/// Browsers that one account is told at, at once: the oldest gives way.
pub(crate) const BROWSERS_MAX: u32 = 20;
/// Messages of a chat that one round looks at: whoever missed more is told of the newest.
pub(crate) const TOLD_AT_ONCE: u32 = 100;
/// Browsers that one page of a round tells.
pub(crate) const SUBSCRIBERS_PAGE: u32 = 200;
/// What is older has lost its urgency: it is found when somebody looks.
pub(crate) const TOLD_WITHIN: Duration = Duration::from_secs(600);
/// Chats that are taken up again after a node has gone.
pub(crate) const BEHIND_MAX: u32 = 1_000;
/// Organisations of which browsers are told.
pub(crate) const TENANTS_MAX: u32 = 10_000;
/// Browsers forgotten at once.
pub(crate) const GONE_MAX: usize = 1_000;
/// Subscriptions compared with the sessions at once.
pub(crate) const HELD_PAGE: u32 = 1_000;

pub(crate) const SUBSCRIBING: Limit = load("messenger.push.save", 30, Duration::from_secs(10));

pub(crate) const PUSH_OFF: Refusal = Refusal::conflict(
    "messenger.push_off",
    "This server tells browsers nothing: its operator has named no push service.",
);

pub(crate) const PUSH_REFUSED: Refusal = Refusal::invalid(
    "messenger.push_refused",
    "The browser's push service is not among those that the operator allows, or its keys are not what they should be.",
);

pub(super) const REFUSALS: &[Refusal] = &[PUSH_OFF, PUSH_REFUSED];

/// What decides about a message.
pub(crate) struct Said {
    pub(crate) number: i64,
    pub(crate) author: AccountId,
    pub(crate) sent_at: Timestamp,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) thread: Option<MessageId>,
}

impl Said {
    pub(crate) fn names(&self, account: AccountId) -> bool {
        self.mentions.iter().any(|mention| match mention {
            Mention::Everyone => true,
            Mention::Account(named) => *named == account,
        })
    }
}

/// Whether somebody is told of a message: of what is said in chats of two, of what names them, and of threads that they follow, as
/// the notices in the page are. `thread_read` is how far they have read in its thread, if they follow it.
pub(crate) fn is_told(
    said: &Said,
    to: &Listener,
    is_direct: bool,
    thread_read: Option<i64>,
) -> bool {
    let is_theirs = said.author == to.account || said.number < to.history_from;
    let read = match said.thread {
        None => Some(to.read_number),
        Some(_) => thread_read,
    };
    let is_unread = read.is_some_and(|read| read < said.number);
    let is_news = is_unread && said.sent_at >= to.since;
    let calls = is_direct || said.thread.is_some();
    let wants = said.names(to.account) || (calls && !to.is_muted);
    !is_theirs && is_news && wants && !to.is_quiet
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Id;

    fn account(last: u8) -> AccountId {
        let mut bytes = [0; 16];
        bytes[15] = last;
        Id::from_bytes(bytes)
    }

    fn bo() -> Listener {
        Listener {
            account: account(2),
            since: Timestamp::from_micros(10),
            read_number: 4,
            history_from: 0,
            is_muted: false,
            is_quiet: false,
        }
    }

    fn said() -> Said {
        Said {
            number: 5,
            author: account(1),
            sent_at: Timestamp::from_micros(10),
            mentions: Vec::new(),
            thread: None,
        }
    }

    #[test]
    fn who_is_told_and_who_is_not() {
        assert!(is_told(&said(), &bo(), true, None));
        assert!(
            !is_told(&said(), &bo(), false, None),
            "in a group, and not named"
        );
        let own = Said {
            author: account(2),
            ..said()
        };
        assert!(!is_told(&own, &bo(), true, None), "what one says oneself");
        let read = Listener {
            read_number: 5,
            ..bo()
        };
        assert!(!is_told(&said(), &read, true, None), "what is read already");
        let opened_since = Listener {
            since: Timestamp::from_micros(11),
            ..bo()
        };
        assert!(
            !is_told(&said(), &opened_since, true, None),
            "what was said before the browser was opened"
        );
        let newcomer = Listener {
            history_from: 6,
            ..bo()
        };
        assert!(
            !is_told(&said(), &newcomer, true, None),
            "what is not theirs to read"
        );
        let quiet = Listener {
            is_quiet: true,
            ..bo()
        };
        let muted = Listener {
            is_muted: true,
            ..bo()
        };
        assert!(!is_told(&said(), &quiet, true, None));
        assert!(!is_told(&said(), &muted, true, None));
        for mention in [Mention::Everyone, Mention::Account(account(2))] {
            let named = Said {
                mentions: vec![mention],
                ..said()
            };
            assert!(is_told(&named, &muted, false, None), "muted, and named");
            assert!(!is_told(&named, &quiet, true, None));
        }
        let other = Said {
            mentions: vec![Mention::Account(account(3))],
            ..said()
        };
        assert!(!is_told(&other, &muted, true, None));
    }

    #[test]
    fn of_a_thread_hears_who_follows_it() {
        let answer = Said {
            thread: Some(MessageId::NIL),
            ..said()
        };
        assert!(!is_told(&answer, &bo(), true, None));
        assert!(is_told(&answer, &bo(), true, Some(0)));
        assert!(!is_told(&answer, &bo(), true, Some(5)));
    }
}
